from unittest.mock import patch

from odoo.tests import tagged

from ..models import revrec_entries, revrec_entries_pilots
from .common import RevrecCase

# What differs from one try to another, whatever the way.
TRIES = {
    "id", "move_id", "move_name", "name", "create_date", "write_date", "matching_number",
    "cn285_revrec_run_id", "reversed_entry_id", "move_line_id", "access_token",
}  # fmt: skip
# Month-end items of few are matched with those that take them back; of many they are not.
MATCHED = {"full_reconcile_id", "reconciled", "amount_residual", "amount_residual_currency"}


@tagged("post_install", "-at_install")
class TestEntriesByPilots(RevrecCase):
    """A run in detail posts a few items of each kind, and inserts the others: as Odoo has them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # sudo: whoever recognises has the right to use them, and need not keep them.
        plan = cls.env["account.analytic.plan"].sudo().create({"name": "Branches"})
        analytic = cls.env["account.analytic.account"].sudo()
        cls.branches = analytic.create(
            [{"name": name, "plan_id": plan.id} for name in ("Lyon", "Lille")]
        )

    def _invoice(self, amount, deferred=True, **values):
        line = {"account_id": self.accounts["487"].id} if deferred else {}
        return self._create_invoice(
            "2026-01-01", [(amount, "2026-01-01", "2026-12-31", {**line, **values})]
        )

    def _invoice_all(self):
        lyon, lille = self.branches
        for amount in (1200.0, 365.0, 99.99, 0.03):
            self._invoice(amount)
            self._invoice(amount * 2, deferred=False)
            self._invoice(amount * 3, analytic_distribution={str(lyon.id): 100})
            both = {str(lyon.id): 75, str(lille.id): 25}
            self._invoice(amount * 4, analytic_distribution=both)

    def _rows(self, table, moves, column, order):
        self.env.cr.execute(
            f"SELECT * FROM {table} WHERE {column} = ANY(%s) ORDER BY {order}", [moves.ids]
        )
        return [
            {name: value for name, value in row.items() if name not in TRIES}
            for row in self.env.cr.dictfetchall()
        ]

    def _recognised(self, many, has_pilots, size):
        """Rows of entries, items and analytic lines of a run, which is undone."""
        poster = type(self.env["cn285.revrec.entries"])
        with self.env.cr.savepoint() as savepoint:
            self._invoice_all()
            with (
                patch.object(revrec_entries, "MANY_ITEMS", many),
                patch.object(poster, "_has_pilots", has_pilots),
                patch(
                    "odoo.addons.cn285_revrec.models.revrec_run_entries.SCHEDULES_PER_ENTRY", size
                ),
            ):
                run = self._run("2026-01", detail="detail")
            self.env.flush_all()
            moves = run.move_ids.sorted("id")
            order = "date, id"
            found = {
                "entries": self._rows("account_move", moves, "id", order),
                "items": self._rows("account_move_line", moves, "move_id", order),
            }
            lines = moves.line_ids
            analytic = self._rows(
                "account_analytic_line",
                lines,
                "move_line_id",
                "date, general_account_id, amount, id",
            )
            found["analytic"] = analytic
            linked = set(run.line_ids.move_line_id.ids)
            self.assertTrue(linked <= set(lines.ids))
            self.assertEqual(len(linked), len(run.line_ids.filtered("move_line_id")))
            found["linked"] = sorted(
                (line.amount, line.move_line_id.credit) for line in run.line_ids
            )
            savepoint.rollback()
            self.env.invalidate_all(flush=False)
        return found

    def _assert_same(self, one, other):
        for part in one:
            self.assertEqual(len(one[part]), len(other[part]), part)
            for left, right in zip(one[part], other[part], strict=True):
                if part == "linked":
                    self.assertEqual(left, right)
                    continue
                differing = {
                    name: (left[name], right[name])
                    for name in left
                    if left[name] != right[name] and name not in MATCHED
                }
                self.assertEqual(differing, {}, part)

    def test_as_odoo_has_them(self):
        pilots = type(self.env["cn285.revrec.entries"])._has_pilots
        inserted = []
        part = type(self.env["cn285.revrec.entries"])._part_pilots

        def counted(poster, entry):
            chosen, others = part(poster, entry)
            inserted.append((len(chosen), len(others)))
            return chosen, others

        for size in (500, 5):
            by_orm = self._recognised(10**6, lambda *_args: False, size)
            by_copy = self._recognised(1, lambda *_args: False, size)
            with patch.object(type(self.env["cn285.revrec.entries"]), "_part_pilots", counted):
                by_pilots = self._recognised(1, pilots, size)
            self._assert_same(by_orm, by_copy)
            self._assert_same(by_orm, by_pilots)
            self.assertTrue(by_orm["analytic"])
        self.assertTrue(any(others for _chosen, others in inserted))
        self.assertTrue(all(chosen for chosen, _others in inserted))

    def test_an_entry_that_is_hashed_is_posted_whole(self):
        poster = self.env["cn285.revrec.entries"]
        journal = self.company._cn285_revrec_journal()
        entry = revrec_entries.Entry("recognition", journal.id, None, "x", grouped=True)
        self.assertTrue(poster._has_pilots([entry]))
        journal.restrict_mode_hash_table = True
        self.assertFalse(poster._has_pilots([entry]))

    def test_entries_of_sums_are_posted_whole(self):
        poster = self.env["cn285.revrec.entries"]
        entry = revrec_entries.Entry("recognition", 1, None, "x")
        self.assertFalse(poster._has_pilots([entry]))

    def test_beside_an_addon_that_takes_part_entries_are_posted_whole(self):
        poster = self.env["cn285.revrec.entries"]
        journal = self.company._cn285_revrec_journal()
        entry = revrec_entries.Entry("recognition", journal.id, None, "x", grouped=True)
        writer = type(self.env["cn285.invoice.writer"])
        with patch.object(writer, "_quick_database_obstacle", lambda self: "an addon"):
            self.assertFalse(poster._has_pilots([entry]))

    def test_queries_do_not_grow_with_items(self):
        counts = []
        for times in (1, 4):
            with self.env.cr.savepoint() as savepoint:
                for _time in range(times):
                    for amount in range(10):
                        self._invoice(100.0 + amount)
                with patch.object(revrec_entries, "MANY_ITEMS", 1):
                    before = self.env.cr.sql_log_count
                    entries = self.env["cn285.revrec.run"].create(
                        {"date": "2026-01-31", "detail": "detail"}
                    )
                    entries._sync_schedules()
                    self.env.flush_all()
                    before = self.env.cr.sql_log_count
                    entries._post_run()
                    counts.append(self.env.cr.sql_log_count - before)
                savepoint.rollback()
                self.env.invalidate_all(flush=False)
        self.assertLessEqual(counts[1], counts[0] + 2)
        self.assertEqual(revrec_entries_pilots.OWN & TRIES, {"id", "name"})

    def test_schedules_are_replaced_in_one_statement(self):
        """Items that were planned on have their unbilled schedules made anew, all at once."""
        source = self.env["cn285.revrec.source"]
        counts = []
        for number in (1, 6):
            with self.env.cr.savepoint() as savepoint:
                for _time in range(number):
                    self._create_contract([{"price_unit": 120.0}], date_start="2026-01-01")
                source._sync(self.company, "2026-01-31")
                schedules = self.env["cn285.revrec.schedule"].search([("posting", "=", "unbilled")])
                before = self._rows("cn285_revrec_schedule", schedules, "id", "id")
                months = sorted(schedules.line_ids.mapped(lambda line: (line.date, line.amount)))
                # Other terms than those that these rows were scheduled by.
                self.env.cr.execute("UPDATE cn285_revrec_schedule SET terms = NULL")
                since = self.env.cr.sql_log_count
                source._sync(self.company, "2026-01-31")
                counts.append(self.env.cr.sql_log_count - since)
                after = self._rows("cn285_revrec_schedule", schedules, "id", "id")
                self.assertEqual(after, before)
                schedules.invalidate_recordset()
                again = sorted(schedules.line_ids.mapped(lambda line: (line.date, line.amount)))
                self.assertEqual(again, months)
                self.assertGreaterEqual(len(schedules), 12 * number)
                savepoint.rollback()
                self.env.invalidate_all(flush=False)
        # Contracts are looked at together for their accounts, and so are their schedules written.
        self.assertLessEqual(counts[1], counts[0] + 2)
