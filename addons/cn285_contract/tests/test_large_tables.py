from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from odoo.fields import Domain
from odoo.tests import tagged

from ..models import large_table
from .common import ContractCase

OPEN = [("state", "in", ("planned", "waiting"))]


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestLargeTables(ContractCase):
    """Lists and groups of what has millions of rows go by an index, and tell what they told."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.schedules = cls.env["cn285.billing.schedule"]
        others = cls.env["res.partner"].create([{"name": f"Garage {n}"} for n in range(3)])
        cls.contracts = cls.env["cn285.contract"].union(
            *(
                cls._create_contract(
                    [{}, {"recurring_unit": "quarter"}, {"timing": "arrears"}],
                    partner_id=partner.id,
                    date_start=date(2026, 1, 1 + number),
                )
                for number, partner in enumerate(cls.customer | others)
            )
        )
        cls._bill(date(2026, 2, 1), contract_ids=[(6, 0, cls.contracts.ids)])

    def _plan(self, query):
        self.env.flush_all()
        with self.env.cr.savepoint(flush=False):
            # As of a table that is large: here a look at all rows would cost nothing.
            self.env.cr.execute("SET LOCAL enable_seqscan = off")
            self.env.cr.execute("SET LOCAL enable_bitmapscan = off")
            # And as sorting all its rows would cost: they are sorted where no index has the order.
            self.env.cr.execute("SET LOCAL enable_sort = off")
            self.env.cr.execute("SET LOCAL enable_incremental_sort = off")
            sql = query.select()
            self.env.cr.execute(f"EXPLAIN {sql.code}", sql.params)
            return "\n".join(row[0] for row in self.env.cr.fetchall())

    # === IN THE ORDER OF AN INDEX === #

    def test_lists_are_not_sorted(self):
        """A page is read from an index in the order of the list, and nothing is joined for it."""
        for model, domain in (
            ("cn285.billing.schedule", []),
            ("cn285.billing.schedule", OPEN),
            ("cn285.contract.item", []),
            ("cn285.contract", []),
        ):
            records = self.env[model]
            plan = self._plan(records._search(domain, order=records._order, limit=80))
            with self.subTest(model=model, domain=domain):
                self.assertNotIn("Sort", plan)
                self.assertNotIn("Join", plan)
                self.assertIn("Index", plan)
        plan = self._plan(self.schedules._search(OPEN, order="billing_date, id", limit=80))
        self.assertIn("cn285_billing_schedule_open_idx", plan)

    def test_rows_come_by_date(self):
        found = self.schedules.search([("contract_id", "in", self.contracts.ids)])
        self.assertEqual(found, found.sorted(lambda row: (row.billing_date, row.id)))
        items = self.env["cn285.contract.item"].search([("contract_id", "in", self.contracts.ids)])
        self.assertEqual(
            items, items.sorted(lambda item: (-item.contract_id.id, item.sequence, item.id))
        )
        self.assertEqual(
            self.contracts[0].item_ids.mapped("id"), sorted(self.contracts[0].item_ids.ids)
        )

    # === GROUPS === #

    def test_groups_of_a_page_are_what_all_of_them_are(self):
        """Against Odoo's own: counts and sums of each group; pages have all groups, once."""
        domain = [*OPEN, ("contract_id", "in", self.contracts.ids)]
        for name in ("item_id", "contract_id", "partner_id", "product_id", "company_id"):
            field = self.schedules._fields[name]
            whole = self.schedules._read_group(domain, [name], ["__count", "amount:sum"])
            expected = {record.id: (count, total) for record, count, total in whole}
            for limit in (1, 2, 3, 100):
                found, pages = [], range(0, len(expected) + limit, limit)
                for offset in pages:
                    result = self.schedules.web_read_group(
                        domain, [name], ["amount:sum"], limit=limit, offset=offset
                    )
                    found += result["groups"]
                    if result["groups"]:
                        self.assertEqual(result["length"], len(expected))
                with self.subTest(by=name, limit=limit):
                    ids = [group[name][0] for group in found]
                    self.assertEqual(ids, list(dict.fromkeys(ids)))
                    self.assertEqual(
                        {
                            group[name][0]: (group["__count"], group["amount:sum"])
                            for group in found
                        },
                        expected,
                    )
                    records = self.env[field.comodel_name].browse(ids)
                    self.assertEqual(records, records.browse(ids).search([("id", "in", ids)]))

    def test_groups_behind_a_page_are_counted_so_far(self):
        self.patch(large_table, "MORE_GROUPS", 2)
        domain = [("contract_id", "in", self.contracts.ids)]
        result = self.schedules.web_read_group(domain, ["item_id"], limit=3)
        self.assertEqual((len(result["groups"]), result["length"]), (3, 5))

    def test_groups_in_another_order_or_of_two_are_as_ever(self):
        domain = [("contract_id", "in", self.contracts.ids)]
        by_sum = self.schedules.web_read_group(
            domain, ["item_id"], ["amount:sum"], limit=2, order="amount:sum desc"
        )
        self.assertEqual(by_sum["length"], 12)
        sums = [group["amount:sum"] for group in by_sum["groups"]]
        self.assertEqual(sums, sorted(sums, reverse=True))
        self.assertEqual(
            self.schedules.web_read_group(domain, ["billing_date:month"], limit=2)["length"] > 2,
            True,
        )

    def test_groups_of_a_seller_are_of_own_contracts(self):
        seller = self.env["res.users"].create(
            {
                "name": "Seller",
                "login": "large_seller",
                "group_ids": [(6, 0, self.env.ref("cn285_contract.group_contract_user_own").ids)],
            }
        )
        self.contracts.user_id = self.env.user
        self.contracts[1].user_id = seller
        for name in ("item_id", "partner_id"):
            result = self.schedules.with_user(seller).web_read_group(
                [("contract_id", "in", self.contracts.ids)], [name], limit=1
            )
            self.assertEqual(
                result["length"], len(self.contracts[1][{"item_id": "item_ids"}.get(name, name)])
            )

    def test_own_contracts_are_selected_not_joined(self):
        """From whichever side is shorter: a seller with few contracts does not go through all."""
        own = self.env.ref("cn285_contract.group_contract_user_own")
        seller, other = self.env["res.users"].create(
            [
                {"name": name, "login": f"large_{name}", "group_ids": [(6, 0, own.ids)]}
                for name in ("one", "two")
            ]
        )
        self.contracts.user_id = other
        self.contracts[0].user_id = seller
        self.contracts[1].user_id = False
        mine = self.contracts[:2]
        self.env.flush_all()
        for model in ("cn285.billing.schedule", "cn285.contract.item"):
            records = self.env[model].with_user(seller)
            domain = [("contract_id", "in", self.contracts.ids)]
            code = records._search(domain, order="id").select().code
            with self.subTest(model=model):
                self.assertNotIn("JOIN", code)
                self.assertEqual(records.search(domain).sudo().contract_id, mine)
                self.assertEqual(
                    records.search([*domain, ("contract_id.user_id", "!=", seller.id)])
                    .sudo()
                    .contract_id,
                    mine[1],
                )

    # === WHAT IS TO BE BILLED === #

    def test_contracts_by_their_next_invoice(self):
        """Whatever is asked, what is found is what the contracts show."""
        contracts = self.contracts | self._create_contract(confirm=False)
        first = contracts[0].next_billing_date
        self.assertTrue(first)
        days = (date(2026, 1, 1), first, date(2026, 4, 1), date(2030, 1, 1))
        for operator, holds in (
            ("<", lambda day, than: bool(day) and day < than),
            ("<=", lambda day, than: bool(day) and day <= than),
            (">", lambda day, than: bool(day) and day > than),
            (">=", lambda day, than: bool(day) and day >= than),
            ("=", lambda day, than: day == than),
            ("!=", lambda day, than: day != than),
        ):
            for than in (*days, False):
                if than is False and operator not in ("=", "!="):
                    continue
                found = contracts.search(
                    Domain("id", "in", contracts.ids) & Domain("next_billing_date", operator, than)
                )
                expected = contracts.filtered(
                    lambda one, than=than, holds=holds: holds(one.next_billing_date, than)
                )
                with self.subTest(operator=operator, than=than):
                    self.assertEqual(set(found.ids), set(expected.ids))

    # === THE CALENDAR === #

    def test_a_day_without_rows_is_looked_up(self):
        """Not by going through the whole table in the order of ids, in search of its rows."""
        statements = []
        execute = type(self.env.cr).execute

        def noted(cr, query, *args, **kwargs):
            if "generate_series" in getattr(query, "code", str(query)):
                statements.append(query)
            return execute(cr, query, *args, **kwargs)

        with patch.object(type(self.env.cr), "execute", noted):
            self.schedules.calendar_rows([], ["amount"], "2031-01-01", "2031-02-10")
        with self.env.cr.savepoint(flush=False):
            self.env.cr.execute("SET LOCAL enable_seqscan = off")
            self.env.cr.execute("SET LOCAL enable_bitmapscan = off")
            self.env.cr.execute(f"EXPLAIN {statements[0].code}", statements[0].params)
            plan = "\n".join(row[0] for row in self.env.cr.fetchall())
        self.assertIn("cn285_billing_schedule_date_idx", plan)
        self.assertRegex(plan, r"Index Cond: \(\(billing_date >= .*\) AND \(billing_date <")
        self.assertNotIn("pkey", plan)

    def test_a_calendar_reads_so_many_rows_of_a_day(self):
        domain = [("contract_id", "in", self.contracts.ids)]
        month = ("2026-01-26", "2026-03-08")
        result = self.schedules.calendar_rows(domain, ["amount", "contract_id"], *month)
        rows = self.schedules.search(
            Domain(domain)
            & Domain("billing_date", ">=", month[0])
            & Domain("billing_date", "<=", month[1])
        )
        self.assertEqual([row["id"] for row in result["rows"]], rows.ids)
        self.assertFalse(result["shown"])
        many = self._create_contract([{"date_start": date(2026, 2, 10)}] * 30)
        domain = [("contract_id", "=", many.id)]
        result = self.schedules.calendar_rows(domain, ["amount"], *month)
        self.assertEqual((len(result["rows"]), result["shown"]), (23, 23))
        result = self.schedules.calendar_rows(domain, ["amount"], "2026-02-10", "2026-02-10")
        self.assertEqual((len(result["rows"]), result["shown"]), (30, False))

    # === WHAT A RUN COMES TO === #

    def test_a_run_that_is_over_keeps_what_it_came_to(self):
        """Until one of its invoices changes: then it is counted again, and kept again at night."""
        contracts = self._create_contract() | self._create_contract([{"price_unit": 20.0}])
        run = self._bill(date(2026, 1, 15), contract_ids=[(6, 0, contracts.ids)])
        names = ("row_count", "contract_count", "invoice_count", "amount_untaxed", "amount_total")
        figures = {name: run[name] for name in names}
        self.assertEqual(run.results, figures)
        self.assertEqual((run.row_count, run.contract_count, run.amount_untaxed), (2, 2, 120.0))
        self.assertMoney(run.amount_tax, "24.00")
        invoice = run.invoice_ids.filtered(lambda move: contracts[1] in move.cn285_contract_ids)
        self.assertTrue(invoice)
        shared = len(run.invoice_ids) == 1
        invoice.button_draft()
        invoice.button_cancel()
        self.assertFalse(run.results)
        self.assertMoney(run.amount_untaxed, "0.00" if shared else "100.00")
        run._keep_missing_results()
        self.assertEqual(run.results["amount_untaxed"], run.amount_untaxed)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        run.mapped("amount_total")
        self.assertLessEqual(self.env.cr.sql_log_count - before, 3)

    def test_a_run_with_drafts_is_counted_each_time(self):
        contract = self._create_contract()
        run = self._bill(date(2026, 1, 15), contract_ids=[(6, 0, contract.ids)], post=False)
        self.assertFalse(run.results)
        run.invoice_ids.unlink()
        self.assertEqual((run.row_count, run.invoice_count), (0, 0))
        run._keep_missing_results()
        self.assertEqual(run.results["invoice_count"], 0)
