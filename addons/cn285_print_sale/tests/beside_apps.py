"""Quotations as PDF, in a database that has Odoo's Sales.

Run by `tests/test_quotes_beside_apps.py` in a database of its own.
"""

import base64
import io
from unittest.mock import patch

from odoo.addons.cn285_print.tests.common import PrintCase
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, HttpCase, new_test_user, tagged
from PIL import Image
from pypdf import PdfReader

STATE = "odoo.addons.base.models.ir_actions_report.IrActionsReport.get_wkhtmltopdf_state"
QUOTE = "sale.action_report_saleorder"
PROFORMA = "sale.action_report_pro_forma_invoice"
NAME = "sale.report_saleorder"


class QuoteCase(PrintCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        modules = cls.env["ir.module.module"]
        modules._load_module_terms(["cn285_contract", "cn285_print", "cn285_print_sale"], ["fr_FR"])
        cls.seller = new_test_user(
            cls.env, "quote-seller", "sales_team.group_sale_salesman", name="Nadia Vendeuse"
        )

    @classmethod
    def _order(cls, lines=None, user=None, **values):
        """A quotation that the salesperson made."""
        orders = cls.env["sale.order"].with_user(user or cls.seller)
        return orders.create(
            {
                "partner_id": cls.customer.id,
                "date_order": "2026-01-31 10:00:00",
                "validity_date": "2026-02-28",
                "order_line": [
                    Command.create(cls._line(**line)) for line in lines or [{"price_unit": 100.0}]
                ],
                **values,
            }
        )

    @classmethod
    def _line(cls, **line):
        if line.get("display_type"):
            return line
        return {
            "product_id": cls.subscription.id,
            "product_uom_qty": 1,
            "tax_ids": [Command.set(cls.services.ids)],
            **line,
        }

    def _printed(self, orders, report=QUOTE, user=None):
        return self._text(self._pdf(orders, report=report, user=user or self.seller))

    def _plain(self, texts):
        """Texts of figures, with plain blanks."""
        return [text.replace("\u00a0", " ") for text in texts]

    def _consumer(self):
        self.customer.write({"is_company": False, "vat": False, "company_registry": False})
        if "cn285_legal_kind" in self.customer._fields:
            self.customer.cn285_legal_kind = "consumer"


@tagged("post_install", "-at_install")
class TestQuotes(QuoteCase):
    def test_what_a_quotation_says(self):
        """3 × 27.419355 less 10 % are 74.03, with 1,250.00: 1,324.03; 20 % of it 264.81."""
        order = self._order(
            [
                {"name": "Platform", "display_type": "line_section"},
                {"name": "Hosting", "product_uom_qty": 3, "price_unit": 27.419355, "discount": 10},
                {"name": "Prices hold for a year", "display_type": "line_note"},
                {"name": "Set-up", "price_unit": 1250.0, "product_id": self.setup_fee.id},
            ],
            client_order_ref="PO-77",
            payment_term_id=self.env.ref("account.account_payment_term_30days").id,
            note="<p>Our general terms apply.</p>",
        )
        order.order_line[1].price_unit = 27.419355
        text = self._printed(order)
        total = f"{order.amount_total:,.2f}"
        self.assertSays(
            text,
            f"Quotation {order.name}",
            "Quotation Date 01/31/2026",
            "Expiration 02/28/2026",
            "Salesperson Nadia Vendeuse",
            "Your Reference PO-77",
            "SIREN 999 123 458",
            "RCS Lyon 999 123 458",
            "Boulangerie Martin",
            "VAT Number: FR92999699713",
            "Platform",
            "Hosting",
            "10 %",
            "20 %",
            "Prices hold for a year",
            "1,250.00",
            "Unit Price Excl. Tax",
            "264.81",
            total,
            "30 Days",
            "Our general terms apply.",
            "Agreed: date, name and signature",
        )
        self.assertEqual(total, "1,588.84")
        # Terms of late payment and of debits stand on the invoice.
        self.assertNotIn("EUR 40", text)
        self.assertNotIn("receipt of payment", text)

    def test_state_and_report_give_the_title(self):
        order = self._order()
        self.assertSays(self._printed(order, report=PROFORMA), f"Pro-forma Invoice {order.name}")
        reports = self.env["ir.actions.report"].with_user(self.seller)
        content, _kind = reports.with_context(proforma=True)._render_qweb_pdf(QUOTE, order.ids)
        self.assertSays(self._text(content), f"Pro-forma Invoice {order.name}", "Date of Issue")
        order.action_confirm()
        text = self._printed(order)
        self.assertSays(text, f"Order {order.name}", "Order Date")
        self.assertNotIn("Expiration", text)
        self.assertNotIn("Agreed", text)
        other = self._order()
        other._action_cancel()
        self.assertSays(self._printed(other), f"Cancelled Quotation {other.name}")

    def test_french(self):
        self.customer.lang = "fr_FR"
        order = self._order(payment_term_id=self.env.ref("account.account_payment_term_30days").id)
        self.assertSays(
            self._printed(order),
            f"Devis {order.name}",
            "Date du devis 31/01/2026",
            "Expiration 28/02/2026",
            "Vendeur",
            "Total TTC",
            ": 30 jours",
            "Bon pour accord",
        )
        self.assertSays(self._printed(order, report=PROFORMA), f"Facture pro forma {order.name}")
        order.action_confirm()
        self.assertSays(
            self._printed(order), f"Bon de commande {order.name}", "Date de la commande"
        )

    def test_consumers_read_prices_with_tax(self):
        self._consumer()
        line = {"price_unit": 100.0, "product_uom_qty": 2, "discount": 25}
        order = self._order([{"name": "All", "display_type": "line_section"}, line])
        document = order._cn285_document()
        self.assertEqual(
            [column.label for column in document.columns][1::3],
            ["Unit Price Incl. Tax", "Amount Incl. Tax"],
        )
        self.assertEqual(
            self._plain(document.lines[1].figures),
            ["2", "120.00", "25 %", "20 %", "180.00 €"],
        )
        self.assertEqual(self._plain(document.lines[0].figures)[-1], "180.00 €")
        self.assertSays(self._printed(order), "This offer is valid until 02/28/2026.", "150.00")

    def test_rates_have_their_totals_and_zero_its_reason(self):
        reduced = self.env["account.chart.template"].ref("tva_reduite_encaissement")
        reduced.active = True
        order = self._order(
            [{"price_unit": 100.0}, {"price_unit": 200.0, "tax_ids": [Command.set(reduced.ids)]}]
        )
        self.assertEqual(
            [self._plain(row) for row in order._cn285_document().table.rows],
            [["20 %", "100.00 €", "20.00 €"], ["5.5 %", "200.00 €", "11.00 €"]],
        )
        self.customer.write({"country_id": self.env.ref("base.de").id, "vat": "DE136695976"})
        tax = self.env["account.chart.template"].ref("tva_sale_service_intra_0")
        position = self.env["account.fiscal.position"].create(
            {"name": "Union", "note": "<p>Ask for your number</p>"}
        )
        order = self._order(
            [{"price_unit": 100.0, "tax_ids": [Command.set(tax.ids)]}],
            fiscal_position_id=position.id,
        )
        text = self._printed(order)
        self.assertSays(text, "Reverse charge", "Ask for your number")

    def test_other_addresses(self):
        office, depot = self.env["res.partner"].create(
            [
                {"name": "Comptabilité", "type": "invoice", "street": "BP 12", "city": "Caluire"},
                {"name": "Dépôt", "type": "delivery", "street": "9 quai Nord", "city": "Bron"},
            ]
        )
        order = self._order(partner_invoice_id=office.id, partner_shipping_id=depot.id)
        text = self._printed(order)
        self.assertSays(text, "Invoicing Address", "BP 12", "Delivery Address", "9 quai Nord")
        order.partner_invoice_id = depot
        self.assertSays(self._printed(order), "Invoicing and Delivery Address")
        self.assertFalse(self._order()._cn285_document().others)

    def test_signature(self):
        picture = io.BytesIO()
        Image.new("RGBA", (300, 100), (0, 0, 120, 255)).save(picture, "PNG")
        order = self._order()
        order.sudo().write(
            {
                "signature": base64.b64encode(picture.getvalue()),
                "signed_by": "Paul Martin",
                "signed_on": "2026-02-03 09:00:00",
            }
        )
        content = self._pdf(order, report=QUOTE, user=self.seller)
        self.assertSays(self._text(content), "Signature Paul Martin 02/03/2026")
        images = [image for page in PdfReader(io.BytesIO(content)).pages for image in page.images]
        self.assertEqual(images[-1].image.size, (300, 100))
        order.sudo().signature = False
        self.assertNotIn("Paul Martin", self._printed(order))

    def test_sections_that_hide_prices_or_what_they_consist_of(self):
        order = self._order(
            [
                {"name": "Bundle", "display_type": "line_section", "collapse_composition": True},
                {"name": "Secret", "price_unit": 30},
                {"name": "Hidden", "price_unit": 12},
                {"name": "Sum only", "display_type": "line_section", "collapse_prices": True},
                {"name": "Shown", "price_unit": 7.77},
            ]
        )
        order.order_line[4].price_unit = 7.77
        lines = order._cn285_document().lines
        self.assertEqual([line.title for line in lines], ["Bundle", "Sum only", "Shown"])
        figures = [self._plain(line.figures) for line in lines]
        self.assertEqual(figures[0], ["1", "42.00", "20 %", "42.00 €"])
        self.assertEqual(figures[1][-1], "7.77 €")
        self.assertEqual(figures[2], ["1", "", "20 %", ""])
        self._printed(order)

    def test_long_texts_and_three_hundred_lines(self):
        lines = [{"name": f"Line {n}", "price_unit": n} for n in range(1, 301)]
        lines[5]["name"] = "Licence " * 900 + "\n" + "detail <b> & " * 300
        order = self._order(lines, note="<p>" + "clause " * 3000 + "</p>")
        content = self._pdf(order, report=QUOTE, user=self.seller)
        text = self._text(content)
        self.assertGreater(len(PdfReader(io.BytesIO(content)).pages), 6)
        self.assertSays(text, "Line 1 ", "Line 150 ", "Line 300 ", "45,150.00", "54,180.00")
        self.assertEqual(text.count("clause"), 3000)
        self.assertEqual(text.count("Licence"), 900)

    def test_another_currency(self):
        self.env.ref("base.USD").active = True
        pricelist = self.env["product.pricelist"].create(
            {"name": "Dollars", "currency_id": self.env.ref("base.USD").id}
        )
        first = self._order(pricelist_id=pricelist.id)
        text = self._printed(first | self._order())
        self.assertSays(text, "$ 120.00", "120.00 €")

    def test_where_the_other_program_is_missing(self):
        """Several orders at once; another layout of orders, and invoices, stay what they are."""
        self.company.cn285_invoice_pdf = "missing"
        orders = self._order() | self._order() | self._order()
        reports = self.env["ir.actions.report"].with_user(self.seller)
        for state, drawn in (("install", True), ("broken", True), ("ok", False)):
            with patch(STATE, lambda self, state=state: state):
                self.assertEqual(reports.cn285_is_drawn(NAME, orders.ids), drawn, state)
        with patch(STATE, lambda self: "install"):
            text = self._printed(orders)
        for order in orders:
            self.assertIn(f"Quotation {order.name}", text)
        own = self.env.ref(QUOTE).copy({"report_name": "sale.report_of_ours"})
        self.assertFalse(reports.cn285_is_drawn(own.report_name, orders.ids))
        self.company.cn285_invoice_pdf = "always"
        with patch(STATE, lambda self: "ok"):
            self.assertTrue(reports.cn285_is_drawn(NAME, orders.ids))
        invoice = self._invoice()
        text = self._printed(invoice, report="account.account_invoices", user=self.env.user)
        self.assertSays(text, f"Invoice {invoice.name}")

    def test_queries_do_not_grow_with_the_lines(self):
        # Odoo puts its own file of the order into the PDF (sale_edi_ubl), and asks line by line for
        # what groups of countries there are: what is counted here is what is ours.
        orders = type(self.env["sale.order"])
        self.startPatcher(patch.object(orders, "_get_edi_builders", lambda self: []))
        few, many = self._order([{}] * 3), self._order([{}] * 60)
        self._printed(few)
        counts = []
        for order in (few, many):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._printed(order)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1] - counts[0], 3, counts)

    def test_own_orders_only(self):
        other = new_test_user(self.env, "quote-other", "sales_team.group_sale_salesman")
        order = self._order()
        with self.assertRaises(AccessError):
            self._printed(order, user=other)
        reports = self.env["ir.actions.report"].with_user(other)
        with self.assertRaises(AccessError):
            reports.cn285_is_drawn(NAME, order.ids)

    def test_sent_by_mail_in_french(self):
        self.customer.write({"lang": "fr_FR", "email": "martin@example.com"})
        order = self._order()
        action = order.action_quotation_send()
        composer = Form(
            self.env["mail.compose.message"]
            .with_user(self.seller)
            .with_context(**action["context"])
        ).save()
        composer.action_send_mail()
        self.assertEqual(order.state, "sent")
        [file] = order.message_ids.attachment_ids.filtered(lambda a: a.name.endswith(".pdf"))
        self.assertIn(f"Devis {order.name}", self._text(file.raw))


@tagged("post_install", "-at_install")
class TestQuotesOnline(QuoteCase, HttpCase):
    def test_portal(self):
        user = new_test_user(self.env, "quote-portal", "base.group_portal")
        user.partner_id.write({"parent_id": self.customer.id, "lang": "fr_FR"})
        new_test_user(self.env, "quote-nosy", "base.group_portal")
        order = self._order(partner_id=user.partner_id.id)
        order.action_quotation_sent()
        url = f"/my/orders/{order.id}?report_type=pdf&download=true"
        self.authenticate("quote-portal", "quote-portal")
        answer = self.url_open(url)
        self.assertEqual(answer.headers["Content-Type"], "application/pdf")
        self.assertIn(f"Devis {order.name}", self._text(answer.content))
        self.authenticate("quote-nosy", "quote-nosy")
        refused = self.url_open(url)
        self.assertNotEqual(refused.headers["Content-Type"], "application/pdf")
