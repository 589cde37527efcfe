"""Invoices and credit notes go to NetSuite, what it says about them comes back."""

from datetime import date

from odoo import Command

from .common import NetsuiteCase
from .suitetalk.store import child, text_of


class TestInvoices(NetsuiteCase):
    def send(self, *moves):
        """Customers first, then what refers to them."""
        self.work(rounds=2)
        self.assertFalse(self.rows("parked"), self.rows("parked").mapped("reason"))
        found = {record.external_id: record for record in self.account.all("Invoice", "CreditMemo")}
        return [
            next(record for key, record in found.items() if key.endswith(f"-{move.id}"))
            for move in moves
        ]

    def test_an_invoice_goes_with_its_customer_and_the_payment_comes_back(self):
        invoice = self.invoice(lines=[(2, 100.0), (1, 33.33)])
        (there,) = self.send(invoice)
        self.assertEqual(there.text("tranId"), invoice.name)
        self.assertEqual(there.text("tranDate")[:10], "2026-01-31")
        self.assertEqual(there.text("total"), "280.00")
        self.assertMoney(invoice.amount_total, "280.00")
        self.assertEqual(self.binding(invoice, "invoice").state, "in_step")
        (customer,) = self.there("Customer")
        self.assertEqual(customer.text("lastName"), "Martin")
        self.account.pay(there, "280.00")
        self.work()
        self.assertEqual(invoice.payment_state, "paid")
        self.assertMoney(invoice.amount_residual, "0.00")
        clearing = self.cleared(invoice)
        self.assertEqual(clearing.journal_id, self.backend.netsuite_clearing_journal_id)
        self.assertMoney(clearing.amount_total, "280.00")
        self.assertEqual(invoice._cn285_received()[invoice], (280, 0))
        self.assertEqual(self.binding(invoice, "invoice").status_there, "Paid In Full")

    def cleared(self, invoice):
        return self.env["account.move"].search([("cn285_netsuite_cleared_id", "=", invoice.id)])

    def test_lines_carry_item_quantity_amount_tax_and_text(self):
        invoice = self.invoice(lines=[(3, 33.33)])
        (there,) = self.send(invoice)
        (line,) = there.lines()
        self.assertEqual(child(line, "item").get("internalId"), self.api_item.internal_id)
        self.assertEqual(text_of(line, "amount"), "99.99")
        self.assertEqual(text_of(line, "rate"), "33.33")
        self.assertEqual(child(line, "taxCode").get("internalId"), "7")
        self.assertEqual(text_of(line, "description"), invoice.invoice_line_ids.name)

    def test_totals_agree_to_the_cent_whatever_rounds_where(self):
        self.env.company.tax_calculation_rounding_method = "round_globally"
        invoice = self.invoice(lines=[(1, 0.12), (1, 0.12), (1, 0.12), (7, 1.13)])
        (there,) = self.send(invoice)
        self.assertEqual(there.text("total"), f"{invoice.amount_total:.2f}")
        self.assertEqual(there.text("taxTotal"), f"{invoice.amount_tax:.2f}")

    def test_terms_due_date_and_the_link_to_the_pdf(self):
        self.backend.netsuite_pdf_field = "custbody_pdf"
        term = self.env.ref("account.account_payment_term_30days")
        invoice = self.invoice(invoice_payment_term_id=term.id)
        (there,) = self.send(invoice)
        self.assertEqual(there.ref("terms")[0], "3")
        self.assertEqual(there.text("dueDate")[:10], invoice.invoice_date_due.isoformat())
        link = there.fields["customFieldList"][0][0][0].text
        self.assertIn(f"/my/invoices/{invoice.id}", link)
        self.assertIn(invoice.access_token, link)
        self.assertIn("report_type=pdf", link)

    def test_a_billing_run_is_noted_and_says_its_period(self):
        self.backend.netsuite_start_field = "custcol_from"
        self._create_contract(items=[{"price_unit": 100.0}])
        self.assertFalse(
            self.env["cn285.invoice.writer"]._quick_obstacle(), "the quick writer stays"
        )
        run = self._bill(date(2026, 1, 31))
        moves = self.env["account.move"].search([("cn285_run_id", "=", run.id)])
        self.assertTrue(moves)
        first = self.send(*moves)[0]
        self.assertEqual(first.text("startDate")[:10], "2026-01-01")
        self.assertEqual(first.text("endDate")[:10], "2026-01-31")
        custom = child(first.lines()[0], "customFieldList")[0]
        self.assertEqual(custom.get("scriptId"), "custcol_from")

    def test_part_of_a_payment_and_the_rest(self):
        invoice = self.invoice()
        (there,) = self.send(invoice)
        self.account.pay(there, "50.00")
        self.work()
        self.assertMoney(invoice.amount_residual, "70.00")
        self.assertEqual(invoice.payment_state, "partial")
        self.account.pay(there, "70.00")
        self.work(rounds=3)
        self.assertMoney(invoice.amount_residual, "0.00")
        self.assertEqual(len(self.cleared(invoice)), 2, "reading again pays nothing twice")

    def test_a_payment_taken_back_there_reopens_the_invoice(self):
        invoice = self.invoice()
        (there,) = self.send(invoice)
        self.account.pay(there, "120.00")
        self.work()
        self.account.pay(there, "-90.00")
        self.work()
        self.assertMoney(invoice.amount_residual, "90.00")
        account = self.backend.netsuite_clearing_account_id
        lines = self.env["account.move.line"].search(
            [("account_id", "=", account.id), ("parent_state", "=", "posted")]
        )
        self.assertMoney(sum(lines.mapped("balance")), "30.00")

    def test_what_was_paid_here_is_not_reopened(self):
        invoice = self.invoice()
        (there,) = self.send(invoice)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"amount": 120.0})._create_payments()
        self.account.change(there, memo="seen")
        self.work()
        self.assertMoney(invoice.amount_residual, "0.00")

    def test_a_credit_note_goes_and_pays_its_invoice_there(self):
        invoice = self.invoice()
        self.send(invoice)
        wizard = self.env["account.move.reversal"].create(
            {"move_ids": invoice.ids, "journal_id": invoice.journal_id.id, "date": "2026-02-01"}
        )
        credit = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
        credit.invoice_date = date(2026, 2, 1)
        credit.action_post()
        self.assertMoney(invoice.amount_residual, "0.00")
        invoice_there, there = self.send(invoice, credit)
        self.assertEqual(there.type, "CreditMemo")
        self.assertEqual(there.text("total"), "120.00")
        applied = there.fields["applyList"][0][0]
        self.assertEqual(text_of(applied, "doc"), invoice_there.internal_id)
        self.assertEqual(text_of(applied, "amount"), "120.00")

    def test_a_credit_note_applied_there_is_closed_here(self):
        credit = self.invoice(move_type="out_refund")
        (there,) = self.send(credit)
        self.account.pay(there, "45.00")
        self.work()
        self.assertMoney(credit.amount_residual, "75.00")
        self.account.pay(there, "75.00")
        self.work(rounds=2)
        self.assertMoney(credit.amount_residual, "0.00")
        account = self.backend.netsuite_clearing_account_id
        lines = self.env["account.move.line"].search([("account_id", "=", account.id)])
        self.assertMoney(sum(lines.mapped("balance")), "-120.00")

    def test_an_invoice_in_another_currency_is_paid_in_it(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        self.env["res.currency.rate"].create(
            {"name": "2026-01-01", "currency_id": dollar.id, "rate": 1.25}
        )
        self.backend.map_ids = [
            Command.create({"kind": "currency", "currency_id": dollar.id, "external_id": "2"})
        ]
        invoice = self.invoice(currency_id=dollar.id)
        (there,) = self.send(invoice)
        self.assertEqual(there.ref("currency")[0], "2")
        self.account.pay(there, "120.00")
        self.work()
        self.assertEqual(invoice.payment_state, "paid")
        self.assertMoney(self.cleared(invoice).amount_total, "120.00")
        account = self.backend.netsuite_clearing_account_id
        lines = self.env["account.move.line"].search([("account_id", "=", account.id)])
        self.assertMoney(sum(lines.mapped("balance")), "96.00")

    def test_taken_back_here_deleted_there_and_sent_again(self):
        invoice = self.invoice()
        self.send(invoice)
        invoice.button_draft()
        self.work()
        self.assertFalse(self.there("Invoice"))
        self.assertEqual(self.binding(invoice, "invoice").state, "gone")
        invoice.action_post()
        self.send(invoice)
        self.assertEqual(len(self.there("Invoice")), 1)
        self.assertEqual(self.binding(invoice, "invoice").state, "in_step")

    def test_deleted_there_is_noticed_and_can_be_sent_again(self):
        invoice = self.invoice()
        (there,) = self.send(invoice)
        self.account.delete("Invoice", there.internal_id)
        self.work()
        binding = self.binding(invoice, "invoice")
        self.assertEqual(binding.state, "gone")
        self.assertIn("Deleted", binding.reason)
        binding.action_resynchronise()
        self.work()
        self.assertEqual(len(self.there("Invoice")), 1)
        self.assertEqual(binding.state, "in_step")

    def test_nothing_changed_nothing_goes(self):
        invoice = self.invoice()
        self.send(invoice)
        calls = len(self.server.counted("upsertList"))
        self.env["cn285.bridge.outbox"]._note("invoice", invoice)
        self.work()
        self.assertEqual(len(self.server.counted("upsertList")), calls)
        self.assertFalse(self.rows("waiting"))

    # ------------------------------------------------------------------ bad input

    def parked(self, record):
        """The reason for which the record's row is parked."""
        self.work(rounds=2)
        rows = self.rows("parked").filtered(lambda row: row.res_id == record.id)
        self.assertEqual(len(rows), 1, self.env["cn285.bridge.outbox"].search([]).mapped("state"))
        return rows.reason

    def test_a_tax_without_counterpart_is_parked_and_goes_when_mapped(self):
        mapping = self.backend.map_ids.filtered(lambda line: line.kind == "tax")
        values = mapping.copy_data()[0]
        mapping.unlink()
        invoice, other = self.invoice(), self.invoice(lines=[(1, 5.0)])
        reason = self.parked(invoice)
        self.assertIn(self.tax.name, reason)
        self.assertIn("Mappings", reason)
        self.assertFalse(self.there("Invoice"))
        self.env["cn285.bridge.map"].create(values)
        self.rows("parked").action_try_again()
        self.work()
        self.assertEqual(len(self.there("Invoice")), 2)
        self.assertEqual(self.binding(other, "invoice").state, "in_step")

    def test_a_product_that_is_no_item(self):
        product = self._create_product("Other", 1.0)
        invoice = self.invoice(post=False)
        invoice.invoice_line_ids.product_id = product
        invoice.action_post()
        self.assertIn("no item of NetSuite", self.parked(invoice))
        self.backend.netsuite_default_item = self.setup_item.internal_id
        self.rows("parked").action_try_again()
        self.work()
        (line,) = self.there("Invoice")[0].lines()
        self.assertEqual(child(line, "item").get("internalId"), self.setup_item.internal_id)

    def test_two_taxes_on_a_line(self):
        second = self.tax.copy({"name": "Eco tax", "amount": 1})
        invoice = self.invoice(post=False)
        invoice.invoice_line_ids.tax_ids = [Command.link(second.id)]
        invoice.action_post()
        self.assertIn("2 taxes", self.parked(invoice))

    def test_a_currency_that_netsuite_does_not_have(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        invoice = self.invoice(currency_id=dollar.id)
        self.assertIn("Currency USD", self.parked(invoice))

    def test_what_netsuite_refuses_parks_that_record_alone(self):
        self.account.closed_until = "2026-01-31"
        closed, open_ = self.invoice(), self.invoice(invoice_date=date(2026, 2, 1))
        reason = self.parked(closed)
        self.assertIn("closed", reason)
        self.assertEqual(self.binding(closed, "invoice").state, "parked")
        self.assertEqual(self.binding(open_, "invoice").state, "in_step")
        self.account.closed_until = ""
        self.rows("parked").action_try_again()
        self.work()
        self.assertEqual(len(self.there("Invoice")), 2)

    def test_a_different_total_there_is_said_and_not_paid(self):
        invoice = self.invoice()
        (there,) = self.send(invoice)
        self.account.change(there, total="121.00")
        self.account.pay(there, "121.00")
        self.work()
        row = self.env["cn285.bridge.inbox"].search([("state", "=", "parked")])
        self.assertIn("121.00", row.reason)
        self.assertIn("120.00", row.reason)
        self.assertMoney(invoice.amount_residual, "120.00")
