from datetime import date

from freezegun import freeze_time
from odoo.addons.cn285_contract.tests.common import ContractCase
from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from ...engine.rating import to_data


class UsageCase(ContractCase):
    """A metric of API calls, contracts that bill them, and a way to use them."""

    number = 0

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calls = cls.env["cn285.usage.metric"].create(
            {"name": "API calls", "code": "calls", "unit": "call", "aggregation": "sum"}
        )

    @classmethod
    def _usage_contract(cls, calculator, item=None, **values):
        """A contract from 2026-01-01 whose one item bills usage of the month in arrears."""
        vals = {"name": "API calls", "charge_model": "per_unit", **calculator}
        if "metric_id" not in vals and "formula" not in vals:
            vals["metric_id"] = cls.calls.id
        return cls._create_contract(
            [
                {
                    "billing_type": "usage",
                    "timing": "arrears",
                    "price_unit": 0,
                    "calculator_ids": [(0, 0, vals)],
                    **(item or {}),
                }
            ],
            **values,
        )

    def _use(self, contract, quantity, day="2026-01-10", **values):
        """Ingest one event of the contract's item; returns the report."""
        UsageCase.number += 1
        report = self.env["cn285.usage.event"].ingest(
            [
                {
                    "source": "test",
                    "transaction_id": f"t{UsageCase.number}",
                    "item_id": contract.item_ids[0].id,
                    "metric": "calls",
                    "occurred_at": f"{day} 12:00:00" if len(day) == 10 else day,
                    "quantity": quantity,
                    **values,
                }
            ]
        )
        self.assertFalse(report["refused"])
        return f"t{UsageCase.number}"

    def _lines(self, move):
        return [
            (line.quantity, line.price_unit, self._cents(line.price_subtotal))
            for line in move.invoice_line_ids.sorted("sequence")
        ]

    TIERS = [
        (0, 0, {"up_to": 10, "price_unit": 10, "flat": 2}),
        (0, 0, {"up_to": 20, "price_unit": 5, "flat": 3}),
        (0, 0, {"up_to": 0, "price_unit": 5, "flat": 3}),
    ]


