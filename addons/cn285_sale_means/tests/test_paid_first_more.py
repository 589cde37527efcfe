"""Changes that are paid first: kinds, days, roles, approval, and what comes between."""

import json
import re
from datetime import date

from odoo.addons.cn285_contract.models.clock import imagining
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .paid_first_common import PaidFirstCase


@tagged("post_install", "-at_install")
class TestPaidFirstMore(PaidFirstCase):
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
