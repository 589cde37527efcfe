from odoo.modules.module import load_script
from odoo.tests import tagged
from odoo.tools import file_path

from .common import RevrecCase

PATH = "cn285_revrec/migrations/19.0.1.0.1/post-analytic_and_credits.py"


@tagged("post_install", "-at_install")
class TestMigration(RevrecCase):
    """Databases from before get analytic totals of revenue, and the account of credits."""

    def _migrate(self):
        self.env.flush_all()
        load_script(file_path(PATH), "analytic_and_credits").migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()

    def test_analytic_lines_of_what_was_deferred_go(self):
        # sudo: whoever recognises need not keep analytic accounts.
        plan = self.env["account.analytic.plan"].sudo().create({"name": "Branches"})
        account = (
            self.env["account.analytic.account"].sudo().create({"name": "Lyon", "plan_id": plan.id})
        )
        share = {str(account.id): 100}
        deferred = {"account_id": self.accounts["487"].id, "analytic_distribution": share}
        invoice = self._create_invoice(
            "2026-01-01", [(365.0, "2026-01-01", "2026-12-31", deferred)]
        )
        self._create_invoice(
            "2026-01-01", [(10.0, "2026-01-01", "2026-01-01", {"analytic_distribution": share})]
        )
        run = self._run("2026-01")
        # As it was: the invoice and the deferred side of its recognition bore analytic lines.
        released = run.move_ids.line_ids.filtered(lambda line: line.account_id.code[:3] == "487")
        self.env["account.analytic.line"].sudo().create(
            [
                {
                    "name": "before",
                    "amount": amount,
                    "date": "2026-01-31",
                    "company_id": self.company.id,
                    "general_account_id": self.accounts["487"].id,
                    "move_line_id": line.id,
                    plan._column_name(): account.id,
                }
                for amount, line in ((365.0, invoice.invoice_line_ids), (-31.0, released))
            ]
        )
        self._migrate()
        lines = self.env["account.analytic.line"].search([("auto_account_id", "=", account.id)])
        self.assertMoney(sum(lines.mapped("amount")), "41.00")

    def test_the_account_of_credits_is_found(self):
        account = self.company.cn285_credit_due_account_id
        self.company.cn285_credit_due_account_id = False
        self._migrate()
        self.assertEqual(self.company.cn285_credit_due_account_id, account)
        other = self.accounts["487"].copy({"code": "419899"})
        self.company.cn285_credit_due_account_id = other
        self._migrate()
        self.assertEqual(self.company.cn285_credit_due_account_id, other, "what is chosen stays")
