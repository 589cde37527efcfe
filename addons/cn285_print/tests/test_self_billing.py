"""Purchases on paper: invoices that we make out for others, and what vendors sent."""

import io
from unittest.mock import patch

from odoo.tests import new_test_user, tagged
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from .common import PrintCase
from .test_printing import STATE


@tagged("post_install", "-at_install")
class TestSelfBilling(PrintCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = new_test_user(cls.env, "self-billing-clerk", "account.group_account_invoice")
        cls.journal = cls.env["account.journal"].create(
            {
                "name": "Self-billing",
                "code": "AUTOF",
                "type": "purchase",
                "is_self_billing": True,
                "company_id": cls.company.id,
            }
        )
        cls.author = cls.env["res.partner"].create(
            {
                "name": "Éditions du Midi",
                "is_company": True,
                "street": "3 quai des Arts",
                "zip": "13002",
                "city": "Marseille",
                "country_id": cls.env.ref("base.fr").id,
                "company_registry": "99900000200019",
                "vat": "FR83404833048",
                "lang": "en_US",
            }
        )
        cls.bought = cls.env["account.chart.template"].ref("tva_acq_normale")

    def _self_billed(self, lines=None, post=True, **values):
        lines = [{"tax_ids": [(6, 0, self.bought.ids)], **line} for line in lines or [{}]]
        return self._invoice(
            lines,
            post,
            **{
                "move_type": "in_invoice",
                "journal_id": self.journal.id,
                "partner_id": self.author.id,
                **values,
            },
        )

    def _bill(self, content=None, name="their-bill.pdf", post=False, **values):
        """A vendor's bill, with the file that came in."""
        move = self._invoice(
            [{"tax_ids": False}], False, move_type="in_invoice", partner_id=self.author.id, **values
        )
        if content:
            move.message_main_attachment_id = self.env["ir.attachment"].create(
                {"name": name, "raw": content, "res_model": "account.move", "res_id": move.id}
            )
        if post:
            move.action_post()
        return move

    def _file(self, text):
        file = io.BytesIO()
        canvas = Canvas(file)
        canvas.drawString(100, 500, text)
        canvas.save()
        return file.getvalue()

    def test_who_sells_is_the_seller(self):
        move = self._self_billed([{"name": "Royalty", "price_unit": 34.8}])
        text = self._printed(move, user=self.clerk)
        self.assertSays(
            text,
            f"Self-billing: Invoice {move.name}",
            "VAT Number: FR83404833048",
            "VAT Number: FR61999123458",
            "34.80",
            "6.96",
            "41.76",
            "EUR 40",
            "three times the legal interest rate",
        )
        document = move._cn285_document()
        self.assertEqual(document.seller.name, "Éditions du Midi")
        self.assertEqual(document.buyer.name, "Cn285 Test")
        self.assertIn("Éditions du Midi", document.footer[0])
        self.assertFalse(document.logo)
        # Whether the author opted for debits, nobody has said.
        self.assertNotIn("debits", text)

    def test_credit_note_in_the_supplier_s_language(self):
        refund = self._self_billed(move_type="in_refund")
        self.assertSays(self._printed(refund), f"Self-billing: Credit Note {refund.name}")
        self.author.lang = "fr_FR"
        text = self._printed(refund)
        self.assertSays(text, "Date d'émission 31/01/2026", "Éditions du Midi")
        self.assertNotIn("Date d'échéance", text)

    def test_supplier_without_vat_number_and_supplier_abroad(self):
        self.author.vat = False
        text = self._printed(self._self_billed([{"tax_ids": False}]))
        self.assertSays(text, "VAT not applicable, article 293 B")
        self.author.write({"country_id": self.env.ref("base.de").id, "vat": "DE136695976"})
        text = self._printed(self._self_billed())
        self.assertSays(text, "Reverse charge", "article 283-2")
        self.assertNotIn("EUR 40", text)

    def test_one_selection_of_both_without_the_other_program(self):
        self.company.cn285_invoice_pdf = "missing"
        bill = self._bill(self._file("Their own words"), post=True)
        plain = self._bill()
        ours, sold = self._self_billed(), self._invoice()
        moves = sold | ours | bill | plain
        report = "account.report_invoice_with_payments"
        reports = self.env["ir.actions.report"].with_user(self.clerk)
        with patch(STATE, lambda self: "install"):
            self.assertTrue(reports.cn285_is_drawn(report, moves.ids))
            text = self._printed(moves, user=self.clerk)
        places = [
            text.index(part)
            for part in (
                f"Invoice {sold.name}",
                f"Self-billing: Invoice {ours.name}",
                "Their own words",
                "Draft Vendor Bill",
            )
        ]
        self.assertEqual(places, sorted(places))
        self.assertNotIn(f"Vendor Bill {bill.name}", text)
        with patch(STATE, lambda self: "ok"):
            self.assertFalse(reports.cn285_is_drawn(report, moves.ids))

    def test_bill_with_its_own_file_prints_that_file(self):
        self.company.cn285_invoice_pdf = "missing"
        bill = self._bill(self._file("Their own words"), post=True)
        reports = self.env["ir.actions.report"].with_user(self.clerk)
        with patch(STATE, lambda self: "install"):
            self.assertTrue(reports.cn285_is_drawn("account.report_invoice", bill.ids))
            self.assertTrue(reports.cn285_is_drawn("account.report_original_vendor_bill", bill.ids))
            self.assertIn("Their own words", self._printed(bill, user=self.clerk))
        with patch(STATE, lambda self: "ok"):
            self.assertFalse(
                reports.cn285_is_drawn("account.report_original_vendor_bill", bill.ids)
            )

    def test_files_that_cannot_be_read_or_are_pictures(self):
        self.company.cn285_invoice_pdf = "missing"
        picture = io.BytesIO()
        Image.new("RGB", (20, 20)).save(picture, "PNG")
        moves = (
            self._invoice()
            | self._bill(b"%PDF-1.4 broken")
            | self._bill(picture.getvalue(), "scan.png")
        )
        with patch(STATE, lambda self: "install"):
            text = self._printed(moves, user=self.clerk)
        self.assertEqual(text.count("Draft Vendor Bill"), 1)
