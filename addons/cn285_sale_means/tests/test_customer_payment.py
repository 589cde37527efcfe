"""Means, credit and passes on the customer's own page; who may only look changes none of them."""

from odoo.addons.cn285_payment.tests.collection.common import CollectionCase
from odoo.addons.cn285_sale.tests.customer_common import CustomerCase
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestCustomerPayment(CustomerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._allow({"kind": "quantity", "quantity_max": 10.0, "needs_means": True})
        cls.provider = CollectionCase._provider.__func__(cls)
        cls.contract = cls._contract()
        cls.values = {"item": cls.contract.item_ids.id, "quantity": "5"}

    def _card(self):
        return CollectionCase._token.__func__(type(self), self.customer)

    def test_the_page_leads_to_what_there_is(self):
        page = self._get(self.contract).text
        self.assertIn('href="/my/payment-means"', page)
        self.assertNotIn("promotion_pass", page)
        self.env["cn285.promotion.pass"].create(
            {"name": "Spring", "code": "SPRING", "percent": 10.0, "portal": True}
        )
        self.assertIn(
            f"/my/contracts/{self.contract.id}#promotion_pass", self._get(self.contract).text
        )

    def test_only_with_means(self):
        page = self._preview(self.contract, "quantity", **self.values)
        self.assertRefused(page, "no means of payment", self.contract)
        self.contract.payment_token_id = self._card()
        page = self._preview(self.contract, "quantity", **self.values)
        self.assertIn("change_confirm", page)

    def test_who_looks_changes_no_means(self):
        card = self._card()
        self._be("hand_viewer")
        token = self.csrf_token()
        for page, values in (
            ("/my/payment-means/contract", {"contract_id": self.contract.id, "token_id": card.id}),
            ("/my/payment-means/usual", {"token_id": card.id}),
            ("/my/payment-means/remove", {"token_id": card.id}),
            (f"/my/contracts/{self.contract.id}/pass", {"code": "SPRING"}),
        ):
            self.url_open(page, data={"csrf_token": token, **values})
        self.assertTrue(card.active)
        self.assertFalse(self.contract.payment_token_id)
        self.assertFalse(self.customer.cn285_payment_token_id)
