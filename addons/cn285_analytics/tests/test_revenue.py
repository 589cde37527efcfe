import json
from datetime import date

from freezegun import freeze_time
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import AnalyticsCase


@tagged("post_install", "-at_install")
@freeze_time("2026-06-30 10:00:00")
class TestRevenue(AnalyticsCase):
    """Turnover as invoiced, in the books and cashed, and the bridge between them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = new_test_user(
            cls.env, "bridge_acc", "account.group_account_readonly,account.group_account_invoice"
        )
        journals = cls.env["account.journal"]
        own = [("company_id", "=", cls.company.id)]
        cls.bank = journals.search([("type", "=", "bank"), *own], limit=1)
        cls.income = (
            cls.subscription.property_account_income_id
            or journals.search([("type", "=", "sale"), *own], limit=1).default_account_id
        )
        cls.deferred = cls.env["account.account"].create(
            {"name": "Deferred", "code": "487X1", "account_type": "liability_current"}
        )

    def _invoice(self, day, price, account=None, move_type="out_invoice", accounting=None):
        move = self.env["account.move"].create(
            {
                "move_type": move_type,
                "partner_id": self.customer.id,
                "invoice_date": day,
                "date": accounting or day,
                "invoice_line_ids": [
                    (
                        0,
                        0,
                        {
                            "name": "Service",
                            "price_unit": price,
                            "account_id": (account or self.income).id,
                            "tax_ids": [(6, 0, self.tax.ids)],
                        },
                    )
                ],
            }
        )
        if accounting:
            move.date = accounting
        move.action_post()
        return move

    def _pay(self, move, day, amount=None):
        values = {"payment_date": day, "journal_id": self.bank.id}
        if amount:
            values["amount"] = amount
        context = {"active_model": "account.move", "active_ids": move.ids}
        wizard = self.env["account.payment.register"].with_context(**context)
        wizard.create(values)._create_payments()

    def _told(self, before, *names):
        """Sums by month since ``before`` was read, of those that are not 0."""
        found = {}
        for month, values in self._sums(names).items():
            was = before.get(month, (0.0,) * len(names))
            rest = tuple(round(now - then, 2) for now, then in zip(values, was, strict=True))
            if any(rest):
                found[month] = rest
        return found

    def _sums(self, names):
        bridge = self.env["cn285.revenue.bridge"].with_user(self.accountant)
        groups = bridge._read_group(
            [("company_id", "=", self.company.id)],
            ["date:month"],
            [f"{name}:sum" for name in names],
        )
        return {
            month.month: tuple(value or 0.0 for value in values)
            for month, *values in groups
            if month and month.year == 2026
        }

    def test_the_three_and_what_is_between(self):
        names = ("invoiced", "elsewhere", "shifted", "recognised", "other", "books", "cashed")
        before = self._sums(names)
        rate = 1 + self.tax.amount / 100
        plain = self._invoice("2026-01-10", 1000.0)
        waits = self._invoice("2026-02-10", 1200.0, self.deferred)
        self._invoice("2026-01-31", 300.0, accounting="2026-02-01")
        note = self._invoice("2026-03-05", 100.0, move_type="out_refund")
        entry = self.env["account.move"].create(
            {
                "date": "2026-02-28",
                "line_ids": [
                    (0, 0, {"account_id": self.deferred.id, "debit": 100.0}),
                    (0, 0, {"account_id": self.income.id, "credit": 100.0}),
                ],
            }
        )
        entry.action_post()
        # Half of one, and the other as a whole; the credit note is set against the first one.
        self._pay(waits, "2026-03-20", 600.0 * rate)
        (plain + note).line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        ).reconcile()
        self._pay(plain, "2026-04-02")
        self.env.flush_all()
        self.assertEqual(
            self._told(before, *names),
            {
                1: (1300.0, 0.0, -300.0, 0.0, 0.0, 1000.0, 0.0),
                2: (1200.0, -1200.0, 300.0, 0.0, 100.0, 400.0, 0.0),
                3: (-100.0, 0.0, 0.0, 0.0, 0.0, -100.0, 600.0),
                4: (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 900.0),
            },
        )

    def test_the_books_are_those_of_the_ledger(self):
        self._invoice("2026-01-10", 1000.0)
        self._invoice("2026-02-10", 1200.0, self.deferred)
        self.env.flush_all()
        bridge = self.env["cn285.revenue.bridge"].with_user(self.accountant)
        [(books,)] = bridge._read_group([("company_id", "=", self.company.id)], [], ["books:sum"])
        lines = self.env["account.move.line"]._read_group(
            [
                ("company_id", "=", self.company.id),
                ("parent_state", "=", "posted"),
                ("account_id.account_type", "=", "income"),
            ],
            ["account_id"],
            ["balance:sum"],
        )
        turnover = [
            -balance
            for account, balance in lines
            if account.code[:1] != "7" or account.code[:2] == "70"
        ]
        self.assertAlmostEqual(books, sum(turnover), places=2)

    def test_a_row_opens_its_entry(self):
        move = self._invoice("2026-01-10", 1000.0)
        self.env.flush_all()
        bridge = self.env["cn285.revenue.bridge"].with_user(self.accountant)
        row = bridge.search([("move_id", "=", move.id), ("kind", "=", "invoiced")])
        self.assertEqual((row.invoiced, row.customer_id), (1000.0, self.customer))
        self.assertEqual(row.action_view_move()["res_id"], move.id)
        seller = new_test_user(self.env, "bridge_own", "cn285_contract.group_contract_user_own")
        with self.assertRaises(AccessError):
            self.env["cn285.revenue.bridge"].with_user(seller).search([])

    def test_what_a_customer_is_worth_is_as_on_the_home_screen(self):
        user = new_test_user(self.env, "worth_user", "cn285_contract.group_contract_user")
        lost = self._create_contract(
            [{"price_unit": 100.0}],
            partner_id=self.env["res.partner"].create({"name": "Lost"}).id,
            date_start=date(2025, 1, 1),
        )
        lost.item_ids.date_end = date(2026, 5, 31)
        self._create_contract([{"price_unit": 60.0}], date_start=date(2025, 1, 1))
        self._record()
        [row] = (
            self.env["cn285.mrr.worth"]
            .with_user(user)
            .search([("company_id", "=", self.company.id)])
        )
        months = self.env["cn285.mrr.month"].with_user(user)
        found = months.cn285_metrics("2026-06-01", "2026-06-30")
        year = months.cn285_metrics("2025-07-01", "2026-06-30")
        self.assertGreater(found["ltv"], 0)
        self.assertAlmostEqual(row.ltv, found["ltv"], places=2)
        self.assertAlmostEqual(row.cltv, found["cltv"], places=2)
        self.assertAlmostEqual(row.churn_12, 100 * year["logo_churn"], places=4)
        [(churn,)] = (
            self.env["cn285.mrr.worth"]
            .with_user(user)
            ._read_group([("company_id", "=", self.company.id)], [], ["churn_12:avg"])
        )
        self.assertAlmostEqual(churn, row.churn_12, places=4)
        # Dashboards are for who may read them.
        dashboards = self.env["spreadsheet.dashboard"].with_user(user)
        own = self.env.ref("cn285_analytics.dashboard_customers")
        books = self.env.ref("cn285_analytics.dashboard_operations")
        self.assertIn(own, dashboards.search([]))
        self.assertNotIn(books, dashboards.search([]))
        self.assertIn(books, dashboards.with_user(self.accountant).search([]))

    def test_dashboards_ask_for_what_there_is(self):
        """Each field of each list, table and chart of the shipped files exists and can be asked."""
        for name in ("customers", "operations"):
            board = self.env.ref(f"cn285_analytics.dashboard_{name}")
            book = json.loads(board.spreadsheet_data)
            for one in book["lists"].values():
                model = self.env[one["model"]].with_user(self.accountant)
                order = ",".join(
                    f"{part['name']} {'asc' if part['asc'] else 'desc'}" for part in one["orderBy"]
                )
                found = model.search(one["domain"], order=order, limit=2)
                found.read(one["columns"])
            asked = [
                (
                    one["model"],
                    one["domain"],
                    [group["fieldName"] for group in one["rows"] + one["columns"]],
                    [
                        measure["fieldName"]
                        for measure in one["measures"]
                        if "computedBy" not in measure
                    ],
                )
                for one in book["pivots"].values()
            ]
            charts = [
                figure["data"]
                for sheet in book["sheets"]
                for figure in sheet["figures"]
                if figure["data"]["type"].startswith("odoo_")
            ]
            asked += [
                (
                    chart["metaData"]["resModel"],
                    chart["searchParams"]["domain"],
                    chart["metaData"]["groupBy"],
                    [chart["metaData"]["measure"]],
                )
                for chart in charts
            ]
            self.assertGreater(len(asked), 3)
            for model, domain, groups, measures in asked:
                records = self.env[model].with_user(self.accountant)
                kinds = {measure: records._fields.get(measure) for measure in measures}
                specs = [
                    measure if field is None else f"{measure}:{field.aggregator}"
                    for measure, field in kinds.items()
                ]
                records.formatted_read_group(domain, groups, specs)
            chains = [
                (one["model"], match["chain"])
                for one in [*book["pivots"].values(), *book["lists"].values()]
                for match in one["fieldMatching"].values()
            ]
            self.assertTrue(chains)
            for model, chain in chains:
                self.assertIn(chain, self.env[model]._fields, model)
            for menu in book["chartOdooMenusReferences"].values():
                self.assertTrue(self.env.ref(menu).action)

    def test_usage_stands_beside(self):
        """30 rated in May, 45 in June: no recurring revenue, and a customer only if they count."""
        months = self.env["cn285.mrr.month"]
        user = new_test_user(self.env, "usage_user", "cn285_contract.group_contract_user")
        contract = self._create_contract([{"billing_type": "usage", "price_unit": 0.0}])
        item = contract.item_ids
        before = months.with_user(user).cn285_metrics("2026-05-01", "2026-06-30")
        for number, (start, end, amount) in enumerate(
            (
                (date(2026, 5, 1), date(2026, 5, 31), 30.0),
                (date(2026, 6, 1), date(2026, 6, 30), 45.0),
            )
        ):
            self.env["cn285.billing.schedule"]._inside().create(
                {
                    "item_id": item.id,
                    "contract_id": contract.id,
                    "company_id": self.company.id,
                    "currency_id": contract.currency_id.id,
                    "kind": "usage",
                    "revision": 40 + number,
                    "period_start": start,
                    "period_end": end,
                    "billing_date": end,
                    "net": amount,
                    "amount": amount,
                    "state": "planned",
                }
            )
        self.env.flush_all()
        self._record()

        def told(first, last):
            found = months.with_user(user).cn285_metrics(first, last)
            return found["usage"] - (before["usage"] if first != last else 0), found["closing"]

        self.assertEqual(told("2026-05-01", "2026-06-30"), (75.0, before["closing"]))
        by_month = (
            self.env["cn285.mrr.usage"]
            .with_user(user)
            ._read_group(
                [("contract_id", "=", contract.id)], ["date:month"], ["amount_company:sum"]
            )
        )
        self.assertEqual([amount for _month, amount in by_month], [30.0, 45.0])
        found = months.with_user(user).cn285_metrics("2026-06-01", "2026-06-30")
        # Of the three months that are over: 0, 0, 30.
        self.assertAlmostEqual(found["usage_mrr"] - before["usage_mrr"], 10.0)
        self.assertEqual(found["customers"], found["logos_closing"])
        self.company.cn285_usage_counts = True
        counted = months.with_user(user).cn285_metrics("2026-06-01", "2026-06-30")
        self.assertEqual(counted["customers"] - found["customers"], 1)
