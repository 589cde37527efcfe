from datetime import date
from unittest.mock import patch

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from ..models import revrec_entries
from ..wizards.revrec_report_wizard import REPORTS
from .common import RevrecCase


@tagged("post_install", "-at_install")
class TestRuns(RevrecCase):
    """Preview, posting in synthesis and in detail, reversal, closed months, what is left out."""

    def _invoice(self, amount=1200.0, deferred=True, **values):
        line = {"account_id": self.accounts["487"].id} if deferred else {}
        return self._create_invoice(
            "2026-01-01", [(amount, "2026-01-01", "2026-12-31", {**line, **values})]
        )

    def test_the_invoice_writer_stays_quick(self):
        """Nothing of this addon makes the billing fall back to Odoo's slow way."""
        writer = self.env["cn285.invoice.writer"]
        self.assertEqual(writer._quick_report().obstacles, ())
        contract = self._create_contract(
            [{"price_unit": 1200.0, "recurring_unit": "year"}], date_start="2026-01-01"
        )
        with patch.object(
            self.registry["account.move"], "_post", side_effect=AssertionError("the slow way")
        ):
            run = self._bill("2026-01-01")
        self.assertEqual(run.issue_ids.mapped("reason"), [])
        line = contract.invoice_ids.invoice_line_ids
        self.assertEqual(line.account_id, self.accounts["487"])
        self.assertEqual(line.cn285_revrec_rule_id, self.daily)
        self.assertEqual(
            (line.cn285_service_start, line.cn285_service_end),
            (date(2026, 1, 1), date(2026, 12, 31)),
        )

    def test_preview_shows_what_is_posted(self):
        self._invoice()
        self._invoice(600.0, deferred=False)
        run = self.env["cn285.revrec.run"].create({"date": "2026-01-31"})
        run.action_preview()
        seen = sorted(
            (line.date, line.account_id.code, self._cents(line.debit), self._cents(line.credit))
            for line in run.preview_ids
        )
        self.assertEqual(run.state, "draft")
        self.assertFalse(run.move_ids)
        self.assertFalse(run.line_ids)
        run.action_post()
        posted = sorted(
            (line.date, line.account_id.code, self._cents(line.debit), self._cents(line.credit))
            for line in run.move_ids.line_ids
        )
        self.assertEqual(seen, posted)
        self.assertFalse(run.preview_ids)

    def test_synthesis_sums_by_account_analytic_account_and_currency(self):
        # sudo: whoever recognises has the right to use them, and need not keep them.
        plan = self.env["account.analytic.plan"].sudo().create({"name": "Branches"})
        lyon, lille = (
            self.env["account.analytic.account"]
            .sudo()
            .create([{"name": name, "plan_id": plan.id} for name in ("Lyon", "Lille")])
        )
        for account in (lyon, lyon, lille):
            self._invoice(365.0, analytic_distribution={str(account.id): 100})
        run = self._run("2026-01")
        revenue = run.move_ids.line_ids.filtered(lambda line: line.account_id.code[:3] == "706")
        self.assertEqual(
            sorted((str(line.analytic_distribution), line.credit) for line in revenue),
            sorted(
                [
                    (str({str(lyon.id): 100.0}), 62.0),
                    (str({str(lille.id): 100.0}), 31.0),
                ]
            ),
        )
        self.assertEqual(set(run.line_ids.move_line_id.ids), set(revenue.ids))
        booked = run.move_ids.line_ids.analytic_line_ids.filtered(
            lambda line: line.general_account_id.code[:3] == "706"
        )
        self.assertMoney(sum(booked.mapped("amount")), "93.00")
        report = self.env["cn285.revrec.analysis"]
        sums = report._read_group(
            [("kind", "=", "revenue")], ["analytic_account_id"], ["amount:sum"]
        )
        self.assertEqual(dict(sums), {lyon: 62.0, lille: 31.0})

    def test_an_amount_is_shared_by_analytic_accounts(self):
        # sudo: whoever recognises has the right to use them, and need not keep them.
        plan = self.env["account.analytic.plan"].sudo().create({"name": "Branches"})
        lyon, lille = (
            self.env["account.analytic.account"]
            .sudo()
            .create([{"name": name, "plan_id": plan.id} for name in ("Lyon", "Lille")])
        )
        self._invoice(1200.0, analytic_distribution={str(lyon.id): 75, str(lille.id): 25})
        self._run("2026-01")
        report = self.env["cn285.revrec.rollforward"].with_context(
            cn285_date_from="2026-01-01", cn285_date_to="2026-01-31"
        )
        sums = dict(report._read_group([], ["analytic_account_id"], ["billed:sum"]))
        self.assertEqual(sums, {lyon: 900.0, lille: 300.0})

    def test_detail_by_orm_and_by_copy(self):
        """Many items go in another way than few; what comes out is the same, field by field."""
        skipped = {
            "id", "move_id", "move_name", "create_date", "write_date", "matching_number",
        }  # fmt: skip
        found = []
        for many in (10**6, 1):
            with self.env.cr.savepoint() as savepoint:
                self._invoice()
                self._invoice(99.99, deferred=False)
                with patch.object(revrec_entries, "MANY_ITEMS", many):
                    run = self._run("2026-01", detail="detail")
                self.env.flush_all()
                moves = run.move_ids.sorted("id")
                self.env.cr.execute(
                    """SELECT line.* FROM account_move_line line
                        WHERE move_id = ANY(%s) ORDER BY date, id""",
                    [moves.ids],
                )
                rows = [
                    {key: value for key, value in row.items() if key not in skipped}
                    for row in self.env.cr.dictfetchall()
                ]
                heads = moves.mapped(lambda move: (move.date, move.state, move.amount_total))
                found.append((rows, sorted(heads)))
                savepoint.rollback()
                self.env.invalidate_all(flush=False)
        (by_orm, orm_heads), (by_copy, copy_heads) = found
        self.assertEqual(orm_heads, copy_heads)
        self.assertEqual(len(by_orm), len(by_copy))
        # Month-end items of few are matched with those that take them back; of many they are not.
        ignored = {"full_reconcile_id", "reconciled", "amount_residual", "amount_residual_currency"}
        for one, other in zip(by_orm, by_copy, strict=True):
            differing = {
                key: (one[key], other[key])
                for key in one
                if one[key] != other[key] and key not in ignored
            }
            self.assertEqual(differing, {})

    def test_posting_again_changes_nothing(self):
        self._invoice()
        run = self._run("2026-01")
        before = run.move_ids
        run.action_post()
        self.assertEqual(run.move_ids, before)
        twin = self.env["cn285.revrec.run"].create({"date": "2026-01-31"})
        result = twin.action_post()
        self.assertFalse(twin.move_ids)
        self.assertIn(run.name, result["params"]["message"])

    def test_reversal_and_run_anew(self):
        self._invoice()
        self._invoice(600.0, deferred=False)
        january = self._run("2026-01")
        february = self._run("2026-02")
        with self.assertRaisesRegex(UserError, february.name):
            january.action_reverse()
        february.action_reverse()
        self.assertEqual(february.state, "reversed")
        self.assertEqual(self._balance("706", "2026-02-28", "2026-02-01"), "-549.04")
        self.assertTiesOut("2026-01-31")
        self.assertTiesOut("2026-02-28")
        again = self._run("2026-02")
        self.assertEqual(again.state, "done")
        self.assertEqual(self._balance("706", "2026-02-28"), "-290.96")
        self.assertTiesOut("2026-02-28")

    def test_months_follow_each_other(self):
        self._run("2026-02")
        with self.assertRaisesRegex(UserError, "February 2026"):
            self._run("2026-01")

    def test_a_locked_month_is_refused(self):
        self.company.fiscalyear_lock_date = date(2026, 1, 31)
        with self.assertRaisesRegex(UserError, "closed until"):
            self._run("2026-01")
        self._invoice_after_lock()
        run = self._run("2026-02")
        self.company.fiscalyear_lock_date = date(2026, 2, 28)
        with self.assertRaisesRegex(UserError, "closed until"):
            run.action_reverse()

    def _invoice_after_lock(self):
        return self._create_invoice(
            "2026-02-01",
            [(120.0, "2026-02-01", "2026-12-31", {"account_id": self.accounts["487"].id})],
        )

    def test_only_month_ends(self):
        with self.assertRaisesRegex(ValidationError, "last day"):
            self.env["cn285.revrec.run"].create({"date": "2026-01-30"})

    def test_the_state_has_one_door(self):
        run = self.env["cn285.revrec.run"].create({"date": "2026-01-31"})
        for context in ({}, {"cn285_state_door": True}):
            with self.assertRaises(UserError):
                run.with_context(**context).write({"state": "done"})

    def test_a_line_without_a_period_is_left_out_and_said(self):
        """The others are recognised; the line is found by a later run once it has its days."""
        good = self._invoice()
        bad = self._create_invoice("2026-01-01", [(50.0,)])
        run = self._run("2026-01")
        self.assertEqual(run.issue_ids.move_id, bad)
        self.assertIn("service", run.issue_ids.reason)
        self.assertEqual(run.line_ids.schedule_id.move_id, good)

    def test_a_recognised_invoice_stays(self):
        invoice = self._invoice()
        run = self._run("2026-01")
        with self.assertRaisesRegex(UserError, run.name):
            invoice.button_draft()
        with self.assertRaisesRegex(UserError, "reverse the run"):
            run.move_ids[:1].button_draft()
        run.action_reverse()
        invoice.button_draft()
        self.assertFalse(self.env["cn285.revrec.schedule"].search([("move_id", "=", invoice.id)]))

    def test_waterfall_and_obligation(self):
        self._create_invoice(
            "2026-01-01",
            [(2400.0, "2026-01-01", "2027-12-31", {"account_id": self.accounts["487"].id})],
        )
        self.daily.method = "monthly"
        self._run_months("2026-01", "2026-03")
        context = {"cn285_date_to": "2026-02-28"}
        waterfall = self.env["cn285.revrec.waterfall"].with_context(**context)
        rows = waterfall._read_group([], ["state"], ["amount:sum"])
        self.assertEqual(dict(rows), {"planned": 2200.0, "recognised": 200.0})
        obligation = self.env["cn285.revrec.obligation"].with_context(**context)
        [values] = obligation._read_group(
            [], [], ["billed_within:sum", "billed_later:sum", "amount:sum"]
        )
        self.assertEqual(values, (1200.0, 1000.0, 2200.0))

    def test_obligation_of_what_is_not_billed(self):
        """A contract of a year billed monthly: what is planned and not invoiced counts."""
        self._create_contract(
            [{"price_unit": 100.0}], date_start="2026-01-01", date_end="2026-12-31"
        )
        self._bill("2026-03-01")
        self._run_months("2026-01", "2026-03")
        report = self.env["cn285.revrec.obligation"].with_context(cn285_date_to="2026-03-31")
        [values] = report._read_group([], [], ["billed_within:sum", "unbilled_within:sum"])
        self.assertEqual(values, (0.0, 900.0))

    def test_the_tie_out_finds_a_stray_entry(self):
        self._invoice()
        # A free line has no schedule, and is no manual entry either.
        free = {"account_id": self.accounts["487"].id}
        self._create_invoice("2026-01-05", [(0.0, "2026-01-01", "2026-01-31", free)])
        self._run("2026-01")
        self.assertTiesOut("2026-01-31")
        stray = self.env["account.move"].create(
            {
                "date": "2026-01-20",
                "line_ids": [
                    (0, 0, {"account_id": self.accounts["487"].id, "debit": 10.0}),
                    (0, 0, {"account_id": self.accounts["706"].id, "credit": 10.0}),
                ],
            }
        )
        stray.action_post()
        [row] = self.env["cn285.revrec.tieout"]._differences(self.company, "2026-01-31")
        self.assertEqual(row.account_id, self.accounts["487"])
        self.assertMoney(row.difference, "10.00")
        self.assertMoney(row.manual, "10.00")
        items = self.env["account.move.line"].search(row.action_open_items()["domain"])
        self.assertEqual(items.move_id, stray)
        self.assertEqual(items.account_id, self.accounts["487"])
        # Two entries that cancel each other out differ by nothing, and are shown all the same.
        stray._reverse_moves([{"date": date(2026, 1, 25)}])._post()
        self.assertTiesOut("2026-01-31")
        report = self.env["cn285.revrec.tieout"].with_context(cn285_date_to="2026-01-31")
        row = report.search([("account_id", "=", self.accounts["487"].id)])
        items = self.env["account.move.line"].search(row.action_open_items()["domain"])
        self.assertEqual(len(items), 2)
        # Of an account without manual entries all items are opened.
        row = report.search([("kind", "=", "revenue")])
        items = self.env["account.move.line"].search(row.action_open_items()["domain"])
        self.assertMoney(sum(items.mapped("balance")), self._balance("706", "2026-01-31"))

    def test_a_run_from_its_form(self):
        """The form proposes the next month, and settings of the company."""
        self._run("2026-01")
        with Form(self.env["cn285.revrec.run"]) as form:
            self.assertEqual(form.date, date(2026, 2, 28))
        self.assertEqual(form.save().detail, self.company.cn285_revrec_detail)

    def test_one_more_schedule_costs_no_query(self):
        """A hundred lines take the queries of one."""
        counts = []
        for lines in (1, 40):
            self._create_invoice(
                "2026-01-05",
                [
                    (100.0 + n, "2026-01-01", "2026-12-31", {"account_id": self.accounts["487"].id})
                    for n in range(lines)
                ],
            )
            before = self.env.cr.sql_log_count
            self.env["cn285.revrec.source"]._sync(self.company, date(2026, 1, 31))
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 2)

    # === REPORTS ARE NOT CHANGED BY WHO LOOKS === #

    def _read_reports(self):
        """What each report says of January."""
        found = {}
        for name, (model, _action, measures, _stretch) in REPORTS.items():
            report = self.env[model].with_context(
                cn285_date_from="2026-01-01", cn285_date_to="2026-01-31"
            )
            [values] = report._read_group([], [], [f"{measure}:sum" for measure in measures])
            found[name] = [self._cents((value or 0.0) + 0.0) for value in values]
        return found

    def test_the_tie_out_does_not_wait_for_a_preview(self):
        self._create_invoice(
            "2026-01-05",
            [(120.0, "2026-01-01", "2026-12-31", {"account_id": self.accounts["487"].id})],
        )
        report = self.env["cn285.revrec.tieout"].with_context(cn285_date_to="2026-01-31")
        [row] = report.search([("account_id", "=", self.accounts["487"].id)])
        self.assertMoney(row.ledger, "-120.00")
        self.assertMoney(row.difference, "0.00")
        self.assertTiesOut("2026-01-31")

    def test_reports_are_the_same_before_and_after_a_preview(self):
        self._create_contract([{"timing": "arrears"}, {"price_unit": 1200.0}])
        self._bill(date(2026, 1, 1))
        self._create_invoice(
            "2026-01-05",
            [(120.0, "2026-01-01", "2026-12-31", {"account_id": self.accounts["487"].id})],
        )
        before = self._read_reports()
        run = self.env["cn285.revrec.run"].create({"date": date(2026, 1, 31)})
        run.action_preview()
        self.env.flush_all()
        self.assertEqual(self._read_reports(), before)
        self.assertNotEqual(before["obligation"][-1], "0.00")
        # What is invoiced afterwards is seen without another preview, too.
        self._create_invoice("2026-01-20", [(31.0, "2026-01-01", "2026-01-31")])
        after = self._read_reports()
        self.assertNotEqual(after["analysis"], before["analysis"])
        self.assertTiesOut("2026-01-31")

    def test_a_report_that_is_up_to_date_locks_nothing(self):
        self._create_invoice("2026-01-05", [(120.0, "2026-01-01", "2026-12-31")])
        self.assertTiesOut("2026-01-31")
        with patch.object(type(self.company), "_cn285_lock_revrec") as lock:
            self.assertTiesOut("2026-01-31")
        lock.assert_not_called()