@tagged("post_install", "-at_install")
@freeze_time("2026-02-01 10:00:00")
class TestUsageRating(UsageCase):
    """From events to invoice lines: what is measured, what it costs, and what comes later."""

    # === A MONTH === #

    def test_month_of_usage_becomes_an_invoice(self):
        contract = self._usage_contract({"price_unit": 0.0002})
        self._use(contract, 700000)
        self._use(contract, 300000, "2026-01-31")
        self._use(contract, 5, "2026-02-01")
        run = self._bill(date(2026, 2, 1))
        self.assertEqual(run.invoice_count, 1, run.issue_ids.mapped("reason"))
        self.assertMoney(run.amount_untaxed, "200.00")
        row = contract.schedule_ids.sorted("period_start")[0]
        self.assertEqual((row.state, row.quantity), ("invoiced", 1000000))
        self.assertEqual(row.rating_ids.event_count, 2)
        self.assertIn("200.00", row.explanation)
        self.assertEqual(self._lines(run.invoice_ids), [(1000000.0, 0.0002, "200.00")])

    def test_golden_graduated_a_line_per_tier(self):
        contract = self._usage_contract({"charge_model": "graduated", "tier_ids": self.TIERS})
        self._use(contract, 21)
        move = self._bill(date(2026, 2, 1)).invoice_ids
        self.assertMoney(move.amount_untaxed, "163.00")
        self.assertEqual([line[2] for line in self._lines(move)], ["102.00", "53.00", "8.00"])

    def test_lines_are_in_the_language_of_who_pays(self):
        """A French customer billed by an English user: nothing of a line is in English."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env["ir.module.module"]._load_module_terms(
            ["cn285_usage", "cn285_contract"], ["fr_FR"]
        )
        contract = self._usage_contract({"charge_model": "graduated", "tier_ids": self.TIERS})
        contract._get_invoice_address().lang = "fr_FR"
        self._use(contract, 120)
        self._bill(date(2026, 2, 1))
        texts = contract.invoice_ids.invoice_line_ids.mapped("name")
        self.assertGreater(len(texts), 1)
        for text in texts:
            self.assertIn("du 01/01/2026 au 31/01/2026", text)
            self.assertIn("palier", text)
            self.assertNotIn("tier", text)

    def test_one_line_where_the_item_says_so(self):
        contract = self._usage_contract(
            {"charge_model": "graduated", "tier_ids": self.TIERS}, {"usage_lines": "single"}
        )
        self._use(contract, 21)
        move = self._bill(date(2026, 2, 1)).invoice_ids
        self.assertEqual([line[2] for line in self._lines(move)], ["163.00"])

    def test_more_contracts_take_no_more_queries(self):
        """What stands on usage invoices is read for all of them at once."""
        queries = []
        for count in (2, 12):
            calculator = {"charge_model": "graduated", "tier_ids": self.TIERS}
            contracts = self.env["cn285.contract"].union(
                *(self._usage_contract(calculator, invoice_separately=True) for _n in range(count))
            )
            for contract in contracts:
                self._use(contract, 21)
            rows = contracts.schedule_ids.filtered(lambda row: row.billing_date <= date(2026, 2, 1))
            rows._rate_waiting()
            self.env.flush_all()
            self.env.invalidate_all()
            builder = self.env["cn285.invoice.builder"]
            groups = builder._group_rows(rows)
            before = self.cr.sql_log_count
            prepared = builder._prepare_invoices(groups)
            queries.append(self.cr.sql_log_count - before)
            self.assertEqual([len(made.line_rows) for made in prepared], [3] * count)
        self.assertLessEqual(queries[1], queries[0])

    def test_golden_charge_models(self):
        volume = [
            (0, 0, {"up_to": 100, "price_unit": 2, "flat": 10}),
            (0, 0, {"up_to": 200, "price_unit": 1}),
            (0, 0, {"up_to": 0, "price_unit": 0.5, "flat": 50}),
        ]
        cases = [
            ({"charge_model": "volume", "tier_ids": volume}, 210, "155.00"),
            ({"charge_model": "package", "package_size": 10, "price_unit": 100}, 121, "1300.00"),
            (
                {
                    "charge_model": "package",
                    "package_size": 10,
                    "price_unit": 100,
                    "free_units": 10,
                },
                121,
                "1200.00",
            ),
            (
                {"charge_model": "percentage", "percent": 1.3, "fixed_amount": 2},
                800,
                "12.40",
            ),
            ({"price_unit": 10, "maximum_amount": 100}, 25, "100.00"),
            ({"price_unit": 10, "minimum_amount": 100}, 8, "100.00"),
            ({"price_unit": 2, "allowance_units": 100}, 130, "60.00"),
        ]
        for calculator, quantity, expected in cases:
            with self.subTest(calculator.get("charge_model", "per_unit")):
                contract = self._usage_contract(calculator)
                self._use(contract, quantity)
                run = self._bill(date(2026, 2, 1), contract_ids=[(6, 0, contract.ids)])
                self.assertMoney(run.amount_untaxed, expected)

    def test_price_per_property_value(self):
        contract = self._usage_contract(
            {
                "charge_model": "matrix",
                "property_name": "country",
                "value_ids": [
                    (0, 0, {"value": "FR", "price_unit": 0.05}),
                    (0, 0, {"value": "US", "price_unit": 0.08}),
                ],
            }
        )
        self._use(contract, 100, properties={"country": "FR"})
        self._use(contract, 50, properties={"country": "US"})
        run = self._bill(date(2026, 2, 1))
        self.assertMoney(run.amount_untaxed, "9.00")
        # A value without a price is not given away: the contract waits for one.
        with freeze_time("2026-03-01 10:00:00"):
            lacking = self._use(contract, 1, "2026-02-03")
            reason = self._bill(date(2026, 3, 1)).issue_ids.reason
            self.assertIn("lacks the property that decides its price", reason)
            self._use(contract, 0, kind="reversal", origin=lacking)
            self._use(contract, 1, "2026-02-03", properties={"country": "BR"})
            late = self._bill(date(2026, 3, 1))
            self.assertRegex(late.issue_ids.reason, "BR")
            contract.item_ids.calculator_ids.value_ids = [
                (0, 0, {"value": "BR", "price_unit": 0.5})
            ]
            late.action_retry_errors()
        self.assertMoney(late.amount_untaxed, "0.50")

    def test_formula_over_metrics(self):
        self.env["cn285.usage.metric"].create(
            {"name": "SMS", "code": "sms", "aggregation": "count"}
        )
        contract = self._usage_contract({"formula": "max(calls - 100, 0) + sms * 2"})
        contract.item_ids.calculator_ids.price_unit = 1.5
        self._use(contract, 110)
        self._use(contract, 1, metric="sms")
        self.assertMoney(self._bill(date(2026, 2, 1)).amount_untaxed, "18.00")

    def test_days_are_the_companys_also_over_daylight_saving(self):
        contract = self._usage_contract({"price_unit": 1.0})
        # March 2026 in Paris: from 28 February 23:00 UTC to 31 March 22:00 UTC.
        with freeze_time("2026-04-02 10:00:00"):
            self._use(contract, 1, "2026-02-28 22:59:59")
            self._use(contract, 10, "2026-02-28 23:00:00")
            self._use(contract, 100, "2026-03-31 21:59:59")
            self._use(contract, 1000, "2026-03-31 22:00:00")
            self._bill(date(2026, 4, 1))
        rows = self._rows(contract, state="invoiced")
        self.assertEqual([row[3] for row in rows], ["0.00", "1.00", "110.00"])

    def test_allowance_that_rolls_over(self):
        contract = self._usage_contract(
            {"price_unit": 1.0, "allowance_units": 100, "rollover": "once"}
        )
        self._use(contract, 40)
        with freeze_time("2026-03-02 10:00:00"):
            self._use(contract, 170, "2026-02-10")
            self._bill(date(2026, 3, 1))
        self.assertEqual(
            [row[3] for row in self._rows(contract, state="invoiced")], ["0.00", "10.00"]
        )

    def test_grace_for_late_usage(self):
        contract = self._usage_contract({"price_unit": 1.0}, {"usage_grace_days": 3})
        self.assertEqual(self._rows(contract)[0][2], "2026-02-04")

    def test_figures_that_make_no_price_are_refused_when_set(self):
        matrix = {"charge_model": "matrix", "property_name": "zone"}
        for figures, words in (
            ({"minimum_amount": 10, "maximum_amount": 5}, "lies above the maximum"),
            ({"minimum_amount": -1}, "must not be negative"),
            ({"allowance_units": -5}, "must not be negative"),
            ({**matrix, "value_ids": []}, "At least one price"),
        ):
            with (
                self.subTest(figures),
                self.assertRaisesRegex(ValidationError, words),
                self.cr.savepoint(),
            ):
                self._usage_contract(figures)
        twice = [(0, 0, {"value": "A", "price_unit": price}) for price in (1, 2)]
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.cr.savepoint():
            self._usage_contract({**matrix, "value_ids": twice})

    # === LATER === #

    def test_late_usage_is_a_difference_on_the_next_invoice(self):
        # golden case 8: 1 per started block of 100; 130 invoiced as 2, then 271 more
        contract = self._usage_contract(
            {"charge_model": "package", "package_size": 100, "price_unit": 1}
        )
        self._use(contract, 130)
        first = self._bill(date(2026, 2, 1))
        self.assertMoney(first.amount_untaxed, "2.00")
        self._use(contract, 271)
        second = self._bill(date(2026, 2, 1))
        self.assertMoney(second.amount_untaxed, "3.00")
        self.assertEqual(second.schedule_ids.kind, "usage_difference")
        self.assertMoney(first.schedule_ids.amount, "2.00")
        self.assertEqual(self._bill(date(2026, 2, 1)).row_count, 0, "once")

    def test_usage_of_two_years_ago_is_a_difference_still(self):
        contract = self._usage_contract({"price_unit": 2.0}, date_end=date(2026, 1, 31))
        self._use(contract, 10)
        self._bill(date(2026, 2, 1))
        with freeze_time("2028-02-01 10:00:00"):
            self._use(contract, 5)
            self.assertMoney(self._bill(date(2028, 2, 1)).amount_untaxed, "10.00")

    def test_reversal_after_the_invoice_is_credited(self):
        contract = self._usage_contract({"price_unit": 2.0})
        transaction = self._use(contract, 10)
        self._bill(date(2026, 2, 1))
        self._use(contract, 0, kind="reversal", origin=transaction)
        run = self._bill(date(2026, 2, 1))
        self.assertEqual(run.invoice_ids.move_type, "out_refund")
        self.assertMoney(run.amount_untaxed, "-20.00")

    def test_late_usage_that_takes_allowance_from_invoiced_periods(self):
        contract = self._usage_contract(
            {"price_unit": 1.0, "allowance_units": 100, "rollover": "always"}
        )
        self._use(contract, 40)
        with freeze_time("2026-04-02 10:00:00"):
            self._use(contract, 90, "2026-02-10")
            self._use(contract, 175, "2026-03-10")
            self._bill(date(2026, 4, 2))
            # 60 carried into February, 70 into March: 175 - 170 are billed.
            amounts = [row[3] for row in self._rows(contract, state="invoiced")]
            self.assertEqual(amounts, ["0.00", "0.00", "5.00"])
            self._use(contract, 30, "2026-01-20")
            run = self._bill(date(2026, 4, 2))
            # 40 are carried into March now; January and February stay within their allowance.
            self.assertMoney(run.amount_untaxed, "30.00")
            late = run.schedule_ids.sorted("period_start")
            self.assertEqual(
                [(row.period_start.month, row.quantity, row.net) for row in late],
                [(1, 30.0, 0.0), (3, 0.0, 30.0)],
            )
            self.assertEqual(self._bill(date(2026, 4, 2)).row_count, 0, "once")
            # February's balance is up to date though nothing of it was billed.
            self._use(contract, 20, "2026-02-20")
            self.assertMoney(self._bill(date(2026, 4, 2)).amount_untaxed, "20.00")

    def test_late_usage_that_cannot_be_rated_is_not_forgotten(self):
        contract = self._usage_contract(
            {
                "charge_model": "matrix",
                "property_name": "country",
                "value_ids": [(0, 0, {"value": "FR", "price_unit": 1})],
            }
        )
        self._use(contract, 5, properties={"country": "FR"})
        self._bill(date(2026, 2, 1))
        self._use(contract, 7, properties={"country": "BR"})
        run = self._bill(date(2026, 2, 1))
        self.assertEqual(run.row_count, 0)
        self.assertRegex(run.issue_ids.reason, "BR")
        contract.item_ids.calculator_ids.value_ids = [(0, 0, {"value": "BR", "price_unit": 2})]
        self.assertMoney(self._bill(date(2026, 2, 1)).amount_untaxed, "14.00")

    def test_usage_of_a_contract_goes_to_the_item_that_measures_it(self):
        sms = self.env["cn285.usage.metric"].create({"name": "SMS", "code": "sms"})
        contract = self._usage_contract({"price_unit": 1.0}, confirm=False)
        contract.write(
            {
                "item_ids": [
                    (
                        0,
                        0,
                        self._item_vals(
                            billing_type="usage",
                            timing="arrears",
                            price_unit=0,
                            calculator_ids=[(0, 0, {"metric_id": sms.id, "price_unit": 3.0})],
                        ),
                    )
                ]
            }
        )
        contract.action_confirm()
        self._use(contract, 5, item_id=None, contract_id=contract.id)
        self._use(contract, 2, item_id=None, contract_id=contract.id, metric="sms")
        run = self._bill(date(2026, 2, 1))
        self.assertEqual(
            [self._cents(row.net) for row in run.schedule_ids.sorted("item_id")], ["5.00", "6.00"]
        )
        self._use(contract, 1, item_id=None, contract_id=contract.id, metric="sms")
        self.assertMoney(self._bill(date(2026, 2, 1)).amount_untaxed, "3.00")

    def test_rating_many_rows_takes_no_more_queries(self):
        def queries(contracts):
            self.env.flush_all()
            rows = contracts.schedule_ids.filtered(lambda row: row.period_start == date(2026, 1, 1))
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            rows._rate_waiting()
            self.env.flush_all()
            taken = self.cr.sql_log_count - before
            self.assertEqual(set(rows.mapped("state")), {"planned"})
            self.assertEqual(len(rows.rating_ids), len(rows))
            return taken

        def contracts(count):
            made = self.env["cn285.contract"]
            for _number in range(count):
                made += self._usage_contract(
                    {
                        "charge_model": "graduated",
                        "tier_ids": self.TIERS,
                        "allowance_units": 5,
                        "rollover": "once",
                    }
                )
                self._use(made[-1], 30)
            return made

        few, many = contracts(2), contracts(12)
        queries(contracts(1))
        self.assertLessEqual(queries(many), queries(few))

    def test_stored_in_bulk_as_one_by_one(self):
        contract = self._usage_contract(
            {
                "charge_model": "graduated",
                "tier_ids": self.TIERS,
                "allowance_units": 2.5,
                "rollover": "once",
            }
        )
        self._use(contract, "21.3456785")
        row = contract.schedule_ids.sorted("period_start")[0]
        batch = row._rate_rows()
        row._store_ratings(batch)
        ratings = self.env["cn285.usage.rating"]
        stored = [
            name
            for name, field in ratings._fields.items()
            if field.store and name not in ("id", "rated_at")
        ]
        columns = ["quantity", "net", "amount", "steps", "state"]
        self.env.invalidate_all()
        in_bulk = row.rating_ids.read(stored)[0], row.read(columns)[0]
        [outcome] = batch.outcomes[row.id]
        vals = row._rated_vals(batch)[row]
        row._unrate()
        ratings.create(
            {
                "schedule_id": row.id,
                "calculator_id": outcome.part.calculator_id,
                "quantity": float(outcome.rating.quantity),
                "amount": float(outcome.rating.amount),
                "data": to_data(outcome.rating),
                "event_count": outcome.events,
                "last_seq": outcome.last_seq,
                "carried_out": float(outcome.carried_out),
                **outcome.values,
            }
        )
        row.write({**vals, "state": "planned"})
        self.env.flush_all()
        self.env.invalidate_all()
        one_by_one = row.rating_ids.read(stored)[0], row.read(columns)[0]
        for bulk, single in zip(in_bulk, one_by_one, strict=True):
            bulk.pop("id"), single.pop("id")
            self.assertEqual(bulk, single)

    def test_maximum_and_a_late_delta(self):
        # golden case 9: @10 capped at 100, 7 units billed before, 5 more: 30
        contract = self._usage_contract({"price_unit": 10, "maximum_amount": 100})
        self._use(contract, 7)
        self.assertMoney(self._bill(date(2026, 2, 1)).amount_untaxed, "70.00")
        self._use(contract, 5)
        self.assertMoney(self._bill(date(2026, 2, 1)).amount_untaxed, "30.00")

    # === TEMPLATES AND WHAT IS REFUSED === #

    def test_template_hands_its_calculators_on(self):
        template = self.env["cn285.contract.template"].create(
            {
                "name": "Metered",
                "item_ids": [
                    (
                        0,
                        0,
                        {
                            "product_id": self.subscription.id,
                            "billing_type": "usage",
                            "timing": "arrears",
                            "calculator_ids": [
                                (
                                    0,
                                    0,
                                    {
                                        "metric_id": self.calls.id,
                                        "charge_model": "graduated",
                                        "tier_ids": self.TIERS,
                                    },
                                )
                            ],
                        },
                    )
                ],
            }
        )
        contract = self.env["cn285.contract"].create(
            {
                "partner_id": self.customer.id,
                "template_id": template.id,
                "date_start": date(2026, 1, 1),
            }
        )
        contract.action_confirm()
        self._use(contract, 11)
        self.assertMoney(self._bill(date(2026, 2, 1)).amount_untaxed, "110.00")
        self.assertEqual(len(template.item_ids.calculator_ids), 1)

    def test_simulator(self):
        contract = self._usage_contract({"charge_model": "graduated", "tier_ids": self.TIERS})
        answer = contract.item_ids.calculator_ids.simulate(12)
        self.assertMoney(answer["amount"], "115.00")
        self.assertEqual(len(answer["lines"]), 2)

    def test_figures_that_make_no_model_are_refused(self):
        bad_tiers = [(0, 0, {"up_to": 10, "price_unit": 1}), (0, 0, {"up_to": 10})]
        for calculator in (
            {"charge_model": "graduated"},
            {"charge_model": "graduated", "tier_ids": bad_tiers},
            {"charge_model": "package", "package_size": 0},
            {"charge_model": "matrix"},
            {"formula": "calls +"},
            {"metric_id": False},
            {"minimum_amount": 10, "maximum_amount": 5},
        ):
            with self.subTest(calculator), self.assertRaisesRegex(ValidationError, "Calculator"):
                self._usage_contract(calculator)


@tagged("post_install", "-at_install")
@freeze_time("2026-02-15 10:00:00")
class TestUsageDiscount(UsageCase):
    def _billed(self, calculator=None, **item):
        contract = self._usage_contract({"price_unit": 0.02, **(calculator or {})}, item)
        self._use(contract, 5000)
        return self._bill(date(2026, 2, 1), contract_ids=[(6, 0, contract.ids)]).invoice_ids

    def test_the_items_discount_is_taken_off(self):
        move = self._billed(discount=15)
        self.assertMoney(move.amount_untaxed, "85.00")
        self.assertEqual(
            [self._cents(line.price_subtotal) for line in move.invoice_line_ids],
            ["100.00", "-15.00"],
        )
        one = self._billed(discount=15, usage_lines="single")
        self.assertMoney(one.amount_untaxed, "85.00")
        self.assertEqual(len(one.invoice_line_ids), 1)

    def test_a_discount_period_counts_for_the_usage_of_its_days(self):
        free = [(0, 0, {"date_start": "2026-01-01", "date_end": "2026-01-10", "percent": 100})]
        self.assertMoney(self._billed(discount_ids=free).amount_untaxed, "0.00")
        free = [(0, 0, {"date_start": "2026-01-11", "date_end": "2026-01-20", "percent": 100})]
        self.assertMoney(self._billed(discount_ids=free).amount_untaxed, "100.00")

    def test_a_discount_period_counts_for_its_share_of_the_days_where_asked(self):
        free = [(0, 0, {"date_start": "2026-01-01", "date_end": "2026-01-10", "percent": 100})]
        by_days = {"change_method": "days"}
        self.assertMoney(self._billed(by_days, discount_ids=free).amount_untaxed, "67.74")

    def test_late_usage_has_the_discount_too(self):
        contract = self._usage_contract({"price_unit": 0.02}, {"discount": 15})
        self._use(contract, 5000)
        self._bill(date(2026, 2, 1), contract_ids=[(6, 0, contract.ids)])
        self._use(contract, 1000)
        late = self._bill(date(2026, 2, 15), contract_ids=[(6, 0, contract.ids)]).invoice_ids
        self.assertMoney(late.amount_untaxed, "17.00")

    @freeze_time("2026-02-20 10:00:00")
    def test_open_usage_is_told_with_what_it_costs_so_far(self):
        contract = self._usage_contract({"price_unit": 0.02}, {"discount": 15})
        self._use(contract, 5000)
        self._use(contract, 1000, "2026-02-03")
        usage = contract._open_usage(date(2026, 2, 20))
        self.assertEqual(
            [(row["period_start"], self._cents(row["amount"])) for row in usage],
            [("2026-01-01", "85.00"), ("2026-02-01", "17.00")],
        )
