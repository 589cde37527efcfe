"""Webhooks: told in the transaction, signed, in order, again, to public addresses only."""

import json
import threading
import time
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest.mock import patch

from freezegun import freeze_time
from odoo import fields
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged

from ..core.sending import Unsendable, send
from ..engine.signing import verify
from .common import ApiCase

SEND = "odoo.addons.cn285_api.models.webhook_endpoint.send"
COMMIT = "odoo.addons.cn285_api.models.webhook_endpoint.commit_batch"


@tagged("post_install", "-at_install")
class TestApiWebhooks(ApiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.endpoint = cls.env["cn285.webhook.endpoint"].create(
            {"name": "Shop", "url": "https://shop.example/hook", "user_id": cls.program.id}
        )
        cls.got, cls.answers = [], []

    def setUp(self):
        super().setUp()
        self.got.clear()
        self.answers.clear()

    @contextmanager
    def _committed(self):
        """What is done within is told as at a commit."""
        with trap_jobs():
            yield
            self.env.flush_all()
            self.env.cr.precommit.run()

    def _send(self, url, secrets, message_id, body, private):
        answer = self.answers.pop(0) if self.answers else 200
        self.got.append((message_id, answer))
        if answer is None:
            raise Unsendable("ReadTimeoutError")
        return answer, "thanks"

    def _deliver(self, endpoint=None):
        with patch(SEND, self._send), patch(COMMIT, lambda env: env.flush_all()), trap_jobs():
            (endpoint or self.endpoint)._job_send()

    def _events(self, record):
        return self.env["cn285.webhook.event"].search(
            [("res_model", "=", record._name), ("res_id", "=", record.id)], order="id"
        )

    # === TOLD === #

    @freeze_time("2026-02-20 10:00:00")
    def test_what_happens_is_told_with_the_object_as_it_is_then(self):
        with self._committed():
            contract = self._create_contract()
            self._bill(date(2026, 1, 31))
        events = self._events(contract)
        self.assertEqual(events.mapped("type"), ["contract.created", "contract.active"])
        self.assertEqual(events.mapped("sequence"), [1, 2])
        payload = events[1].payload
        self.assertEqual(payload["data"]["object"]["state"], "active")
        self.assertEqual(payload["data"]["object"]["items"][0]["price_unit"], "100")
        [posted] = self._events(contract.invoice_ids)
        self.assertEqual(posted.type, "invoice.posted")
        self.assertEqual(posted.payload["data"]["object"]["amount_total"], "120.00")
        contract.invoice_ids._cn285_tell_posted()
        self.assertEqual(len(self._events(contract.invoice_ids)), 1)

    @freeze_time("2026-02-20 10:00:00")
    def test_changes_and_credit_notes_are_told(self):
        contract = self._create_contract()
        self._bill(date(2026, 1, 31))
        with self._committed():
            change = self.env["cn285.contract.change"].create(
                {
                    "contract_id": contract.id,
                    "item_id": contract.item_ids.id,
                    "type": "quantity",
                    "date_effective": date(2026, 4, 1),
                    "values": {"quantity": 2},
                }
            )
            change.action_schedule()
            made = contract.invoice_ids.cn285_credit(percent=10)
        self.assertEqual(self._events(change).mapped("type"), ["contract_change.scheduled"])
        refund = self.env["account.move"].browse(made["id"])
        event = self._events(refund)[0]
        self.assertEqual(event.payload["data"]["object"]["kind"], "credit_note")

    @freeze_time("2026-02-20 10:00:00")
    def test_what_is_undone_is_not_told(self):
        contract = self._create_contract()
        with self._committed():
            change = self.env["cn285.contract.change"].create(
                {
                    "contract_id": contract.id,
                    "type": "terminate",
                    "date_effective": date(2026, 3, 31),
                }
            )
            change.preview()
            tried = self.post(
                "/contracts?dry_run=true",
                {
                    "customer": str(self.customer.id),
                    "items": [{"product": str(self.subscription.id)}],
                    "confirm": True,
                },
                200,
            )
        self.assertFalse(self._events(change))
        events = self.env["cn285.webhook.event"].search([("res_model", "=", "cn285.contract")])
        self.assertNotIn(tried["contract"]["id"], events.mapped("res_id"))

    def test_only_what_is_wanted_and_only_to_companies_that_are_told(self):
        kind = self.env.ref("cn285_api.webhook_type_contract_active")
        self.endpoint.type_ids = kind
        with self._committed():
            contract = self._create_contract()
        deliveries = self.endpoint.delivery_ids.filtered(lambda one: one.res_id == contract.id)
        self.assertEqual(deliveries.mapped("type"), ["contract.active"])
        self.endpoint.action_disable()
        with self._committed():
            other = self._create_contract()
        self.assertFalse(self._events(other))

    # === SENT === #

    def test_messages_go_in_order_and_again_until_they_are_taken(self):
        with self._committed():
            first, second = self._create_contract(), self._create_contract()
        self.answers[:] = [500]
        self._deliver()
        ids = self._events(first).mapped("uuid")
        # The first one failed: the other of its object waits behind it, those of others do not.
        self.assertEqual(
            [one for one, _answer in self.got],
            [ids[0], *self._events(second).mapped("uuid")],
        )
        failed = self._events(first)[0].delivery_ids
        self.assertEqual((failed.state, failed.failures, failed.status), ("pending", 1, 500))
        self.got.clear()
        self._deliver()
        self.assertEqual(self.got, [])
        with freeze_time(datetime.now() + timedelta(seconds=6)):
            failed._note(text="", next_try=fields.Datetime.now() - timedelta(days=1))
            self._deliver()
        self.assertEqual([one for one, _answer in self.got], ids)
        self.assertFalse(self.endpoint.failing_since)
        self._deliver()
        self.assertEqual(len(self.got), 2)

    def test_nobody_listens(self):
        with self._committed():
            contract = self._create_contract(confirm=False)
        [delivery] = self._events(contract).delivery_ids
        for _try in range(10):
            self.answers[:] = [None]
            delivery._note(text="", next_try=fields.Datetime.now() - timedelta(days=1))
            self._deliver()
        self.assertEqual((delivery.state, delivery.failures), ("failed", 10))
        self.assertEqual(delivery.answer, "ReadTimeoutError")
        self.endpoint._write_inside({"failing_since": datetime.now() - timedelta(days=6)})
        with trap_jobs():
            delivery.action_replay()
        self.answers[:] = [503]
        mails = self.env["mail.mail"].search_count([])
        self._deliver()
        self.assertEqual(self.endpoint.state, "disabled")
        self.assertEqual(self.env["mail.mail"].search_count([]), mails + 1)
        self.got.clear()
        self._deliver()
        self.assertEqual(self.got, [])
        with trap_jobs() as jobs:
            self.endpoint.with_user(self.program).action_enable()
            jobs.assert_jobs_count(1)
            self.assertTrue(jobs.enqueued_jobs[0].recordset.env.su)

    def test_a_real_receiver_that_fails_now_and_then(self):
        self.env["res.company"]._cn285_mark_test_database()
        self.env["ir.config_parameter"].set_param("cn285_api.private_webhooks", "1")
        secret, received, count = self.endpoint._secret(), [], iter(range(100))

        class Receiver(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                message = verify(secret, headers, body, time.time())
                fails = next(count) % 5 == 0
                if not fails:
                    received.append((message, json.loads(body)["id"]))
                self.send_response(503 if fails else 204)
                self.end_headers()

            def log_message(self, *args):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.endpoint.url = f"http://127.0.0.1:{server.server_port}/hook"
        with self._committed():
            contracts = [self._create_contract() for _count in range(4)]
        for _round in range(4):
            for delivery in self.endpoint.delivery_ids.filtered(lambda one: one.failures):
                if delivery.state == "pending":
                    delivery._note(text="", next_try=fields.Datetime.now() - timedelta(days=1))
            with patch(COMMIT, lambda env: env.flush_all()), trap_jobs():
                self.endpoint._job_send()
        ids = [message for message, _body in received]
        self.assertTrue(all(message == body for message, body in received))
        self.assertEqual(len(ids), len(set(ids)))
        for contract in contracts:
            own = self._events(contract).mapped("uuid")
            self.assertEqual([one for one in ids if one in own], own)

    def test_nothing_is_sent_to_our_own_network(self):
        with self.assertRaises(ValidationError):
            self.endpoint.url = "http://shop.example/hook"
        for address in ("127.0.0.1", "10.0.0.1", "169.254.169.254", "::1"):
            found = [(2, 1, 6, "", (address, 443))]
            with (
                patch("odoo.addons.cn285_api.core.sending.socket.getaddrinfo", return_value=found),
                self.assertRaises(Unsendable),
            ):
                send("https://shop.example/", ["whsec_AAAA"], "evt_1", b"{}")

    # === BY PROGRAMS === #

    def test_programs_make_endpoints_and_read_what_happened(self):
        made = self.post(
            "/webhook-endpoints",
            {"name": "CRM", "url": "https://crm.example/hook", "events": ["contract.created"]},
            Idempotency_Key="hook-1",
        )
        self.assertTrue(made["secret"].startswith("whsec_"))
        path = f"/webhook-endpoints/{made['id']}"
        self.assertEqual(self.get(path)["secret"], None)
        again = self.post(
            "/webhook-endpoints",
            {"name": "CRM", "url": "https://crm.example/hook", "events": ["contract.created"]},
            Idempotency_Key="hook-1",
        )
        self.assertEqual((again["id"], again["secret"]), (made["id"], None))
        rotated = self.post(f"{path}/rotate-secret", None, 200)
        self.assertNotEqual(rotated["secret"], made["secret"])
        answer = self.call("PATCH", path, {"enabled": False, "events": []})
        self.assertEqual((answer.json()["enabled"], answer.json()["events"]), (False, []))
        self.assertEqual(self.call("PATCH", path, {"enabled": True}).json()["enabled"], True)
        with self._committed():
            contract = self._create_contract(confirm=False)
        events = self.get("/events?limit=100&type=contract.created")["data"]
        self.assertEqual(events[-1]["data"]["object"]["id"], contract.id)
        deliveries = self.get(f"/webhook-deliveries?endpoint={made['id']}")["data"]
        self.assertEqual([one["event"] for one in deliveries], [events[-1]["id"]])
        number = deliveries[0]["id"]
        replayed = self.post(f"/webhook-deliveries/{number}/replay", None, 200)
        self.assertEqual(replayed["state"], "pending")
        since = {"since": "2020-01-01T00:00:00Z"}
        self.assertEqual(self.post(f"{path}/replay", since, 200)["messages"], 1)
        self.assertEqual(self.call("DELETE", path).status_code, 204)
        self.assertProblem(self.call("GET", path), 404, "not_found")
        answer = self.call("POST", "/webhook-endpoints", {"name": "x", "url": "https://x\0"})
        self.assertProblem(answer, 422, "invalid")
        for url in ("http://crm.example/", "https://crm.example:22/"):
            answer = self.call("POST", "/webhook-endpoints", {"name": "x", "url": url})
            self.assertProblem(answer, 422, "refused")

    def test_secrets_are_read_by_no_field(self):
        manager = new_test_user(self.env, "api_boss", "cn285_contract.group_billing_manager")
        with self.assertRaises(AccessError):
            self.endpoint.with_user(manager).read(["secret"])
        shown = self.endpoint.with_user(manager).action_show_secret()
        self.assertEqual(shown["context"]["default_key"], self.endpoint.sudo().secret)
        seller = new_test_user(self.env, "api_seller", "cn285_contract.group_contract_user")
        with self.assertRaises(AccessError):
            self.endpoint.with_user(seller).action_show_secret()
