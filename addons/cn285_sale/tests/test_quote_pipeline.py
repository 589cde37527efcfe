"""What recurs of an opportunity's quotations, and what their end is for it."""

from freezegun import freeze_time
from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, HttpCase, new_test_user, tagged

from .common import QuoteCase


class PipelineCase(QuoteCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = (
            cls.env["crm.lead"]
            .with_user(cls.seller)
            .create({"name": "Hosting", "type": "opportunity", "user_id": cls.seller.id})
        )

    def _offer(self, lines=None, **values):
        return self._quote(lines, opportunity_id=self.lead.id, **values)

    def _next(self, order):
        return order.browse(order.action_cn285_new_version()["res_id"])


@tagged("post_install", "-at_install")
@freeze_time("2026-01-05 09:00:00")
class TestPipeline(PipelineCase):
    def test_recurring_revenue_before_acceptance(self):
        """31.00 a month; two of them in the second version; written by hand without a quotation."""
        self.lead.recurring_revenue = 5.0
        self.assertMoney(self.lead.recurring_revenue, "5.00")
        order = self._offer()
        self.assertMoney(self.lead.recurring_revenue_monthly, "31.00")
        order.order_line[0].price_unit = 40.0
        self.assertMoney(self.lead.recurring_revenue_monthly, "40.00")
        order.action_quotation_sent()
        second = self._next(order)
        second.order_line[0].product_uom_qty = 2
        self.assertMoney(self.lead.recurring_revenue, "80.00")
        second.action_confirm()
        self.assertMoney(self.lead.recurring_revenue, "80.00")
        # What was accepted counts, not what is offered beside it.
        self._offer([{"price_unit": 500.0}])
        self.assertMoney(self.lead.recurring_revenue, "80.00")

    def test_won_at_acceptance(self):
        self.company.cn285_quote_wins = False
        self._offer().action_confirm()
        self.assertFalse(self.lead.stage_id.is_won)
        self.company.cn285_quote_wins = True
        self._offer().action_confirm()
        self.assertTrue(self.lead.stage_id.is_won)

    def test_lost_lead_cancels_its_quotations(self):
        self.company.cn285_quote_wins = False
        sent, draft, goods = self._offer(), self._offer(), self._offer()
        sent.action_quotation_sent()
        router = self._create_product("Router", 80.0, type="consu")
        goods.order_line = [Command.clear(), Command.create({"product_id": router.id})]
        done = self._offer()
        done.action_confirm()
        self.lead.action_set_lost()
        self.assertEqual((sent.state, draft.state), ("cancel", "cancel"))
        self.assertEqual((goods.state, done.state), ("draft", "sale"))

    def test_reason_of_the_customer_is_proposed(self):
        reason = self.env["crm.lost.reason"].create({"name": "Another offer"})
        order = self._offer()
        order.action_quotation_sent()
        order._cn285_declined("Too late for us", reason)
        self.assertEqual((order.state, order.cn285_lost_reason_id), ("cancel", reason))
        self.assertIn("Another offer – Too late for us", self.lead.message_ids[0].body)
        lost = self.env["crm.lead.lost"].with_context(active_ids=self.lead.ids)
        values = lost.with_user(self.seller).default_get(["lost_reason_id"])
        self.assertEqual(values["lost_reason_id"], reason.id)
        with self.assertRaises(AccessError):
            order.cn285_lost_reason_id = False


@tagged("post_install", "-at_install")
class TestDeclinedOnline(PipelineCase, HttpCase):
    def test_declined_on_the_page(self):
        reasons = self.env["crm.lost.reason"]
        reason = reasons.create({"name": "Another offer", "cn285_offered": True})
        reasons.create({"name": "Our own people are missing"})
        order = self._offer(require_signature=False)
        order.action_quotation_sent()
        page = order.sudo().get_portal_url()
        self.authenticate(None, None)
        text = self.url_open(page).text
        self.assertIn("Another offer", text)
        self.assertNotIn("Our own people are missing", text)
        self.assertIn("#modaldecline", text)
        address = page.replace(f"/my/orders/{order.id}", f"/my/orders/{order.id}/decline")
        token = http.Request.csrf_token(self)
        self.url_open(address, data={"csrf_token": token, "cn285_reason": reason.id})
        order.invalidate_recordset()
        self.assertEqual(order.state, "sent", "without a word it is not declined")
        data = {"csrf_token": token, "cn285_reason": reason.id, "decline_message": "Too dear"}
        for _click in range(2):
            self.url_open(address, data=data)
        order.invalidate_recordset()
        self.assertEqual((order.state, order.cn285_lost_reason_id), ("cancel", reason))
        told = self.lead.message_ids.filtered(lambda one: "was declined" in (one.body or ""))
        self.assertEqual(len(told), 1)
        self.assertIn("Too dear", "".join(map(str, order.sudo().message_ids.mapped("body"))))


@tagged("post_install", "-at_install")
@freeze_time("2026-01-05 09:00:00")
class TestDiscountsByMonth(QuoteCase):
    def _discounted(self, **discount):
        discount = {"percent": 50.0, "month_count": 2, **discount}
        line = {"alignment": "anniversary", "cn285_discount_ids": [Command.create(discount)]}
        return self._quote([line])

    def test_carried_over_to_the_contract(self):
        """Half of 31.00 for two months: 15.50; a year is worth 2 × 15.50 and 10 × 31.00."""
        order = self._discounted()
        self.assertMoney(order.cn285_first_invoice["amount_untaxed"], "15.50")
        self.assertMoney(order.cn285_first_invoice["then"][0]["amount_untaxed"], "31.00")
        self.assertMoney(order.cn285_tcv, "341.00")
        order.order_line.cn285_discount_ids.percent = 100.0
        self.assertMoney(order.cn285_tcv, "310.00")
        order.order_line.cn285_discount_ids.percent = 50.0
        order.action_confirm()
        rows = self._rows(order.sudo().cn285_contract_id)[:3]
        self.assertEqual([row[3] for row in rows], ["15.50", "15.50", "31.00"])

    def test_own_ones_instead_of_those_of_the_template(self):
        self.monthly.discount_ids = [Command.create({"percent": 10.0})]
        line = {"alignment": "anniversary"}
        self.assertMoney(self._quote([line]).cn285_first_invoice["amount_untaxed"], "27.90")
        self.assertMoney(self._discounted().cn285_first_invoice["amount_untaxed"], "15.50")

    def test_a_version_takes_them_over_and_says_what_changed(self):
        order = self._discounted()
        order.action_quotation_sent()
        second = order.browse(order.action_cn285_new_version()["res_id"])
        self.assertMoney(second.cn285_first_invoice["amount_untaxed"], "15.50")
        second.order_line.cn285_discount_ids.month_count = 0
        found = second._cn285_compare(order)["changed"]
        [(label, before, after)] = found[0][1]
        self.assertEqual(label, "Discounts by Month")
        self.assertEqual(before, "50 % off, month 1 to month 2")
        self.assertEqual(after, "50 % off from month 1 on")
        details = second._cn285_document().lines[0].details
        self.assertIn("50 % off from month 1 on", details)

    def test_agreed_and_wrong_ones_are_refused(self):
        with (
            self.assertRaisesRegex(UserError, "either a percentage or an amount"),
            self.env.cr.savepoint(),
        ):
            self._discounted(amount=5.0)
        with self.assertRaisesRegex(UserError, "overlap"), self.env.cr.savepoint():
            self._discounted().order_line.cn285_discount_ids.copy({"month_from": 2})
        order = self._discounted()
        order.action_confirm()
        discount = order.order_line.cn285_discount_ids
        for change in (
            lambda: discount.write({"percent": 99.0}),
            lambda: discount.unlink(),
            lambda: discount.create({"line_id": order.order_line.id, "percent": 5.0}),
        ):
            with self.assertRaisesRegex(UserError, "was accepted"):
                change()

    def test_sellers_write_their_own(self):
        order = self._discounted()
        other = new_test_user(self.env, "discount_other", "sales_team.group_sale_salesman")
        with self.assertRaises(AccessError):
            order.order_line.cn285_discount_ids.with_user(other).percent = 99.0
        view = order.order_line.action_cn285_discounts()["views"][0][0]
        form = Form(order.order_line.with_user(self.seller), view=view)
        with form.cn285_discount_ids.edit(0) as discount:
            discount.month_count = 3
        form.save()
        self.assertEqual(order.order_line.cn285_discount_ids.month_count, 3)


@tagged("post_install", "-at_install")
@freeze_time("2026-01-05 09:00:00")
class TestUnbillable(QuoteCase):
    def test_taxes_by_hand_are_refused_in_words(self):
        order = self._quote()
        order.order_line[0].tax_ids = [Command.clear()]
        with self.assertRaisesRegex(UserError, "taxes were changed by hand"):
            order.action_quotation_send()
        with self.assertRaisesRegex(UserError, "taxes were changed by hand"):
            order.action_confirm()
        order.order_line[0].tax_ids = self.tax
        order.action_confirm()
        self.assertEqual(order.cn285_activation, "done")

    def test_fiscal_position_is_carried_over(self):
        position = self.env["account.fiscal.position"].create({"name": "No tax"})
        zero = self.tax.copy({"amount": 0.0, "fiscal_position_ids": [Command.set(position.ids)]})
        zero.original_tax_ids = self.tax
        order = self._quote(fiscal_position_id=position.id)
        self.assertEqual(order.order_line.tax_ids, zero)
        self.assertMoney(order.cn285_first_invoice["amount_tax"], "0.00")
        order.action_confirm()
        self.assertEqual(order.cn285_activation, "done")

    def test_discount_on_the_whole_order_is_refused_in_words(self):
        order = self._quote()
        self.env["sale.order.discount"].create(
            {
                "sale_order_id": order.id,
                "discount_type": "so_discount",
                "discount_percentage": 0.1,
            }
        ).action_apply_discount()
        with self.assertRaisesRegex(UserError, "discount on the whole order"):
            order.action_quotation_sent()

    def test_discount_on_lines_is_carried_over(self):
        """10 % of 22.00 and 250.00: 244.80."""
        order = self._quote()
        self.env["sale.order.discount"].create(
            {"sale_order_id": order.id, "discount_type": "sol_discount", "discount_percentage": 0.1}
        ).action_apply_discount()
        self.assertFirst(order, "244.80", "293.76", "2026-01-10", "2026-02-09")
        order.action_quotation_sent()
        order.action_confirm()
        self.assertEqual(order.sudo().cn285_contract_id.item_ids.mapped("discount"), [10.0, 10.0])
