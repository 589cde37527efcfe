from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from odoo.tests import tagged

from .test_usage_sharing import SharingCase


@tagged("post_install", "-at_install")
@freeze_time("2026-02-01 10:00:00")
class TestLateUsageLooks(SharingCase):
    """A run reads what has arrived only where it can change what was billed."""

    def _bill_on(self, day):
        with freeze_time(f"{day} 10:00:00"):
            return self._bill(date.fromisoformat(day))

    def _looked_at(self, day):
        """Bill on a day; the numbers of ingests whose events were read, by the looks of it."""
        schedules = type(self.env["cn285.billing.schedule"])
        original, looks = schedules._touched_by, []

        def touched_by(rows, ingests, since, contracts=None):
            looks.append((len(ingests), contracts))
            return original(rows, ingests, since, contracts)

        with patch.object(schedules, "_touched_by", touched_by):
            run = self._bill_on(day)
        return run, [(count, contracts) for count, contracts in looks if count]

    def test_usage_after_what_was_billed_is_not_read(self):
        contract = self._usage_contract({"price_unit": 2.0})
        self._use(contract, 10)
        _run, looks = self._looked_at("2026-02-01")
        self.assertFalse(looks, "nothing was billed yet")
        with freeze_time("2026-02-20 10:00:00"):
            # Midnight in Paris is 23:00 in UTC.
            self._use(contract, 1, "2026-01-31 23:00:00")
            self._use(contract, 4, "2026-02-20")
        run, looks = self._looked_at("2026-02-21")
        self.assertEqual((looks, run.row_count), ([], 0))
        logs = self.env["cn285.usage.ingest.log"].search([("company_id", "=", self.company.id)])
        self.assertEqual(set(logs.mapped("processed")), {True})
        self.assertMoney(self._bill_on("2026-03-01").amount_untaxed, "10.00")

    def test_usage_of_the_last_billed_second_is_read(self):
        contract = self._usage_contract({"price_unit": 2.0})
        self._use(contract, 10)
        self._bill_on("2026-02-01")
        with freeze_time("2026-02-20 10:00:00"):
            self._use(contract, 1, "2026-01-31 22:59:59")
        run, looks = self._looked_at("2026-02-21")
        self.assertEqual(len(looks), 1)
        self.assertMoney(run.amount_untaxed, "2.00")

    def test_a_correction_counts_by_the_day_of_what_it_corrects(self):
        contract = self._usage_contract({"price_unit": 2.0})
        event = self._use(contract, 10)
        other = self._use(contract, 5, "2026-01-20")
        self._bill_on("2026-02-01")
        with freeze_time("2026-02-20 10:00:00"):
            self._use(contract, 0, "2026-02-20", kind="reversal", origin=event)
        self.assertMoney(self._bill_on("2026-02-20").amount_untaxed, "-20.00")
        # Moved to February, and back again.
        with freeze_time("2026-02-21 10:00:00"):
            moved = self._use(contract, 5, "2026-02-21", kind="replacement", origin=other)
        self.assertMoney(self._bill_on("2026-02-21").amount_untaxed, "-10.00")
        with freeze_time("2026-02-22 10:00:00"):
            self._use(contract, 0, "2026-02-22", kind="reversal", origin=moved)
        self.assertMoney(self._bill_on("2026-02-22").amount_untaxed, "10.00")
        self.assertMoney(self._bill_on("2026-03-01").amount_untaxed, "0.00")

    def test_members_of_pools_are_looked_at_however_new(self):
        """One left the pool on the 15th and was billed: what others use after shares with it."""
        pool = self.env["cn285.usage.pool"].create({"name": "Fleet", "allowance_units": 10})
        shared = {
            "price_unit": 1.0,
            "allowance_scope": "pool",
            "pool_id": pool.id,
        }
        stays, plain = (
            self._usage_contract(values, self.CALENDAR) for values in (shared, {"price_unit": 1.0})
        )
        leaves = self._usage_contract(shared, self.CALENDAR, date_start="2026-02-01")
        with freeze_time("2026-02-10 10:00:00"):
            self._use(leaves, 20, "2026-02-10")
            leaves.item_ids.action_end("2026-02-15")
        self._bill_on("2026-02-16")
        self.assertMoney(sum(leaves.invoice_ids.mapped("amount_untaxed")), "10.00")
        with freeze_time("2026-02-20 10:00:00"):
            self._use(stays, 20, "2026-02-20")
            self._use(plain, 20, "2026-02-20")
        _run, looks = self._looked_at("2026-02-21")
        self.assertEqual([contracts for _count, contracts in looks], [stays | leaves])
        # 40 used, 10 included in all: 5 of them are each one's share.
        self._bill_on("2026-03-01")
        self.assertMoney(sum(leaves.invoice_ids.mapped("amount_untaxed_signed")), "15.00")
