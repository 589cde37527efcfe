"""The webhook: signed by one of the secrets, or 403 and nothing changes; each event once."""

import json
import time
from datetime import date

from odoo.addons.payment_stripe import const
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, mute_logger, new_test_user, tagged

from stripe_server import card_number
from stripe_server.webhooks import signature

from .common import StripeCase

URL = "/payment/stripe/webhook"


@tagged("post_install", "-at_install")
class TestStripeWebhook(StripeCase, HttpCase):
    def _event(self, transaction=None, kind="payment_intent.succeeded", **values):
        return {
            "id": "evt_1",
            "object": "event",
            "type": kind,
            "created": int(time.time()),
            "data": {
                "object": {
                    "id": "pi_1",
                    "object": "payment_intent",
                    "description": transaction and transaction.reference,
                    "status": "succeeded",
                    "amount": 12000,
                    "currency": "eur",
                    "payment_method": {"type": "card", "card": {"brand": "visa"}},
                    **values,
                }
            },
        }

    def _post(self, event, *secrets, age=0, header=None):
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        headers = {"Content-Type": "application/json"}
        if secrets:
            headers["Stripe-Signature"] = signature(body.decode(), secrets, int(time.time()) - age)
        if header is not None:
            headers["Stripe-Signature"] = header
        with mute_logger("odoo.http", "odoo.addons.cn285_payment_stripe.controllers.webhook"):
            return self.url_open(URL, data=body, headers=headers, timeout=30)

    def _declined(self):
        """An attempt whose transaction an event could mark as paid."""
        move = self._invoice(self._token(card_number("decline:insufficient_funds")))
        return move, self._collect(move).transaction_id

    def _kept(self):
        return self.env["cn285.stripe.event"].search([])

    def test_not_signed(self):
        move, transaction = self._declined()
        event = self._event(transaction)
        for arguments in (
            {},
            {"header": ""},
            {"header": "t=1"},
            {"header": f"t={int(time.time())},v1=0"},
            {"header": "nonsense"},
            {"header": "t=x,v1=y"},
            {"age": 601},
        ):
            secrets = [self.secret] if "age" in arguments else []
            self.assertEqual(self._post(event, *secrets, **arguments).status_code, 403, arguments)
        self.assertEqual(self._post(event, "whsec_wrong").status_code, 403)
        self.assertEqual(self._post(b"\xff\xfe", header="t=1,v1=2").status_code, 403)
        for header in ("t=1,v1=é".encode("latin-1"), "t=,v1=", "t=1", "v1=2", "t=9" * 40):
            self.assertEqual(self._post(event, header=header).status_code, 403, header)
        changed = signature(json.dumps(event), [self.secret], int(time.time()))
        event["data"]["object"]["amount"] = 1
        self.assertEqual(self._post(event, header=changed).status_code, 403)
        self.assertFalse(self._kept())
        self.assertEqual(transaction.state, "error")
        self.assertMoney(move.amount_residual, "120.00")

    def test_without_a_secret_nothing_is_believed(self):
        move, transaction = self._declined()
        self.provider.stripe_webhook_secret = False
        self.assertEqual(self._post(self._event(transaction)).status_code, 403)
        for secret in ("", " "):
            self.assertEqual(self._post(self._event(transaction), secret).status_code, 403)
        self.assertEqual(transaction.state, "error")
        self.assertMoney(move.amount_residual, "120.00")
        self.assertFalse(self._kept())

    def test_an_event_is_not_believed_for_what_it_holds(self):
        """Signed, but Stripe knows of no such intent: what is asked for decides."""
        _move, transaction = self._declined()
        with self._with_jobs():
            self.assertEqual(self._post(self._event(transaction), self.secret).status_code, 200)
        self.assertEqual(self._kept().state, "ignored")
        self.assertEqual(transaction.state, "error")

    def test_twice_is_once_and_any_signature_counts(self):
        event = self._event(kind="payment_method.updated")
        with self._with_jobs() as trap:
            self.assertEqual(self._post(event, "whsec_new", self.secret).status_code, 200)
            self.assertEqual(self._post(event, self.secret, "whsec_old").status_code, 200)
            self.assertEqual(self._post(event, self.secret, age=590).status_code, 200)
            trap.assert_jobs_count(1)
        kept = self._kept()
        self.assertEqual((kept.event_id, kept.event_type), ("evt_1", "payment_method.updated"))
        self.assertEqual(kept.provider_id, self.provider)
        self.assertEqual(kept.company_id, self.company)
        self.assertEqual(kept.object_id, "pi_1")

    def test_unknown_kinds_are_acknowledged(self):
        with self._with_jobs() as trap:
            answer = self._post(self._event(kind="invoice.finalized"), self.secret)
            trap.assert_jobs_count(0)
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(self._kept().state, "ignored")

    def test_signed_nonsense(self):
        for body in (b"[]", b"no json", b'{"id": 1}', b'{"data": []}'):
            self.assertEqual(self._post(body, self.secret).status_code, 400, body)
        self.assertFalse(self._kept())

    def test_the_provider_that_signed_it(self):
        """Another company's secret says nothing of this company's payments."""
        move = self._invoice(self._token(card_number("charge_then_drop")))
        attempt = self._collect(move)
        other = self.env["res.company"].create({"name": "Elsewhere"})
        theirs = self.provider.copy({"company_id": other.id, "state": "disabled"})
        theirs.write(
            {
                "stripe_secret_key": self.server.account.secret_key,
                "stripe_webhook_secret": "whsec_theirs",
            }
        )
        event = self.server.account.events[-1]
        self.assertEqual(event["type"], "payment_intent.succeeded")
        body = self.server.account.shown(event)
        with self._with_jobs():
            self.assertEqual(self._post(body, "whsec_theirs").status_code, 200)
        self.assertEqual(self._kept().provider_id, theirs)
        self.assertEqual(self._kept().state, "ignored")
        self.assertEqual(attempt.state, "unknown")
        with self._with_jobs():
            self.assertEqual(self._post(body, self.secret).status_code, 200)
        self.assertEqual(attempt.state, "done")
        self.assertPaid(move)
        self.assertCharged(move, 120.0)

    def test_events_from_the_server(self):
        """As it signs them, doubled and backwards, through the webhook itself."""
        self._at(date(2026, 1, 2))
        moves = [self._invoice(self._token(card_number("charge_then_500"))) for _ in range(3)]
        for move in moves:
            self._collect(move)
        self.server.hooks.roll(self.endpoint)

        def post(_url, data, headers, timeout):
            return self.url_open(URL, data=data, headers=headers, timeout=timeout)

        with self._with_jobs():
            statuses = self.server.hooks.deliver(times=2, order=reversed, post=post)
        self.assertEqual(set(statuses), {200})
        self.assertEqual(len(self._kept()), len(statuses) // 2)
        for move in moves:
            self.assertPaid(move)
            self.assertCharged(move, 120.0)
            self.assertEqual(len(self._attempts(move).transaction_id.payment_id), 1)

    # === THE WEBHOOK AT STRIPE === #

    def test_generate_and_update(self):
        for endpoint in self.server.account.all("webhook_endpoint"):
            del self.server.account.objects[endpoint["id"]]
        self.provider.stripe_webhook_secret = False
        self.provider.action_stripe_create_webhook()
        [endpoint] = self.server.account.all("webhook_endpoint")
        self.assertEqual(self.provider.stripe_webhook_secret, endpoint["secret"])
        told = set(endpoint["enabled_events"])
        self.assertLess(set(const.HANDLED_WEBHOOK_EVENTS), told)
        self.assertLess({"charge.dispute.created", "mandate.updated"}, told)
        endpoint["enabled_events"] = list(const.HANDLED_WEBHOOK_EVENTS)
        self.provider.action_stripe_create_webhook()
        self.assertEqual(len(self.server.account.all("webhook_endpoint")), 1)
        self.assertEqual(set(endpoint["enabled_events"]), told)
        self.assertEqual(self.provider.stripe_webhook_secret, endpoint["secret"])

    # === WHO SEES THEM === #

    def test_access(self):
        self._post(self._event(kind="invoice.finalized"), self.secret)
        kept = self._kept()
        manager = new_test_user(self.env, "stripe_manager", "cn285_contract.group_billing_manager")
        kept.with_user(manager).read(["event_type", "state"])
        for values in ({"state": "done"}, {"message": "x"}):
            with self.assertRaises(AccessError):
                kept.with_user(manager).write(values)
        with self.assertRaises(AccessError):
            kept.with_user(manager).unlink()
        for groups in ("cn285_contract.group_contract_user", "base.group_portal"):
            user = new_test_user(self.env, f"stripe_{groups[-6:]}", groups)
            with self.assertRaises(AccessError):
                kept.with_user(user).read(["event_type"])
            with self.assertRaises(AccessError):
                kept.with_user(user).action_work_again()

    def test_old_events_go(self):
        for number, kind in enumerate(("invoice.finalized", "payment_method.updated")):
            event = {**self._event(kind=kind), "id": f"evt_{number}"}
            with trap_jobs():
                self._post(event, self.secret)
        self._kept()._gc_worked()
        self.assertEqual(len(self._kept()), 2)
        self.env.cr.execute(
            "UPDATE cn285_stripe_event SET received_at = received_at - interval '2 years'"
        )
        self._kept().invalidate_recordset()
        self._kept()._gc_worked()
        # What was never worked stays to be seen.
        self.assertEqual(self._kept().event_type, "payment_method.updated")

    def test_lost_work_is_ordered_again(self):
        with trap_jobs():
            self._post(self._event(kind="payment_method.updated"), self.secret)
        kept = self._kept()
        with self._with_jobs() as trap:
            kept._cron_lost()
            trap.assert_jobs_count(0)
        self.env.cr.execute(
            "UPDATE cn285_stripe_event SET received_at = received_at - interval '2 hours'"
        )
        kept.invalidate_recordset()
        with self._with_jobs():
            kept._cron_lost()
        self.assertEqual(kept.state, "ignored")
