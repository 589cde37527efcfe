"""From the lead to a paid contract and its first months, in a French browser."""

from datetime import date

from odoo.addons.cn285_sign.models import sign_signer_signing
from odoo.tests import HttpCase, tagged

from .story_common import StoryCase

MODULES = ("contract", "renewal", "document", "sign", "payment", "sale", "sale_payment")


class BrowserStoryCase(StoryCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.env["ir.module.module"]._load_module_terms(
            [f"cn285_{name}" for name in MODULES], ["fr_FR"]
        )
        cls.customer.lang = "fr_FR"
        cls.classPatch(sign_signer_signing, "new_code", lambda: "285285")

    # === WHAT THE CUSTOMER DOES === #

    def _walk(self, day, path, name):
        with self._at(day):
            # A page that was read once is there quickly: a browser waits for so many seconds.
            self.url_open(path, timeout=300)
            self.start_tour(path, name, timeout=300)
        self.env.invalidate_all()

    def _sign_online(self, day, order, name, path=None):
        """From the quotation's page to the link in the mail, and a signature drawn there."""
        self._walk(day, path or order.sudo().get_portal_url(), name)
        [request] = order._cn285_signatures()
        self._walk(day, self._mailed_path(request.signer_ids), "cn285_sign_drawn_tour")
        self.assertEqual((request.state, request.is_done), ("signed", True), request.error)

    def _sold(self):
        """A lead, a quotation, its second version; signed and paid on 10 January: 336.00."""
        leads = self.env["crm.lead"].with_user(self.seller)
        with self._at(date(2026, 1, 5)):
            lead = leads.create({"name": "Hébergement", "type": "lead"})
            lead.convert_opportunity(self.customer)
            lines = [
                {"product_id": self.seats.id, "product_uom_qty": 10.0, "price_unit": 10.0},
                {"product_id": self.hosting.id, "price_unit": 31.0},
                {"product_id": self.support.id, "price_unit": 15.0},
            ]
            fee = {"product_id": self.setup_fee.id, "price_unit": 154.0}
            first = self._quote(
                [*({**line, "billing_type": "fixed"} for line in lines), fee],
                opportunity_id=lead.id,
                cn285_template_id=self.template.id,
                cn285_date_start=False,
                payment_term_id=False,
            )
            first.action_quotation_sent()
            self.assertMoney(lead.recurring_revenue, "146.00")
        with self._at(date(2026, 1, 7)):
            order = first.browse(first.action_cn285_new_version()["res_id"])
            order.order_line[0].product_uom_qty = 8.0
            order.action_quotation_sent()
            self.assertMoney(lead.recurring_revenue, "126.00")
            self.assertMoney(order.cn285_first_invoice["amount_total"], "336.00")
        day = date(2026, 1, 10)
        old = first.sudo().get_portal_url()
        self._sign_online(day, order, "cn285_sale_story_offer_tour", old)
        self.assertEqual((order.state, order.signed_by), ("sent", "Camille Martin"))
        self.assertFalse(lead.stage_id.is_won)
        self._walk(day, order.sudo().get_portal_url(), "cn285_sale_story_pay_tour")
        with self._on(day):
            order._cn285_prepayment()._job_advance()
        # 80.00 + 31.00 + 15.00 + 154.00 = 280.00, with VAT 336.00.
        self.assertActivated(order, "336.00")
        self.assertTrue(lead.stage_id.is_won)
        contract = order.sudo().cn285_contract_id.with_env(self.env)
        self.assertEqual((contract.date_start, contract.term_end), (day, date(2027, 1, 9)))
        self.assertTrue(contract.payment_token_id)
        return contract


@tagged("post_install", "-at_install")
class TestSoldStory(BrowserStoryCase):
    def test_sold_and_three_months(self):
        """From the lead to the card's third charge: 8 × 10.00 + 31.00 + 15.00, with VAT 151.20."""
        contract = self._sold()
        self._months(contract, [date(2026, month, 10) for month in (2, 3, 4)], "151.20")
        self.assertMoney(sum(contract.invoice_ids.mapped("amount_total")), "789.60")
