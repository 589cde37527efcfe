"""An amendment is accepted by its signature; what was signed is never lost."""

from datetime import date

from freezegun import freeze_time
from odoo.addons.cn285_sign.tests.common import SignCase
from odoo.exceptions import UserError
from odoo.tests import tagged

from .amendment_common import AmendmentCase


@tagged("post_install", "-at_install")
@freeze_time("2026-01-16 09:00:00")
class TestAmendmentSignature(AmendmentCase, SignCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls.env["res.users"].search([("login", "=", "quote_seller")])
        cls.rule.what = "quantity"

    def _out(self, contract):
        order = self._amend(contract)
        order.order_line[0].product_uom_qty = 8
        order.action_cn285_send_for_signature()
        return order, order._cn285_signatures()[:1]

    def test_rule_of_the_change_asks(self):
        """Changes of quantity are signed: the quotation is, once, and the change is not again."""
        contract = self._running()
        order, request = self._out(contract)
        self.assertEqual((order.state, request.contract_id), ("sent", contract))
        with self.assertRaisesRegex(UserError, "is being signed"):
            order.action_confirm()
        with self.assertRaisesRegex(UserError, "is being signed"):
            order.order_line[0].product_uom_qty = 9
        self.assertFalse(self._sign(request.signer_ids))
        self.assertTrue(request.is_done, request.error)
        self.assertEqual((order.state, order.cn285_activation), ("sale", "done"))
        self.assertEqual(contract.item_ids[0].quantity, 8.0)
        self.assertEqual(len(contract.sign_request_ids), 1)
        request._complete()
        self.assertEqual(len(contract.change_ids), 1)

    def test_who_takes_over_signs_the_quotation_too(self):
        """Code civil, article 1216: a contract is passed on with the consent of all three."""
        self.rule.what = "holder"
        heir = self.env["res.partner"].create(
            {"name": "Boulangerie Petit", "email": "petit@petit.example"}
        )
        terms = self.env["cn285.document"]._file(
            b"Terms", {"kind": "terms", "title": "T", "company_id": self.company.id}
        )
        contract = self._running()
        contract.sudo()._write_inside({"terms_document_id": terms.id})
        order = self._amend(contract, cn285_new_holder_id=heir.id)
        order.action_cn285_send_for_signature()
        request = order._cn285_signatures()[:1]
        customer, other = request.signer_ids.sorted("order")
        self.assertEqual((customer.partner_id, other.partner_id), (contract.partner_id, heir))
        self.assertEqual((customer._terms_to_read(), other._terms_to_read()), (terms[:0], terms))
        self.assertFalse(self._sign(customer))
        self.assertEqual((order.state, contract.change_ids.ids), ("sent", []))
        self.assertFalse(self._sign(other))
        self.assertTrue(request.is_done, request.error)
        self.assertEqual(order.cn285_activation, "done")
        self.assertEqual(contract.change_ids.result_contract_id.partner_id, heir)
        self.assertEqual(order.signed_by, "Martin Martin")

    def test_nothing_asks(self):
        order = self._amend(self._running())
        order.order_line[1].price_unit = 33.0
        order.action_confirm()
        self.assertEqual(order.cn285_activation, "done")

    def test_overtaken_it_stays_signed(self):
        contract = self._running()
        order, request = self._out(contract)
        self.env["cn285.contract.change"].with_context(cn285_signed=False).create(
            {
                "item_id": contract.item_ids[0].id,
                "type": "price",
                "date_effective": date(2026, 1, 16),
                "values": {"price_unit": 9.0},
            }
        ).action_schedule()
        self.assertFalse(self._sign(request.signer_ids))
        self.assertEqual((order.state, order.cn285_activation), ("sale", "waiting"))
        self.assertIn("Unit Price, 10, is 9 by now", order.cn285_activation_error)
        self.assertEqual(contract.item_ids[0].quantity, 5.0)
        self.assertTrue(order.activity_ids)
