"""From the page of a quotation to its paid first invoice, as its customer goes it."""

import json

from odoo import http
from odoo.addons.cn285_payment.tests.collection.common import CollectionCase
from odoo.addons.cn285_sale.tests.common import QuoteCase
from odoo.addons.cn285_sale.tests.test_quote_versions import DRAWN
from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestPaidPortal(HttpCase, QuoteCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.provider = CollectionCase._provider.__func__(cls)
        cls.template.write({"initiation": "paid", "collection_mode": "automatic"})
        cls.order = cls._quote(
            [{"alignment": "anniversary"}, {"product_id": cls.setup_fee.id, "price_unit": 154.0}],
            cn285_template_id=cls.template.id,
            cn285_date_start=False,
            require_signature=True,
        )
        cls.order.action_quotation_sent()
        cls.page = cls.order.sudo().get_portal_url()

    def _rpc(self, route, **params):
        answer = self.url_open(
            route,
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}),
            headers={"Content-Type": "application/json"},
        )
        return answer.json()

    def _post(self, route):
        return self.url_open(route, data={"csrf_token": http.Request.csrf_token(self)})

    def test_signed_then_paid(self):
        """31.00 and 154.00, with 20 % of VAT: 222.00; paid once, however often it is told."""
        self.authenticate(None, None)
        token = self.order.sudo().access_token
        start = f"/my/orders/{self.order.id}/cn285_start?access_token={token}"
        page = self.url_open(self.page).text
        self.assertIn("Sign & Pay", page)
        # Not before it is signed; nor by a stranger.
        self.assertIn("cant_pay", self._post(start).url)
        stranger = self._post(start.replace(token, "no")).url
        self.assertIn("/web/login", stranger)
        signed = self._rpc(
            f"/my/orders/{self.order.id}/accept",
            access_token=token,
            name="Paul Martin",
            signature=DRAWN,
        )
        self.assertIn("allow_payment=yes", signed["result"]["redirect_url"])
        self.order.invalidate_recordset()
        self.assertEqual(self.order.state, "sent")
        page = self.url_open(self.page).text
        self.assertIn("Continue to the payment", page)
        self.assertIn("222.00", page)
        refused = self._rpc(
            f"/my/orders/{self.order.id}/transaction",
            access_token=token,
            provider_id=self.provider.id,
            payment_method_id=self.method.id,
            token_id=None,
            amount=1.0,
            flow="direct",
            tokenization_requested=False,
            landing_route="/my",
            is_validation=False,
        )
        self.assertIn("its own page", json.dumps(refused["error"]))
        paying = self._post(start)
        self.assertIn("/my/prepayments/", paying.url)
        self.assertIn("222.00", paying.text)
        self.assertEqual(self._post(start).url, paying.url, "clicked twice")
        prepayment = self.order._cn285_prepayment()
        begun = self._rpc(
            f"/my/prepayments/{prepayment.id}/transaction",
            provider_id=self.provider.id,
            payment_method_id=self.method.id,
            token_id=None,
            amount=222.0,
            flow="direct",
            tokenization_requested=False,
            landing_route="/my",
            is_validation=False,
            access_token=prepayment.access_token,
        )["result"]
        for _time in range(2):
            self._rpc(
                "/payment/demo/simulate_payment",
                reference=begun["reference"],
                simulated_state="done",
                payment_details="4242",
            )
        self.assertIn("on its way", self.url_open(self.page).text)
        self._rpc("/payment/status/poll")
        prepayment._job_advance()
        self.env.invalidate_all()
        self.assertEqual((self.order.state, self.order.cn285_activation), ("sale", "done"))
        contract = self.order.sudo().cn285_contract_id
        self.assertEqual(contract.state, "active")
        [invoice] = contract.invoice_ids
        self.assertMoney(invoice.amount_total, "222.00")
        self.assertMoney(invoice.amount_residual, "0.00")
        self.assertTrue(contract.payment_token_id)
        self.assertEqual(self.order.signed_by, "Paul Martin")

    def test_who_only_looks_does_not_start_it(self):
        """Not by his role; nor, of a subsidiary, by his reach: whoever began to pay it."""
        viewer = new_test_user(self.env, "paid_viewer", "base.group_portal", password="paid_viewer")
        below = self.env["res.partner"].create(
            {"name": "Martin Sud", "is_company": True, "parent_id": self.customer.id}
        )
        viewer.partner_id.write({"parent_id": self.customer.id, "cn285_portal_role": "view"})
        values = {"cn285_template_id": self.template.id, "require_signature": False}
        own = self._quote([{"alignment": "anniversary"}], **values)
        other = self._quote(
            [{"alignment": "anniversary"}],
            partner_id=below.id,
            **values,
        )
        (own | other).action_quotation_sent()
        self.authenticate("paid_viewer", "paid_viewer")
        for order, role in ((own, "view"), (other, "buy")):
            viewer.partner_id.cn285_portal_role = role
            with self.subTest(role):
                page = self.url_open(order.sudo().get_portal_url()).text
                self.assertIn(order.name, page)
                self.assertNotIn("cn285_start", page)
                token = order.sudo().access_token
                self._post(f"/my/orders/{order.id}/cn285_start?access_token={token}")
                self.assertFalse(order.sudo().cn285_contract_id)
                order.sudo()._cn285_start_paying()
                prepayment = order._cn285_prepayment()
                page = self.url_open(prepayment._page()).text
                self.assertIn("ask the administrator", page)
                self.assertNotIn("o_payment_form", page)
                answer = self._rpc(
                    f"/my/prepayments/{prepayment.id}/transaction",
                    provider_id=self.provider.id,
                    payment_method_id=self.method.id,
                    amount=prepayment.amount,
                    access_token=prepayment.access_token,
                )
                self.assertIn("ask the administrator", json.dumps(answer["error"]))
                self.assertFalse(prepayment.transaction_ids)
        viewer.partner_id.cn285_portal_reach = "subsidiaries"
        self.assertIn("o_payment_form", self.url_open(prepayment._page()).text)


@tagged("post_install", "-at_install")
class TestPaidOnAPhone(HttpCase, QuoteCase):
    """A French customer accepts and pays on a phone; nothing is wider than its screen."""

    browser_size = "390x844"
    touch_enabled = True

    def test_accepted_and_paid(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        modules = ["cn285_contract", "cn285_payment", "cn285_sale", "cn285_sale_payment"]
        self.env["ir.module.module"]._load_module_terms(modules, ["fr_FR"])
        self.customer.lang = "fr_FR"
        CollectionCase._provider.__func__(self)
        self.template.write({"initiation": "paid", "collection_mode": "automatic"})
        order = self._quote(
            [{"alignment": "anniversary"}, {"product_id": self.setup_fee.id, "price_unit": 154.0}],
            cn285_template_id=self.template.id,
            cn285_date_start=False,
            require_signature=False,
        )
        order.action_quotation_sent()
        self.start_tour(order.sudo().get_portal_url(), "cn285_sale_payment_tour")
        self.env.invalidate_all()
        prepayment = order._cn285_prepayment()
        prepayment._job_advance()
        self.env.invalidate_all()
        self.assertEqual((order.state, order.cn285_activation), ("sale", "done"))
        [invoice] = order.sudo().cn285_contract_id.invoice_ids
        self.assertMoney(invoice.amount_total, "222.00")
        self.assertMoney(invoice.amount_residual, "0.00")
