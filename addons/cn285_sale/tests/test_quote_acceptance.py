"""Accepted, a quotation becomes its contract exactly once, and stays what was agreed."""

from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from odoo.exceptions import AccessError, LockError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import QuoteCase


@tagged("post_install", "-at_install")
@freeze_time("2026-01-05 09:00:00")
class TestAcceptance(QuoteCase):
    def test_contract_runs_and_is_planned(self):
        order = self._quote(term_length=12, client_order_ref="PO-7")
        order.action_confirm()
        contract = order.cn285_contract_id
        self.assertEqual((contract.state, contract.user_id), ("active", self.seller))
        self.assertEqual(contract.date_start, date(2026, 1, 10))
        self.assertEqual((contract.client_ref, contract.sudo().term_length), ("PO-7", 12))
        self.assertEqual(order.cn285_activation, "done")
        rows = self._rows(contract.sudo())
        self.assertIn(("2026-01-10", "2026-01-31", "2026-01-10", "22.00"), rows)
        self.assertEqual(order.sudo().order_line.cn285_item_id, contract.sudo().item_ids)

    def test_once(self):
        order = self._quote()
        order.action_confirm()
        contract = order.cn285_contract_id
        with self.assertRaises(UserError):
            order.action_confirm()
        order._action_confirm()
        order._cn285_activate()
        found = self.env["cn285.contract"].search([("order_id", "=", order.id)])
        self.assertEqual(found, contract.sudo(False).with_env(self.env))

    def test_day_of_acceptance(self):
        order = self._quote(cn285_date_start=False)
        order.action_confirm()
        self.assertEqual(order.cn285_contract_id.date_start, date(2026, 1, 5))
        self.assertEqual(order.cn285_date_start, date(2026, 1, 5))

    def test_what_cannot_be_activated_stays_accepted(self):
        order = self._quote()
        contracts = type(self.env["cn285.contract"])
        with patch.object(contracts, "action_confirm", side_effect=UserError("No tax account")):
            order.action_confirm()
        self.assertEqual((order.state, order.cn285_activation), ("sale", "waiting"))
        self.assertEqual(order.cn285_activation_error, "No tax account")
        self.assertFalse(order.cn285_contract_id)
        [activity] = order.activity_ids
        self.assertEqual(activity.user_id, self.seller)
        order.action_cn285_activate()
        self.assertEqual((order.cn285_activation, order.cn285_activation_error), ("done", False))
        self.assertEqual(order.cn285_contract_id.state, "active")

    def test_one_that_another_process_has_keeps_no_other_from_starting(self):
        kind = type(self.env["sale.order"])
        first, second = self._quote(), self._quote()
        with patch.object(kind, "_cn285_take_effect", side_effect=UserError("No chart yet.")):
            (first | second).action_confirm()
        self.assertEqual(set((first | second).mapped("cn285_activation")), {"waiting"})
        take_effect = kind._cn285_take_effect

        def held(order):
            if order == first:
                raise LockError("Somebody has it.")
            take_effect(order)

        with patch.object(kind, "_cn285_take_effect", held):
            self.env["sale.order"].sudo()._cron_cn285_activate()
        self.assertEqual((first.cn285_activation, second.cn285_activation), ("waiting", "done"))
        self.assertEqual(second.cn285_contract_id.state, "active")

    def test_no_second_invoice(self):
        goods = self._create_product("Router", 80.0, type="consu", invoice_policy="order")
        order = self._quote([{}, {"product_id": self.setup_fee.id}, {"product_id": goods.id}])
        order.action_confirm()
        self.assertEqual(len(order.cn285_contract_id.sudo().item_ids), 2)
        order.order_line.qty_delivered = 1
        self.assertEqual(order.order_line.mapped("qty_to_invoice"), [0.0, 0.0, 1.0])
        invoice = order.sudo()._create_invoices()
        self.assertMoney(invoice.amount_untaxed, "80.00")
        wizard = self.env["sale.advance.payment.inv"].create(
            {
                "advance_payment_method": "percentage",
                "amount": 50,
                "sale_order_ids": [Command.set(order.ids)],
            }
        )
        with self.assertRaises(UserError):
            wizard.create_invoices()

    def test_agreed_is_not_edited(self):
        order = self._quote()
        order.action_confirm()
        line = order.order_line[0]
        for values in ({"price_unit": 1.0}, {"product_uom_qty": 3}, {"recurring_unit": "year"}):
            with self.assertRaisesRegex(UserError, "was accepted"):
                line.write(values)
        with self.assertRaisesRegex(UserError, "was accepted"):
            order.order_line = [Command.create({"product_id": self.subscription.id})]
        with self.assertRaisesRegex(UserError, "was accepted"):
            order.term_length = 36
        order.client_order_ref = "PO-8"
        line.write({"price_unit": line.price_unit})

    def test_program_fields_are_refused(self):
        order = self._quote()
        for values in ({"cn285_activation": "done"}, {"cn285_version": 4}, {"cn285_mrr": 9.0}):
            with self.assertRaises(AccessError):
                order.write(values)
        with self.assertRaises(UserError):
            order.order_line[0].cn285_item_id = False

    def test_cancel(self):
        """While the contract is a plan, the order and it may be cancelled; then they may not."""
        order = self._quote()
        order.action_confirm()
        order._action_cancel()
        self.assertEqual(order.state, "cancel")
        self.assertEqual(order.cn285_contract_id.state, "cancelled")
        with self.assertRaises(UserError):
            order.action_draft()
        other = self._quote(cn285_date_start=date(2026, 1, 5))
        other.action_confirm()
        with self.assertRaisesRegex(UserError, "Terminate"):
            other._action_cancel()
        self.assertEqual(other.state, "sale")

    def test_no_own_date(self):
        with self.assertRaises(ValidationError):
            self._quote([{"start_condition": "date"}])

    def test_sellers_read_what_they_sold(self):
        order = self._quote()
        order.action_confirm()
        contract = order.cn285_contract_id.with_user(self.seller)
        action = order.action_cn285_view_contract()
        view = self.env["cn285.contract"].with_user(self.seller).get_view(action["views"][0][0])
        self.assertIn("item_ids", view["arch"])
        item = {key: {} for key in ["name", "quantity", "price_unit", "recurring_unit", "state"]}
        named = {"fields": {"display_name": {}}}
        [shown] = contract.web_read(
            {
                **{key: {} for key in ["name", "state", "date_start", "date_end", "term_end"]},
                **dict.fromkeys(["partner_id", "user_id", "order_id"], named),
                "item_ids": {"fields": item},
            }
        )
        self.assertEqual(shown["order_id"]["display_name"], order.name)
        self.assertEqual(len(shown["item_ids"]), 2)
        with self.assertRaises(AccessError):
            contract.write({"client_ref": "x"})
        with self.assertRaises(AccessError):
            contract.action_cancel()
        other = new_test_user(self.env, "quote_other", "sales_team.group_sale_salesman")
        with self.assertRaises(AccessError):
            contract.with_user(other).read(["name"])
        with self.assertRaises(AccessError):
            contract.item_ids.with_user(other).read(["name"])
        with self.assertRaises(AccessError):
            order.with_user(other).read(["cn285_mrr"])

    def test_customers_read_nothing_of_staff(self):
        order = self._quote()
        portal = new_test_user(self.env, "quote_portal", "base.group_portal")
        portal.partner_id.parent_id = self.customer
        order.sudo().message_subscribe(portal.partner_id.ids)
        order.action_quotation_sent()
        mine = order.with_user(portal)
        mine.read(["name", "amount_total"])
        with self.assertRaises(AccessError):
            mine.read(["cn285_mrr"])

    def test_lead(self):
        lead = self.env["crm.lead"].create(
            {"name": "Hosting", "type": "opportunity", "user_id": self.seller.id}
        )
        order = self._quote(opportunity_id=lead.id)
        order.action_confirm()
        self.assertMoney(lead.recurring_revenue, "31.00")
        self.assertMoney(lead.recurring_revenue_monthly, "31.00")
