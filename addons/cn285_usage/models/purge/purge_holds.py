"""What keeps usage of a contract from being purged: facts of the records, by contract."""

from collections import defaultdict
from datetime import date

import pytz
from odoo import api, models

from ...engine.purging import Hold, horizon
from ..measure.usage_measure import next_day
from ..rating.usage_batch import BILLED_STATES

# States of changes that have not taken effect.
PENDING = ("draft", "to_approve", "scheduled")
# Of items whose usage is billed, or was.
RUNNING = ("draft", "active", "paused", "suspended")
# Before all usage: events before the year 2000 are refused.
EARLIEST = date(1999, 1, 1)


class Contract(models.Model):
    _inherit = "cn285.contract"

    def _purge_families(self):
        """These contracts in groups that are rated together, as they share pools: recordsets.

        What one of a group still needs, keeps the others' usage as well.
        """
        families, known = [], set()
        for contract in self:
            if contract.id in known:
                continue
            family, new = self.browse(), contract
            while new:
                family |= new
                pools = new.item_ids.calculator_ids._all_pools()
                new = pools and pools._all_calculators().item_id.contract_id - family
            families.append(family)
            known.update(family.ids)
        return families

    def _purge_horizons(self, limit):
        """The last days whose usage may go, of contracts of one company.

        The number of queries does not depend on the number of contracts.

        :param limit: the last day that is old enough
        :returns: list of pairs: contracts that are rated together, an ``engine.purging.Horizon``
        """
        families = self._purge_families()
        contracts = self.union(*families)
        rows = contracts._purge_rows(limit).grouped("contract_id")
        holds = defaultdict(list)
        for found in (
            contracts._holds_of_rows(rows),
            contracts._holds_of_items(limit),
            contracts._holds_of_changes(limit),
            contracts._holds_of_deliveries(),
        ):
            for contract, hold in found:
                holds[contract].append(hold)
        arrivals = list(contracts.company_id._holds_of_arrivals(limit))
        result = []
        for family in families:
            needed = [hold for contract in family for hold in holds[contract]]
            periods = [
                (row.period_start, row.period_end)
                for contract in family
                for row in rows.get(contract, ())
            ]
            result.append((family, horizon(limit, needed + arrivals, periods)))
        return result

    def _purge_rows(self, limit):
        """Rows of the contracts' usage that begin on ``limit`` or before."""
        rows = self.env["cn285.billing.schedule"]
        return rows.search(
            [
                ("contract_id", "in", self.ids),
                ("kind", "in", list(rows._usage_kinds())),
                ("state", "!=", "cancelled"),
                ("period_start", "<=", limit),
            ]
        )

    @api.model
    def _holds_of_rows(self, rows):
        """Rows that were not billed, or whose invoice is not posted, or whose usage has changed.

        This and what follows give pairs of contract and ``Hold``.

        :param rows: by contract
        """
        for contract, own in rows.items():
            for row in own:
                if row.state not in BILLED_STATES:
                    yield contract, Hold(row.period_start, "not_billed")
                elif row.state == "invoiced" and row.move_id.state != "posted":
                    yield contract, Hold(row.period_start, "not_posted")
                elif row.usage_stale:
                    yield contract, Hold(row.period_start, "late_usage")

    def _holds_of_items(self, limit):
        """Days of items whose periods were not planned yet."""
        items = self.item_ids.filtered(
            lambda item: (
                item.billing_type == "usage"
                and item.usage_billing != "delivery"
                and item.calculator_ids
                and item.state in (*RUNNING, "ended")
                and item.billing_start
            )
        )
        groups = self.env["cn285.billing.schedule"]._read_group(
            [("item_id", "in", items.ids), ("kind", "=", "usage"), ("state", "!=", "cancelled")],
            ["item_id"],
            ["period_end:max"],
        )
        planned = dict(groups)
        for item in items:
            known = planned.get(item)
            first = next_day(known) if known else item.billing_start
            last = item._last_day()
            if first <= limit and (not last or first <= last):
                yield item.contract_id, Hold(first, "not_planned")

    def _holds_of_changes(self, limit):
        """Planned changes that begin in the past: what they change is rated anew."""
        changes = self.env["cn285.contract.change"].search(
            [
                ("contract_id", "in", self.ids),
                ("state", "in", PENDING),
                ("date_effective", "<=", limit),
            ]
        )
        for change in changes:
            yield change.contract_id, Hold(change.date_effective, "change")

    def _holds_of_deliveries(self):
        """Deliveries that are not complete, or of which something is not billed."""
        deliveries = self.env["cn285.usage.delivery"].search(
            [
                ("item_id", "in", self.item_ids.ids),
                "|",
                ("pending", "=", True),
                ("is_complete", "=", False),
            ]
        )
        for delivery in deliveries:
            if delivery.pending or delivery.event_count:
                since = delivery.date_start or EARLIEST
                yield delivery.item_id.contract_id, Hold(since, "delivery")

    def _with_open_usage(self):
        """Those of these contracts that run, or of which usage is not billed."""
        schedules = self.env["cn285.billing.schedule"]
        groups = schedules._read_group(
            [
                ("contract_id", "in", self.ids),
                ("kind", "in", list(schedules._usage_kinds())),
                ("state", "not in", (*BILLED_STATES, "cancelled")),
            ],
            ["contract_id"],
        )
        unbilled = self.browse([contract.id for (contract,) in groups])
        return unbilled | self.filtered(lambda contract: contract.state in RUNNING)


class ResCompany(models.Model):
    _inherit = "res.company"

    def _holds_of_arrivals(self, limit):
        """What has arrived, and no billing run has looked at."""
        logs = self.env["cn285.usage.ingest.log"].search(
            [
                ("company_id", "in", self.ids),
                ("processed", "!=", True),
                ("occurred_from", "!=", False),
            ]
        )
        firsts = defaultdict(list)
        for log in logs:
            firsts[log.company_id].append(log.occurred_from)
        for company, moments in firsts.items():
            zone = pytz.timezone(company.cn285_tz or "UTC")
            day = pytz.utc.localize(min(moments)).astimezone(zone).date()
            if day <= limit:
                yield Hold(day, "arrived")
