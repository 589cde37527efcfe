"""The year after: an amendment is signed, a renewal declined, and the contract renews by itself."""

from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from .test_story import BrowserStoryCase


@tagged("post_install", "-at_install")
class TestStoryOfAYear(BrowserStoryCase):
    def test_a_year(self):
        contract = self._sold()
        # 8 × 10.00 + 31.00 + 15.00 = 126.00, with VAT 151.20.
        self._months(contract, [date(2026, month, 10) for month in (2, 3, 4)], "151.20")
        self._amended(contract)
        # Until 9 May, 15 of 30 days: 4 seats × 10.00 are 20.00, support gives back 7.50: 12.50.
        self._months(contract, [date(2026, 4, 25)], "15.00")
        # 12 × 10.00 + 31.00 = 151.00
        self._months(contract, [date(2026, month, 10) for month in (5, 6)], "181.20")
        # From 10 July on 20 × 9.00 + 31.00 = 211.00.
        self._months(contract, [date(2026, month, 10) for month in range(7, 12)], "253.20")
        self._declined(contract)
        self._months(contract, [date(2026, 12, 10)], "253.20")
        # 280.00 + 3 × 126.00 + 12.50 + 2 × 151.00 + 6 × 211.00 = 2,238.50.
        self.assertMoney(sum(contract.invoice_ids.mapped("amount_untaxed")), "2238.50")
        self.assertMoney(sum(contract.invoice_ids.mapped("amount_total")), "2686.20")
        # Tacitly renewed, 2 % more: 20 × 9.18 + 31.62 = 215.22, with VAT 258.26.
        self._months(contract, [date(2027, 1, 10)], "258.26")
        self.assertEqual((contract.term_number, contract.term_end), (1, date(2028, 1, 9)))
        self.assertEqual(contract.state, "active")
        with self._at(date(2027, 1, 10)):
            self.env.invalidate_all()  # worked out anew, on that day
            self.assertMoney(contract.mrr_committed, "215.22")

    def _amended(self, contract):
        """From 25 April: 12 seats, no support; 20 seats at 9.00 from 10 July. Signed."""
        with self._at(date(2026, 4, 20)):
            action = contract.with_user(self.seller).action_cn285_amend()
            order = self.env["sale.order"].with_user(self.seller).browse(action["res_id"])
            order.cn285_date_effective = date(2026, 4, 25)
            seats, _hosting, support = order.order_line
            seats.product_uom_qty = 12.0
            support.product_uom_qty = 0.0
            step = {"date": date(2026, 7, 10), "quantity": 20.0, "price_unit": 9.0}
            order.cn285_step_ids = [Command.create({"line_id": seats.id, **step})]
            order.action_quotation_sent()
            # 20.00 and −7.50 until 9 May; what the step brings comes in July.
            self.assertMoney(order._cn285_play()["amount"], "12.50")
        self._sign_online(date(2026, 4, 22), order, "cn285_sale_story_amendment_tour")
        self.assertEqual((order.state, order.cn285_activation), ("sale", "done"))
        self.assertEqual(order.signed_by, "Camille Martin")

    def _declined(self, contract):
        """Two years at 8.50 a seat are offered, and declined: the contract's own rule holds."""
        with self._at(date(2026, 11, 12)):
            action = contract.with_user(self.seller).action_cn285_renew()
            order = self.env["sale.order"].with_user(self.seller).browse(action["res_id"])
            self.assertEqual(order.order_line.mapped("price_unit"), [9.18, 31.62])
            order.term_length = 24
            order.order_line[0].price_unit = 8.5
            order.action_quotation_sent()
        self._walk(
            date(2026, 11, 20), order.sudo().get_portal_url(), "cn285_sale_story_decline_tour"
        )
        self.assertEqual((order.state, order.cn285_lost_reason_id), ("cancel", self.reason))
        words = "".join(map(str, order.sudo().message_ids.mapped("body")))
        self.assertIn("Deux ans, c", words)
        self.assertIn(order.name, str(contract.message_ids[0].body))
