"""Receivers that are slow, broken or hostile; what is kept for those that come back."""

import socketserver
import threading
import time
from contextlib import contextmanager, suppress
from unittest.mock import patch

from odoo import fields
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import tagged

from ..core import sending
from ..core.sending import Unsendable, send
from .common import ApiCase

MODEL = "odoo.addons.cn285_api.models.webhook_endpoint"


@tagged("post_install", "-at_install")
class TestApiWebhookAttacks(ApiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.endpoint = cls.env["cn285.webhook.endpoint"].create(
            {"name": "Shop", "url": "https://shop.example/hook", "user_id": cls.program.id}
        )

    @contextmanager
    def _committed(self):
        """What is done within is told as at a commit."""
        with trap_jobs():
            yield
            self.env.flush_all()
            self.env.cr.precommit.run()

    def _deliver(self, answer):
        with (
            patch(f"{MODEL}.send", answer),
            patch(f"{MODEL}.commit_batch", lambda env: env.flush_all()),
            trap_jobs() as jobs,
        ):
            self.endpoint._job_send()
        return jobs.enqueued_jobs

    def _serve(self, talk):
        """A receiver that says what it likes; returns its URL."""

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                self.request.recv(65_536)
                with suppress(OSError):
                    talk(self.request)

        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        server.block_on_close = False
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return f"http://127.0.0.1:{server.server_address[1]}/a b?c=é".replace("é", "%C3%A9")

    # === SLOW AND BROKEN === #

    def test_a_receiver_that_answers_by_drops_holds_nobody_up(self):
        def drip(connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            for _second in range(100):
                connection.sendall(b"X-A: b\r\n")
                time.sleep(0.1)

        url, since = self._serve(drip), time.monotonic()
        with patch.object(sending, "SECONDS", 0.5), self.assertRaises(Unsendable):
            send(url, ["whsec_AAAA"], "evt_1", b"{}", private=True)
        self.assertLess(time.monotonic() - since, 3)

    def test_answers_that_are_none(self):
        for said in (
            b"",
            b"\0\0\r\n\r\n",
            b"HTTP/1.1 abc\r\n\r\n",
            b"HTTP/1.1 200" + b"x" * 99_999,
        ):
            with self.subTest(said=said[:20]), self.assertRaises(Unsendable):
                url = self._serve(lambda connection, said=said: connection.sendall(said))
                send(url, ["whsec_AAAA"], "evt_1", b"{}", private=True)

    def test_a_redirect_is_no_answer_and_a_long_one_is_cut(self):
        head = (
            b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 9000\r\n\r\n"
        )
        url = self._serve(lambda connection: connection.sendall(head + b"x" * 9_000))
        status, text = send(url, ["whsec_AAAA"], "evt_1", b"{}", private=True)
        self.assertEqual((status, len(text)), (302, sending.LARGEST_ANSWER))

    def test_a_job_lets_others_have_their_turn(self):
        with self._committed():
            for _count in range(3):
                self._create_contract(confirm=False)
        clock = iter(range(0, 10_000, 50))
        with patch(f"{MODEL}.monotonic", lambda: next(clock)):
            jobs = self._deliver(lambda *args: (200, ""))
        waiting = self.endpoint.delivery_ids.filtered(lambda one: one.state == "pending")
        self.assertTrue(0 < len(waiting) < 3)
        self.assertEqual(len(jobs), 1)

    # === SWITCHED OFF === #

    def _fail_for_days(self, said):
        with self._committed():
            self._create_contract(confirm=False)
        days = fields.Datetime.subtract(fields.Datetime.now(), days=6)
        self.endpoint._write_inside({"failing_since": days})
        self._deliver(lambda *args: (500, said))
        self.assertEqual(self.endpoint.state, "disabled")

    def test_what_happens_while_it_is_switched_off_is_kept_for_it(self):
        self._fail_for_days("down")
        with self._committed():
            contract = self._create_contract(confirm=False)
        kept = self.endpoint.delivery_ids.filtered(lambda one: one.res_id == contract.id)
        self.assertEqual(kept.mapped("state"), ["pending"])
        got = []
        self._deliver(lambda url, secrets, name, *args: got.append(name) or (200, ""))
        self.assertEqual(got, [])
        with trap_jobs():
            self.endpoint.with_user(self.program).action_enable()
        self._deliver(lambda url, secrets, name, *args: got.append(name) or (200, ""))
        self.assertIn(kept.event_id.uuid, got)
        # By hand is by hand: nothing is kept for it.
        self.endpoint._write_inside({"failing_since": fields.Datetime.now()})
        self.endpoint.action_disable()
        with self._committed():
            other = self._create_contract(confirm=False)
        self.assertNotIn(other.id, self.endpoint.delivery_ids.mapped("res_id"))

    def test_what_is_kept_for_nobody_is_forgotten_some_day(self):
        self._fail_for_days("down")
        self.env["cn285.webhook.event"].search([])._write_inside(
            {"occurred_at": fields.Datetime.subtract(fields.Datetime.now(), days=61)}
        )
        self.env.flush_all()
        self.env["cn285.webhook.event"]._gc_events()
        self.env.invalidate_all()
        self.assertFalse(self.env["cn285.webhook.event"].search([]))

    def test_a_receiver_writes_no_html_into_our_mails(self):
        self._fail_for_days('<a href="https://evil.example">Renew</a>')
        mail = self.env["mail.mail"].search([], order="id desc", limit=1)
        self.assertNotIn("<a href", mail.body_html)
        self.assertIn("&lt;a href", mail.body_html)
