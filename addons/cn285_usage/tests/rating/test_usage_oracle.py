from collections import defaultdict
from datetime import date

from freezegun import freeze_time
from odoo.addons.cn285_contract.tests.oracle import seeds
from odoo.tests import tagged

from ..oracle import TIERS, fleets, royalties, usages
from .test_usage_rating import UsageCase

CONTRACTS = 6
ROYALTIES = 3
FLEETS = 2
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

    def _usages(self, seed):
        """What items owe, ``[(items, cents, words)]``, and ``[(contract, events)]`` of theirs."""
        claims, events = [], []
        for usage in usages(seed, CONTRACTS):
            contract = self._usage_contract(self._figures(usage), date_end=date(2026, 3, 31))
            claims.append((contract.item_ids, usage.owed(), f"usage {usage}"))
            events.append((contract, usage.events))
        return claims, events

    def _royalties(self, seed):
        claims, events = [], []
        for usage in royalties(seed, ROYALTIES):
            contract = self._usage_contract(self._figures(usage), date_end=date(2026, 3, 31))
            source = contract.item_ids
            triggered = self.env["cn285.contract.item"].create(
                {
                    "contract_id": contract.id,
                    "date_start": date(2026, 1, 1),
                    "sequence": 90,
                    "name": "Triggered",
                    "product_id": self.subscription.id,
                    "billing_type": "usage",
                    "timing": "arrears",
                    "recurring_interval": usage.months,
                    "calculator_ids": [
                        (
                            0,
                            0,
                            {
                                "source_item_id": source.id,
                                "source_measure": "amount",
                                "charge_model": "percentage",
                                "percent": float(usage.percent),
                            },
                        )
                    ],
                }
            )
            claims.append((source, usage.owed(), f"source {usage}"))
            claims.append((triggered, usage.royalties(), f"royalty {usage}"))
            events.append((contract, usage.events))
        return claims, events

    def _fleets(self, seed):
        claims, events = [], []
        for fleet in fleets(seed, FLEETS):
            pool = self.env["cn285.usage.pool"].create(
                {"name": "Fleet", "allowance_units": fleet.shared}
            )
            for owed, (included, used) in zip(fleet.owed(), fleet.members, strict=True):
                contract = self._usage_contract(
                    {
                        "price_unit": float(fleet.PRICE),
                        "allowance_units": included,
                        "allowance_scope": "pool",
                        "pool_id": pool.id,
                    },
                    date_end=date(2026, 3, 31),
                )
                claims.append((contract.item_ids, owed, f"fleet {fleet}, {included} {used}"))
                events.append((contract, used))
        return claims, events

    def _play(self, played):
        arrivals = defaultdict(list)
        for contract, events in played:
            for day, arrives, quantity in events:
                arrivals[arrives].append((contract, float(quantity), day.isoformat()))
        for day in sorted({*arrivals, *BILLED}):
            with freeze_time(f"{day} 10:00:00"):
                # What arrives in the morning of a billing day is billed on it.
                for event in arrivals[day]:
                    self._use(*event)
                if day in BILLED:
                    run = self._bill(day)
                    self.assertFalse(run.issue_ids.mapped("reason"))

    def test_usage_comes_to_what_the_oracle_says(self):
        for seed in seeds():
            parts = [self._usages(seed), self._royalties(seed), self._fleets(seed)]
            self._play([one for _claims, events in parts for one in events])
            for items, owed, words in (one for claims, _events in parts for one in claims):
                with self.subTest(seed=seed, words=words):
                    rows = items.schedule_ids.filtered(
                        lambda row: row.state in ("invoiced", "nothing_to_invoice")
                    )
                    billed = round(sum(rows.mapped("amount")) * 100)
                    self.assertEqual(billed, owed, f"seed {seed}: {words}")
