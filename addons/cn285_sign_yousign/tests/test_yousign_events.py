"""The webhook: signed by a provider's secret, or 403 and nothing changes; each event once."""

from datetime import timedelta

from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, mute_logger, new_test_user, tagged

from .common import YousignCase

URL = "/sign/yousign/webhook"


@tagged("post_install", "-at_install")
class TestYousignEvents(YousignCase, HttpCase):
    def setUp(self):
        super().setUp()
        self.request = self._asked()
        self.event = self.server.hooks.waiting[-1]

    def _post(self, body=None, **headers):
        with mute_logger("odoo.http", "odoo.addons.cn285_sign_yousign.controllers.webhook"):
            body = self.server.hooks.body(self.event) if body is None else body
            return self.url_open(URL, data=body, headers=headers, timeout=30)

    def _signed(self, body, sign=True):
        return self._post(body, **self.server.hooks.headers(body, sign))

    def _kept(self):
        self.env.invalidate_all()
        return self.env["cn285.yousign.event"].search([])

    def test_not_signed(self):
        self._sign_there(self.request)
        body = self.server.hooks.body(self.server.hooks.waiting[-1])
        good = self.server.hooks.headers(body)["X-Yousign-Signature-256"]
        with trap_jobs() as trap:
            self.assertEqual(self._post(body).status_code, 403)
            for header in (
                "",
                "sha256=",
                "nonsense",
                good[7:],
                good[:-1],
                good.upper(),
                "sha256=é",
            ):
                headers = {"X-Yousign-Signature-256": header.encode("latin-1")}
                self.assertEqual(self._post(body, **headers).status_code, 403, header)
            self.assertEqual(self._signed(body, "wrong secret").status_code, 403)
            headers = {"X-Yousign-Signature-256": good}
            self.assertEqual(self._post(body + b" ", **headers).status_code, 403)
            for nonsense in (b"\xff", b"[" * 10_000):
                self.assertEqual(self._signed(nonsense, "wrong").status_code, 403)
            trap.assert_jobs_count(0)
        self.assertFalse(self._kept())
        self.assertEqual((self.request.state, self.request.contract_id.state), ("sent", "draft"))

    def test_without_a_secret_nothing_is_believed(self):
        body = self.server.hooks.body(self.event)
        for secret in (False, "", "  "):
            self.yousign.yousign_webhook_secret = secret
            for sign in ("  ", self.account.webhook_secret):
                self.assertEqual(self._signed(body, sign).status_code, 403)
        self.assertFalse(self._kept())

    def test_signed_nonsense(self):
        for body in (b"[]", b"no json", b"{}", b'{"event_id": 1}'):
            self.assertEqual(self._signed(body).status_code, 400, body)
        self.assertEqual(self._signed(b"x" * 1_000_001).status_code, 413)
        self.assertFalse(self._kept())

    def test_twice_is_once(self):
        body = self.server.hooks.body(self.event)
        calls = len(self.server.calls)
        with self._with_jobs() as trap:
            for _time in range(3):
                answer = self._signed(body)
                self.assertEqual((answer.status_code, answer.text), (200, '""'))
            self.assertEqual(self.server.calls[calls:], [], "it is answered at once")
            trap.assert_jobs_count(1)
        [kept] = self._kept()
        self.assertEqual((kept.state, kept.event_id), ("done", self.event["event_id"]))
        self.assertEqual((kept.request_id, kept.company_id), (self.request, self.company))
        self.assertEqual(kept.made_at.timestamp(), int(self.event["event_time"]))

    def test_an_event_is_not_believed_for_what_it_holds(self):
        """Signed by the secret, it says done; Yousign, asked, says it is not."""
        said = {**self.event, "event_name": "signature_request.done"}
        said["data"] = {
            "signature_request": {**said["data"]["signature_request"], "status": "done"}
        }
        with self._with_jobs():
            self._signed(self.server.hooks.body(said))
        self.assertEqual((self.request.state, self.request.contract_id.state), ("sent", "draft"))

    def test_of_the_other_environment(self):
        with trap_jobs() as trap:
            body = self.server.hooks.body(self.event, sandbox=False)
            self.assertEqual(self._signed(body).status_code, 200)
            trap.assert_jobs_count(0)
        self.assertEqual(self._kept().state, "ignored")

    def test_about_no_request_of_ours(self):
        foreign = {"id": "x", "external_id": "y"}
        for number, about in enumerate((foreign, {}, {"id": self.request.yousign_id + "0"})):
            event = {**self.event, "event_id": str(number), "data": {"signature_request": about}}
            with trap_jobs() as trap:
                self.assertEqual(self._signed(self.server.hooks.body(event)).status_code, 200)
                trap.assert_jobs_count(0)
        self.assertEqual(set(self._kept().mapped("state")), {"ignored"})

    def test_the_provider_whose_secret_it_is(self):
        """Another company's secret says nothing of this company's requests."""
        other = self.env["res.company"].create({"name": "Elsewhere"})
        theirs = self.env["cn285.sign.provider"].create(
            {
                "name": "Theirs",
                "code": "yousign",
                "company_id": other.id,
                "yousign_api_key": "k",
                "yousign_webhook_secret": "theirs",
            }
        )
        body = self.server.hooks.body(self.event)
        self._signed(body, "theirs")
        kept = self._kept()
        self.assertEqual((kept.provider_id, kept.state), (theirs, "ignored"))
        with self._with_jobs():
            self._signed(body)
        self.assertEqual(self._kept()[0].request_id, self.request)

    def test_events_as_the_server_sends_them(self):
        """Doubled and backwards, through the webhook itself."""
        self._sign_there(self.request)
        self.server.hooks.url = URL
        with self._with_jobs():
            statuses = self.server.hooks.deliver(
                times=2, order=reversed, post=lambda url, **values: self.url_open(url, **values)
            )
        self.assertEqual(set(statuses), {200})
        self.assertEqual(len(self._kept()), len(statuses) // 2)
        self.assertEqual((self.request.state, self.request.contract_id.state), ("signed", "active"))

    def test_who_sees_them(self):
        self._signed(self.server.hooks.body(self.event))
        kept = self._kept()
        manager = new_test_user(self.env, "yousign_manager", "cn285_contract.group_billing_manager")
        kept.with_user(manager).read(["name", "state", "message"])
        for values in ({"state": "done"}, {"message": "x"}):
            with self.assertRaises(AccessError):
                kept.with_user(manager).write(values)
        with self.assertRaises(AccessError):
            kept.with_user(manager).unlink()
        for groups in ("cn285_contract.group_contract_user", "base.group_portal"):
            user = new_test_user(self.env, f"yousign_{groups[-6:]}", groups)
            with self.assertRaises(AccessError):
                kept.with_user(user).read(["name"])

    def test_lost_work_is_ordered_again_and_old_events_go(self):
        with trap_jobs():
            self._signed(self.server.hooks.body(self.event))
        kept = self._kept()
        with self._with_jobs() as trap:
            kept._cron_lost()
            trap.assert_jobs_count(0)
        kept._inside().write({"received_at": kept.received_at - timedelta(hours=2)})
        with self._with_jobs():
            kept._cron_lost()
        self.assertEqual(kept.state, "done")
        kept._gc_worked()
        self.assertTrue(kept.exists())
        kept._inside().write({"received_at": kept.received_at - timedelta(days=400)})
        kept._gc_worked()
        self.assertFalse(kept.exists())
