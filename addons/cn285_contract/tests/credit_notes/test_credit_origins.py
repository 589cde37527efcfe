from datetime import date

from freezegun import freeze_time
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from ..changes.test_contract_change_money import MoneyCase

YEAR = {"recurring_unit": "year", "price_unit": 365.0}


@tagged("post_install", "-at_install")
@freeze_time("2026-02-01 10:00:00")
class TestCreditOrigins(MoneyCase):
    """Credit notes of changes name the invoices that they credit, and settle them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env, "billing", groups="cn285_contract.group_billing_manager"
        )

    def _run(self, until, **values):
        runs = self.env["cn285.billing.run"].with_user(self.manager)
        run = runs.create({"date": until, "company_id": self.company.id, **values})
        run.action_run()
        return run.sudo().invoice_ids.with_env(self.env)

    def _pay(self, move, amount):
        wizards = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        wizards.create({"amount": amount})._create_payments()

    def _ended(self, *items, day="2026-01-31", **values):
        """A contract billed on 1 January and terminated: its invoice, and its credit note."""
        contract = self._create_contract(list(items) or [YEAR], **values)
        invoice = self._run(date(2026, 1, 1))
        self._change(contract, "terminate", day)
        return invoice, lambda: self._run(date(2026, 2, 1))

    def test_unpaid_invoice_is_settled_but_for_what_is_owed(self):
        invoice, credit = self._ended()
        self.assertMoney(invoice.amount_residual, "438.00")
        note = credit()
        self.assertEqual((note.move_type, note.state), ("out_refund", "posted"))
        self.assertMoney(note.amount_total, "400.80")
        self.assertEqual(note.reversed_entry_id, invoice)
        self.assertEqual(note.cn285_origin_ids, invoice)
        self.assertMoney(invoice.amount_residual, "37.20")
        self.assertMoney(note.amount_residual, "0.00")
        self.assertIn(f"Credits on: {invoice.name} of 01/01/2026", note.narration)

    def test_what_was_paid_stays_the_customers_money(self):
        invoice, credit = self._ended()
        self._pay(invoice, 438.0)
        note = credit()
        self.assertEqual(note.reversed_entry_id, invoice)
        self.assertMoney(note.amount_residual, "400.80")

    def test_partly_paid(self):
        invoice, credit = self._ended()
        self._pay(invoice, 238.0)
        note = credit()
        self.assertMoney(invoice.amount_residual, "0.00")
        self.assertMoney(note.amount_residual, "200.80")

    def test_both_writers_and_drafts(self):
        self.env["ir.config_parameter"].set_param("cn285_contract.quick_invoices", "False")
        invoice, _credit = self._ended()
        [draft] = self._run(date(2026, 2, 1), post=False)
        self.assertEqual((draft.state, draft.reversed_entry_id), ("draft", invoice))
        self.assertMoney(invoice.amount_residual, "438.00")
        draft.action_post()
        self.assertMoney(invoice.amount_residual, "37.20")

    def test_invoice_that_is_posted_after_its_credit(self):
        contract = self._create_contract([YEAR])
        draft = self._run(date(2026, 1, 1), post=False)
        self._change(contract, "terminate", "2026-01-31")
        note = self._run(date(2026, 2, 1))
        self.assertMoney(note.amount_residual, "400.80")
        draft.action_post()
        self.assertMoney(draft.amount_residual, "37.20")
        self.assertMoney(note.amount_residual, "0.00")

    def test_several_invoices_get_what_is_credited_of_each(self):
        other = {**YEAR, "price_unit": 730.0, "date_start": date(2026, 1, 2)}
        contract = self._create_contract([YEAR, other])
        first = self._run(date(2026, 1, 1))
        second = self._run(date(2026, 1, 2))
        self.assertMoney(second.amount_total, "876.00")
        self._change(contract, "terminate", "2026-01-31")
        note = self._run(date(2026, 2, 1))
        self.assertFalse(note.reversed_entry_id)
        self.assertEqual(note.cn285_origin_ids, first | second)
        names = f"{first.name} of 01/01/2026, {second.name} of 01/02/2026"
        self.assertIn(f"Credits on: {names}", note.narration)
        self.assertMoney(first.amount_residual, "37.20")
        # 30 of 365 days of 730.00, with tax.
        self.assertMoney(second.amount_residual, "72.00")
        self.assertMoney(note.amount_residual, "0.00")

    def test_of_several_one_is_paid(self):
        other = {**YEAR, "price_unit": 730.0, "date_start": date(2026, 1, 2)}
        contract = self._create_contract([YEAR, other])
        first = self._run(date(2026, 1, 1))
        second = self._run(date(2026, 1, 2))
        self._pay(first, 438.0)
        self._change(contract, "terminate", "2026-01-31")
        note = self._run(date(2026, 2, 1))
        self.assertMoney(second.amount_residual, "72.00")
        self.assertMoney(note.amount_residual, "400.80")

    def test_foreign_currency_and_another_rate(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        rates = self.env["res.currency.rate"]
        rates.search([("currency_id", "=", dollar.id)]).unlink()
        for day, rate in (("2026-01-01", 1.25), ("2026-01-20", 1.0)):
            rates.create({"currency_id": dollar.id, "name": day, "rate": rate})
        pricelist = self.env["product.pricelist"].create(
            {"name": "Dollars", "currency_id": dollar.id}
        )
        invoice, credit = self._ended(pricelist_id=pricelist.id)
        self.assertEqual(invoice.currency_id, dollar)
        note = credit()
        self.assertMoney(note.amount_total, "400.80")
        self.assertMoney(invoice.amount_residual, "37.20")
        self.assertMoney(note.amount_residual, "0.00")
        # 37.20 dollars at the rate of the invoice.
        self.assertMoney(invoice.amount_residual_signed, "29.76")

    def test_invoice_of_several_contracts(self):
        one, two = self._create_contract([YEAR]), self._create_contract([YEAR])
        invoice = self._run(date(2026, 1, 1))
        self.assertMoney(invoice.amount_total, "876.00")
        self._change(one, "terminate", "2026-01-31")
        note = self._run(date(2026, 2, 1))
        self.assertEqual(note.reversed_entry_id, invoice)
        self.assertMoney(invoice.amount_residual, "475.20")
        self.assertEqual(two.state, "active")

    def test_credit_that_waits_for_the_next_invoice(self):
        self.company.cn285_change_billing = "next"
        contract = self._create_contract([{"price_unit": 31.0, "quantity": 10.0}])
        first = self._run(date(2026, 1, 1))
        with self._travel("2026-01-16"):
            self._change(contract, "quantity", "2026-01-16", item=contract.item_ids, quantity=5.0)
        with self._travel("2026-02-01"):
            note = self._run(date(2026, 2, 1))
        # February costs 155.00, and of January 160.00 are credited, of which 80.00 are owed anew.
        self.assertEqual(note.move_type, "out_invoice")
        self.assertEqual(note.cn285_origin_ids, first)
        self.assertFalse(note.reversed_entry_id)
        self.assertIn(first.name, note.narration)
        self.assertMoney(first.amount_residual, "372.00")

    def test_the_language_of_who_gets_it(self):
        self.env["res.lang"]._activate_lang("en_GB")
        self.customer.lang = "en_GB"
        invoice, credit = self._ended()
        self.assertIn(f"{invoice.name} of 01/01/2026", credit().narration)

    def test_invoice_terms_of_the_company_stay(self):
        self.env["ir.config_parameter"].set_param("account.use_invoice_terms", "True")
        self.company.invoice_terms = "Late payment costs 40 EUR."
        _invoice, credit = self._ended()
        note = credit()
        self.assertIn("40 EUR", note.narration)
        self.assertIn("Credits on", note.narration)

    def test_partial_credit_names_its_invoice(self):
        self._create_contract([YEAR])
        invoice = self._run(date(2026, 1, 1))
        note = self.env["account.move"].browse(invoice.cn285_credit(percent=50)["id"])
        self.assertEqual(note.cn285_origin_ids, invoice)

    def test_accounts_that_refuse_hold_nothing_up(self):
        invoice, credit = self._ended()
        lines = type(self.env["account.move.line"])

        def refuse(self, plan):
            raise UserError(self.env._("The period is closed."))

        self.patch(lines, "_reconcile_plan", refuse)
        note = credit()
        self.assertEqual((note.state, note.reversed_entry_id), ("posted", invoice))
        self.assertMoney(note.amount_residual, "400.80")

    def test_a_hundred_cost_no_hundred_times_the_queries(self):
        def queries(count):
            partners = [self.customer.copy() for _number in range(count)]
            made = [self._create_contract([YEAR], partner_id=one.id) for one in partners]
            self._run(date(2026, 1, 1))
            for contract in made:
                self._change(contract, "terminate", "2026-01-31")
            notes = self._run(date(2026, 2, 1))
            self.assertEqual(len(notes), count)
            self.assertEqual(set(notes.mapped("amount_residual")), {0.0})
            notes.line_ids.remove_move_reconcile()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            notes._cn285_name_origins()
            named = self.env.cr.sql_log_count
            notes._cn285_settle_origins()
            self.env.flush_all()
            return named - before, self.env.cr.sql_log_count - named

        few, many = queries(2), queries(12)
        self.assertLessEqual(many[0], few[0] + 5)
        self.assertLess(many[1], 2 * few[1])
