"""Steps that are signed with a quotation change the contract on their days, to the cent."""

from datetime import date

from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .amendment_common import AmendmentCase


@tagged("post_install", "-at_install")
@freeze_time("2026-01-05 09:00:00")
class TestRamp(AmendmentCase):
    def _ramped(self, steps, line=None, **values):
        """A quotation of five seats at 10.00 a month from 10 January, with steps."""
        line = {
            "product_id": self.seats.id,
            "price_unit": 10.0,
            "product_uom_qty": 5,
            **(line or {}),
        }
        order = self._quote([{"billing_type": "fixed", **line}], **values)
        self._step(order, steps)
        return order

    def _step(self, order, steps, line=None):
        line = line or order.order_line[0]
        for step in steps:
            step = {"quantity": 5, "price_unit": 10.0, **step}
            order.cn285_step_ids = [Command.create({"line_id": line.id, **step})]

    def _billed(self, contract, until):
        with freeze_time(f"{until} 09:00:00"):
            self._bill(until, contract_ids=[Command.set(contract.ids)])
        rows = contract.schedule_ids.filtered("move_id")
        return self._cents(sum(rows.mapped("amount")))

    def test_new_contract(self):
        """Five seats, ten from 10 April, twenty at 9.00 from 10 July.

        3 × 50.00 + 3 × 100.00 + 6 × 180.00 = 1,530.00 in the first year.
        """
        order = self._ramped(
            [
                {"months": 3, "quantity": 10},
                {"date": date(2026, 7, 10), "quantity": 20, "price_unit": 9.0},
            ]
        )
        self.assertMoney(order.cn285_mrr, "50.00")
        self.assertMoney(order.cn285_tcv, "1530.00")
        self.assertEqual(
            order._cn285_mrr_steps(),
            [(date(2026, 1, 10), 50.0), (date(2026, 4, 10), 100.0), (date(2026, 7, 10), 180.0)],
        )
        self.assertEqual(order.cn285_step_ids.mapped("mrr"), [100.0, 180.0])
        said = self._said(order)
        self.assertIn("180.00", said["From 07/10/2026"])
        self.assertIn("20 at", said["Seats, from 07/10/2026"])
        order.action_quotation_sent()
        order.action_confirm()
        self.assertEqual(order.cn285_activation, "done", order.cn285_activation_error)
        contract = order.sudo().cn285_contract_id
        self.assertEqual(
            [
                (one.type, one.date_effective.isoformat(), one.state)
                for one in contract.change_ids.sorted("id")
            ],
            [
                ("quantity", "2026-04-10", "scheduled"),
                ("quantity", "2026-07-10", "scheduled"),
                ("price", "2026-07-10", "scheduled"),
            ],
        )
        self.assertEqual(self._billed(contract, date(2026, 3, 10)), "150.00")
        self.assertEqual(self._billed(contract, date(2026, 6, 10)), "450.00")
        self.assertEqual(self._billed(contract, date(2026, 12, 10)), "1530.00")

    def test_step_within_a_period(self):
        """Ten seats from 25 January, in the period of 10 January to 9 February: 31 days.

        50.00 × 15/31 + 100.00 × 16/31 = 24.19 + 51.61 = 75.80; the first invoice says so.
        """
        order = self._ramped([{"date": date(2026, 1, 25), "quantity": 10}])
        self.assertMoney(order.cn285_tcv, "1175.80")  # and 11 × 100.00
        order.action_confirm()
        contract = order.sudo().cn285_contract_id
        self.assertEqual(self._billed(contract, date(2026, 1, 25)), "75.80")

    def test_years(self):
        """Prices by year: 10.00, then 9.00, then 8.00 a seat; 3 years: 600 + 540 + 480."""
        order = self._ramped(
            [{"months": 12, "price_unit": 9.0}, {"months": 24, "price_unit": 8.0}],
            term_length=36,
        )
        self.assertMoney(order.cn285_tcv, "1620.00")
        order.action_confirm()
        kinds = order.sudo().cn285_change_ids.sorted("id").mapped("type")
        self.assertEqual(kinds, ["price", "price"])

    def test_day_of_acceptance(self):
        """Months count from the day on which it is accepted, where no start was agreed."""
        order = self._ramped([{"months": 1, "quantity": 6}], cn285_date_start=False)
        with freeze_time("2026-01-20 09:00:00"):
            order.action_confirm()
        self.assertEqual(order.sudo().cn285_change_ids.date_effective, date(2026, 2, 20))

    def test_once(self):
        order = self._ramped([{"months": 1, "quantity": 6}])
        order.action_confirm()
        order._cn285_activate()
        order.sudo()._cn285_plan_steps()
        self.assertEqual(len(order.sudo().cn285_change_ids), 1)

    def test_amendment(self):
        """Seats of a contract: 6 from February, 8 from March; support 15.00, 12.00 in April.

        February 60.00 + 31.00 + 15.00 = 106.00, March 80.00 + 46.00 = 126.00, April 123.00.
        """
        contract = self._running()
        order = self._amend(contract, cn285_date_effective=date(2026, 2, 1))
        order.order_line[0].product_uom_qty = 6
        order.order_line = [
            Command.create({"product_id": self.support.id, "billing_type": "fixed"})
        ]
        self._step(order, [{"date": date(2026, 3, 1), "quantity": 8}])
        support = self._line(order, self.support)
        self._step(order, [{"months": 2, "quantity": 1, "price_unit": 12.0}], support)
        self.assertEqual([mrr for _day, mrr in order._cn285_mrr_steps()], [106.0, 126.0, 123.0])
        order.action_quotation_sent()
        order.action_confirm()
        self.assertEqual(order.cn285_activation, "done", order.cn285_activation_error)
        self.assertEqual(self._billed(contract, date(2026, 2, 1)), "187.00")
        self.assertEqual(self._billed(contract, date(2026, 3, 1)), "313.00")
        self.assertEqual(self._billed(contract, date(2026, 4, 1)), "436.00")

    def test_amendment_of_another_product(self):
        """Hosting goes to its better today, which costs 60.00 from March."""
        contract = self._running()
        order = self._amend(contract)
        hosting = order.order_line[1]
        hosting.product_id = self.better
        self._step(order, [{"date": date(2026, 3, 1), "quantity": 1, "price_unit": 60.0}], hosting)
        order.action_confirm()
        self.assertEqual(order.cn285_activation, "done", order.cn285_activation_error)
        states = order.sudo().cn285_change_ids.sorted("id")
        self.assertEqual(
            [(one.type, one.state) for one in states],
            [("upsell", "applied"), ("price", "scheduled")],
        )
        self.assertEqual(states[1].item_id, states[0].result_item_id)

    def test_versions_keep_steps(self):
        order = self._ramped([{"months": 1, "quantity": 6}])
        order.action_quotation_sent()
        second = order.browse(order.action_cn285_new_version()["res_id"])
        self.assertEqual(second.cn285_step_ids.line_id, second.order_line)
        self.assertEqual(second.cn285_step_ids.quantity, 6.0)

    def test_refused(self):
        order = self._ramped([{"date": date(2026, 1, 10), "quantity": 6}])
        with self.assertRaisesRegex(UserError, "before the start"):
            order.action_confirm()
        order.cn285_step_ids.unlink()
        for values in ({}, {"months": 1, "quantity": -1}, {"months": 1, "discount": 101}):
            with self.assertRaises(ValidationError):
                self._step(order, [values])
        other = self._quote()
        with self.assertRaises(ValidationError):
            self._step(order, [{"months": 1}], other.order_line[0])

    def test_agreed_stays_and_sellers_see_their_own(self):
        order = self._ramped([{"months": 1, "quantity": 6}])
        other = new_test_user(self.env, "quote_other", "sales_team.group_sale_salesman")
        with self.assertRaises(AccessError):
            order.cn285_step_ids.with_user(other).read(["quantity"])
        order.action_confirm()
        with self.assertRaisesRegex(UserError, "was accepted"):
            order.cn285_step_ids.quantity = 7
        with self.assertRaisesRegex(UserError, "was accepted"):
            order.cn285_step_ids.unlink()

    def test_printed(self):
        order = self._ramped([{"months": 1, "quantity": 6}])
        document = order._cn285_document()
        said = "\n".join(text for note in document.notes for text in note.paragraphs)
        self.assertIn("Seats, from 02/10/2026: 6 at", said.replace("\u00a0", " "))
        self.assertIn("60.00", said)
