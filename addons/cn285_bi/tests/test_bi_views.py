"""The views over Odoo's own tables: they have what Odoo has, by company; rolled back afterwards."""

from datetime import date

from odoo.addons.cn285_contract.tests.common import ContractCase
from odoo.tests import tagged

from ..catalogue import LEFT_OUT
from ..engine import catalogue, view_sql

TYPES = {
    "text": "text",
    "numeric": "number money",
    "bigint": "count key",
    "integer": "key",
    "date": "date",
    "timestamp with time zone": "time",
    "boolean": "flag",
}


@tagged("post_install", "-at_install")
class TestBiViews(ContractCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.replica = cls.env["cn285.bi.replica"]
        cls.other = cls.env["res.company"].create({"name": "Other", "currency_id": cls.eur.id})
        cls.stranger = cls.env["res.partner"].create({"name": "Of the other company alone"})
        tag = cls.env["cn285.contract.tag"].create({"name": "Wholesale"})
        cls.contract = cls._create_contract(
            [{"price_unit": 33.33, "quantity": 3}, {"price_unit": 12.5}],
            tag_ids=[(6, 0, tag.ids)],
        )
        cls.contract.user_id = False
        other = cls.contract.with_company(cls.other).copy(
            {"company_id": cls.other.id, "partner_id": cls.stranger.id, "item_ids": []}
        )
        cls.env.flush_all()
        cls.others = other
        cls._bill(date(2026, 3, 31))
        cls.env.flush_all()
        for statement in (
            *view_sql.schema_statements(),
            *view_sql.view_statements(cls.replica._views(), cls.replica._installed()),
        ):
            cls.env.cr.execute(statement)

    def setUp(self):
        super().setUp()
        self._let_see(self.company)

    def _let_see(self, companies):
        self.env.cr.execute("DELETE FROM bi_private.access")
        for company in companies:
            self.env.cr.execute(
                "INSERT INTO bi_private.access VALUES (current_user, %s)", [company.id]
            )

    def _rows(self, query, *values):
        self.env.cr.execute(query, values)
        return self.env.cr.fetchall()

    def _present(self):
        installed = self.replica._installed()
        return [view for view in self.replica._views() if view.present(installed)]

    def test_the_catalogue_has_no_faults(self):
        faults = catalogue.faults(self.replica._views(), self.replica._installed())
        self.assertFalse(faults)

    def test_each_view_has_its_columns_types_and_comments(self):
        for view in self._present():
            with self.subTest(view.name):
                found = self._rows(
                    """SELECT attname, format_type(atttypid, NULL),
                              col_description(attrelid, attnum)
                         FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0
                     ORDER BY attnum""",
                    f"bi.{view.name}",
                )
                self.assertEqual([row[0] for row in found], [one.name for one in view.columns])
                for (_name, kind, told), column in zip(found, view.columns, strict=True):
                    self.assertIn(column.kind, TYPES[kind].split(), column.name)
                    self.assertEqual(told, f"{column.en}\nFR : {column.fr}")
                [(told,)] = self._rows(
                    "SELECT obj_description(%s::regclass, 'pg_class')", f"bi.{view.name}"
                )
                self.assertEqual(told, f"{view.en}\nFR : {view.fr}")

    def test_each_column_of_ours_is_listed_or_left_out(self):
        """A new field is looked at: does BI need it, may it leave?"""
        installed = self.replica._installed()
        listed = catalogue.published(self.replica._views(), installed)
        for table, columns in listed.items():
            if not table.startswith("cn285_") or table == "cn285_replica_beat":
                continue
            there = {
                name
                for (name,) in self._rows(
                    """SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass
                          AND attnum > 0 AND NOT attisdropped""",
                    f"public.{table}",
                )
            }
            told = set(LEFT_OUT.get(table, "").split())
            self.assertFalse(there - set(columns) - told, f"{table}: list it, or leave it out")

    def test_billing_is_the_schedule(self):
        rows = self.contract.schedule_ids
        self.assertTrue(rows.filtered("move_id"))
        found = self._rows(
            """SELECT billing_id, amount, period_start, period_end, state, kind, invoice_id,
                      invoice_line_id, currency, customer_id
                 FROM bi.billing WHERE contract_id = %s ORDER BY billing_id""",
            self.contract.id,
        )
        self.assertEqual(len(found), len(rows))
        for told, row in zip(found, rows.sorted("id"), strict=True):
            self.assertMoney(float(told[1]), self._cents(row.amount))
            self.assertEqual(
                (told[0], *told[2:]),
                (
                    row.id, row.period_start, row.period_end, row.state, row.kind,
                    row.move_id.id or None, row.move_line_id.id or None, "EUR", self.customer.id,
                ),
            )  # fmt: skip

    def test_invoices_and_their_lines_add_up(self):
        moves = self.contract.invoice_ids
        self.assertEqual(len(moves), 3)
        [credit] = moves[0]._reverse_moves()
        credit.action_post()
        self.env.flush_all()
        ids = [*moves.ids, credit.id]
        [(lines, own)] = self._rows(
            """SELECT SUM(amount_untaxed), SUM(amount_untaxed_company)
                 FROM bi.invoice_line WHERE invoice_id = ANY(%s)""",
            ids,
        )
        [(heads, due)] = self._rows(
            "SELECT SUM(amount_untaxed), SUM(amount_due) FROM bi.invoice"
            " WHERE invoice_id = ANY(%s)",
            ids,
        )
        # Three months of 99.99 and 12.50, less one that was credited.
        self.assertMoney(float(heads), "224.98")
        self.assertEqual((lines, own), (heads, heads))
        expected = sum(moves.mapped("amount_residual")) - credit.amount_residual
        self.assertMoney(float(due), self._cents(expected))

    def test_the_contract_its_items_terms_and_tags(self):
        [told] = self._rows(
            """SELECT number, customer_id, state, date_start, currency, company_currency, mrr,
                      created_on FROM bi.contract WHERE contract_id = %s""",
            self.contract.id,
        )
        self.assertEqual(
            told[:4], (self.contract.name, self.customer.id, "active", date(2026, 1, 1))
        )
        self.assertEqual(told[4:6], ("EUR", "EUR"))
        self.assertMoney(float(told[6]), self._cents(self.contract.mrr_amount))
        items = self._rows(
            "SELECT item_id, price, quantity, unit FROM bi.contract_item"
            " WHERE contract_id = %s ORDER BY price",
            self.contract.id,
        )
        self.assertEqual([float(row[1]) for row in items], [12.5, 33.33])
        self.assertEqual(
            self._rows("SELECT name FROM bi.contract_tag WHERE contract_id = %s", self.contract.id),
            [("Wholesale",)],
        )
        [(terms,)] = self._rows(
            "SELECT COUNT(*) FROM bi.contract_item_terms WHERE item_id = ANY(%s)",
            self.contract.item_ids.ids,
        )
        self.assertEqual(terms, len(self.contract.item_ids.version_ids.filtered("active")))

    def test_a_role_sees_its_company_only(self):
        everything = {}
        for companies in (self.company | self.other, self.company, self.other):
            self._let_see(companies)
            for view in self._present():
                if any(one.name == "company_id" for one in view.columns):
                    seen = {
                        company
                        for (company,) in self._rows(
                            f"SELECT DISTINCT company_id FROM bi.{view.name}"
                        )
                    }
                    self.assertLessEqual(seen - {None}, set(companies.ids), view.name)
            people = {name for (name,) in self._rows("SELECT name FROM bi.customer")}
            everything[companies.ids[0], len(companies)] = people
        both, one, two = everything.values()
        self.assertIn(self.customer.name, one)
        self.assertNotIn(self.stranger.name, one)
        self.assertIn(self.stranger.name, two)
        self.assertNotIn(self.customer.name, two)
        self.assertLessEqual(one | two, both)

    def test_who_has_no_company_sees_nobodys_rows(self):
        self._let_see(self.env["res.company"])
        for view in self._present():
            if "{allowed}" in view.walled and view.name not in (
                "product", "currency_rate", "usage_metric", "contract_template",
            ):  # fmt: skip
                with self.subTest(view.name):
                    self.assertEqual(self._rows(f"SELECT COUNT(*) FROM bi.{view.name}"), [(0,)])
