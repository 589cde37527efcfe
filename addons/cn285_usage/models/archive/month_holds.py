"""What still needs a month of usage events."""

from datetime import timedelta

import pytz
from odoo import models
from odoo.addons.cn285_contract.models.isolation import each_or_apart
from odoo.exceptions import UserError
from odoo.tools import SQL, split_every

from ..measure.usage_measure import utc
from ..purge.usage_purge import CONTRACTS

# Contracts that are named where a month is kept.
NAMED = 10


class UsageMonth(models.Model):
    _inherit = "cn285.usage.month"

    def _last_day(self):
        return self._ends().date() - timedelta(days=1)

    def _close_month(self):
        """Close the days of the month for all contracts that have events in it.

        Their statements are made first, as with a purge.

        :raises UserError: naming contracts that still need it, and why
        """
        day, words = self._last_day(), self.env["cn285.usage.purge.preview"]._words()
        problems = []
        for company, ids in self._contract_ids().items():
            for some in split_every(CONTRACTS, ids):
                contracts = self.env["cn285.contract"].with_company(company).browse(some).exists()
                wanted = contracts
                for family, found in contracts._purge_horizons(day):
                    if found.day < day:
                        problems += [
                            f"{one.name}: {words.get(found.code, found.code)}"
                            for one in family & contracts
                        ]
                        wanted -= family
                _parts, failed = each_or_apart(
                    wanted, lambda group: group._make_missing_statements(day)
                )
                problems += [f"{one.name}: {reason}" for one, reason in failed.items()]
                (wanted - self.env["cn285.contract"].union(*failed))._close_usage(day)
        if problems:
            raise UserError(
                self.env._(
                    "%(month)s is still needed by %(count)s contracts:\n%(problems)s",
                    month=self.name,
                    count=len(problems),
                    problems="\n".join(problems[:NAMED]),
                )
            )

    def _contract_ids(self):
        """``{company: ids of the contracts that have events in the month}``."""
        self.env["cn285.contract.item"].flush_model(["contract_id"])
        self.env.cr.execute(
            SQL(
                """SELECT DISTINCT e.company_id, coalesce(item.contract_id, e.contract_id)
                     FROM (SELECT DISTINCT company_id, item_id, contract_id FROM %s) e
                LEFT JOIN cn285_contract_item item ON item.id = e.item_id
                    WHERE coalesce(e.item_id, e.contract_id) IS NOT NULL ORDER BY 1, 2""",
                SQL.identifier(self._partition()),
            )
        )
        found = {}
        for company_id, contract_id in self.env.cr.fetchall():
            if contract_id:
                found.setdefault(self.env["res.company"].browse(company_id), []).append(contract_id)
        return found

    def _needed_sql(self):
        """The condition on events ``e`` of the month that stay in the database."""
        companies = self.env["res.company"].search([])  # pylint: disable=no-search-all
        metrics = self.env["cn285.usage.metric"].with_context(active_test=False)
        carried = metrics._aggregations_that("carried_in")
        levels = metrics.search([("aggregation", "in", carried)])
        first = self._ends().date()
        return SQL(
            """e.state = 'parked' OR e.metric_id = ANY(%s)
               OR e.occurred_at >= (SELECT since FROM unnest(%s::int[], %s::timestamp[])
                                    AS c (id, since) WHERE c.id = e.company_id)""",
            levels.ids,
            companies.ids,
            [utc(first, pytz.timezone(one.cn285_tz or "UTC")) for one in companies],
        )
