"""A quotation is accepted by its last signature, once; what is signed is one file."""

from freezegun import freeze_time
from odoo.addons.cn285_document.tests.test_contract_papers import text_of
from odoo.addons.cn285_sign.tests.common import SignCase
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .common import QuoteCase


@tagged("post_install", "-at_install")
@freeze_time("2026-01-05 09:00:00")
class TestQuoteSignature(QuoteCase, SignCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls.env["res.users"].search([("login", "=", "quote_seller")])
        cls.quote_rule = cls.rule.copy({"what": "quote"})

    def _out(self, order):
        order.action_cn285_send_for_signature()
        return order._cn285_signatures()[:1]

    def test_signature_accepts(self):
        order = self._quote()
        with self.assertRaisesRegex(UserError, "signature"):
            order.action_confirm()
        request = self._out(order)
        contract = order.sudo().cn285_contract_id
        self.assertEqual((order.state, contract.state), ("sent", "draft"))
        self.assertEqual(request.document_id.kind, "quote")
        self.assertTrue(request.document_id._content().startswith(b"%PDF"))
        with self.assertRaisesRegex(UserError, "is accepted"):
            contract.action_confirm()
        self.assertFalse(self._sign(request.signer_ids))
        self.assertTrue(request.is_done, request.error)
        self.assertEqual((order.state, order.cn285_activation), ("sale", "done"))
        self.assertEqual(contract.state, "active")
        self.assertEqual(order.cn285_contract_id, contract)
        self.assertEqual(self.env["cn285.contract"].search_count([("order_id", "=", order.id)]), 1)
        request._complete()
        self.assertEqual(self.env["cn285.contract"].search_count([("order_id", "=", order.id)]), 1)

    def test_the_contract_has_a_paper_of_its_own(self):
        """The quotation that was signed quotes no law, and has no form to withdraw by."""
        self.company.cn285_files_documents = True
        order = self._quote()
        self.assertFalse(self._sign(self._out(order).signer_ids))
        contract = order.sudo().cn285_contract_id
        self.assertEqual(
            sorted(set(contract.document_ids.mapped("kind"))),
            sorted({"contract", "evidence", "quote"}),
        )

    def test_the_terms_are_read_and_stay(self):
        """Who signs the quotation reads the terms of that day; later ones are none of his."""
        self.company.write(
            {
                "cn285_legal_form": "SAS au capital de 50 000 €",
                "cn285_trade_register": "RCS Lyon 999 123 458",
            }
        )
        terms, later = (
            self.env["cn285.document"]._file(
                text.encode(),
                {"kind": "terms", "title": text, "company_id": self.company.id, "date": day},
            )
            for text, day in (("Terms 2026", "2026-01-05"), ("Terms of the 6th", "2026-01-06"))
        )
        order = self._quote()
        request = self._out(order)
        words = text_of(request.document_id)
        for said in ("SAS au capital de 50 000 €", "RCS Lyon 999 123 458"):
            self.assertIn(said, words, "Code de commerce, R123-237 and R123-238")
        self.assertIn(f"{terms.name} · Terms 2026, version 1", words)
        self.assertEqual(request.signer_ids._terms_to_read(), terms)
        with freeze_time("2026-01-06 09:00:00"):
            self.assertEqual(self.company._cn285_terms_in_force(), later)
            self.assertFalse(self._sign(request.signer_ids))
        self.assertTrue(request.is_done, request.error)
        self.assertEqual(order.sudo().cn285_contract_id.terms_document_id, terms)

    def test_nothing_is_edited_while_it_is_signed(self):
        order = self._quote()
        self._out(order)
        with self.assertRaisesRegex(UserError, "is being signed"):
            order.order_line[0].price_unit = 5.0
        with self.assertRaisesRegex(UserError, "being signed"):
            order.action_cn285_send_for_signature()

    def test_changed_by_the_program_is_not_signed(self):
        order = self._quote()
        request = self._out(order)
        code = self._mailed_code(request.signer_ids)
        order.sudo().order_line[0].with_context(x=1)._write({"price_unit": 5.0})
        order.invalidate_recordset()
        order.order_line.invalidate_recordset()
        with self.assertRaisesRegex(UserError, "newer version"):
            self._sign(request.signer_ids, code=code)
        self.assertEqual(order.state, "sent")

    def test_new_version_takes_the_signature_back(self):
        order = self._quote()
        request = self._out(order)
        second = order.browse(order.action_cn285_new_version()["res_id"])
        self.assertEqual(request.state, "cancelled")
        mail = self.env["mail.mail"].search(
            [("model", "=", "cn285.sign.signer"), ("res_id", "=", request.signer_ids.id)],
            order="id desc",
            limit=1,
        )
        self.assertIn("have cancelled it", str(mail.body_html), "who was asked is told")
        self.assertEqual(order.sudo().cn285_contract_id.state, "cancelled")
        later = self._out(second)
        self.assertFalse(self._sign(later.signer_ids))
        self.assertEqual(second.cn285_contract_id.state, "active")

    def test_declined_it_is_sent_anew(self):
        """By who manages signatures, a billing manager who sells nothing."""
        order = self._quote()
        declined = self._out(order)
        declined.signer_ids._decline("Too dear", "192.0.2.7")
        self.assertEqual((declined.state, order.state), ("declined", "sent"))
        manager = new_test_user(self.env, "sign_manager", "cn285_contract.group_billing_manager")
        declined.with_user(manager).action_send_anew()
        anew = order._cn285_signatures()[:1]
        self.assertNotEqual(anew, declined)
        self.assertFalse(self._sign(anew.signer_ids))
        self.assertEqual((order.state, order.cn285_activation), ("sale", "done"))

    def test_page_asks_for_the_link(self):
        order = self._quote()
        order.action_quotation_sent()
        self.assertTrue(order._cn285_may_sign())
        order.sudo()._cn285_send_from_page()
        [request] = order._cn285_signatures()
        order.sudo()._cn285_send_from_page()
        self.assertEqual(order._cn285_signatures(), request)
        self.assertEqual(request.state, "sent")
