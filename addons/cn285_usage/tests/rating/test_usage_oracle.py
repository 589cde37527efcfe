from collections import defaultdict
from datetime import date

from freezegun import freeze_time
from odoo.addons.cn285_contract.tests.oracle import seeds
from odoo.tests import tagged

from ..oracle import TIERS, usages
from .test_usage_rating import UsageCase

CONTRACTS = 8
BILLED = (date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1))


@tagged("post_install", "-at_install")
@freeze_time("2026-01-01 10:00:00")
class TestUsageOracle(UsageCase):
    """Random usage, some of it late, against arithmetic that knows no program."""

    FIGURES = {
        "per_unit": {"price_unit": 0.0377},
        "package": {"price_unit": 9.99, "package_size": 25, "free_units": 30},
    }

    def _figures(self, usage):
        tiers = [
            (0, 0, {"up_to": float(up_to or 0), "price_unit": float(unit), "flat": float(flat)})
            for up_to, unit, flat in TIERS
        ]
        bounds = {
            "allowance_units": float(usage.included),
            "minimum_amount": float(usage.minimum),
            "maximum_amount": float(usage.maximum),
        }
        figures = self.FIGURES.get(usage.model, {"tier_ids": tiers})
        return {
            "charge_model": usage.model,
            **figures,
            **{name: value for name, value in bounds.items() if value},
        }

    def _play(self, found):
        contracts = [
            self._usage_contract(self._figures(usage), date_end=date(2026, 3, 31))
            for usage in found
        ]
        arrivals = defaultdict(list)
        for contract, usage in zip(contracts, found, strict=True):
            for day, arrives, quantity in usage.events:
                arrivals[arrives].append((contract, float(quantity), day.isoformat()))
        for day in sorted({*arrivals, *BILLED}):
            with freeze_time(f"{day} 10:00:00"):
                # What arrives in the morning of a billing day is billed on it.
                for event in arrivals[day]:
                    self._use(*event)
                if day in BILLED:
                    run = self._bill(day)
                    self.assertFalse(run.issue_ids.mapped("reason"))
        return contracts

    def test_usage_comes_to_what_the_oracle_says(self):
        for seed in seeds():
            found = usages(seed, CONTRACTS)
            contracts = self._play(found)
            for number, (usage, contract) in enumerate(zip(found, contracts, strict=True)):
                with self.subTest(seed=seed, number=number):
                    rows = contract.schedule_ids.filtered(
                        lambda row: row.state in ("invoiced", "nothing_to_invoice")
                    )
                    billed = round(sum(rows.mapped("amount")) * 100)
                    self.assertEqual(billed, usage.owed(), f"seed {seed}: {usage}")
