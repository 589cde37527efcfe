"""Whatever stands on an invoice finds its place on the pages."""

import base64
import io
import os
import sys
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier, BrokenBarrierError
from unittest.mock import MagicMock, patch

from odoo.addons.cn285_contract.report.pdf_fonts import Fonts
from odoo.addons.cn285_contract.report.right_to_left import visual
from odoo.tests import tagged
from odoo.tools.pdf import OdooPdfFileReader, OdooPdfFileWriter
from PIL import Image
from pypdf import PdfReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFontFile

from ..report.document import Total
from ..report.document_pdf import document_pdf
from .common import PrintCase


@tagged("post_install", "-at_install")
class TestLayout(PrintCase):
    def _pages(self, move):
        return PdfReader(io.BytesIO(self._pdf(move))).pages

    def test_names_without_blanks_with_details_below(self):
        name = "W" * 3000
        text = self._printed(self._invoice([{"name": f"{name}\n{'M' * 1600}"}]))
        self.assertEqual(text.count("W"), 3000)
        self.assertGreaterEqual(text.count("M"), 1600)

    def test_reference_of_any_length(self):
        text = self._printed(self._invoice(ref="REF-0001, " * 600))
        self.assertEqual(text.count("REF-0001"), 600)
        self.assertIn("Your Reference REF-0001", text)
        text = self._printed(self._invoice(ref="R" * 4000))
        self.assertGreater(text.count("R"), 4000)

    def test_credit_note_of_hundreds_of_invoices(self):
        numbers = [f"OLD/2026/{number:05} of 01/31/2026" for number in range(240)]
        document = self._invoice(move_type="out_refund")._cn285_document()
        facts = [*document.facts, ("Corrects", ", ".join(numbers))]
        text = self._text(document_pdf(replace(document, facts=facts)))
        self.assertEqual(text.count("Corrects"), 1)
        for number in numbers:
            # Its date may stand on the next page.
            self.assertEqual(text.count(number.split()[0]), 1, number)

    def test_addresses_of_any_length(self):
        self.customer.write({"name": "Association " * 200, "street": "avenue " * 300})
        self.company.partner_id.street = "boulevard " * 300
        text = self._printed(self._invoice())
        self.assertSays(text, "Association " * 20, "avenue avenue", "boulevard boulevard", "120.00")

    def test_long_words_of_the_company_leave_room_for_the_lines(self):
        terms = " ".join(f"clause{number}" for number in range(1500))
        self.company.report_footer = f"<p>{terms}</p>"
        move = self._invoice([{"name": f"Line {n}"} for n in range(60)])
        text = self._printed(move)
        self.assertSays(text, "clause0 ", "clause1499", "Line 59")
        for page in self._pages(move):
            self.assertIn("RCS Lyon 999 123 458", page.extract_text())

    def test_many_payments(self):
        move = self._invoice([{"price_unit": 1000}])
        document = move._cn285_document()
        totals = [*document.totals, *(Total(f"Paid {day}", "1.00") for day in range(60))]
        content = document_pdf(replace(document, totals=totals))
        self.assertSays(self._text(content), "Paid 0", "Paid 59", "1,200.00")

    def test_a_photograph_as_logo_makes_no_heavy_files(self):
        picture = Image.frombytes("RGB", (1500, 900), os.urandom(1500 * 900 * 3))
        file = io.BytesIO()
        picture.save(file, "PNG")
        self.company.logo = base64.b64encode(file.getvalue())
        self.assertLess(len(self._pdf(self._invoice())), 1_000_000)

    def test_logos_of_all_kinds_are_shown(self):
        for mode, kind in (("RGBA", "PNG"), ("P", "GIF"), ("LA", "PNG"), ("CMYK", "JPEG")):
            file = io.BytesIO()
            Image.new(mode, (300, 100)).save(file, kind)
            self.company.logo = base64.b64encode(file.getvalue())
            [page, *_further] = self._pages(self._invoice())
            self.assertTrue(len(page.images), (mode, kind))

    def test_price_with_tax_inside_that_is_given_away(self):
        included = self.env["account.chart.template"].ref("tva_normale_encaissement_ttc")
        included.active = True
        taxes = {"tax_ids": [(6, 0, included.ids)]}
        move = self._invoice(
            [
                {"price_unit": 120.0, "discount": 100, **taxes},
                {"price_unit": 120.0, "quantity": 0, **taxes},
                {"price_unit": 9.99, "quantity": 3, **taxes},
                {"price_unit": 12.0, "quantity": -1, "discount": 50, **taxes},
            ]
        )
        prices = [line.figures[1] for line in move._cn285_document().lines]
        self.assertEqual(prices, ["100.00", "100.00", "8.325", "10.00"])

    def test_a_cancelled_invoice_asks_for_no_payment(self):
        move = self._invoice()
        reference = move.payment_reference
        self.assertIn(f"Reference of the payment: {reference}", self._printed(move))
        move.button_draft()
        move.button_cancel()
        self.assertNotIn("Reference of the payment", self._printed(move))

    def test_a_rate_of_zero_that_nobody_explains_is_called_an_exemption(self):
        """Annex II of the French tax code, article 242 nonies A, I-12°."""
        exempt = self.services.copy(
            {"name": "0 % training", "amount": 0, "invoice_legal_notes": False}
        )
        line = {"tax_ids": [(6, 0, exempt.ids)]}
        sentence = "Transaction exempt from VAT."
        self.assertIn(sentence, self._printed(self._invoice([line, {}])))
        exempt.invoice_legal_notes = "<p>Article 261-4-4 of the tax code</p>"
        text = self._printed(self._invoice([line]))
        self.assertSays(text, "Article 261-4-4")
        self.assertNotIn(sentence, text)
        self.assertNotIn(sentence, self._printed(self._invoice()))

    def test_odoo_makes_pdf_a_of_it(self):
        """As it does for Factur-X; its adjustment of fonts is for those of the other program."""
        reader = OdooPdfFileReader(io.BytesIO(self._pdf(self._invoice())), strict=False)
        writer = OdooPdfFileWriter()
        writer.cloneReaderDocumentRoot(reader)
        writer.addAttachment("factur-x.xml", b"<invoice/>", subtype="text/xml")
        with (
            patch.dict(sys.modules, {"fontTools.ttLib": None}),
            self.assertLogs("odoo.tools.pdf", "WARNING"),
        ):
            writer.convert_to_pdfa()
        self.assertTrue(writer.is_pdfa)

    def test_odoo_makes_pdf_a_with_its_tool_for_fonts(self):
        """It corrects the widths of fonts where fonttools is installed; all fonts are embedded."""
        self.customer.name = "\u0634\u0631\u0643\u0629"
        content = self._pdf(self._invoice([{"name": f"Line {n}"} for n in range(60)]))
        reader = OdooPdfFileReader(io.BytesIO(content), strict=False)
        for page in reader.pages:
            for font in page["/Resources"]["/Font"].values():
                [descendant] = font.get_object()["/DescendantFonts"]
                self.assertIn("/FontFile2", descendant.get_object()["/FontDescriptor"])
        writer = OdooPdfFileWriter()
        writer.cloneReaderDocumentRoot(reader)
        tool = MagicMock(__version__="4.60.0")
        tool.ttLib.TTFont.return_value.__getitem__.return_value.unitsPerEm = 2048
        tool.ttLib.TTFont.return_value.getGlyphSet.return_value.hMetrics = {"glyph00001": (1024, 0)}
        with patch.dict(sys.modules, {"fontTools": tool, "fontTools.ttLib": tool.ttLib}):
            writer.convert_to_pdfa()
        self.assertTrue(writer.is_pdfa)
        self.assertTrue(tool.ttLib.TTFont.called)
        file = io.BytesIO()
        writer.write(file)
        self.assertIn("Line 59", self._text(file.getvalue()))

    def test_arabic_is_joined_and_runs_from_right_to_left(self):
        for text, drawn in (
            ("\u0634\u0631\u0643\u0629", "\ufe94\ufedb\ufeae\ufeb7"),  # initial … final
            ("\u0644\u0627", "\ufefb"),  # lam and alef are one sign
            ("\u0633\u0644\u0627\u0645", "\u0645\ufefc\ufeb3"),  # after a letter that joins
            ("\u0645\u064f\u062d", "\ufea2\ufee3"),  # vowel signs are left out
            ("\u05d0\u05d1 2026, \u05d2", "\u05d2 ,2026 \u05d1\u05d0"),  # figures do not turn
            ("A (\u05d0\u05d1) B", "A (\u05d1\u05d0) B"),
            ("\u05d0 (\u05d1) \u05d2", "\u05d2 (\u05d1) \u05d0"),
            ("\u05d0\u05d1 12.5", "12.5 \u05d1\u05d0"),
            ("\u05d0\u05d1\n\u05d2\u05d3", "\u05d1\u05d0\n\u05d3\u05d2"),
            ("Soci\xe9t\xe9 12", "Soci\xe9t\xe9 12"),
            ("\u05d0 Cn285 \u05d1", "\u05d0 Cn285 \u05d1"),
        ):
            self.assertEqual(visual(text), drawn, text)

    def test_no_sign_is_drawn_as_a_blank(self):
        """Each sign is of a font that has it, is taken apart, or has a sign that stands for it."""
        fonts = Fonts(self.company._cn285_document_fonts())
        names = (
            "\u0634\u0631\u0643\u0629 \u0627\u0644\u0646\u0648\u0631",
            "\u05dc\u05e7\u05d5\u05d7",
            "\u4e2d\u6587\u516c\u53f8",
            "\u30ab\u30bf\u30ab\u30ca \ud55c\uad6d\uc5b4",
            "Caf\xe9 \U0001f680\ufe0f \U0001f600",
            "\u0e44\u0e17\u0e22 \u0926\u0947\u0935",
            "\U0001d401\U0001d428\U0001d425\U0001d41d \uff21\uff22",
        )
        for name in names:
            for font_name, part in fonts._runs(name, "bold"):
                face = getattr(pdfmetrics.getFont(font_name), "face", None)
                glyphs = getattr(face, "charToGlyph", None)
                if glyphs:  # else one that readers bring
                    self.assertEqual([sign for sign in part if ord(sign) not in glyphs], [])
                else:
                    self.assertNotRegex(part, "[\u0590-\u08ff\U0001f300-\U0001faff]")
            self.customer.name = name
            self.assertTrue(self._printed(self._invoice()))
        runs = fonts._runs("\U0001d401\U0001d428 \uff21", "bold")
        self.assertEqual("".join(part for _name, part in runs), "Bo A")
        # Arabic is Odoo's own font, wherever this runs.
        [(font, _part)] = fonts._runs("\u0634", "regular")
        self.assertIn("Tajawal", font)
        # Without any font of ours, too, each sign has its stand-in.
        bare = Fonts()
        self.assertTrue("".join(part for _name, part in bare._runs("\u0e44\u0e17", "bold")))

    def test_what_follows_a_name_from_right_to_left_keeps_its_place(self):
        self.customer.name = "Soci\xe9t\xe9 \u0634\u0631\u0643\u0629 SARL"
        text = self._printed(self._invoice())
        self.assertLess(text.index("Soci\xe9t\xe9"), text.index("SARL"))

    def test_documents_that_are_drawn_at_the_same_time_read_their_fonts_in_turn(self):
        """A font has one place in its file that all threads move; each document is whole."""
        move = self._invoice([{"name": "Où êtes-vous ? Éàùç"}])
        document, fonts = move._cn285_document(), self.company._cn285_document_fonts()
        both, met, read = defaultdict(lambda: Barrier(2)), [], TTFontFile.makeSubset

        def reading(face, subset):
            try:
                both[face].wait(0.2)
                met.append(face.name)
            except BrokenBarrierError:
                both[face].reset()
            return read(face, subset)

        document_pdf(document, fonts)
        with patch.object(TTFontFile, "makeSubset", reading), ThreadPoolExecutor(2) as threads:
            files = list(threads.map(lambda _n: document_pdf(document, fonts), range(2)))
        self.assertFalse(met)
        for file in files:
            self.assertSays(self._text(file), "Où êtes-vous ? Éàùç", "120.00")
