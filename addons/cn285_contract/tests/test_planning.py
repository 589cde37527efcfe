from datetime import date, timedelta
from unittest.mock import patch

from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..engine.proration import Basis
from .common import ContractCase


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestPlanning(ContractCase):
    """What the billing schedule of an item holds, and what happens to it when terms change."""

    def test_anniversary_keeps_its_day(self):
        contract = self._create_contract([{}], date_start=date(2026, 1, 31))
        starts = [row[0] for row in self._rows(contract)][:4]
        self.assertEqual(starts, ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"])

    def test_calendar_month_is_prorated_at_both_ends(self):
        contract = self._create_contract(
            [{"alignment": "calendar"}], date_start=date(2026, 1, 17), date_end=date(2026, 3, 14)
        )
        self.assertEqual(
            self._rows(contract),
            [
                ("2026-01-17", "2026-01-31", "2026-01-17", "48.39"),  # 15/31
                ("2026-02-01", "2026-02-28", "2026-02-01", "100.00"),
                ("2026-03-01", "2026-03-14", "2026-03-01", "45.16"),  # 14/31
            ],
        )
        row = contract.schedule_ids.sorted("period_start")[0]
        self.assertAlmostEqual(row.proration, 15 / 31, 9)
        self.assertIn("15/31", row.explanation)
        self.assertIn("48.39", row.explanation)

    def test_bases_of_proration_are_those_of_the_engine(self):
        for model in ("cn285.contract.item", "cn285.contract.template.item"):
            field = self.env[model]._fields["proration_basis"]
            self.assertEqual(field.get_values(self.env), [basis.value for basis in Basis])
        schedules = self.env["cn285.billing.schedule"]
        step = {"numerator": 15, "denominator": 30, "note": "prorated"}
        for basis, text in (
            ("actual", "15/30 of the period's days"),
            ("30_360", "15/30 of the period's days (30/360)"),
        ):
            said = schedules._explain_step("proration", {**step, "basis": basis})
            self.assertEqual(said, text)
        # 14 of 31 days in August, of 35.00 a month.
        for basis, amount, text in (
            ("actual", "15.81", "14/31 of the period's days"),
            ("30_360", "15.17", "13/30 of the period's days (30/360)"),
            ("actual_30", "16.33", "14/30 of the period's days (Actual Days over 30)"),
            ("actual_365", "16.11", "14 × 12/365 of the period's days (Actual Days over 365)"),
        ):
            item = {"alignment": "calendar", "price_unit": 35.0, "proration_basis": basis}
            contract = self._create_contract([item], date_start=date(2026, 8, 18))
            self.assertEqual(self._rows(contract)[0][3], amount)
            self.assertIn(text, contract.schedule_ids.sorted("period_start")[0].explanation)

    def test_business_days_have_one_place(self):
        """A rule that moves invoice dates holds for what is planned, changed and credited."""

        def next_weekday(_item, due):
            return due + timedelta(days={5: 2, 6: 1}.get(due.weekday(), 0))

        with patch.object(type(self.env["cn285.contract.item"]), "_invoice_day", next_weekday):
            contract = self._create_contract(
                [
                    {"alignment": "calendar"},
                    {"alignment": "calendar", "timing": "arrears"},
                    {"billing_type": "one_shot", "date_start": date(2026, 1, 17)},
                ]
            )
            self._bill(date(2026, 1, 15))
            self.env["cn285.contract.change"].create(
                {
                    "item_id": contract.item_ids[0].id,
                    "type": "end_item",
                    "date_effective": date(2026, 1, 17),
                }
            ).action_schedule()
            with freeze_time("2026-01-17 12:00:00"):
                self.env["cn285.contract.change"]._apply_due(contract)
        rows = contract.schedule_ids
        self.assertEqual(set(rows.mapped("kind")), {"fixed", "one_shot", "credit"})
        planned = rows.filtered(lambda row: row.state == "planned")
        self.assertLess(max(row.billing_date.weekday() for row in planned), 5)
        credit = rows.filtered(lambda row: row.kind == "credit")
        self.assertEqual(credit.billing_date, date(2026, 1, 19))

    def test_policies_for_partial_periods(self):
        for first, last, amounts in (
            ("full", "free", ["100.00", "100.00", "0.00"]),
            ("free", "full", ["0.00", "100.00", "100.00"]),
        ):
            contract = self._create_contract(
                [{"alignment": "calendar", "first_period": first, "last_period": last}],
                date_start=date(2026, 1, 17),
                date_end=date(2026, 3, 14),
            )
            self.assertEqual([row[3] for row in self._rows(contract)], amounts)

    def test_30_360(self):
        contract = self._create_contract(
            [{"alignment": "calendar", "proration_basis": "30_360"}], date_start=date(2026, 1, 16)
        )
        self.assertEqual(self._rows(contract)[0][3], "50.00")

    def test_billing_day_and_month(self):
        contract = self._create_contract(
            [
                {
                    "alignment": "calendar",
                    "recurring_unit": "year",
                    "billing_day": 17,
                    "billing_month": "4",
                    "price_unit": 365.0,
                }
            ],
            date_start=date(2026, 1, 17),
        )
        rows = self._rows(contract)
        self.assertEqual(rows[0], ("2026-01-17", "2026-04-16", "2026-01-17", "90.00"))
        self.assertEqual(rows[1][:2], ("2026-04-17", "2027-04-16"))

    def test_every_unit(self):
        ends = {
            ("day", 10): "2026-01-10",
            ("week", 2): "2026-01-14",
            ("month", 2): "2026-02-28",
            ("quarter", 1): "2026-03-31",
            ("semester", 1): "2026-06-30",
            ("year", 1): "2026-12-31",
        }
        for (unit, interval), end in ends.items():
            contract = self._create_contract(
                [{"recurring_unit": unit, "recurring_interval": interval}]
            )
            self.assertEqual(self._rows(contract)[0][1], end)

    def test_arrears_and_offsets(self):
        cases = [
            ("advance", 0, "2026-01-01"),
            ("advance", -10, "2025-12-22"),
            ("arrears", 0, "2026-02-01"),
            ("arrears", 15, "2026-02-16"),
        ]
        for timing, offset, billing_date in cases:
            contract = self._create_contract([{"timing": timing, "billing_offset": offset}])
            self.assertEqual(self._rows(contract)[0][2], billing_date)

    def test_early_invoices_of_the_horizon_are_planned(self):
        """An offset of −60 days needs periods that start after the horizon."""
        contract = self._create_contract([{"billing_offset": -60}])
        self.assertEqual(self._rows(contract)[-1][2], "2027-01-31")
        self.assertEqual(self._rows(contract)[-1][0], "2027-04-01")

    def test_one_shots(self):
        contract = self._create_contract(
            [
                {"billing_type": "one_shot", "price_unit": 250.0},
                {
                    "billing_type": "one_shot",
                    "price_unit": 80.0,
                    "one_shot_date": date(2026, 4, 1),
                    "billing_offset": 5,
                },
            ]
        )
        self.assertEqual(
            self._rows(contract),
            [
                ("2026-01-01", "2026-01-01", "2026-01-01", "250.00"),
                ("2026-04-01", "2026-04-01", "2026-04-06", "80.00"),
            ],
        )
        self.assertEqual(set(contract.schedule_ids.mapped("kind")), {"one_shot"})

    def test_one_shot_far_away_is_planned_when_its_time_comes(self):
        contract = self._create_contract(
            [{"billing_type": "one_shot", "one_shot_date": date(2028, 4, 1)}]
        )
        self.assertFalse(contract.schedule_ids)
        with freeze_time("2027-06-01"):
            self.env["cn285.contract"]._cron_extend_schedules()
        self.assertEqual(self._rows(contract)[0][0], "2028-04-01")

    def test_services_that_are_not_billed_have_no_rows(self):
        contract = self._create_contract([{"billing_type": "none"}])
        self.assertEqual(contract.state, "active")
        self.assertFalse(contract.schedule_ids)

    def test_usage_rows_are_planned_and_wait(self):
        contract = self._create_contract([{"billing_type": "usage", "timing": "arrears"}])
        self.assertEqual(set(contract.schedule_ids.mapped("state")), {"waiting"})
        run = self._bill(date(2026, 6, 1))
        self.assertEqual(run.invoice_count, 0)

    def test_trial_moves_the_first_billed_day(self):
        # golden case 16
        contract = self._create_contract(
            [{"price_unit": 50000.0, "alignment": "calendar", "trial_days": 10}],
            date_start=date(2026, 3, 5),
        )
        self.assertEqual(
            self._rows(contract)[0], ("2026-03-15", "2026-03-31", "2026-03-15", "27419.35")
        )

    def test_number_of_periods(self):
        contract = self._create_contract([{"period_count": 3}])
        self.assertEqual(len(contract.schedule_ids), 3)
        self.assertEqual(self._rows(contract)[-1][1], "2026-03-31")
        self.assertFalse(contract.item_ids.planned_until)

    def test_discount_windows(self):
        contract = self._create_contract(
            [
                {
                    "price_unit": 310.0,
                    "discount_ids": [
                        (
                            0,
                            0,
                            {
                                "name": "Opening",
                                "date_start": date(2026, 1, 1),
                                "date_end": date(2026, 1, 10),
                                "percent": 100,
                            },
                        ),
                        (
                            0,
                            0,
                            {
                                "date_start": date(2026, 2, 1),
                                "date_end": date(2026, 2, 28),
                                "amount": 60.0,
                            },
                        ),
                        (0, 0, {"date_start": date(2026, 3, 1), "percent": 10}),
                    ],
                }
            ]
        )
        # 21 of 31 days of January; 60 off February; 10 % off from March
        self.assertEqual(
            [row[3] for row in self._rows(contract)[:4]], ["210.00", "250.00", "279.00", "279.00"]
        )
        january = contract.schedule_ids.sorted("period_start")[0]
        self.assertIn("Opening: free for 10 of 31 days", january.explanation)

    def test_discount_added_later_replans(self):
        contract = self._create_contract()
        self._bill(date(2026, 1, 15))
        discounts = contract.item_ids.discount_ids
        discounts.create(
            {"item_id": contract.item_ids.id, "date_start": date(2026, 1, 1), "percent": 50}
        )
        self.assertEqual([row[3] for row in self._rows(contract)[:3]], ["100.00", "50.00", "50.00"])
        contract.item_ids.discount_ids.unlink()
        self.assertEqual([row[3] for row in self._rows(contract)[:2]], ["100.00", "100.00"])

    def test_pricelist_decides_where_no_price_is_given(self):
        pricelist = self.env["product.pricelist"].create(
            {
                "name": "2026",
                "item_ids": [
                    (
                        0,
                        0,
                        {
                            "applied_on": "0_product_variant",
                            "product_id": self.subscription.id,
                            "compute_price": "fixed",
                            "fixed_price": 90.0,
                            "date_end": "2026-02-28 23:00:00",
                        },
                    ),
                    (
                        0,
                        0,
                        {
                            "applied_on": "0_product_variant",
                            "product_id": self.subscription.id,
                            "compute_price": "fixed",
                            "fixed_price": 95.0,
                            "date_start": "2026-02-28 23:00:01",
                        },
                    ),
                ],
            }
        )
        contract = self._create_contract(
            [{"price_unit": False}, {"price_unit": 0}], pricelist_id=pricelist.id
        )
        by_list, for_nothing = contract.item_ids
        self.assertEqual(by_list.price_source, "pricelist")
        self.assertEqual(for_nothing.price_source, "manual")
        rows = self._rows(contract, item_id=by_list)
        self.assertEqual([row[3] for row in rows[:4]], ["90.00", "90.00", "95.00", "95.00"])
        self.assertEqual(self._rows(contract, item_id=for_nothing)[0][3], "0.00")

    def test_change_replans_what_was_not_invoiced(self):
        contract = self._create_contract()
        self._bill(date(2026, 2, 1))
        invoiced = contract.schedule_ids.filtered(lambda row: row.state == "invoiced")
        kept = self._rows(contract)[:2]
        third = contract.schedule_ids.sorted("period_start")[2]
        contract.item_ids.price_unit = 120.0
        self.assertEqual(self._rows(contract)[:2], kept)
        self.assertEqual(invoiced.mapped("price_unit"), [100.0, 100.0])
        self.assertMoney(third.amount, "120.00")
        self.assertEqual(len(contract.schedule_ids), 13)

    def test_change_of_rhythm_never_plans_a_day_twice(self):
        contract = self._create_contract([{"recurring_unit": "quarter", "price_unit": 300.0}])
        self._bill(date(2026, 1, 15))
        contract.item_ids.write({"recurring_unit": "year", "price_unit": 1200.0})
        rows = self._rows(contract)
        self.assertEqual(rows[0][:2], ("2026-01-01", "2026-03-31"))
        # the rest of the year: 275 of 365 days
        self.assertEqual(rows[1], ("2026-04-01", "2026-12-31", "2026-04-01", "904.11"))

    def test_end_date_cuts_the_schedule(self):
        contract = self._create_contract()
        contract.item_ids.action_end("2026-02-14")
        self.assertEqual(
            self._rows(contract)[-1], ("2026-02-01", "2026-02-14", "2026-02-01", "50.00")
        )
        contract.item_ids.date_end = False
        self.assertEqual(len(contract.schedule_ids), 13)

    def test_invoiced_rows_do_not_change(self):
        contract = self._create_contract()
        self._bill(date(2026, 1, 15))
        row = contract.schedule_ids.sorted("period_start")[0]
        with self.assertRaisesRegex(UserError, "does not change any more"):
            row.price_unit = 1.0
        with self.assertRaisesRegex(UserError, "has a history"):
            row.unlink()
        with self.assertRaisesRegex(UserError, "was invoiced and cannot be deleted"):
            contract.item_ids.unlink()

    def test_started_item_stays_in_its_contract(self):
        contract, other = self._create_contract(), self._create_contract(confirm=False)
        with self.assertRaisesRegex(UserError, "cannot be moved"):
            contract.item_ids.contract_id = other
        other.item_ids.contract_id = contract.copy()

    def test_deleted_draft_invoice_follows_what_was_changed(self):
        contract = self._create_contract()
        run = self._bill(date(2026, 1, 15), post=False)
        contract.item_ids.price_unit = 120.0
        self.assertMoney(run.schedule_ids.amount, "100.00")
        run.invoice_ids.unlink()
        self.assertEqual(self._rows(contract)[0][3], "120.00")

    def test_horizon_moves_with_the_clock(self):
        contract = self._create_contract()
        self.assertEqual(len(contract.schedule_ids), 13)
        with freeze_time("2026-03-02"):
            self.env["cn285.contract"]._cron_extend_schedules()
            self.assertEqual(len(contract.schedule_ids), 15)

    def test_planning_costs_no_more_queries_for_more_items(self):
        one = self._create_contract([{} for _ in range(3)], confirm=False)
        many = self.env["cn285.contract"].union(
            *(self._create_contract([{} for _ in range(3)], confirm=False) for _ in range(20))
        )
        self.env.flush_all()
        counts = []
        for contracts in (one, many):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            contracts.action_confirm()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLess(counts[1], 3 * counts[0])

    def test_lost_rows_are_planned_again(self):
        """By the manager of the billing: what was invoiced stays, and the second time nothing."""
        contract, other = self._create_contract([{}, {"quantity": 2}]), self._create_contract()
        self._bill(date(2026, 1, 15), contract_ids=[(6, 0, contract.ids)])
        before = self._rows(contract)
        lost = contract.schedule_ids.filtered(
            lambda row: row.period_start in (date(2026, 2, 1), date(2026, 3, 1))
        )
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM cn285_billing_schedule WHERE id = ANY(%s)", [lost.ids])
        self.env.invalidate_all()
        self.env["cn285.contract.item"]._extend_planning(self.company, date(2028, 1, 1))
        planned = len(contract.schedule_ids)
        group = "cn285_contract.group_contract_user"
        seller = new_test_user(self.env, "seller_of_lost", group)
        with self.assertRaises(AccessError):
            contract.with_user(seller).action_plan_again()
        self.assertEqual(len(contract.schedule_ids), planned)
        manager = new_test_user(
            self.env, "planner", f"{group},cn285_contract.group_billing_manager"
        )
        both = (contract | other).with_user(manager)
        told = both.action_plan_again()["params"]
        self.assertEqual(told["type"], "success")
        self.assertIn("4 rows were missing", told["message"])
        self.assertEqual(self._rows(contract)[: len(before)], before)
        self.assertEqual(contract.schedule_ids.filtered("move_id").mapped("amount"), [100.0, 200.0])
        self.assertIn("4 rows were missing", contract.message_ids[0].body)
        ids = contract.schedule_ids.ids
        self.assertIn("0 rows were missing", both.action_plan_again()["params"]["message"])
        self.env.invalidate_all()
        self.assertEqual(contract.schedule_ids.ids, ids)

    def test_planned_again_one_that_cannot_be_stops_itself_only(self):
        good, bad = self._create_contract(), self._create_contract()
        self.env.flush_all()
        rows = (good | bad).schedule_ids.filtered(lambda row: row.period_start.month == 2)
        self.env.cr.execute("DELETE FROM cn285_billing_schedule WHERE id = ANY(%s)", [rows.ids])
        self.env.cr.execute(
            "UPDATE cn285_contract_item SET date_end = '0001-01-01' WHERE id = ANY(%s)",
            [bad.item_ids.ids],
        )
        self.env.invalidate_all()
        told = (good | bad).action_plan_again()["params"]
        self.assertIn("2026-02-01", [row[0] for row in self._rows(good)])
        self.assertIn("1 rows were missing", told["message"])
