from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import tagged

from ...models.billing import repricing
from ..common import ContractCase


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestRepricing(ContractCase):
    """Rows that are about to be invoiced cost what the pricelist says now, one as in a batch."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.usd = cls.env.ref("base.USD")
        cls.usd.active = True
        cls.env["res.currency.rate"].create(
            [
                {"currency_id": cls.usd.id, "name": day, "rate": rate}
                for day, rate in (("2025-12-01", 1.1), ("2026-02-10", 1.3), ("2026-05-01", 1.17))
            ]
        )
        category = cls.env["product.category"].create({"name": "Services"})
        below = cls.env["product.category"].create({"name": "Lines", "parent_id": category.id})
        names = ("fixed", "percent", "formula", "steps", "dated", "category", "based", "cost")
        cls.products = {name: cls._create_product(name, 120.0) for name in (*names, "none")}
        cls.products["category"].categ_id = below
        cls.products["cost"].standard_price = 33.33
        base = cls._pricelist({"based": {"fixed_price": 61.37}}, name="Base", currency=cls.usd)
        cls.rules = {
            "fixed": {"fixed_price": 90.125},
            "percent": {"compute_price": "percentage", "percent_price": 12.5},
            "formula": {
                "compute_price": "formula",
                "base": "list_price",
                "price_discount": 7.3,
                "price_round": 0.05,
                "price_surcharge": -0.01,
                "price_min_margin": 2,
                "price_max_margin": 80,
            },
            "based": {
                "compute_price": "formula",
                "base": "pricelist",
                "base_pricelist_id": base.id,
                "price_discount": 3,
            },
            "cost": {"compute_price": "formula", "base": "standard_price", "price_markup": 40},
        }
        euros = cls._pricelist(cls.rules, name="All kinds")
        cls.dollars = cls._pricelist(
            {
                "fixed": {"fixed_price": 99.5},
                "percent": cls.rules["percent"],
                "formula": cls.rules["formula"],
                "based": {**cls.rules["based"], "base_pricelist_id": euros.id},
                "cost": cls.rules["cost"],
            },
            name="In dollars",
            currency=cls.usd,
        )
        cls.pricelist, cls.base = euros, base
        steps = [(0, 80.0), (10, 72.5), (100, 60.01)]
        dates = [(70.0, False, "2026-03-31 21:59:59"), (75.5, "2026-03-31 22:00:00", False)]
        cls.env["product.pricelist.item"].create(
            [
                cls._rule("steps", {"fixed_price": price, "min_quantity": quantity})
                for quantity, price in steps
            ]
            + [
                cls._rule("dated", {"fixed_price": price, "date_start": start, "date_end": end})
                for price, start, end in dates
            ]
            + [
                {
                    "pricelist_id": cls.pricelist.id,
                    "applied_on": "2_product_category",
                    "categ_id": category.id,
                    "compute_price": "percentage",
                    "percent_price": 20,
                }
            ]
        )

    @classmethod
    def _rule(cls, product, values):
        return {
            "pricelist_id": cls.pricelist.id,
            "applied_on": "0_product_variant",
            "product_id": cls.products[product].id,
            "compute_price": "fixed",
            **values,
        }

    @classmethod
    def _pricelist(cls, rules, name, currency=None):
        cls.pricelist = cls.env["product.pricelist"].create(
            {"name": name, "currency_id": (currency or cls.eur).id}
        )
        cls.env["product.pricelist.item"].create(
            [cls._rule(product, values) for product, values in rules.items()]
        )
        return cls.pricelist

    def _contracts(self):
        """A contract in euros and one in dollars, with partial periods, discounts and fees."""
        items = [
            {
                "product_id": product.id,
                "price_unit": False,
                "quantity": (1, 9.5, 10, 120)[number % 4],
                "discount": (0, 5)[number % 2],
                "alignment": ("anniversary", "calendar")[number % 3 == 0],
                "timing": ("advance", "arrears")[number % 5 == 4],
                "billing_offset": -3 if number % 4 == 3 else 0,
            }
            for number, product in enumerate(self.products.values())
        ]
        items += [
            {**items[0], "billing_type": "one_shot", "one_shot_date": date(2026, 2, 1)},
            {
                **items[1],
                "discount_ids": [
                    (0, 0, {"date_start": date(2026, 2, 10), "percent": 30, "name": "Winter"})
                ],
            },
            {**items[3], "quantity": 99},
            {**items[3], "quantity": 100},
            {**items[2], "price_unit": 44.0},
        ]
        values = {"date_start": date(2026, 1, 7), "date_end": date(2026, 9, 19)}
        return self._create_contract(
            items, pricelist_id=self.pricelist.id, **values
        ) | self._create_contract(
            items, pricelist_id=self.dollars.id, currency_id=self.usd.id, **values
        )

    def _change_prices(self):
        """Every rule says something else from now on."""
        for rule in (self.pricelist | self.dollars | self.base).item_ids:
            rule.fixed_price += 1.113
            rule.percent_price += 1.5
            rule.price_discount += 1.25
        for name in ("none", "category"):
            self.products[name].list_price = 137.77
        self.products["cost"].standard_price = 34.56
        self.env.flush_all()
        self.env.invalidate_all()

    @staticmethod
    def _amounts(contracts):
        names = ("price_unit", "net", "amount", "steps", "proration", "quantity", "state")
        rank = {item: number for number, item in enumerate(contracts.item_ids.sorted("id"))}
        return sorted(
            (rank[row.item_id], row.kind, row.period_start, row.revision, [row[n] for n in names])
            for row in contracts.schedule_ids
        )

    def test_a_batch_costs_what_each_row_costs_alone(self):
        """Against each item planned anew by itself, and each price asked for by itself."""
        one, other = self._contracts(), self._contracts()
        before = self._amounts(one)
        self.assertEqual(before, self._amounts(other))
        self._change_prices()
        one.schedule_ids.filtered(lambda row: row.billing_date <= date(2026, 2, 15))._reprice()
        for item in other.item_ids:
            item._replan()
        self.env.flush_all()
        self.env.invalidate_all()
        after = self._amounts(one)
        self.assertEqual(after, self._amounts(other))
        changed = sum(old != new for old, new in zip(before, after, strict=True))
        self.assertGreater(changed, 0.6 * len(before))
        for row in one.schedule_ids.filtered(lambda row: row.item_id.price_source == "pricelist"):
            contract = row.contract_id
            alone = contract.pricelist_id.with_company(self.company)._get_product_price(
                row.product_id.with_company(self.company),
                row.quantity,
                currency=contract.currency_id,
                date=row.period_start,
            )
            self.assertAlmostEqual(row.price_unit, alone, 6)
        own = one[0].item_ids[-1].schedule_ids
        self.assertEqual(set(own.mapped("price_unit")), {44.0})
        # 90.125 + 1.113, one unit, 25 of 31 days from 7 January
        self.assertMoney(one[0].item_ids[0].schedule_ids.sorted("period_start")[0].net, "73.58")

    def test_it_is_written_in_one_statement(self):
        """As many queries for many rows as for few; and none is planned anew."""
        counts = []
        for size in (1, 30):
            contracts = self.env["cn285.contract"].union(
                *(
                    self._create_contract(
                        [{"price_unit": False}, {"price_unit": False, "quantity": 2 + number}],
                        pricelist_id=self.pricelist.id,
                    )
                    for number in range(size)
                )
            )
            self.subscription.list_price += 10
            self.env.flush_all()
            self.env.invalidate_all()
            rows = contracts.schedule_ids.filtered(lambda row: row.period_start.month == 1)
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            with patch.object(type(self.env["cn285.contract.item"]), "_replan") as replan:
                self.assertEqual(len(rows._reprice_rows()), 2 * size)
                self.assertFalse([call for call in replan.mock_calls if call.args])
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 3)

    def test_what_is_to_come_follows_by_a_job(self):
        contract = self._create_contract([{"price_unit": False}] * 2)
        self.subscription.list_price = 130.0
        rows = contract.schedule_ids.filtered(lambda row: row.billing_date <= date(2026, 1, 15))
        with patch.object(repricing, "ITEMS_AT_ONCE", 1), trap_jobs() as trap:
            rows._reprice()
            self.assertEqual(set(rows.mapped("price_unit")), {130.0})
            later = contract.schedule_ids - rows
            self.assertEqual(set(later.mapped("price_unit")), {100.0})
            trap.assert_jobs_count(1)
            trap.perform_enqueued_jobs()
        self.assertEqual(set(contract.schedule_ids.mapped("amount")), {130.0})
        written = later.mapped("write_date")
        self.assertIn("0", contract.item_ids._job_reprice())
        self.assertEqual(later.mapped("write_date"), written)

    def test_a_row_that_the_plan_has_not_is_planned_anew(self):
        contract = self._create_contract([{"price_unit": False}])
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE cn285_contract_item SET discount = 10 WHERE id = %s", contract.item_ids.ids
        )
        self.env.invalidate_all()
        self.subscription.list_price = 130.0
        self._bill(date(2026, 1, 15), contract_ids=[(6, 0, contract.ids)])
        self.assertEqual(set(contract.schedule_ids.mapped("amount")), {117.0})

    def test_invoiced_rows_keep_their_price(self):
        contract = self._create_contract([{"price_unit": False}])
        self._bill(date(2026, 1, 15), contract_ids=[(6, 0, contract.ids)])
        self.subscription.list_price = 130.0
        contract.schedule_ids._reprice()
        rows = contract.schedule_ids.sorted("period_start")
        self.assertEqual([row.amount for row in rows[:2]], [100.0, 130.0])

    def test_prices_with_tax_are_asked_again_too(self):
        """Of an included tax the price with it is the pricelist's: 144.00 are 120.00 and tax."""
        tax = self.tax.copy({"name": "20 % inside", "price_include_override": "tax_included"})
        product = self._create_product("Inside", 120.0, taxes_id=[(6, 0, tax.ids)])
        contract = self._create_contract([{"product_id": product.id, "price_unit": False}])
        self.assertMoney(contract.schedule_ids[0].amount, "100.00")
        product.list_price = 144.0
        contract.schedule_ids._reprice()
        row = contract.schedule_ids[0]
        self.assertEqual((row.price_unit, row.net, row.amount), (144.0, 144.0, 120.0))
