from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .common import RevrecCase


@tagged("post_install", "-at_install")
class TestClosedMonths(RevrecCase):
    """A month that a run closed never changes; what comes late is the first open month's."""

    def _ledger(self, day):
        """What every account of recognition shows at the end of a day."""
        return {code: self._balance(code, day) for code in ("411", *self.accounts, "4198")}

    def _in_arrears(self, **values):
        """310.00 a month from 15 June, billed when the month is over."""
        with freeze_time("2026-06-15 10:00:00"):
            return self._create_contract(
                [{"price_unit": 310.0, "timing": "arrears"}],
                date_start="2026-06-15",
                date_end="2026-08-14",
                **values,
            )

    def test_in_arrears_over_mid_months(self):
        """July is accrued, and then billed with July's date: it has the service once."""
        contract = self._in_arrears()
        self._run_months("2026-06", "2026-07")
        self.assertEqual(self._balance("706", "2026-06-30"), "-165.33")
        before = self._ledger("2026-07-31")
        for day in ("2026-07-15", "2026-08-15"):
            with patch.object(
                self.registry["account.move"], "_post", side_effect=AssertionError("the slow way")
            ):
                run = self._bill(day, invoice_date=False)
            self.assertEqual(run.issue_ids.mapped("reason"), [])
        invoice = contract.invoice_ids.sorted("id")[0]
        self.assertEqual(str(invoice.date), "2026-08-01")
        self.assertEqual(self._ledger("2026-07-31"), before)
        self.assertTiesOut("2026-06-30")
        self.assertTiesOut("2026-07-31")
        self._run_months("2026-08", "2026-09")
        self.assertEqual(self._balance("706", "2026-08-31"), "-620.00")
        self.assertEqual(self._balance("706", "2026-09-30"), "-620.00")
        self.assertEqual(self._balance("4181", "2026-08-31"), "0.00")
        self.assertEqual(self._ledger("2026-07-31"), before)
        for day in ("2026-06-30", "2026-07-31", "2026-08-31", "2026-09-30"):
            self.assertTiesOut(day)
        self.assertEqual(
            self._unbilled("2026-08-01", "2026-08-31"),
            {"opening": "480.00", "recognised": "0.00", "billed": "480.00", "closing": "0.00"},
        )

    def test_invoices_and_credits_by_hand(self):
        self._in_arrears()
        self._run_months("2026-06", "2026-07")
        before = self._ledger("2026-07-31")
        for move_type, sign in (("out_invoice", 1), ("out_refund", -1)):
            for code in ("706", "487"):
                for first, last in (("2026-07-01", "2026-07-31"), ("2026-07-01", "2026-12-31")):
                    account = {"account_id": self.accounts[code].id}
                    move = self._create_invoice(
                        "2026-07-20", [(184.0 + sign, first, last, account)], move_type=move_type
                    )
                    self.assertEqual(str(move.invoice_date), "2026-07-20")
                    # What waits on 487 is no revenue of July, and its tax stays in July.
                    booked = "2026-08-01" if code == "706" else "2026-07-20"
                    self.assertEqual(str(move.date), booked)
        self.assertEqual(self._balance("706", "2026-07-31"), before["706"])
        self.assertEqual(self._balance("4181", "2026-07-31"), before["4181"])
        self.assertTiesOut("2026-07-31")
        self._run("2026-08")
        self.assertEqual(self._balance("706", "2026-07-31"), before["706"])
        self.assertTiesOut("2026-07-31")
        self.assertTiesOut("2026-08-31")

    def test_what_is_billed_ahead_and_was_accrued(self):
        """15 July to 14 August, billed in advance, but late: July accrued 170.00 of its 310.00."""
        contract = self._in_arrears()
        contract.item_ids.timing = "advance"
        self._run_months("2026-06", "2026-07")
        before = self._ledger("2026-07-31")
        self._bill("2026-07-15", invoice_date=False)
        self.assertEqual(self._ledger("2026-07-31"), before)
        self._run("2026-08")
        self.assertEqual(self._balance("706", "2026-08-31"), "-620.00")
        self.assertEqual(self._balance("487", "2026-08-31"), "0.00")
        for day in ("2026-06-30", "2026-07-31", "2026-08-31"):
            self.assertTiesOut(day)

    def test_a_draft_that_is_posted_after_the_month_was_closed(self):
        contract = self._in_arrears()
        self._bill("2026-07-15", post=False)
        self._run_months("2026-06", "2026-07")
        before = self._ledger("2026-07-31")
        invoice = contract.invoice_ids
        self.assertEqual(invoice.state, "draft")
        invoice.action_post()
        self.assertEqual(self._ledger("2026-07-31"), before)
        self._run("2026-08")
        self.assertTiesOut("2026-07-31")
        self.assertTiesOut("2026-08-31")

    def test_by_month_end_deferral(self):
        self.company.cn285_deferral = "month_end"
        self._run("2026-01")
        before = self._ledger("2026-01-31")
        self._create_invoice("2026-01-20", [(365.0, "2026-01-01", "2026-12-31")])
        self.assertEqual(self._ledger("2026-01-31"), before)
        self._run("2026-02")
        self.assertEqual(self._balance("706", "2026-02-28"), "-59.00")
        self.assertTiesOut("2026-01-31")
        self.assertTiesOut("2026-02-28")

    def test_an_invoice_of_a_closed_month_stays(self):
        invoice = self._create_invoice("2026-01-20", [(31.0, "2026-01-01", "2026-01-31")])
        run = self._run("2026-01")
        with self.assertRaisesRegex(UserError, "reverse the run"):
            invoice.button_draft()
        run.action_reverse()
        invoice.button_draft()
        self.assertEqual(invoice.state, "draft")

    def test_a_product_without_a_rule_keeps_its_date(self):
        self.subscription.cn285_revrec_rule_id = False
        self._run("2026-01")
        invoice = self._create_invoice("2026-01-20", [(31.0, False, False)])
        self.assertEqual(str(invoice.date), "2026-01-20")

    def test_a_month_opened_again(self):
        self._run("2026-01")
        self.env["cn285.revrec.run"].search([]).action_reverse()
        invoice = self._create_invoice("2026-01-20", [(31.0, "2026-01-01", "2026-01-31")])
        self.assertEqual(str(invoice.date), "2026-01-20")

    def test_an_invoice_clerk_need_not_see_the_runs(self):
        self._run("2026-01")
        clerk = new_test_user(self.env, "late clerk", "account.group_account_invoice")
        move = (
            self.env["account.move"]
            .with_user(clerk)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": self.customer.id,
                    "invoice_date": "2026-01-20",
                    "invoice_line_ids": [(0, 0, self._line_vals(31.0, "2026-01-01", "2026-01-31"))],
                }
            )
        )
        move.action_post()
        self.assertEqual(str(move.date), "2026-02-01")

    def test_the_tie_out_shows_what_a_month_has_twice(self):
        """Whoever forces the invoice into the month all the same sees it in the tie-out."""
        contract = self._in_arrears()
        self._run_months("2026-06", "2026-07")
        self._bill("2026-07-15", invoice_date=False)
        invoice = contract.invoice_ids
        self.env.flush_all()
        for table in ("account_move", "account_move_line"):
            column = "id" if table == "account_move" else "move_id"
            self.env.cr.execute(
                f"UPDATE {table} SET date = '2026-07-15' WHERE {column} = %s", [invoice.id]
            )
        self.env.invalidate_all()
        report = self.env["cn285.revrec.tieout"]
        found = report._differences(self.company, "2026-07-31")
        self.assertEqual({row.account_id.code[:3] for row in found}, {"418", "706", "445"})

    def test_other_companies_are_left_alone(self):
        self._run("2026-01")
        other = self.env["res.company"].create(
            {"name": "Other", "country_id": self.company.country_id.id}
        )
        self.assertIsNone(other._cn285_closed_until())
        self.assertEqual(self.company._cn285_closed_until(), date(2026, 1, 31))
