from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import LockError, UserError
from odoo.tests import tagged

from ..models import contract_item_extension as extension
from .common import ContractCase

TO_COME = date(2027, 9, 1)


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestPlanningOn(ContractCase):
    """Items are planned further as the horizon moves: as if they were planned anew, but cheaply."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.items = cls.env["cn285.contract.item"]
        cls.pricelist = cls.env["product.pricelist"].create(
            {
                "name": "From 2027 on",
                "item_ids": [
                    (
                        0,
                        0,
                        {
                            "applied_on": "0_product_variant",
                            "product_id": cls.subscription.id,
                            "compute_price": "fixed",
                            "fixed_price": price,
                            "date_start": start,
                            "date_end": end,
                        },
                    )
                    for price, start, end in (
                        (90.0, False, "2026-12-31 22:59:59"),
                        (95.0, "2026-12-31 23:00:00", False),
                    )
                ],
            }
        )

    def _lives(self):
        """Contracts that have been through everything that planning goes by."""
        monthly = [
            {},
            {"timing": "arrears", "alignment": "calendar", "billing_offset": 10},
            {"price_unit": False, "quantity": 3.5, "discount": 5},
            {"recurring_unit": "quarter", "billing_offset": -20},
            {"recurring_unit": "week", "recurring_interval": 3},
            {"billing_type": "usage", "timing": "arrears"},
            {"period_count": 14},
            {"date_end": date(2027, 7, 11), "last_period": "full"},
            {"billing_type": "one_shot", "one_shot_date": date(2027, 5, 1)},
            {
                "discount_ids": [
                    (0, 0, {"date_start": date(2027, 3, 10), "percent": 50, "name": "Spring"})
                ]
            },
        ]
        calm = self._create_contract(monthly, pricelist_id=self.pricelist.id)
        ended = self._create_contract(monthly[:4], date_end=date(2027, 3, 14))
        changed = self._create_contract(monthly[:4], pricelist_id=self.pricelist.id)
        rhythm = self._create_contract([{"recurring_unit": "quarter"}])
        contracts = calm | ended | changed | rhythm
        self._bill(date(2026, 2, 15), contract_ids=[(6, 0, contracts.ids)])
        for number, item in enumerate(changed.item_ids[:3]):
            self.env["cn285.contract.change"].create(
                {
                    "item_id": item.id,
                    "type": ("quantity", "price", "end_item")[number],
                    "date_effective": date(2026, 1, 20 + number),
                    "values": ({"quantity": 7}, {"price_unit": 130.0}, {})[number],
                    "reason_id": False,
                }
            ).action_schedule()
        with freeze_time("2026-02-20 10:00:00"):
            self.env["cn285.contract.change"]._apply_due(changed)
        rhythm.item_ids.write({"recurring_unit": "year", "price_unit": 1200.0})
        self.env.flush_all()
        return contracts

    @staticmethod
    def _state(contracts):
        """All that is stored of the schedules, but which row it is and when it was written."""
        left_out = {"id", "contract_id", "item_id", "version_id", "move_id", "move_line_id"}
        left_out |= {"run_id", "change_id", "credited_id", "create_date", "write_date"}
        rows = contracts.schedule_ids
        names = [
            name
            for name, field in rows._fields.items()
            if field.store and field.column_type and name not in left_out
        ]
        rank = {item: number for number, item in enumerate(contracts.item_ids.sorted("id"))}
        return sorted(
            (rank[row.item_id], row.kind, row.period_start, row.revision, [row[n] for n in names])
            for row in rows
        ), [item.planned_until for item in rank]

    def test_planned_on_is_planned_anew_to_the_last_field(self):
        """Against planning the whole of each item anew: every column of every row."""
        one, other = self._lives(), self._lives()
        self.assertEqual(self._state(one), self._state(other))
        before = len(one.schedule_ids)
        for until in (date(2027, 3, 1), date(2027, 4, 1), TO_COME):
            running = one.item_ids.filtered(
                lambda item: item.state == "active" and item.planned_until
            )
            running._extend_until(until)
            running = other.item_ids.filtered(
                lambda item: item.state == "active" and item.planned_until
            )
            running._replan_until(until)
            self.env.invalidate_all()
            self.assertEqual(self._state(one), self._state(other))
        self.assertGreater(len(one.schedule_ids), before + 70)
        # 3.5 × 90.00 or 95.00, less 5 %
        listed = one[0].item_ids[2].schedule_ids.sorted("period_start")
        self.assertMoney(listed[11].amount, "299.25")
        self.assertMoney(listed[12].amount, "315.88")

    def test_few_rows_are_read_however_long_it_runs(self):
        contract = self._create_contract(date_start=date(2016, 1, 1))
        item = contract.item_ids
        self._bill(date(2026, 1, 15), contract_ids=[(6, 0, contract.ids)])
        self.assertEqual(len(item.schedule_ids), 133)
        covered, standing, revisions = item._rows_from({item.id: date(2027, 1, 1)})
        self.assertEqual(covered, {item.id: [(date(2026, 1, 1), date(2026, 2, 1))]})
        self.assertEqual(standing, {(item.id, "fixed", date(2027, 1, 1))})
        self.assertEqual(len(revisions), 1)

    def test_planning_on_costs_no_more_queries_for_more_items(self):
        counts = []
        for size in (2, 40):
            contracts = self.env["cn285.contract"].union(
                *(self._create_contract([{}, {"price_unit": False}, {}]) for _ in range(size))
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            contracts.item_ids._extend_or_apart(TO_COME)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 5)

    # === JOBS === #

    def _short(self):
        return self.items.search(self.items._short_domain(self.company, TO_COME), order="id")

    def test_many_items_are_planned_in_jobs_once(self):
        contracts = self._create_contract([{}] * 3) | self._create_contract([{}] * 4)
        items = self._short()
        self.assertGreaterEqual(len(items), 7)
        with patch.object(extension, "PLANNING_BATCH", 3), trap_jobs() as trap:
            self.items._delay_extension(self.company, TO_COME)
            jobs = trap.enqueued_jobs
            batches = [job for job in jobs if job.method_name == "_job_extend"]
            self.assertEqual(len(batches), -(-len(items) // 3))
            self.assertEqual(len({job.identity_key for job in jobs}), len(jobs))
            self.assertEqual(
                [job.method_name for job in jobs if job not in batches], ["_job_close_finished"]
            )
            trap.perform_enqueued_jobs()
        self.assertFalse(self._short())
        rows = contracts.schedule_ids
        self.assertEqual(max(rows.mapped("billing_date")), date(2027, 8, 1))
        # At least once: a job that runs again finds nothing left.
        count = len(rows)
        for first, last in ((items[0].id, items[-1].id),) * 2:
            self.assertIn("0", self.items._job_extend(self.company, "2027-09-01", first, last))
        self.assertEqual(len(contracts.schedule_ids), count)

    def test_few_items_are_planned_at_once(self):
        self._create_contract()
        with trap_jobs() as trap:
            self.items._delay_extension(self.company, TO_COME)
            trap.assert_jobs_count(0)
        self.assertFalse(self._short())

    def test_batches_follow_by_number(self):
        """Each begins where the one before it ended; what fails is not tried again."""
        contracts = self.env["cn285.contract"].union(*(self._create_contract() for _ in range(5)))
        bad = contracts[2]
        plan = type(self.items)._price_plans

        def failing(items, plans):
            if bad in items.contract_id:
                raise UserError(bad.name)
            return plan(items, plans)

        with (
            patch.object(extension, "PLANNING_BATCH", 2),
            patch.object(type(self.items), "_price_plans", failing),
        ):
            failed = self.items._extend_planning(self.company, TO_COME)
        self.assertEqual(failed, {bad: bad.name})
        self.assertEqual(self._short(), bad.item_ids)

    def test_a_job_waits_behind_another_process(self):
        item = self._create_contract().item_ids
        with (
            patch.object(type(item), "lock_for_update", side_effect=LockError("locked")),
            self.assertRaises(RetryableJobError),
        ):
            self.items._job_extend(self.company, "2027-09-01", item.id, item.id)
