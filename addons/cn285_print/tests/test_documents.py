"""What invoices and credit notes say."""

import base64
import io

from freezegun import freeze_time
from odoo.tests import tagged
from pypdf import PdfReader

from .common import PrintCase


@tagged("post_install", "-at_install")
class TestDocuments(PrintCase):
    def test_identities_and_figures(self):
        move = self._invoice(
            [
                {"name": "Hosting", "quantity": 3, "price_unit": 27.419355, "discount": 10},
                {"name": "Set-up", "price_unit": 1250.0, "product_id": self.setup_fee.id},
            ],
            invoice_payment_term_id=self.env.ref("account.account_payment_term_30days").id,
        )
        text = self._printed(move)
        self.assertSays(
            text,
            f"Invoice {move.name}",
            "Cn285 Test",
            "12 rue de la République",
            "SIREN 999 123 458",
            "SIRET 999 123 458 00013",
            "VAT Number: FR61999123458",
            "SAS au capital de 50 000 €",
            "RCS Lyon 999 123 458",
            "Boulangerie Martin",
            "1 place du Marché",
            "SIREN 999 699 713",
            "VAT Number: FR92999699713",
            "Date of Issue 01/31/2026",
            "Due Date 03/02/2026",
            "Supply of services",
            "27.419355",  # all decimals of the price
            "10 %",
            "74.03",
            "1,250.00",
            "264.81",
            "1,588.84",
        )
        self.assertEqual(move.amount_untaxed, 1324.03)

    def test_terms_that_odoo_has_in_english_only(self):
        """Its notes are not found in its translations; what somebody wrote stays as it is."""
        terms = self.env.ref("account.account_payment_term_30days")
        french, english = (terms.with_context(lang=lang) for lang in ("fr_FR", "en_US"))
        english.write({"name": "30 Days", "note": "Payment terms: 30 Days"})
        french.name = "30 jours"
        self.customer.lang = "fr_FR"
        move = self._invoice(invoice_payment_term_id=terms.id)
        text = self._printed(move)
        self.assertSays(text, ": 30 jours")
        self.assertNotIn("30 Days", text)
        self.customer.lang = "en_US"
        self.assertSays(self._printed(move), "Payment terms: 30 Days")
        self.customer.lang = "fr_FR"
        english.note = "Payable within 30 days to our factor only"
        self.assertSays(self._printed(move), "Payable within 30 days to our factor only")
        french.note = "À régler sous 30 jours à notre affactureur"
        self.assertSays(self._printed(move), "À régler sous 30 jours à notre affactureur")

    def test_terms_of_late_payment_for_professionals_only(self):
        text = self._printed(self._invoice())
        self.assertSays(
            text, "three times the legal interest rate", "EUR 40", "No discount for early payment"
        )
        self.company.cn285_penalty_terms = "12 % a year"
        self.assertSays(self._printed(self._invoice()), "without a reminder: 12 % a year")
        self.customer.write({"is_company": False, "vat": False, "company_registry": False})
        text = self._printed(self._invoice())
        self.assertNotIn("EUR 40", text)
        self.assertNotIn("penalties", text)

    def test_tax_on_payments_and_on_debits(self):
        self.assertSays(self._printed(self._invoice()), "due on receipt of payment")
        debits = self.services.copy({"name": "20% S debits", "tax_exigibility": "on_invoice"})
        text = self._printed(self._invoice([{"price_unit": 9, "tax_ids": [(6, 0, debits.ids)]}]))
        self.assertSays(text, "Option to pay VAT on debits.")
        goods = self._create_product("Router", 9, type="consu")
        line = {"product_id": goods.id, "tax_ids": [(6, 0, self.goods.ids)]}
        text = self._printed(self._invoice([line]))
        self.assertSays(text, "Supply of goods")
        self.assertNotIn("debits", text)
        self.assertSays(self._printed(self._invoice([line, {}])), "Supply of goods and of services")

    def test_customer_in_another_state_of_the_union(self):
        self.customer.write(
            {"country_id": self.env.ref("base.de").id, "vat": "DE136695976", "zip": "79098"}
        )
        tax = self.env["account.chart.template"].ref("tva_sale_service_intra_0")
        text = self._printed(self._invoice([{"price_unit": 100, "tax_ids": [(6, 0, tax.ids)]}]))
        self.assertSays(text, "Reverse charge", "articles 44 and 196", "VAT Number: DE136695976")
        self.assertNotIn("138", text)
        self.assertIn("0 %", text)

    def test_customer_outside_of_the_union(self):
        self.customer.write({"country_id": self.env.ref("base.ch").id, "vat": False})
        tax = self.env["account.chart.template"].ref("tva_sale_service_export_0")
        text = self._printed(self._invoice([{"price_unit": 100, "tax_ids": [(6, 0, tax.ids)]}]))
        self.assertSays(text, "article 259-1")

    def test_several_rates_have_their_totals(self):
        reduced = self.env["account.chart.template"].ref("tva_reduite_encaissement")
        reduced.active = True
        move = self._invoice(
            [
                {"price_unit": 100.0},
                {"price_unit": 200.0, "tax_ids": [(6, 0, reduced.ids)]},
                {"price_unit": 50.0, "tax_ids": [(6, 0, self.goods.ids)]},
            ]
        )
        table = move._cn285_document().table
        self.assertEqual(
            [tuple(text.replace("\u00a0", " ") for text in row) for row in table.rows],
            [("20 %", "150.00 €", "30.00 €"), ("5.5 %", "200.00 €", "11.00 €")],
        )

    def test_price_that_includes_its_tax_is_shown_without(self):
        included = self.env["account.chart.template"].ref("tva_normale_encaissement_ttc")
        included.active = True
        move = self._invoice([{"price_unit": 120.0, "tax_ids": [(6, 0, included.ids)]}])
        [line] = move._cn285_document().lines
        self.assertEqual(line.figures[1].replace("\u00a0", " "), "100.00")
        self.assertEqual(line.figures[-1].replace("\u00a0", " "), "100.00 €")

    def test_other_currency_tells_the_tax_in_euros(self):
        usd = self.env.ref("base.USD")
        usd.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": usd.id, "name": "2026-01-01", "company_rate": 1.25}
        )
        text = self._printed(self._invoice([{"price_unit": 100}], currency_id=usd.id))
        self.assertSays(text, "VAT in EUR (1 EUR = 1.250000 USD)", "16.00 €")

    def test_bank_account_and_reference(self):
        bank = self.env["res.partner.bank"].create(
            {
                "acc_number": "FR7699999002850000000028544",
                "partner_id": self.company.partner_id.id,
                "allow_out_payment": True,
            }
        )
        move = self._invoice(partner_bank_id=bank.id)
        self.assertSays(
            self._printed(move), "FR76 9999 9002 8500 0000 0028 544", move.payment_reference
        )

    def test_credit_note_names_what_it_corrects(self):
        move = self._invoice()
        refund = move._reverse_moves([{"invoice_date": "2026-02-15"}])
        refund.action_post()
        text = self._printed(refund)
        self.assertSays(text, f"Credit Note {refund.name}", f"Corrects {move.name} of 01/31/2026")
        self.assertNotIn("Due Date", text)
        self.assertNotIn("EUR 40", text)

    def test_credit_note_says_what_it_was_set_off_against(self):
        """120.00 are taken off an invoice of 120.00: nothing was paid, nothing is to be paid."""
        move = self._invoice()
        # As the dialog of Odoo names it.
        values = {"invoice_date": "2026-02-15", "ref": f"Reversal of: {move.name}"}
        refund = move._reverse_moves([values], cancel=True)
        text = self._printed(refund)
        self.assertSays(
            text, f"Set off against {move.name} -120.00 €", "Still to Be Refunded 0.00 €"
        )
        self.assertNotIn("Paid on", text)
        self.assertNotIn("Amount Due", text)
        # What it corrects is no reference of the customer's.
        self.assertNotIn("Your Reference", text)
        self.assertSays(self._printed(move), "Reversed on 02/15/2026 -120.00 €", "Amount Due")

    def test_credit_note_of_several_invoices_names_them_all(self):
        first, second = self._invoice(), self._invoice(invoice_date="2026-02-28")
        refund = self._invoice(move_type="out_refund", invoice_date="2026-03-15", post=False)
        refund.cn285_origin_ids = first | second
        told = refund._cn285_origin_text(first | second)
        refund.narration = f"<p>With our apologies</p><p>{told}</p>"
        refund.action_post()
        text = self._printed(refund)
        self.assertSays(
            text,
            f"Corrects {first.name} of 01/31/2026, {second.name} of 02/28/2026",
            "With our apologies",
        )
        self.assertEqual(text.count(second.name), 1)

    def test_drafts_and_proforma_say_so(self):
        draft = self._invoice(post=False)
        self.assertTrue(draft._cn285_document().title.startswith("Draft Invoice"))
        move = self._invoice()
        self.assertEqual(move._cn285_document(proforma=True).title, f"Proforma Invoice {move.name}")

    def test_address_elsewhere_names_the_customer_too(self):
        office = self.env["res.partner"].create(
            {
                "name": "Comptabilité",
                "type": "invoice",
                "parent_id": self.customer.id,
                "street": "BP 12",
                "zip": "69300",
                "city": "Caluire",
            }
        )
        text = self._printed(self._invoice(partner_id=office.id))
        self.assertSays(
            text, "Boulangerie Martin Comptabilité BP 12", "Customer", "1 place du Marché"
        )
        self.assertIn("SIREN 999 699 713", text)

    def test_long_names_are_kept_whole(self):
        name = (
            "Syndicat des copropriétaires de la résidence Les Terrasses du Parc de la Tête d'Or, "
            "bâtiments A, B, C et D, représenté par son syndic en exercice le cabinet Duval"
        )
        self.customer.name = name
        self.company.name = "Compagnie générale " * 6
        text = self._printed(self._invoice([{"name": "Licence " * 40 + "ß" * 200}]))
        self.assertIn(name, text)
        self.assertIn("Compagnie générale " * 5, text)
        self.assertIn("Licence " * 39, text.replace("\n", " "))
        self.assertEqual(text.count("ß"), 200)

    def test_three_hundred_lines(self):
        move = self._invoice([{"name": f"Line {n}", "price_unit": n} for n in range(1, 301)])
        content = self._pdf(move)
        pages = PdfReader(io.BytesIO(content)).pages
        self.assertGreater(len(pages), 5)
        text = self._text(content)
        for number in (1, 150, 300):
            self.assertIn(f"Line {number} ", text)
        self.assertIn("45,150.00", text)
        for page in pages:
            self.assertIn("RCS Lyon 999 123 458", page.extract_text())

    def test_texts_of_any_length_and_script(self):
        line = {"name": "Données 中文 Ω žluťoučký\n" + "\n".join(["detail " * 60] * 80)}
        text = self._printed(self._invoice([line]))
        self.assertIn("žluťoučký", text)
        self.assertGreaterEqual(text.count("detail"), 80 * 60)
        self._pdf(self._invoice([{"name": "word " * 8000}]))
        self._pdf(self._invoice([{"name": "<b>&amp; <para> \x07 </font>"}]))

    def test_what_is_missing_or_odd_stops_no_document(self):
        draft = self._invoice(post=False)
        draft.partner_id = False
        self.assertIn("Draft Invoice", self._printed(draft))
        draft.invoice_line_ids.unlink()
        self.assertIn("Draft Invoice", self._printed(draft))
        drawing = b'<svg xmlns="http://www.w3.org/2000/svg"></svg>'
        self.company.write({"primary_color": "red", "logo": base64.b64encode(drawing)})
        move = self._invoice([{"price_unit": -5, "quantity": -1}, {"price_unit": 1e12}])
        self.assertIn(move.name, self._printed(move))
        move.button_draft()
        move.button_cancel()
        self.assertIn("Cancelled Invoice", self._printed(move))
        receipt = self._invoice(move_type="out_receipt")
        self.assertIn(f"Receipt {receipt.name}", self._printed(receipt))

    def test_sections_notes_and_narration(self):
        lines = [
            {"display_type": "line_section", "name": "Part one", "product_id": False},
            {"name": "Hosting"},
            {"display_type": "line_note", "name": "As agreed", "product_id": False},
        ]
        for line in lines[::2]:
            line |= {"tax_ids": False, "quantity": 0}
        move = self._invoice(lines, narration="<p>Thank <b>you</b></p><p>Again</p>")
        text = self._printed(move)
        self.assertSays(text, "Part one", "As agreed", "Thank", "you", "Again")

    def test_what_was_paid_and_what_remains(self):
        move = self._invoice([{"price_unit": 100}])
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({"amount": 50.0, "payment_date": "2026-02-01"})._create_payments()
        with_payments = self._printed(move)
        without = self._printed(move, report="account.account_invoices_without_payment")
        if move.amount_residual != move.amount_total:
            self.assertSays(with_payments, "Paid on 02/01/2026", "Amount Due", "70.00")
        self.assertNotIn("Paid on", without)

    @freeze_time("2026-01-01 08:00:00")
    def test_invoice_of_a_contract(self):
        """Period, contract, beneficiary, and how a part of a month came about."""
        beneficiary = self.env["res.partner"].create({"name": "Agence Sud"})
        contract = self._create_contract(
            [
                {"alignment": "calendar", "date_start": "2026-01-15"},
                {"beneficiary_id": beneficiary.id, "price_unit": 12.5},
            ]
        )
        self._bill("2026-01-15")
        moves = contract.schedule_ids.move_id
        text = " ".join(self._printed(move) for move in moves)
        self.assertSays(
            text,
            contract.name,
            "Period of Service 01/01/2026 – 01/31/2026",
            "Period of Service 01/15/2026 – 01/31/2026",
            "For: Agence Sud",
            "How the amounts came about",
            "17/31",
        )

    def test_small_seller_without_vat_number(self):
        self.company.vat = False
        text = self._printed(self._invoice([{"price_unit": 10, "tax_ids": False}]))
        self.assertSays(text, "VAT not applicable, article 293 B")

    def test_in_french(self):
        self.customer.lang = "fr_FR"
        text = self._printed(self._invoice([{"price_unit": 1234.5}]))
        self.assertSays(
            text,
            "Facture",
            "Date d'émission 31/01/2026",
            "Prestation de services",
            "Prix unitaire HT",
            "1 234,50",
            "Total TTC",
            "exigible à l'encaissement",
            "trois fois le taux d'intérêt légal",
            "Indemnité forfaitaire pour frais de recouvrement en cas de retard de paiement : 40 €",
            "Pas d'escompte pour paiement anticipé.",
            "Page 1 sur",
        )
