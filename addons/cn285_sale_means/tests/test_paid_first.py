"""A customer's own change is paid before it takes effect: once, or it is not made."""

import json
import re
from datetime import date

from odoo.addons.cn285_contract.models.clock import imagining
from odoo.addons.cn285_payment.tests.collection.common import CollectionCase
from odoo.addons.cn285_sale.tests.customer_common import TODAY, CustomerCase
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

QUANTITY = {"kind": "quantity", "quantity_max": 10.0, "paid_first": True}


@tagged("post_install", "-at_install")
class TestPaidFirst(CustomerCase):
    """Two units of 31.00 in March, billed; the 16th leaves 16 of 31 days; 20 % of VAT."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.provider = CollectionCase._provider.__func__(cls)
        cls.seller = new_test_user(
            cls.env, "hand_seller", "cn285_contract.group_billing_manager", lang="en_US"
        )
        cls.options.item_ids.alignment = "anniversary"
        cls._allow(
            QUANTITY,
            {"kind": "upgrade", "paid_first": True},
            {"kind": "downgrade", "paid_first": True},
            {
                "kind": "add",
                "paid_first": True,
                "offered_ids": [Command.set(cls.options.item_ids.ids)],
            },
        )
        cls.contract = cls._contract(user_id=cls.seller.id)
        cls.item = cls.contract.item_ids
        cls.before = cls.contract.invoice_ids

    def _more(self, quantity="5", **values):
        """Ask for a quantity, agree, and be led to where it is paid: the change, its prepayment."""
        values = {"item": self.item.id, "quantity": quantity, **values}
        page = self._preview(self.contract, "quantity", **values)
        self._landed = self._confirm(self.contract, "quantity", page)
        self.env.invalidate_all()
        change = self.contract.change_ids.sorted("id")[-1:]
        return change, change.prepayment_ids

    def _rpc(self, route, **params):
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": params})
        headers = {"Content-Type": "application/json"}
        return self.url_open(route, data=body, headers=headers).json()

    def _begin(self, prepayment, amount):
        return self._rpc(
            f"/my/prepayments/{prepayment.id}/transaction",
            provider_id=self.provider.id,
            payment_method_id=self.method.id,
            token_id=None,
            amount=amount,
            flow="direct",
            tokenization_requested=False,
            landing_route="/my",
            is_validation=False,
            access_token=prepayment.access_token,
        )

    def _tell(self, begun, state="done"):
        """The provider tells what became of it."""
        self._rpc(
            "/payment/demo/simulate_payment",
            reference=begun["result"]["reference"],
            simulated_state=state,
            payment_details="4242",
        )
        self._rpc("/payment/status/poll")
        self.env.invalidate_all()

    def _pay(self, prepayment, amount=57.6, state="done"):
        self._tell(self._begin(prepayment, amount), state)
        if state == "done":
            prepayment._job_advance()
        self.env.invalidate_all()

    def _new_invoices(self):
        return self.contract.invoice_ids - self.before

    # === PAID, AND MADE === #

    def test_paid_and_then_made(self):
        """Three more: 48.00, 57.60 with VAT, to pay first; told twice it is made once."""
        page = self._preview(self.contract, "quantity", item=self.item.id, quantity="5")
        self.assertIn("57.60", self._said(page, "change_pays_first"))
        self.assertNotIn('id="change_pays"', page)
        change, prepayment = self._more()
        self.assertIn(f"/my/prepayments/{prepayment.id}", self._landed.url)
        self.assertIn("57.60", self._landed.text)
        self.assertEqual((change.state, self.item.quantity), ("draft", 2.0))
        self.assertIn("waits for your payment", self._get(self.contract).text)
        self.assertIn("takes effect as soon as you have paid", self.url_open("/my").text)
        # Not for less than is asked.
        self.assertIn("has changed", json.dumps(self._begin(prepayment, 1.0)["error"]))
        begun = self._begin(prepayment, 57.6)
        for _time in range(2):
            self._tell(begun)
            prepayment._job_advance()
        self.env.invalidate_all()
        self.assertEqual((prepayment.state, change.state), ("done", "applied"), prepayment.message)
        self.assertEqual((self.item.quantity, change.date_effective), (5.0, TODAY))
        [move] = self._new_invoices()
        self.assertMoney(move.amount_total, "57.60")
        self.assertMoney(move.amount_residual, "0.00")
        self.assertMoney(prepayment.credit_left, "0.00")
        self.assertMoney(sum(change.schedule_ids.mapped("amount")), "48.00")
        self.assertIn("Your change is made", self.url_open(prepayment._page()).text)

    def test_what_each_kind_asks_for(self):
        """An upgrade 32.00; a service by its own month, 31.00, whole; what is credited: nothing."""
        for kind, values, asked in (
            ("upgrade", {"item": self.item.id, "product": self.premium.id}, "38.40"),
            ("add", {"service": self.options.item_ids.id, "quantity": "1"}, "37.20"),
            ("downgrade", {"item": self.item.id, "product": self.basic.id}, None),
        ):
            with self.subTest(kind):
                page = self._preview(self.contract, kind, **values)
                self.assertIn("change_confirm", page)
                found = re.search(r'id="change_pays_first".*?([0-9]+\.[0-9]+)', page, re.DOTALL)
                self.assertEqual(found and found.group(1), asked)
        page = self._preview(self.contract, "add", service=self.options.item_ids.id, quantity="1")
        self._confirm(self.contract, "add", page)
        prepayment = self.contract.change_ids.prepayment_ids
        self._pay(prepayment, 37.2)
        self.assertEqual(self.contract.change_ids.state, "applied", prepayment.message)
        [move] = self._new_invoices()
        self.assertMoney(move.amount_residual, "0.00")
        self.assertMoney(move.amount_total, "37.20")

    def test_what_is_not_due_now_waits_for_no_payment(self):
        """Less, and a later day: made, and planned, as ever."""
        page = self._preview(self.contract, "quantity", item=self.item.id, quantity="1")
        self._confirm(self.contract, "quantity", page)
        self.assertEqual((self.item.quantity, self.contract.change_ids.state), (1.0, "applied"))
        change, prepayment = self._more("3", date="2026-04-01")
        self.assertEqual((change.state, len(prepayment)), ("scheduled", 0))

    # === NOT PAID, NOT MADE === #

    @mute_logger("odoo.addons.payment.models.payment_transaction")
    def test_refused_and_never_paid(self):
        change, prepayment = self._more()
        self._pay(prepayment, state="error")
        self.assertEqual((change.state, prepayment.state), ("draft", "open"))
        self.assertEqual(self.item.quantity, 2.0)
        prepayment.sudo()._inside().write({"expiry": date(2026, 3, 15)})
        self.env["cn285.prepayment"]._cron_prepayments()
        self.assertEqual((change.state, prepayment.state), ("cancelled", "expired"))
        self.assertFalse(self._new_invoices())

    def test_another_one_takes_the_place_of_what_was_not_paid(self):
        first, one = self._more()
        second, other = self._more("4")
        self.assertEqual((first.state, one.state), ("cancelled", "cancelled"))
        self.assertEqual((second.state, other.state), ("draft", "open"))
        # 2 × 31.00 × 16 / 31, with VAT
        self.assertMoney(other.amount, "38.40")
        self._tell(self._begin(other, 38.4), "pending")
        page = self._preview(self.contract, "quantity", item=self.item.id, quantity="3")
        self.assertIn("on its way", self._said(page, "change_error"))

    @mute_logger("odoo.http")
    def test_who_may_only_look_does_not_pay(self):
        change, prepayment = self._more()
        self._be("hand_viewer")
        self.assertNotIn("as soon as you have paid", self.url_open("/my").text)
        error = json.dumps(self._begin(prepayment, 57.6)["error"])
        self.assertIn("ask the administrator", error)
        self.assertFalse(prepayment.transaction_ids)
        self.assertEqual(change.state, "draft")

    # === PAID, AND NOT MADE: NOTHING IS LOST === #

    def test_a_change_that_fails_keeps_the_payment(self):
        """The service was ended meanwhile: the seller is told, and gives the money back."""
        change, prepayment = self._more()
        begun = self._begin(prepayment, 57.6)
        self.item.with_user(self.seller).action_end(date(2026, 3, 15))
        self._tell(begun)
        prepayment._job_advance()
        self.env.invalidate_all()
        self.assertEqual((change.state, prepayment.state), ("draft", "paid"))
        self.assertTrue(prepayment.message)
        self.assertMoney(prepayment.credit_left, "57.60")
        activity = self.contract.activity_ids
        self.assertIn("could not be made", activity.summary)
        self.assertEqual(activity.user_id, self.seller)
        # Given up by the seller, it is to be given back; nothing was invoiced.
        change.with_user(self.seller).action_cancel()
        self.assertEqual(prepayment.state, "to_return")
        self.assertFalse(self._new_invoices().filtered("amount_residual"))

    def test_taken_back_while_it_is_being_paid(self):
        change, prepayment = self._more()
        begun = self._begin(prepayment, 57.6)
        change.with_user(self.seller).action_cancel()
        self._tell(begun)
        prepayment._job_advance()
        self.env.invalidate_all()
        self.assertEqual((change.state, prepayment.state), ("cancelled", "to_return"))
        self.assertEqual(self.item.quantity, 2.0)
        self.assertMoney(prepayment.credit_left, "57.60")

    def test_paid_a_day_later(self):
        """From the 17th: 3 × 31.00 × 15 / 31 = 45.00, 54.00 with VAT; 3.60 stay to his credit."""
        change, prepayment = self._more()
        begun = self._begin(prepayment, 57.6)
        companies = type(self.env["res.company"])
        self.patch(companies, "_cn285_today", lambda self: imagining() or date(2026, 3, 17))
        self._tell(begun)
        prepayment._job_advance()
        self.env.invalidate_all()
        self.assertEqual((change.state, prepayment.state), ("applied", "done"), prepayment.message)
        self.assertEqual(change.date_effective, date(2026, 3, 17))
        [move] = self._new_invoices()
        self.assertMoney(move.amount_total, "54.00")
        self.assertMoney(move.amount_residual, "0.00")
        self.assertMoney(prepayment.credit_left, "3.60")

    # === AFTER AN APPROVAL === #

    def test_approved_and_then_paid(self):
        """The company decides first; then a link is mailed, and nothing is approved again."""
        self.template.approval_ids = [
            Command.create({"type": "quantity", "amount": 40.0, "customers_only": True})
        ]
        change, prepayment = self._more()
        self.assertEqual((change.state, len(prepayment)), ("to_approve", 0))
        change.with_user(self.seller).action_approve()
        prepayment = change.prepayment_ids
        self.assertEqual((change.state, prepayment.state), ("draft", "open"))
        mail = self.env["mail.mail"].search([("model", "=", "cn285.prepayment")], limit=1)
        self.assertEqual(mail.res_id, prepayment.id)
        self.assertIn("waits for its payment", mail.subject)
        self._pay(prepayment)
        self.assertEqual((change.state, self.item.quantity), ("applied", 5.0), prepayment.message)
        self.assertEqual(change.approved_by, self.seller)
