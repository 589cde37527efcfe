import io

from odoo.addons.cn285_contract.tests.common import ContractCase
from pypdf import PdfReader


class PrintCase(ContractCase):
    """A French company that prints its invoices itself; texts are read out of the PDF."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.company.cn285_invoice_pdf = "always"
        cls.company.partner_id.write(
            {
                "name": "Cn285 Test",
                "street": "12 rue de la République",
                "zip": "69002",
                "city": "Lyon",
                "company_registry": "99912345800013",
                "vat": "FR61999123458",
            }
        )
        cls.company.write(
            {
                "cn285_legal_form": "SAS au capital de 50 000 €",
                "cn285_trade_register": "RCS Lyon 999 123 458",
            }
        )
        cls.customer.write(
            {
                "is_company": True,
                "street": "1 place du Marché",
                "zip": "69003",
                "city": "Lyon",
                "company_registry": "99969971300018",
                "vat": "FR92999699713",
            }
        )
        charts = cls.env["account.chart.template"]
        cls.services = charts.ref("tva_normale_encaissement")
        cls.goods = charts.ref("tva_normale")
        cls.tax = cls.services
        (cls.subscription | cls.setup_fee).taxes_id = cls.services

    @classmethod
    def _invoice(cls, lines=None, post=True, **values):
        """An invoice made by hand, posted."""
        lines = lines or [{"price_unit": 100.0}]
        move = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": cls.customer.id,
                "invoice_date": "2026-01-31",
                "invoice_line_ids": [
                    (
                        0,
                        0,
                        {
                            "product_id": cls.subscription.id,
                            "quantity": 1,
                            "tax_ids": [(6, 0, cls.services.ids)],
                            **line,
                        },
                    )
                    for line in lines
                ],
                **values,
            }
        )
        if post:
            move.action_post()
        return move

    def _pdf(self, move, report="account.account_invoices", user=None):
        """The PDF that the report makes, as bytes."""
        reports = self.env["ir.actions.report"].with_user(user or self.env.user)
        content, kind = reports._render_qweb_pdf(report, move.ids)
        self.assertEqual(kind, "pdf")
        self.assertEqual(content[:5], b"%PDF-")
        return content

    def _text(self, content):
        """The text of a PDF, with single blanks."""
        pages = PdfReader(io.BytesIO(content)).pages
        text = " ".join(page.extract_text() for page in pages)
        return " ".join(text.replace("\u00a0", " ").replace("\u202f", " ").split())

    def _printed(self, move, **options):
        return self._text(self._pdf(move, **options))

    def assertSays(self, text, *parts):
        for part in parts:
            self.assertIn(part, text)
