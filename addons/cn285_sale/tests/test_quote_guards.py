"""What was sent stays as it was sent, and what changes a contract is its customer's alone."""

from datetime import date

from freezegun import freeze_time
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .amendment_common import AmendmentCase
from .common import QuoteCase


@tagged("post_install", "-at_install")
@freeze_time("2026-01-05 09:00:00")
class TestSentQuotes(QuoteCase):
    """By the seller, past his screen."""

    def test_what_the_customer_reads_is_not_edited(self):
        order = self._quote()
        order.action_quotation_sent()
        line = order.order_line[0]
        tries = {
            "price": lambda: line.write({"price_unit": 999.0}),
            "quantity": lambda: line.write({"product_uom_qty": 50.0}),
            "a line more": lambda: order.write(
                {"order_line": [Command.create({"product_id": self.subscription.id})]}
            ),
            "a line less": lambda: line.unlink(),
            "terms": lambda: order.write({"commitment_length": 60}),
            "start": lambda: order.write({"cn285_date_start": "2026-02-01"}),
            "a step": lambda: self._step(line, months=3, quantity=9.0),
            "a discount": lambda: line.write(
                {"cn285_discount_ids": [Command.create({"month_from": 1, "percent": 50.0})]}
            ),
        }
        for name, attempt in tries.items():
            words = "make a new version"
            with (
                self.subTest(name),
                self.assertRaisesRegex(UserError, words),
                self.env.cr.savepoint(),
            ):
                attempt()
        self.assertEqual(line.price_unit, 31.0)
        order.write({"client_order_ref": "PO 7"})  # what he is told in passing is written down
        new = self.env["sale.order"].browse(order.action_cn285_new_version()["res_id"])
        new.with_user(self.seller).order_line[0].price_unit = 29.0
        self.assertEqual(new.order_line[0].price_unit, 29.0)

    def test_states_change_by_their_buttons(self):
        order = self._quote()
        for state in ("sale", "cancel"):
            with self.subTest(state), self.assertRaisesRegex(UserError, "by its buttons"):
                order.write({"state": state})
        with self.assertRaisesRegex(UserError, "by its buttons"):
            self._quote(state="sale")
        order.action_confirm()
        self.assertEqual((order.state, order.cn285_activation), ("sale", "done"))
        with self.assertRaisesRegex(UserError, "by its buttons"):
            order.write({"state": "draft"})
        other = self._quote()
        other._action_cancel()
        other.action_draft()
        self.assertEqual(other.state, "draft")

    def test_no_call_gives_the_door(self):
        order = self._quote()
        with self.assertRaises(UserError):
            order.with_context(cn285_quote_door=True).write({"state": "sale"})

    def test_who_signed_is_not_written_by_hand(self):
        order = self._quote()
        order.action_quotation_sent()
        for vals in ({"signed_by": "Somebody"}, {"signed_on": "2026-01-05 09:00:00"}):
            with self.subTest(vals), self.assertRaisesRegex(UserError, "noted by the program"):
                order.write(vals)

    def test_what_the_program_keeps_is_refused_in_words(self):
        """The model and the field are named; what was billed has no part in a quotation."""
        order = self._quote().with_user(self.seller)
        kept = "“MRR” of Sales Order is kept by the program: it follows from what is done"
        for records, vals, words in (
            (order, {"cn285_mrr": 5.0}, kept),
            (order.order_line, {"cn285_base": {"line": {}}}, "amend the contract by a quotation"),
        ):
            with self.subTest(words), self.assertRaisesRegex(UserError, words):
                records.write(vals)

    def test_nothing_is_sold_that_pays_the_customer(self):
        less = self._quote([{"product_uom_qty": -1.0}])
        paid = self._quote([{"price_unit": -5.0}])
        for order, words in ((less, "no negative quantity"), (paid, "less than nothing")):
            for attempt in (order.action_quotation_sent, order.action_confirm):
                with self.assertRaisesRegex(UserError, words):
                    attempt()
        both = self._quote([{}, {"price_unit": -5.0}])  # a discount as a line of its own
        both.action_confirm()
        self.assertEqual(both.sudo().cn285_contract_id.mrr_committed, 26.0)

    def _step(self, line, **values):
        values = {"quantity": line.product_uom_qty, "price_unit": line.price_unit, **values}
        return (
            self.env["cn285.quote.step"]
            .with_user(self.seller)
            .create({"order_id": line.order_id.id, "line_id": line.id, **values})
        )

    def test_one_step_a_day(self):
        order = self._quote()
        line = order.order_line[0]
        self._step(line, months=3, quantity=2.0)
        second = self._step(line, date="2026-04-10", quantity=40.0)
        with self.assertRaisesRegex(UserError, "two steps from 04/10/2026"):
            order.action_quotation_sent()
        second.date = date(2026, 5, 10)
        order.action_quotation_sent()
        self.assertEqual(order.state, "sent")

    def test_a_step_says_its_day_once_and_costs_something(self):
        line = self._quote().order_line[0]
        for vals, words in (
            ({"months": 3, "date": "2026-06-01"}, "not both"),
            ({"months": 3, "price_unit": -3.0}, "cannot become negative"),
        ):
            with self.subTest(vals), self.assertRaisesRegex(ValidationError, words):
                self._step(line, **vals)


@tagged("post_install", "-at_install")
@freeze_time("2026-01-16 09:00:00")
class TestAmendmentsHolder(AmendmentCase):
    """Nobody but the contract's customer is offered a change of it."""

    def test_the_customer_is_the_contracts(self):
        order = self._amend(self._running())
        other = self.env["res.partner"].create({"name": "Somebody Else"})
        with self.assertRaisesRegex(UserError, "its customer is the contract's"):
            order.partner_id = other
        order.sudo().partner_id = other  # as data of other programs might be
        order.order_line[0].product_uom_qty = 9
        for attempt in (order.action_quotation_sent, order.action_confirm):
            with self.assertRaisesRegex(UserError, "its customer is the contract's"):
                attempt()

    def test_a_running_items_line_stays_on_its_quotation(self):
        order = self._amend(self._running())
        orders = self.env["sale.order"].with_user(self.seller)
        draft = orders.create({"partner_id": self.customer.id})
        with self.assertRaisesRegex(UserError, "is an item of the contract"):
            order.order_line[0].order_id = draft
