from datetime import date

from freezegun import freeze_time
from odoo.addons.cn285_contract.tests.sums import SumsCase
from odoo.tests import new_test_user, tagged

from .common import RevrecCase

# What the lists ask for.
FIGURES = (
    "__count",
    "amount:sum",
    "company_currency_id:array_agg_distinct",
    "amount:sum_currency",
)


@tagged("post_install", "-at_install")
@freeze_time("2026-05-10 10:00:00")
class TestRevenueSums(SumsCase, RevrecCase):
    """Groups of the revenue lists are read from sums, and are those of all rows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = new_test_user(
            cls.env,
            "sums_accountant",
            groups="cn285_revrec.group_revrec_manager,account.group_account_manager",
        )
        for day, amount in ((date(2026, 1, 5), 1200.0), (date(2026, 2, 5), 100.0)):
            cls._create_invoice(day, [(amount, day, date(2026, 12, 4))])
        cls._create_contract()
        cls._bill(date(2026, 3, 1))

    def test_groups_follow_what_is_posted(self):
        schedules = self.env["cn285.revrec.schedule"].with_user(self.accountant)
        lines = self.env["cn285.revrec.line"].with_user(self.accountant)
        self.env["cn285.revrec.source"]._sync(self.company, date(2026, 4, 30))
        for _step in ("planned", "recognised"):
            self.assert_same(
                FIGURES,
                schedules,
                ([], [("posting", "!=", "unbilled")], [("invoice_date", ">", "2026-01-31")]),
                ([], ["product_id"], ["posting"], ["rule_id", "invoice_date:month"]),
            )
            self.assert_same(
                FIGURES,
                lines,
                ([], [("state", "=", "planned")], [("run_id", "=", False)]),
                ([], ["date:month"], ["run_id"], ["state", "period:quarter"]),
            )
            self.assert_same(FIGURES, schedules, ([],), (["contract_id"],), by_sums=False)
            for model in (schedules, lines):
                self.assert_kept(self.env[model._sums])
            run = self.env["cn285.revrec.run"].create({"date": date(2026, 1, 31)})
            run.action_post()
        self.assertTrue(lines.search_count([("state", "=", "recognised")]))

    def test_lists_are_not_sorted(self):
        """A page is read from an index in the order of the list, and nothing is joined for it."""
        self.env.flush_all()
        for model in ("cn285.revrec.schedule", "cn285.revrec.line"):
            records = self.env[model]
            sql = records._search([], order=records._order, limit=80).select()
            with self.env.cr.savepoint(flush=False):
                # As of a table that is large: here a look at all rows would cost nothing.
                self.env.cr.execute("SET LOCAL enable_seqscan = off")
                self.env.cr.execute("SET LOCAL enable_bitmapscan = off")
                self.env.cr.execute(f"EXPLAIN {sql.code}", sql.params)
                plan = "\n".join(row[0] for row in self.env.cr.fetchall())
            with self.subTest(model=model):
                self.assertNotIn("Sort", plan)
                self.assertNotIn("Join", plan)
                self.assertIn("Index", plan)
