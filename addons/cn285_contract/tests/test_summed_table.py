from datetime import date

from freezegun import freeze_time
from odoo.tests import tagged
from odoo.tools import SQL

from .common import ContractCase
from .sums import SumsCase, patched, told

OPEN = [("state", "in", ("planned", "waiting"))]
GROUPS = (
    [],
    ["billing_date:month"],
    ["billing_date:day"],
    ["billing_date:week"],
    ["billing_date:year", "state"],
    ["billing_date:quarter_number"],
    ["product_id"],
    ["product_id", "billing_date:month"],
    ["company_id", "currency_id", "kind"],
)
# What lists, graphs and pivots of the schedule ask for.
FIGURES = (
    "__count",
    "amount:sum",
    "amount:sum_currency",
    "net:sum",
    "quantity:sum",
    "currency_id:array_agg_distinct",
    "billing_date:max",
    "product_id:count_distinct",
)


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestSummedTable(SumsCase, ContractCase):
    """Groups of the billing schedule read from sums are those of all rows, to the last digit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.schedules = cls.env["cn285.billing.schedule"]
        cls.sums = cls.env["cn285.billing.schedule.sum"]
        cls.users = {
            name: cls.env["res.users"].create(
                {
                    "name": name,
                    "login": f"sums_{name}",
                    "group_ids": [(6, 0, [cls.env.ref(f"cn285_contract.group_{group}").id])],
                }
            )
            for name, group in (
                ("seller", "contract_user_own"),
                ("clerk", "contract_user"),
                ("accountant", "contract_reader"),
                ("manager", "billing_manager"),
            )
        }
        other = cls.env["res.company"].create({"name": "Other", "currency_id": cls.eur.id})
        cls.users["both"] = cls.users["clerk"].copy({"login": "sums_both"})
        cls.users["both"].company_ids |= other
        cls.contracts = cls._create_contract(
            [{}, {"recurring_unit": "quarter"}, {"product_id": cls.setup_fee.id}],
            user_id=cls.users["seller"].id,
        )
        cls.contracts |= cls._create_contract(
            [{"timing": "arrears", "price_unit": 33.33}], date_start=date(2026, 1, 9)
        )
        cls.contracts |= cls._create_contract(user_id=cls.users["clerk"].id)
        cls.foreign = (
            cls.env["cn285.contract"]
            .with_company(other)
            .create(
                {
                    "partner_id": cls.customer.id,
                    "company_id": other.id,
                    "currency_id": cls.env.ref("base.USD").id,
                    "date_start": date(2026, 1, 3),
                    "item_ids": [(0, 0, cls._item_vals())],
                }
            )
        )
        cls.foreign.action_confirm()
        cls._bill(date(2026, 2, 1), contract_ids=[(6, 0, cls.contracts.ids)])
        cls.other = other

    def _assert_same(self, schedules, domains=((), OPEN), groups=GROUPS, by_sums=True):
        self.assert_same(FIGURES, schedules, domains, groups, by_sums)

    # === WHAT IS READ === #

    def test_groups_are_those_of_all_rows(self):
        for name in ("clerk", "accountant", "manager"):
            self._assert_same(self.schedules.with_user(self.users[name]))
        both = self.schedules.with_user(self.users["both"])
        for companies in (self.other, self.env.company, self.env.company + self.other):
            self._assert_same(
                both.with_context(allowed_company_ids=companies.ids), groups=GROUPS[:2]
            )
        self._assert_same(self.schedules)

    def test_filters_that_the_sums_can_say(self):
        first = self.contracts[0].item_ids.product_id[:1]
        self._assert_same(self.schedules.with_user(self.users["clerk"]),
            (
                [("billing_date", "<=", "today"), *OPEN],
                [("billing_date", ">=", "=1d"), ("billing_date", "<", "=1d +1m")],
                [("billing_date", ">", "2026-02-03")],
                ["|", ("kind", "=", "fixed"), ("state", "!=", "planned")],
                ["!", ("kind", "=", "fixed")],
                [("product_id", "=", first.id)],
                [("product_id", "ilike", "api")],
                [("product_id.categ_id", "!=", False)],
                [("currency_id.name", "=", "EUR")],
                [("state", "=", "nothing of the kind")],
            ),
            GROUPS[:3],
        )  # fmt: skip

    def test_what_the_sums_cannot_say_is_counted(self):
        clerk = self.schedules.with_user(self.users["clerk"])
        mine = [("contract_id.user_id", "=", self.users["clerk"].id)]
        for domain in (
            mine,
            ["|", *mine, *OPEN],
            ["!", *mine],
            [("partner_id", "ilike", "martin")],
            [("is_credited", "=", True)],
            [("amount", ">", 50)],
            [("id", "in", self.contracts[0].schedule_ids.ids)],
        ):
            self._assert_same(clerk, (domain,), GROUPS[:2], by_sums=False)
        for groupby in (["contract_id"], ["period_start:month"], ["product_id.categ_id"]):
            self.assertIsNone(clerk._summed_domain([], [groupby], ["__count"]), groupby)
        for figure in ("amount:avg", "amount:max", "price_unit:sum", "contract_id:count_distinct"):
            self.assertIsNone(clerk._summed_domain([], [[]], [figure]), figure)
        for more in (
            {"order": "amount:avg desc, product_id"},
            {"having": [("amount:max", ">", 50)]},
            {"having": [("__count", ">", 30), ("amount:sum", ">", 50)]},
        ):
            asked = (OPEN, ["product_id"], ["amount:sum"])
            found = clerk._read_group(*asked, **more)
            with self.row_by_row():
                self.assertEqual(found, clerk._read_group(*asked, **more))

    def test_own_contracts_only(self):
        seller = self.schedules.with_user(self.users["seller"])
        self._assert_same(seller, groups=GROUPS[:3], by_sums=False)
        self.assertFalse(self.sums.with_user(self.users["seller"]).has_access("read"))
        [(count,)] = seller._read_group([], [], ["__count"])
        self.assertEqual(count, len(seller.search([])))

    def test_pivots_and_pages(self):
        clerk = self.schedules.with_user(self.users["clerk"])
        sets = [[], ["product_id"], ["billing_date:month"], ["product_id", "billing_date:month"]]
        asked = (OPEN, sets, ["amount:sum", "__count", "amount:sum_currency"])
        found = clerk.formatted_read_grouping_sets(*asked)
        with self.row_by_row():
            self.assertEqual(found, clerk.formatted_read_grouping_sets(*asked))
        for by in ("billing_date:month", "product_id", "state"):
            for order in (None, "amount desc", f"{by.split(':')[0]} desc"):
                for offset in (0, 1, 2):
                    asked = ([], [by], ["amount:sum"], 2, offset, order)
                    found = clerk.web_read_group(*asked)
                    with self.row_by_row(), self.subTest(by=by, order=order, offset=offset):
                        expected = clerk.web_read_group(*asked)
                        self.assertEqual(found["groups"], expected["groups"])
                        if found["groups"]:
                            self.assertEqual(found["length"], expected["length"])

    def test_rows_are_not_looked_at(self):
        clerk = self.schedules.with_user(self.users["clerk"])
        clerk._read_group(OPEN, ["billing_date:month"], ["amount:sum"])
        statements = []
        with patched(type(self.env.cr), "execute", _noting(self.env.cr, statements)):
            clerk._read_group(OPEN, ["billing_date:month"], ["amount:sum"])
        self.assertTrue(statements)
        self.assertFalse([one for one in statements if '"cn285_billing_schedule"' in one])

    # === WHAT IS KEPT === #

    def test_sums_follow_what_happens(self):
        self.assert_kept(self.sums)
        contract = self.contracts[0]
        contract.item_ids[0].with_context(tracking_disable=True).price_unit = 47.11
        contract.item_ids._replan()
        self.assert_kept(self.sums)
        run = self._bill(date(2026, 3, 1), contract_ids=[(6, 0, self.contracts.ids)])
        self.assert_kept(self.sums)
        run.invoice_ids.button_draft()
        run.invoice_ids.button_cancel()
        self.assert_kept(self.sums)
        contract.schedule_ids.filtered(lambda row: row.state == "planned")._drop_planned()
        self.assert_kept(self.sums)
        self._assert_same(self.schedules.with_user(self.users["clerk"]))

    def test_what_is_pending_is_counted(self):
        row = self.contracts[0].schedule_ids.filtered(lambda row: row.state == "planned")[0]
        domain = [("product_id", "=", row.product_id.id), *OPEN]
        [(before,)] = self.schedules._read_group(domain, [], ["amount:sum"])
        row._write_inside({"amount": row.amount + 10})
        self.assertEqual(self.schedules._read_group(domain, [], ["amount:sum"]), [(before + 10,)])

    def test_what_is_rolled_back_never_was(self):
        [before] = self.schedules._read_group([], [], FIGURES)
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self._create_contract([{}, {}])
            self.env.flush_all()
            self.assertNotEqual(self.schedules._read_group([], [], FIGURES), [before])
            raise ZeroDivisionError
        self.env.invalidate_all()
        self.assertEqual(
            told(self.schedules._read_group([], [], FIGURES), FIGURES), told([before], FIGURES)
        )
        self.assert_kept(self.sums)

    def test_figures_that_nobody_knows_yet_are_none(self):
        """A row that waits has no amount: a group of such rows shows none, not 0.00."""
        rows = self.contracts[2].schedule_ids.filtered(lambda row: row.state == "planned")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE cn285_billing_schedule SET state = 'waiting', amount = NULL WHERE id IN %s",
            [tuple(rows.ids)],
        )
        self.env.invalidate_all()
        self._assert_same(self.schedules, ([("state", "=", "waiting")],))
        self.assert_kept(self.sums)

    def test_folding_changes_nothing(self):
        for amount in (1, 2, 3):
            self.contracts.schedule_ids.filtered(lambda row: row.state == "planned")._write_inside(
                {"amount": amount}
            )
            self.env.flush_all()
        [before] = self.schedules._read_group([], [], FIGURES)
        names = self.sums._sql_names()
        opposite = SQL(", ").join(
            SQL("sign * %s", SQL.identifier(name)) for name in self.sums._figures()
        )
        self.env.cr.execute(
            SQL(
                """INSERT INTO %(sums)s (%(names)s)
                   SELECT %(dimensions)s, %(opposite)s
                     FROM %(sums)s, (VALUES (1), (-1)) AS signs (sign), generate_series(1, 20)""",
                **names,
                opposite=opposite,
            )
        )
        cron = self.env.ref("cn285_contract.cron_fold_sums")
        cron.ir_actions_server_id.with_user(cron.user_id).run()
        self.assertEqual(
            told(self.schedules._read_group([], [], FIGURES), FIGURES), told([before], FIGURES)
        )
        self.assert_kept(self.sums)
        count, different = self.env.execute_query(
            SQL(
                "SELECT count(*), count(DISTINCT (%s)) FROM cn285_billing_schedule_sum",
                self.sums._sql_names()["dimensions"],
            )
        )[0]
        self.assertEqual(count, different)

    def test_sums_are_made_of_a_table_that_is_there(self):
        self.sums._drop_sums()
        self.env.cr.execute("DROP TABLE cn285_billing_schedule_sum")
        self.sums._keep_sums()
        self.assert_kept(self.sums)
        self._create_contract()
        self.assert_kept(self.sums)
        self.sums._keep_sums()
        self.assert_kept(self.sums)


def _noting(cr, statements):
    execute = type(cr).execute

    def noted(self, query, *args, **kwargs):
        statements.append(getattr(query, "code", str(query)))
        return execute(self, query, *args, **kwargs)

    return noted
