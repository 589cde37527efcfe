from contextlib import contextmanager
from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from odoo.tests import tagged

from .common import ContractCase

TODAY = date(2026, 1, 15)


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestMrr(ContractCase):
    """Monthly recurring revenue: right today, and tomorrow by the mere passing of time."""

    def _sum(self, contracts, field="mrr_company", user=None):
        model = self.env["cn285.contract"].with_user(user or self.env.user)
        [(found,)] = model._read_group([("id", "in", contracts.ids)], [], [f"{field}:sum"])
        return found

    def _shown(self, contract, expected):
        """On the contract, on its items, in lists: all the same."""
        self.env.invalidate_all()
        self.assertMoney(contract.mrr, expected)
        self.assertMoney(sum(contract.item_ids.mapped("mrr")), expected)
        self.assertMoney(self._sum(contract), expected)
        self.assertMoney(self._sum(contract, "mrr"), expected)

    def _on(self, day, contract, expected, cron=True):
        """What is shown on another day, before and after the daily job."""
        with freeze_time(f"{day} 10:00:00"):
            self.env.invalidate_all()
            self.assertMoney(contract.mrr, expected)
            if cron:
                self.env["cn285.contract"]._cron_refresh_mrr()
                self._shown(contract, expected)

    # === DAYS === #

    def test_a_trial_is_worth_nothing_until_it_ends(self):
        contract = self._create_contract([{"trial_days": 60}])
        self._shown(contract, "0.00")
        self.assertMoney(contract.mrr_committed, "100.00")
        self._on("2026-03-01", contract, "0.00")
        self._on("2026-03-02", contract, "100.00")

    def test_what_starts_later(self):
        contract = self._create_contract(date_start=date(2026, 2, 15))
        self.assertEqual(contract.state, "active")
        self._shown(contract, "0.00")
        self.assertMoney(contract.mrr_committed, "100.00")
        self.assertMoney(contract.item_ids.mrr_committed, "100.00")
        self._on("2026-02-15", contract, "100.00")

    def test_what_has_ended_whatever_its_state(self):
        contract = self._create_contract([{"date_end": date(2026, 1, 20)}, {"price_unit": 7.0}])
        self._shown(contract, "107.00")
        self._on("2026-01-20", contract, "107.00")
        with freeze_time("2026-01-21 10:00:00"):
            # Its rows are open and the job that ends items has not run.
            self.assertEqual(contract.item_ids[0].state, "active")
        self._on("2026-01-21", contract, "7.00")

    def test_the_end_of_the_contract(self):
        contract = self._create_contract(date_end=date(2026, 1, 31))
        self._shown(contract, "100.00")
        self._on("2026-02-01", contract, "0.00")

    def test_a_planned_end_counts_until_its_day(self):
        contract = self._create_contract()
        contract.item_ids.planned_end = date(2026, 1, 31)
        self._shown(contract, "100.00")
        self._on("2026-02-01", contract, "0.00")

    def test_drafts_are_worth_nothing_yet(self):
        contract = self._create_contract(confirm=False)
        self._shown(contract, "0.00")
        self.assertMoney(contract.mrr_committed, "100.00")
        contract.action_confirm()
        self._shown(contract, "100.00")
        contract.item_ids.action_end("2026-01-10")
        self._shown(contract, "0.00")

    def test_the_job_works_once_a_day(self):
        contract = self._create_contract([{"date_end": date(2026, 1, 20)}])
        with freeze_time("2026-01-21 10:00:00"):
            self.env["cn285.contract"]._cron_refresh_mrr()
            self.assertEqual(self.company.cn285_mrr_day, date(2026, 1, 21))
            before = self.env.cr.sql_log_count
            self.env["cn285.contract"]._cron_refresh_mrr()
            self.assertLess(self.env.cr.sql_log_count - before, 10)
        self.assertMoney(contract.mrr_company, "0.00")

    # === MONEY === #

    def test_discount_periods(self):
        def free(until, **values):
            return [(0, 0, {"date_start": date(2026, 1, 1), "date_end": until, **values})]

        contract = self._create_contract(
            [
                {"discount_ids": free(date(2026, 1, 31), percent=100)},
                {"price_unit": 50.0, "discount": 10, "discount_ids": free(False, percent=20)},
                {
                    "price_unit": 1200.0,
                    "recurring_unit": "year",
                    "discount_ids": free(date(2026, 2, 28), amount=120.0),
                },
            ]
        )
        self._shown(contract, "126.00")  # 0.00, 36.00 and 90.00
        contract.item_ids[1].discount_ids.percent = 50
        self._shown(contract, "112.50")
        self._on("2026-02-01", contract, "212.50")
        self._on("2026-03-01", contract, "222.50")

    def test_taxes_that_are_included_in_the_price(self):
        included = self.tax.copy(
            {"name": "20 % included", "price_include_override": "tax_included", "amount": 20.0}
        )
        product = self._create_product("Hosting", 120.0, taxes_id=[(6, 0, included.ids)])
        item = {"product_id": product.id, "price_unit": 120.0}
        contract = self._create_contract([item, {**item, "price_unit": 50.0, "quantity": 3}])
        # 100.00 and 125.00
        self._shown(contract, "225.00")

    def test_a_sum_is_not_a_sum_of_rounded_items(self):
        yearly = {"price_unit": 2000.0, "recurring_unit": "year"}
        one = self._create_contract([yearly] * 3)
        self._shown(one, "500.00")
        apart = one.union(*(self._create_contract([yearly]) for _ in range(3)))
        self.assertMoney(self._sum(apart), "1000.00")
        self.assertMoney(12 * self._sum(apart - one), "6000.00")

    def test_a_price_of_the_pricelist_from_the_next_period_on(self):
        contract = self._create_contract([{"price_unit": False}])
        self._bill(TODAY)
        self._shown(contract, "100.00")
        self.subscription.list_price = 150.0
        self._shown(contract, "100.00")
        self._on("2026-01-31", contract, "100.00")
        self._on("2026-02-01", contract, "150.00")

    def test_a_price_of_the_pricelist_that_was_not_invoiced_yet(self):
        contract = self._create_contract([{"price_unit": False, "timing": "arrears"}])
        self.subscription.list_price = 150.0
        self._on(TODAY, contract, "150.00")

    def test_instalments_are_no_subscription(self):
        contract = self._create_contract([{"price_unit": 1000.0, "period_count": 3}])
        self.assertFalse(contract.item_ids.in_mrr)
        self._shown(contract, "0.00")
        contract.item_ids.in_mrr = True
        self._shown(contract, "1000.00")
        self._on("2026-04-01", contract, "0.00")

    def test_a_year_of_months_is_told_by_its_template(self):
        template = self.env["cn285.contract.template"].create(
            {
                "name": "Year",
                "item_ids": [
                    (
                        0,
                        0,
                        {
                            "product_id": self.subscription.id,
                            "price_unit": 10.0,
                            "period_count": 12,
                            "in_mrr": True,
                        },
                    )
                ],
            }
        )
        contract = self.env["cn285.contract"].create(
            {"partner_id": self.customer.id, "template_id": template.id}
        )
        contract.action_confirm()
        self._shown(contract, "10.00")

    def test_usage_and_fees_are_apart(self):
        contract = self._create_contract(
            [{"billing_type": "one_shot"}, {"billing_type": "usage"}, {"billing_type": "none"}]
        )
        self._shown(contract, "0.00")

    # === SUMS === #

    def _usd(self, rate=1.25):
        usd = self.env.ref("base.USD")
        usd.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": usd.id,
                "name": "2026-01-01",
                "rate": rate,
                "company_id": self.company.id,
            }
        )
        return usd

    def test_currencies_are_not_added_as_they_are(self):
        usd = self._usd()
        euro, dollar = self._create_contract(), self._create_contract(currency_id=usd.id)
        self.assertMoney(dollar.mrr, "100.00")
        self.assertMoney(dollar.mrr_company, "80.00")
        both = euro | dollar
        self.assertMoney(self._sum(both), "180.00")
        self.assertMoney(self._sum(both, "mrr"), "180.00")
        items = self.env["cn285.contract.item"]
        [(found,)] = items._read_group([("contract_id", "in", both.ids)], [], ["mrr:sum"])
        self.assertMoney(found, "180.00")
        self.env["res.currency.rate"].create(
            {
                "currency_id": usd.id,
                "name": "2026-01-16",
                "rate": 2.0,
                "company_id": self.company.id,
            }
        )
        with freeze_time("2026-01-16 10:00:00"):
            self.env["cn285.contract"]._cron_refresh_mrr()
            self.assertMoney(self._sum(both), "150.00")

    def test_companies_of_other_currencies(self):
        usd = self._usd()
        contract = self._create_contract()
        american = self.env["res.company"].create({"name": "Cn285 Inc.", "currency_id": usd.id})
        self.env.user.company_ids |= american
        abroad = self.env["cn285.contract"].with_company(american)
        abroad = abroad.create(
            {
                "partner_id": self.customer.id,
                "date_start": TODAY,
                "currency_id": usd.id,
                "item_ids": [(0, 0, self._item_vals())],
            }
        )
        abroad.action_confirm()
        self.assertMoney(abroad.mrr, "100.00")
        self.assertMoney(abroad.mrr_company, "100.00")
        self.assertMoney(self._sum(contract | abroad), "180.00")

    def test_search_and_sort_by_what_is_shown(self):
        third = {"price_unit": 2000.0, "recurring_unit": "year"}
        small, big = self._create_contract([third]), self._create_contract([{"quantity": 5}])
        model = self.env["cn285.contract"]
        domain = [("id", "in", (small | big).ids)]
        self.assertEqual(model.search([*domain, ("mrr", "=", 166.67)]), small)
        self.assertEqual(model.search([*domain, ("mrr", ">", 200)]), big)
        self.assertEqual(model.search(domain, order="mrr"), small + big)
        self.assertEqual(model.search(domain, order="mrr desc"), big + small)
        [*groups] = model.formatted_read_group(
            domain, ["state"], ["mrr_company:sum", "__count"], order="mrr_company:sum desc"
        )
        self.assertMoney(groups[0]["mrr_company:sum"], "666.67")

    def test_one_query_more_for_many(self):
        one = self._create_contract([{"price_unit": False}])
        many = one.union(*(self._create_contract([{"price_unit": False}] * 2) for _ in range(20)))
        counts = []
        for contracts in (one, many):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            contracts.mapped("mrr")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLess(counts[1], 2 * counts[0])

    # === WHAT THE JOB TOUCHES === #

    def _refreshed(self, day):
        """The items that the job of a day works out anew."""
        touched, items = [], type(self.env["cn285.contract.item"])
        again = items._compute_mrr_again

        def noting(records):
            touched.extend(records.ids)
            again(records)

        with freeze_time(f"{day} 10:00:00"), patch.object(items, "_compute_mrr_again", noting):
            self.env["cn285.contract"]._cron_refresh_mrr()
        return self.env["cn285.contract.item"].browse(touched)

    def test_the_job_touches_what_the_day_changes(self):
        contracts = self.env["cn285.contract"].union(
            *(self._create_contract([{"price_unit": 10.0}, {"quantity": 2}]) for _ in range(40))
        )
        end, later, free, pause = contracts[:4].item_ids.browse(
            [contract.item_ids[0].id for contract in contracts[:4]]
        )
        end.date_end = date(2026, 1, 19)
        later.date_start = date(2026, 1, 20)
        free.discount_ids = [(0, 0, {"date_start": date(2026, 1, 20), "percent": 50})]
        self._refreshed("2026-01-18")
        changed = end | later | free
        for day, expected in (("2026-01-19", changed.browse()), ("2026-01-20", changed)):
            touched = self._refreshed(day) & contracts.item_ids
            self.assertLessEqual(expected, touched)
            # And a part of all, whose turn it is.
            turn = touched.filtered(
                lambda item, day=day: item.id % 28 == date.fromisoformat(day).toordinal() % 28
            )
            self.assertEqual(touched - turn, expected - turn)
        self.assertEqual(end.mrr_amount, 0.0)
        self.assertEqual(free.mrr_amount, 5.0)
        self.assertFalse(pause.mrr_next_day)

    @contextmanager
    def _without_turns(self):
        """What is brought up to date is what has changed alone."""
        items = type(self.env["cn285.contract.item"])
        with patch.object(items, "_of_the_round", lambda *_asked: []):
            yield

    def test_taxes_that_are_not_included_any_more(self):
        """120.00 with 20 % inside is 100.00 a month; with the tax on top of it 120.00."""
        tax = self.tax.copy(
            {"name": "20 % inside", "price_include_override": "tax_included", "amount": 20.0}
        )
        product = self._create_product("Hosting", 120.0, taxes_id=[(6, 0, tax.ids)])
        contract = self._create_contract([{"product_id": product.id, "price_unit": 120.0}])
        with self._without_turns():
            self._on("2026-01-16", contract, "100.00")
            tax.price_include_override = "tax_excluded"
            self._on("2026-01-17", contract, "120.00")
            tax.price_include_override = "tax_included"
            self._on("2026-01-18", contract, "100.00")
            tax.amount = 50.0
            self._on("2026-01-19", contract, "80.00")

    def test_the_company_counts_in_another_currency(self):
        usd = self._usd()
        other = self.env["res.company"].create({"name": "Cn285 Ltd", "currency_id": self.eur.id})
        self.env["res.currency.rate"].create(
            {"currency_id": usd.id, "name": "2026-01-01", "rate": 1.25, "company_id": other.id}
        )
        contracts = self.env["cn285.contract"].with_company(other)
        for currency in (self.eur, usd):
            contracts |= contracts.create(
                {
                    "partner_id": self.customer.id,
                    "date_start": TODAY,
                    "currency_id": currency.id,
                    "company_id": other.id,
                    "item_ids": [(0, 0, self._item_vals())],
                }
            )
        contracts.action_confirm()
        with self._without_turns():
            with freeze_time("2026-01-16 10:00:00"):
                self.env["cn285.contract"]._cron_refresh_mrr()
                euro, dollar = (self._cents(contract.mrr_company) for contract in contracts)
                self.assertEqual((euro, dollar), ("100.00", "80.00"))
                other.currency_id = usd
            with freeze_time("2026-01-17 10:00:00"):
                self.env["cn285.contract"]._cron_refresh_mrr()
                euro, dollar = (self._cents(contract.mrr_company) for contract in contracts)
                self.assertEqual((euro, dollar), ("125.00", "100.00"))

    def test_in_a_round_every_item_has_its_turn(self):
        contract = self._create_contract([{}] * 3)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE cn285_contract_item SET mrr_amount = 1 WHERE id = ANY(%s)",
            [contract.item_ids.ids],
        )
        self.env.invalidate_all()
        for day in range(1, 29):
            self._refreshed(f"2026-02-{day:02}")
        self.assertEqual(contract.item_ids.mapped("mrr_amount"), [100.0] * 3)

    def test_a_rate_or_a_pricelist_that_was_deleted(self):
        usd = self.env.ref("base.USD")
        usd.active = True
        rates = self.env["res.currency.rate"].create(
            [
                {"currency_id": usd.id, "name": day, "rate": rate}
                for day, rate in (("2025-12-01", 1.25), ("2026-01-10", 2.0))
            ]
        )
        pricelist = self.env["product.pricelist"].create({"name": "Half"})
        rule = self.env["product.pricelist.item"].create(
            {"pricelist_id": pricelist.id, "compute_price": "percentage", "percent_price": 50}
        )
        dollars = self._create_contract(currency_id=usd.id)
        half = self._create_contract([{"price_unit": False}], pricelist_id=pricelist.id)
        self._refreshed("2026-01-16")
        self.assertEqual(dollars.item_ids.mrr_company, 50.0)
        self.assertEqual(half.item_ids.mrr_company, 50.0)
        rates[1].unlink()
        rule.unlink()
        self._refreshed("2026-01-17")
        self.assertEqual(dollars.item_ids.mrr_company, 80.0)
        self.assertEqual(dollars.mrr_company, 80.0)
        self.assertEqual(half.item_ids.mrr_company, 100.0)

    def test_a_cancelled_invoice_asks_the_pricelist_again(self):
        contract = self._create_contract([{"price_unit": False}])
        self._bill(TODAY)
        self.subscription.list_price = 150.0
        self._refreshed("2026-01-16")
        self.assertEqual(contract.mrr_amount, 100.0)
        move = contract.schedule_ids.move_id
        move.button_draft()
        move.button_cancel()
        self.assertEqual(contract.mrr_amount, 150.0)
