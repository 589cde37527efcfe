import base64
import csv
import io
from datetime import date

from freezegun import freeze_time
from odoo.tests import tagged
from openpyxl import load_workbook

from ..common import ContractCase


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestInvoices(ContractCase):
    """What an invoice says, line by line, tax by tax."""

    # === LINES === #

    def test_line_text(self):
        user = self.env["res.partner"].create({"name": "Agence de Lyon"})
        contract = self._create_contract([{"name": "Access", "beneficiary_id": user.id}, {}])
        lines = self._bill(date(2026, 1, 15)).invoice_ids.invoice_line_ids.sorted("sequence")
        self.assertEqual(
            lines.mapped("name"),
            [
                "Access – from 01/01/2026 to 01/31/2026\nFor: Agence de Lyon",
                "API access – from 01/01/2026 to 01/31/2026",
            ],
        )
        self.assertEqual(lines.cn285_schedule_ids.contract_id, contract)

    def test_line_keeps_quantity_price_and_discount(self):
        self._create_contract([{"quantity": 3, "price_unit": 19.99, "discount": 10}])
        line = self._bill(date(2026, 1, 15)).invoice_ids.invoice_line_ids
        self.assertEqual((line.quantity, line.price_unit, line.discount), (3.0, 19.99, 10.0))
        self.assertMoney(line.price_subtotal, "53.97")

    def test_quantity_with_more_digits_than_odoo_keeps(self):
        contract = self._create_contract([{"quantity": 0.123456, "price_unit": 100.0}])
        run = self._bill(date(2026, 1, 15))
        self.assertMoney(run.amount_untaxed, "12.35")
        self.assertMoney(contract.schedule_ids.sorted("period_start")[0].amount, "12.35")

    def test_prorated_line_is_right_to_the_cent(self):
        self._create_contract(
            [{"price_unit": 50000.0, "alignment": "calendar"}], date_start=date(2026, 1, 15)
        )
        run = self._bill(date(2026, 1, 15))
        self.assertMoney(run.invoice_ids.invoice_line_ids.price_subtotal, "27419.35")

    def test_free_period_is_shown_on_its_invoice(self):
        free = {"date_start": date(2026, 1, 1), "date_end": date(2026, 1, 31), "percent": 100}
        self._create_contract([{"discount_ids": [(0, 0, free)]}, {"price_unit": 5.0}])
        run = self._bill(date(2026, 1, 15))
        lines = run.invoice_ids.invoice_line_ids.sorted("sequence")
        self.assertEqual([self._cents(line.price_subtotal) for line in lines], ["0.00", "5.00"])

    def test_sum_per_product_and_per_item_name(self):
        items = [
            {"name": "Tracker", "price_unit": 2.5},
            {"name": "Tracker", "price_unit": 2.5, "code": "=1+1"},
            {"name": "Gateway", "price_unit": 9.0},
            {"name": "Set-up", "product_id": self.setup_fee.id, "billing_type": "one_shot"},
        ]
        for grouping, expected in (
            ("row", ["2.50", "2.50", "9.00", "100.00"]),
            ("product", ["14.00", "100.00"]),
            ("item_name", ["5.00", "9.00", "100.00"]),
        ):
            contract = self._create_contract(items, line_grouping=grouping)
            move = self._bill(date(2026, 1, 15), contract_ids=[(6, 0, contract.ids)]).invoice_ids
            lines = move.invoice_line_ids.sorted("sequence")
            self.assertEqual([self._cents(line.price_subtotal) for line in lines], expected)
            self.assertEqual(len(lines.cn285_schedule_ids), 4)
            self.assertEqual(
                [len(line.cn285_schedule_ids) for line in lines],
                {"row": [1, 1, 1, 1], "product": [3, 1], "item_name": [2, 1, 1]}[grouping],
            )

    def test_sum_of_a_fleet_is_quantity_times_price(self):
        self._create_contract([{"price_unit": 2.5} for _ in range(12)], line_grouping="product")
        line = self._bill(date(2026, 1, 15)).invoice_ids.invoice_line_ids
        self.assertEqual((line.quantity, line.price_unit), (12.0, 2.5))
        self.assertIn("12 items, see the attached detail", line.name)

    def test_detail_of_a_sum_is_attached(self):
        contract = self._create_contract(
            [{"name": "Tracker", "price_unit": 2.5, "code": "=1+1"}, {"price_unit": 3.25}],
            line_grouping="product",
        )
        move = self._bill(date(2026, 1, 15)).invoice_ids
        attachments = self.env["ir.attachment"].search(
            [("res_model", "=", "account.move"), ("res_id", "=", move.id)], order="name"
        )
        stem = move.name.replace("/", "-")
        self.assertEqual(attachments.mapped("name"), [f"{stem}.csv", f"{stem}.xlsx"])
        text = base64.b64decode(attachments[0].datas).decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
        self.assertEqual([row["Amount Excl. Tax"] for row in rows], ["2.5", "3.25"])
        self.assertEqual(rows[0]["Contract"], contract.name)
        sheet = load_workbook(io.BytesIO(base64.b64decode(attachments[1].datas))).active
        self.assertEqual(sheet.cell(2, 4).value, "=1+1")
        self.assertEqual(sheet.cell(2, 4).data_type, "s", "a text is not a formula")
        self.assertEqual([sheet.cell(row, 13).value for row in (2, 3)], [2.5, 3.25])

    def test_what_is_owed_to_the_customer_is_a_credit_note(self):
        contract = self._create_contract(
            [{"price_unit": -30.0, "quantity": 2}, {"price_unit": 12.5}]
        )
        run = self._bill(date(2026, 1, 15))
        move = run.invoice_ids
        self.assertEqual((move.move_type, move.state), ("out_refund", "posted"))
        self.assertMoney(move.amount_untaxed, "47.50")
        self.assertMoney(run.amount_untaxed, "-47.50")
        self.assertEqual(self._rows(contract, state="invoiced")[0][3], "-60.00")

    def test_rebate_on_an_invoice_is_a_negative_line(self):
        self._create_contract([{"price_unit": 100.0}, {"price_unit": -30.0}])
        move = self._bill(date(2026, 1, 15)).invoice_ids
        self.assertEqual(move.move_type, "out_invoice")
        self.assertMoney(move.amount_untaxed, "70.00")

    # === WHO PAYS === #

    def test_reseller_is_billed_and_sees_the_end_customers(self):
        reseller = self.env["res.partner"].create({"name": "Telecom Distribution"})
        other = self.env["res.partner"].create({"name": "Garage Petit"})
        self._create_contract(reseller_id=reseller.id)
        self._create_contract(partner_id=other.id, reseller_id=reseller.id)
        run = self._bill(date(2026, 1, 15))
        self.assertEqual(run.invoice_ids.partner_id, reseller)
        lines = run.invoice_ids.invoice_line_ids.sorted("sequence")
        self.assertEqual(
            [line.name.split("\n")[-1] for line in lines],
            ["End customer: Boulangerie Martin", "End customer: Garage Petit"],
        )

    def test_invoice_address_and_reference(self):
        address = self.env["res.partner"].create(
            {"name": "Accounts", "parent_id": self.customer.id, "type": "invoice"}
        )
        contract = self._create_contract(client_ref="PO-77")
        self.assertEqual(contract.partner_invoice_id, address)
        move = self._bill(date(2026, 1, 15)).invoice_ids
        self.assertEqual(move.partner_id, address)
        self.assertEqual(move.commercial_partner_id, self.customer)
        self.assertEqual(move.ref, "PO-77")

    def test_text_in_the_payers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.lang = "fr_FR"
        self._create_contract([{"name": "Accès"}])
        line = self._bill(date(2026, 1, 15)).invoice_ids.invoice_line_ids
        self.assertIn("31/01/2026", line.name)

    # === VAT === #

    def _invoice_for(self, country, vat=False):
        partner = self.env["res.partner"].create(
            {"name": country, "country_id": self.env.ref(f"base.{country}").id, "vat": vat}
        )
        contract = self._create_contract(partner_id=partner.id)
        return self._bill(date(2026, 1, 15), contract_ids=[(6, 0, contract.ids)]).invoice_ids

    def test_vat_domestic_eu_and_outside(self):
        self.company.vat = "FR23334175221"
        domestic = self._invoice_for("fr", "FR83404833048")
        self.assertMoney(domestic.amount_tax, "20.00")
        self.assertEqual(domestic.invoice_line_ids.tax_ids, self.tax)
        european = self._invoice_for("be", "BE0477472701")
        self.assertMoney(european.amount_tax, "0.00")
        self.assertTrue(european.fiscal_position_id)
        self.assertTrue(european.invoice_line_ids.tax_ids)
        self.assertNotEqual(european.invoice_line_ids.tax_ids, self.tax)
        export = self._invoice_for("ch")
        self.assertMoney(export.amount_tax, "0.00")
        self.assertNotEqual(export.fiscal_position_id, european.fiscal_position_id)

    def test_own_fiscal_position_wins(self):
        position = self.env["account.fiscal.position"].create({"name": "None at all"})
        contract = self._create_contract(fiscal_position_id=position.id)
        move = self._bill(date(2026, 1, 15)).invoice_ids
        self.assertEqual(move.fiscal_position_id, position)
        self.assertEqual(move.cn285_contract_ids, contract)

    def test_tax_included_in_the_price(self):
        included = self.tax.copy({"name": "20 % incl.", "price_include_override": "tax_included"})
        product = self._create_product("Public price", 120.0, taxes_id=[(6, 0, included.ids)])
        contract = self._create_contract([{"product_id": product.id, "price_unit": 120.0}])
        row = contract.schedule_ids.sorted("period_start")[0]
        self.assertMoney(row.net, "120.00")
        self.assertMoney(row.amount, "100.00")
        move = self._bill(date(2026, 1, 15)).invoice_ids
        self.assertMoney(move.amount_untaxed, "100.00")
        self.assertMoney(move.amount_total, "120.00")

    def test_due_date_from_the_payment_terms(self):
        term = self.env.ref("account.account_payment_term_30days")
        self._create_contract(payment_term_id=term.id)
        move = self._bill(date(2026, 1, 15)).invoice_ids
        self.assertEqual(move.invoice_date_due, date(2026, 1, 31))

    def test_foreign_currency(self):
        usd = self.env.ref("base.USD")
        usd.active = True
        self.env["res.currency.rate"].search([("currency_id", "=", usd.id)]).unlink()
        self.env["res.currency.rate"].create(
            {
                "currency_id": usd.id,
                "name": "2026-01-01",
                "rate": 1.25,
                "company_id": self.company.id,
            }
        )
        contract = self._create_contract(currency_id=usd.id)
        run = self._bill(date(2026, 1, 15))
        self.assertEqual(run.invoice_ids.currency_id, usd)
        self.assertMoney(run.invoice_ids.amount_untaxed, "100.00")
        self.assertMoney(run.amount_untaxed, "80.00")
        self.assertMoney(contract.mrr, "100.00")

    # === PREVIEW === #

    def test_preview_of_a_draft_writes_nothing(self):
        contract = self._create_contract(
            [
                {},
                {"product_id": self.setup_fee.id, "billing_type": "one_shot", "price_unit": 250.0},
            ],
            confirm=False,
        )
        self.env.flush_all()
        tables = ("cn285_billing_schedule", "account_move", "cn285_contract_item")
        before = [self._snapshot(table) for table in tables]
        preview = contract.preview_invoices(3)
        self.env.flush_all()
        self.assertEqual([self._snapshot(table) for table in tables], before)
        self.assertEqual(
            [invoice["date"] for invoice in preview], ["2026-01-01", "2026-02-01", "2026-03-01"]
        )
        self.assertMoney(preview[0]["amount_untaxed"], "350.00")
        self.assertMoney(preview[0]["amount_tax"], "70.00")
        self.assertMoney(preview[0]["amount_total"], "420.00")
        self.assertIn("100.00", preview[0]["lines"][0]["explanation"])

    def _snapshot(self, table):
        self.env.cr.execute(f"SELECT count(*), max(write_date) FROM {table}")
        return self.env.cr.fetchone()

    def test_preview_is_what_will_be_billed(self):
        contract = self._create_contract(
            [
                {"price_unit": 33.33, "quantity": 3, "discount": 7.5},
                {"recurring_unit": "week", "price_unit": 12.0, "timing": "arrears"},
                {"alignment": "calendar", "price_unit": 71.0},
            ],
            date_start=date(2026, 1, 8),
        )
        self._bill(date(2026, 1, 8))
        preview = contract.preview_invoices(6)
        self._bill(date(2026, 3, 1))
        invoices = contract.invoice_ids.sorted("invoice_date")[1:7]
        self.assertEqual(
            [(p["date"], self._cents(p["amount_total"])) for p in preview],
            [(m.invoice_date.isoformat(), self._cents(m.amount_total)) for m in invoices],
        )
