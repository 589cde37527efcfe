from freezegun import freeze_time
from odoo.exceptions import ValidationError
from odoo.tests import new_test_user, tagged

from .usage_cascade_case import CascadeCase


@tagged("post_install", "-at_install")
@freeze_time("2026-01-02 10:00:00")
class TestRoyaltyPurchase(CascadeCase):
    """A third party sells us a right: its invoice is ours to make out, in the purchase journal."""

    PURCHASE = {**CascadeCase.ROYALTY, "payout_document": "purchase"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vat = cls.company.account_purchase_tax_id
        cls.right = cls.env["product.product"].create(
            {
                "name": "Royalty",
                "type": "service",
                "taxes_id": [(6, 0, cls.subscription.taxes_id.ids)],
                "supplier_taxes_id": [(6, 0, cls.vat.ids)],
            }
        )

    def _royalty(self, quantity=2001, contract=None, calculator=None, **item):
        source = self._usage_contract({"price_unit": 0.1}).item_ids
        target = self._target(
            source,
            calculator or self.PURCHASE,
            contract or self._of_author(),
            product_id=self.right.id,
            **item,
        )
        self._use(source.contract_id, quantity, "2026-01-01")
        return target

    def test_a_purchase_invoice_with_deductible_tax(self):
        """10 % of 200.10: D expense 20.01, D 44566 4.00 / C supplier 24.01."""
        target = self._royalty()
        moves = self._bill_on("2026-02-01").invoice_ids
        bill = moves.filtered(lambda move: move.partner_id == self.author)
        self.assertEqual((bill.move_type, bill.state), ("in_invoice", "posted"))
        self.assertEqual(bill.journal_id.type, "purchase")
        self.assertMoney(bill.amount_untaxed, "20.01")
        self.assertMoney(bill.amount_tax, "4.00")
        accounts = {line.account_id.code[:5]: line.balance for line in bill.line_ids}
        self.assertMoney(accounts["44566"], "4.00")
        payable = bill.line_ids.filtered(
            lambda line: line.account_id.account_type == "liability_payable"
        )
        self.assertMoney(payable.balance, "-24.01")
        self.assertEqual(bill.invoice_line_ids.account_id.internal_group, "expense")
        self.assertIn(self.company.name, bill.narration)
        self.assertEqual(self._amounts(target), [("usage", "-20.01")])
        self.assertEqual((moves - bill).move_type, "out_invoice")
        self.assertFalse(self._bill_on("2026-02-01").invoice_ids)

    def test_a_supplier_that_owes_no_vat(self):
        """CGI art. 293 B, by a position without taxes: D expense 20.01 / C supplier 20.01."""
        self.author.property_account_position_id = self.env["account.fiscal.position"].create(
            {"name": "Small business"}
        )
        self._royalty()
        moves = self._bill_on("2026-02-01").invoice_ids
        bill = moves.filtered(lambda move: move.move_type == "in_invoice")
        self.assertFalse(bill.invoice_line_ids.tax_ids)
        self.assertMoney(bill.amount_total, "20.01")
        self.assertEqual(len(bill.line_ids), 2)
        self.assertMoney((moves - bill).amount_tax, "40.02")

    def test_the_account_of_royalties(self):
        """651 by the French chart; the settings', and the product's own account go before."""
        charts = self.env["account.chart.template"]
        expected = charts.ref("pcg_6511")
        self.assertNotEqual(self.company.expense_account_id, expected)
        company, product = self.company, self.right
        self.assertEqual(company._cn285_royalty_account(product), expected)
        company.cn285_royalty_account_id = charts.ref("pcg_6516")
        self.assertEqual(company._cn285_royalty_account(product), charts.ref("pcg_6516"))
        product.categ_id = self.env["product.category"].create(
            {"name": "Rights", "property_account_expense_categ_id": charts.ref("pcg_604").id}
        )
        self.assertEqual(company._cn285_royalty_account(product), charts.ref("pcg_604"))
        product.property_account_expense_id = charts.ref("pcg_6518")
        self.assertEqual(company._cn285_royalty_account(product), charts.ref("pcg_6518"))
        product.property_account_expense_id = product.categ_id = False
        company.cn285_royalty_account_id = False
        self._royalty()
        bill = self._bill_on("2026-02-01").invoice_ids.filtered(
            lambda move: move.move_type == "in_invoice"
        )
        self.assertEqual(bill.invoice_line_ids.account_id, expected)

    def test_651_is_something_else_in_other_charts(self):
        self.company.account_fiscal_country_id = self.env.ref("base.be")
        self.assertEqual(
            self.company._cn285_royalty_account(self.right), self.company.expense_account_id
        )

    def test_the_line_in_words(self):
        """A share of an amount, billed to whom and when; no figure below zero."""
        self._royalty()
        moves = self._bill_on("2026-02-01").invoice_ids
        bill = moves.filtered(lambda move: move.move_type == "in_invoice")
        [line] = bill.invoice_line_ids
        customer = (moves - bill).partner_id.commercial_partner_id.name
        text = line.name.replace("\u00a0", " ")
        self.assertIn(f": 10 % of 200.10 € billed to {customer} in January 2026", text)
        self.assertNotIn("-", line.name.partition("\n")[2])
        self.assertNotIn("×", line.name)

    def test_part_of_a_month_and_a_refund_in_words(self):
        source = self._usage_contract({"price_unit": 0.1}).item_ids
        self._target(
            source,
            {**self.PURCHASE, "percent": 12.5},
            self._of_author(),
            product_id=self.right.id,
            date_start="2026-01-01",
        )
        self._use(source.contract_id, 2001, "2026-01-01")
        self._bill_on("2026-02-01")
        self._use(source.contract_id, -1000, "2026-01-01")
        refund = self._bill_on("2026-03-01").invoice_ids.filtered(
            lambda move: move.move_type == "in_refund"
        )
        self.assertMoney(refund.amount_untaxed, "12.50")
        taken_back = refund.invoice_line_ids.filtered("price_subtotal")
        self.assertIn(": 12.5 % of 100.00 € billed to", taken_back.name.replace("\u00a0", " "))

    def test_the_run_mails_it_to_the_supplier(self):
        contract = self._of_author()
        contract.sending = "email"
        self.author.email = "dupont@example.com"
        self._royalty(contract=contract)
        run = self._bill_on("2026-02-01")
        bill = run.invoice_ids.filtered(lambda move: move.move_type == "in_invoice")
        clerk = new_test_user(
            self.env,
            "royalty mailer",
            "cn285_contract.group_billing_manager,account.group_account_invoice",
        )
        self.assertTrue(run._can_mail(bill))
        run.with_user(clerk)._job_send(bill.ids)
        self.assertEqual(run.issue_ids.mapped("reason"), [])
        self.assertTrue(bill.is_move_sent)
        message = bill.message_ids.filtered(lambda one: self.author in one.partner_ids)
        self.assertIn(bill.name, message.subject)
        self.assertTrue(message.attachment_ids)
        run.with_user(clerk)._job_send(bill.ids)
        self.assertEqual(
            bill.message_ids.filtered(lambda one: self.author in one.partner_ids), message
        )
        self.author.email = False
        self.assertIn("no e-mail address", run._send_one(bill))

    def test_sold_and_bought_in_one_contract(self):
        """A customer that is paid for something too gets its invoice, and makes one to us."""
        source = self._usage_contract({"price_unit": 0.1}).item_ids
        self._target(source, self.PURCHASE, product_id=self.right.id)
        self._use(source.contract_id, 2001, "2026-01-01")
        moves = self._bill_on("2026-02-01").invoice_ids
        self.assertEqual(
            sorted((move.move_type, self._cents(move.amount_untaxed)) for move in moves),
            [("in_invoice", "20.01"), ("out_invoice", "200.10")],
        )

    def test_what_is_taken_back_is_a_refund(self):
        target = self._royalty()
        self._bill_on("2026-02-01")
        self._use(target.calculator_ids.source_item_id.contract_id, -1000, "2026-01-01")
        moves = self._bill_on("2026-03-01").invoice_ids
        refund = moves.filtered(lambda move: move.partner_id == self.author)
        self.assertEqual(refund.move_type, "in_refund")
        self.assertMoney(refund.amount_untaxed, "10.00")

    def test_the_journal_of_the_settings(self):
        journal = self.env["account.journal"].create(
            {
                "name": "Self-billing",
                "code": "AUTOF",
                "type": "purchase",
                "is_self_billing": True,
                "company_id": self.company.id,
            }
        )
        self.assertEqual(self.company._cn285_royalty_journal(), journal)
        other = self.env["account.journal"].search(
            [
                ("type", "=", "purchase"),
                ("company_id", "=", self.company.id),
                ("id", "!=", journal.id),
            ],
            limit=1,
        )
        self.company.cn285_royalty_journal_id = other
        self._royalty()
        moves = self._bill_on("2026-02-01").invoice_ids
        bill = moves.filtered(lambda move: move.move_type == "in_invoice")
        self.assertEqual(bill.journal_id, other)

    def test_no_purchase_journal_is_said(self):
        self._royalty()
        journals = self.env["account.journal"].search([("type", "=", "purchase")])
        journals.action_archive()
        run = self._bill_on("2026-02-01")
        self.assertIn("purchase journal", run.issue_ids.reason)

    def test_one_item_does_not_buy_and_sell(self):
        source = self._usage_contract({"price_unit": 0.1}).item_ids
        target = self._target(source, self.PURCHASE, product_id=self.right.id)
        with self.assertRaisesRegex(ValidationError, "item of its own"):
            target.calculator_ids = [(0, 0, {**self.ROYALTY, "source_item_id": source.id})]

    def test_by_a_billing_clerk(self):
        self._royalty()
        clerk = new_test_user(
            self.env,
            "royalty clerk",
            "cn285_contract.group_billing_manager,account.group_account_invoice",
        )
        run = self.env["cn285.billing.run"].with_user(clerk).create({"date": "2026-02-01"})
        with freeze_time("2026-02-01 10:00:00"):
            run.action_run()
        self.assertEqual(run.issue_ids.mapped("reason"), [])
        self.assertIn("in_invoice", run.sudo().invoice_ids.mapped("move_type"))
