from datetime import date, timedelta

from freezegun import freeze_time
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import AnalyticsCase

TODAY = "2026-01-15"


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestLedger(AnalyticsCase):
    """What is recorded of contracts, once and for good."""

    def test_a_life(self):
        contract = self._monthly(100.0)
        self.assertGreater(self._record(), 0)
        self.assertEqual(self._entries(contract), [("2026-01-01", "100.00", "start")])
        self._change(contract, "quantity", "2026-02-10", item=contract.item_ids, quantity=3.0)
        self._change(contract, "end_item", "2026-06-30", item=contract.item_ids)
        with freeze_time("2026-02-10 10:00:00"):
            self.env["cn285.contract.change"]._apply_all_due(self.company)
        self._record("2026-02-10")
        self.assertEqual(
            self._entries(contract),
            [
                ("2026-01-01", "100.00", "start"),
                ("2026-02-10", "200.00", "quantity"),
                ("2026-07-01", "-300.00", "end"),
            ],
        )
        self.assertEqual(
            self._movements(contract),
            [
                ("2026-01-01", "new", "100.00", 1),
                ("2026-02-10", "expansion", "200.00", 0),
                ("2026-07-01", "churn", "-300.00", -1),
            ],
        )
        change = self.env["cn285.mrr.entry"].search(
            [("contract_id", "=", contract.id), ("cause", "=", "quantity")]
        )
        self.assertEqual(change.change_id.type, "quantity")
        self.assertEqual(change.known_on, date(2026, 2, 10))
        # What lies ahead is no month yet.
        month = self._month(self.customer, "2026-02")
        self.assertEqual((month.opening, month.expansion, month.closing), (100.0, 200.0, 300.0))
        self.assertFalse(self._month(self.customer, "2026-07"))
        self._record("2026-07-02")
        july = self._month(self.customer, "2026-07")
        self.assertEqual((july.churn, july.closing, july.logos_lost), (300.0, 0.0, 1))
        self.assertEqual(july.cohort, date(2026, 1, 1))
        # Months between have come by themselves.
        may = self._month(self.customer, "2026-05")
        self.assertEqual((may.opening, may.closing, may.number), (300.0, 300.0, 4))

    def test_twice_is_nothing_and_a_rebuild_finds_nothing(self):
        contract = self._monthly(100.0, 7.0)
        self._record()
        self.assertEqual(self._record(), 0)
        self.assertEqual(self._record(whole=True), 0)
        before = self._facts()
        self._record("2026-03-10")
        self.assertEqual(self._entries(contract)[0][0], "2026-01-01")
        self.assertEqual(before[0], self._facts()[0])

    def test_what_is_dated_back_is_one_entry_more(self):
        contract = self._monthly(100.0)
        self._record("2026-01-15")
        with freeze_time("2026-02-20 10:00:00"):
            self._change(contract, "quantity", "2026-01-20", item=contract.item_ids, quantity=2.0)
            self.assertEqual(self._record(), 1)
            self.assertEqual(self._record(), 0)
        month = self.env["cn285.mrr.month"]
        self.assertEqual(month.cn285_mrr_on("2026-01-31"), {"EUR": 200.0})
        self.assertEqual(month.cn285_mrr_on("2026-01-31", known_on="2026-01-31"), {"EUR": 100.0})

    def test_what_was_never_is_taken_back_and_not_deleted(self):
        contract = self._monthly(100.0)
        contract.item_ids.date_end = date(2026, 3, 31)
        self._record()
        contract.item_ids.date_end = date(2026, 4, 30)
        self._record()
        self.assertEqual(
            self._entries(contract),
            [
                ("2026-01-01", "100.00", "start"),
                ("2026-04-01", "-100.00", "end"),
                ("2026-04-01", "100.00", "correction"),
                ("2026-05-01", "-100.00", "end"),
            ],
        )
        self.assertEqual(self._movements(contract)[-1], ("2026-05-01", "churn", "-100.00", -1))
        entry = self.env["cn285.mrr.entry"].search([("contract_id", "=", contract.id)], limit=1)
        for step in (lambda: entry.sudo().write({"cause": "price"}), entry.sudo().unlink):
            with self.assertRaises(UserError):
                step()

    def test_discounts_and_free_months(self):
        contract = self._create_contract(
            [
                {
                    "discount_ids": [
                        (0, 0, {"date_start": date(2026, 1, 1), "date_end": end, "percent": 100})
                    ]
                }
                for end in (date(2026, 1, 31),)
            ]
        )
        self._record()
        entries = self.env["cn285.mrr.entry"].search(
            [("contract_id", "=", contract.id)], order="date"
        )
        self.assertEqual(entries.mapped("delta_net"), [0.0, 100.0])
        self.assertEqual(entries.mapped("delta_full"), [100.0, 0.0])
        self.assertEqual(self._movements(contract), [("2026-02-01", "new", "100.00", 1)])
        self.assertEqual(self._item_months(contract), [("2026-01", 0.0, 100.0)])
        self._record("2026-02-01")
        both = [("2026-01", 0.0, 100.0), ("2026-02", 100.0, 100.0)]
        self.assertEqual(self._item_months(contract), both)
        # Once a month has begun, those in whom nothing moves have it too.
        self._record("2026-03-02")
        self.assertEqual(self._item_months(contract), [*both, ("2026-03", 100.0, 100.0)])

    def test_what_is_free_for_good_has_a_list_price_from_its_first_day(self):
        discount = {"date_start": date(2026, 2, 1), "date_end": False, "percent": 100}
        contract = self._create_contract([{"discount_ids": [(0, 0, discount)]}], confirm=False)
        contract.date_start = date(2026, 2, 1)
        contract.action_confirm()
        self._record()
        self.assertFalse(self._item_months(contract))
        self._record("2026-02-01")
        self.assertEqual(self._item_months(contract), [("2026-02", 0.0, 100.0)])

    def test_a_trial_and_a_draft(self):
        trial = self._create_contract([{"trial_days": 30, "price_unit": 49.0}])
        draft = self._create_contract(confirm=False)
        self._record()
        self.assertEqual(self._entries(trial), [("2026-01-31", "49.00", "start")])
        self.assertFalse(self._entries(draft))

    def test_taxes_that_are_inside_the_price(self):
        tax = self.tax.copy(
            {"name": "20 % inside", "price_include_override": "tax_included", "amount": 20.0}
        )
        product = self._create_product("Hosting", 120.0, taxes_id=[(6, 0, tax.ids)])
        contract = self._create_contract([{"product_id": product.id, "price_unit": 120.0}])
        self._record()
        self.assertEqual(self._entries(contract), [("2026-01-01", "100.00", "start")])

    def test_a_pricelist_as_it_was_invoiced(self):
        contract = self._create_contract([{"price_unit": False}])
        self._bill(TODAY)
        self._record()
        self.subscription.list_price = 150.0
        self.env["cn285.contract"]._cron_refresh_mrr()
        with freeze_time("2026-01-16 10:00:00"):
            self.env["cn285.contract"]._cron_refresh_mrr()
            self._record()
        self.assertEqual(
            self._entries(contract),
            [("2026-01-01", "100.00", "start"), ("2026-02-01", "50.00", "pricelist")],
        )

    def test_a_pause_is_paused(self):
        contract = self._monthly(100.0)
        self._change(contract, "pause", "2026-01-20", date_end="2026-02-20")
        with freeze_time("2026-01-20 10:00:00"):
            self.env["cn285.contract.change"]._apply_all_due(self.company)
        self._record("2026-01-31")
        self.assertEqual(
            self._entries(contract),
            [
                ("2026-01-01", "100.00", "start"),
                ("2026-01-20", "-100.00", "pause"),
                ("2026-02-21", "100.00", "resume"),
            ],
        )
        self.assertEqual(
            self._movements(contract)[1:],
            [("2026-01-20", "pause", "-100.00", 0), ("2026-02-21", "pause", "100.00", 0)],
        )
        month = self._month(self.customer, "2026-01")
        self.assertEqual((month.logos_closing, month.logos_paying), (1, 0))

    def test_an_open_pause_is_lost_on_its_91st_day(self):
        contract = self._monthly(100.0)
        self._change(contract, "pause", TODAY)
        self._record()
        last = date(2026, 1, 15) + timedelta(days=90)
        self._record((last - timedelta(days=1)).isoformat())
        self.assertFalse(self._movements(contract, "churn"))
        self._record(last.isoformat())
        self.assertEqual(
            self._movements(contract, "churn"), [(last.isoformat(), "churn", "-100.00", -1)]
        )
        # Another limit tells it otherwise.
        self.company.cn285_pause_churn_days = 10
        self._record(last.isoformat())
        self.assertEqual(self._movements(contract, "churn")[0][0], "2026-01-25")

    def test_another_holder_is_neither_new_nor_lost(self):
        contract = self._monthly(100.0)
        other = self.env["res.partner"].create({"name": "Café Durand"})
        change = self._change(contract, "holder", TODAY, partner_id=other.id)
        self._record()
        heir = change.result_contract_id
        self.assertEqual(
            self._movements(contract),
            [("2026-01-01", "new", "100.00", 1), ("2026-01-15", "transfer", "-100.00", -1)],
        )
        self.assertEqual(self._movements(heir), [("2026-01-15", "transfer", "100.00", 1)])
        self.assertEqual(self._month(self.customer, "2026-01").logos_lost, 0)

    def test_another_product_in_its_place(self):
        small = self._create_product("Small", 30.0)
        self.env["cn285.tier.path"].create(
            {
                "product_from_id": self.subscription.id,
                "product_to_id": small.id,
                "kind": "downsell",
            }
        )
        contract = self._monthly(100.0)
        self._change(
            contract,
            "downsell",
            TODAY,
            item=contract.item_ids,
            product_id=small.id,
            price_unit=30.0,
        )
        self._record()
        self.assertEqual(
            self._movements(contract, "contraction", "churn", "new", "expansion"),
            [("2026-01-01", "new", "100.00", 1), ("2026-01-15", "contraction", "-70.00", 0)],
        )
        by_product = self.env["cn285.mrr.movement"]._read_group(
            [("contract_id", "=", contract.id)], ["product_id"], ["amount_company:sum"]
        )
        self.assertEqual(dict(by_product), {self.subscription: 0.0, small: 30.0})

    def test_currencies(self):
        usd = self.env.ref("base.USD")
        usd.active = True
        self.env["res.currency.rate"].create(
            [
                {"currency_id": usd.id, "name": day, "rate": rate, "company_id": self.company.id}
                for day, rate in (("2026-01-01", 1.25), ("2026-01-31", 2.0))
            ]
        )
        contract = self._create_contract(currency_id=usd.id)
        self._record()
        self.assertEqual(self._movements(contract), [("2026-01-01", "new", "80.00", 1)])
        self._record("2026-02-03")
        self.assertEqual(
            self._movements(contract, "currency"), [("2026-01-31", "currency", "-30.00", 0)]
        )
        january = self._month(self.customer, "2026-01")
        self.assertEqual((january.currency, january.closing), (-30.0, 50.0))

    def test_day_by_day_is_one_jump_is_a_rebuild(self):
        usd = self.env.ref("base.USD")
        usd.active = True
        self.env["res.currency.rate"].create(
            [
                {"currency_id": usd.id, "name": day, "rate": rate, "company_id": self.company.id}
                for day, rate in (("2026-01-01", 1.25), ("2026-02-10", 2.0))
            ]
        )
        plain = self._monthly(100.0, 20.0)
        paused = self._create_contract([{"price_unit": 40.0}])
        dollars = self._create_contract([{"quantity": 2}], currency_id=usd.id)
        later = self._create_contract(date_start=date(2026, 3, 3))
        self._change(plain, "quantity", "2026-02-10", item=plain.item_ids[0], quantity=2.0)
        self._change(plain, "end_item", "2026-03-10", item=plain.item_ids[1])
        self._change(paused, "pause", "2026-01-20")
        self._change(dollars, "terminate", "2026-04-10")
        self.company.cn285_pause_churn_days = 30

        def travel(days):
            for number in days:
                day = date(2026, 1, 15) + timedelta(days=number)
                with freeze_time(f"{day} 10:00:00"):
                    self.env["cn285.contract.change"]._apply_all_due(self.company)
                    self.env["cn285.contract"]._cron_refresh_mrr()
                    self._record()
            return self._facts()

        contracts = plain | paused | dollars | later
        with self.env.cr.savepoint() as savepoint:
            daily = travel([*range(0, 100, 13), 100])
            savepoint.rollback()
        self.env.invalidate_all()
        jump = travel([100])
        self.assertEqual(daily, jump)
        with freeze_time("2026-04-25 10:00:00"):
            self.assertEqual(self._record(whole=True), 0)
            self.assertEqual(self._facts(), jump)
            # And what the contracts show today is what the ledger says of today.
            shown = sum(contracts.mapped("mrr_company"))
        self.env.cr.execute(
            "SELECT sum(amount_company) FROM cn285_mrr_movement"
            " WHERE date <= '2026-04-25' AND contract_id = ANY(%s)",
            [contracts.ids],
        )
        self.assertMoney(shown, self._cents(round(self.env.cr.fetchone()[0], 6)))

    def test_full_periods_are_what_was_billed(self):
        contract = self._create_contract(
            [
                {"price_unit": 1200.0, "recurring_unit": "year"},
                {"price_unit": 90.0, "recurring_unit": "quarter", "discount": 10},
                {"price_unit": False},
            ]
        )
        self._bill("2026-04-01")
        self._record()
        months = {"year": 12, "quarter": 3, "month": 1}
        rows = contract.schedule_ids.filtered(lambda row: row.state == "invoiced")
        self.assertGreater(len(rows), 5)
        for row in rows:
            entries = self.env["cn285.mrr.entry"].search(
                [("item_id", "=", row.item_id.id), ("date", "<=", row.period_start)]
            )
            value = sum(entries.mapped("delta_net")) * months[row.item_id.recurring_unit]
            self.assertAlmostEqual(value, row.amount, places=2)

    def test_many_ask_no_more_queries_than_few(self):
        counts = []
        for number in (5, 40):
            contracts = [self._create_contract([{"price_unit": False}]) for _ in range(number)]
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._record()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertTrue(self._entries(contracts[-1]))
        self.assertLess(counts[1], counts[0] + 25)

    def test_customers_that_are_one_by_now(self):
        other = self.env["res.partner"].create({"name": "Boulangerie Martin (bis)"})
        one, two = self._monthly(100.0), self._create_contract(partner_id=other.id)
        self._record()
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge([self.customer.id, other.id], self.customer, extra_checks=False)
        self.env.invalidate_all()
        self._record("2026-01-16")
        month = self._month(self.customer, "2026-01")
        self.assertEqual((month.closing, month.logos_closing), (200.0, 1))
        self.assertEqual(len((one | two).partner_id), 1)
