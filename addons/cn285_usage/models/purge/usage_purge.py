import logging
from collections import defaultdict
from datetime import timedelta

import pytz
from odoo import api, models
from odoo.addons.cn285_contract.models.bulk import commit_batch
from odoo.addons.cn285_contract.models.isolation import each_or_apart
from odoo.tools import SQL, split_every

from ...engine.purging import last_old_day
from ..measure.usage_measure import next_day, utc
from .purge_holds import EARLIEST

_logger = logging.getLogger(__name__)

# Contracts that are looked at together, and events that go in one transaction.
CONTRACTS = 200
EVENTS = 20_000
# What becomes of an event whose metric keeps figures only: nobody is named, nothing is described.
BARE = """properties = NULL, beneficiary_id = NULL, reference = NULL,
    transaction_id = 'purged-' || id"""


class UsageEvent(models.Model):
    """Events that are old enough go, metric by metric; nothing that is still needed does.

    What is purged first has its days closed, in a transaction of its own: killed in between, the
    rest goes with the next turn, and nothing is rated by half of its events. The idempotency keys,
    which are hashes, stay: an event that is sent again is a duplicate for ever.
    """

    _inherit = "cn285.usage.event"

    @api.model
    def _cron_purge(self):
        """Purge what metrics do not keep any longer, of every company."""
        for company in self.env["res.company"]._cn285_daily_companies():
            self.with_company(company)._purge(company)

    @api.model
    def _purge(self, company):
        """Purge the old events of a company's metrics.

        :returns: the number of events that went
        """
        gone = 0
        for months, metrics in self._purged_metrics(company).items():
            limit = last_old_day(company._cn285_today(), months)
            contracts = self._contracts_with_old(company, metrics, limit)
            for ids in split_every(CONTRACTS, contracts.ids):
                gone += self._purge_contracts(contracts.browse(ids), metrics, limit)
            gone += self._purge_unmatched(company, metrics, limit)
            # sudo: files are the program's.
            gone += self.env["cn285.usage.month"].sudo()._purge_files(metrics, limit)
            self._purge_refusals(company, metrics, limit)
        return gone

    @api.model
    def _purged_metrics(self, company):
        """Metrics that do not keep their events for ever: ``{months: metrics}``."""
        metrics = self.env["cn285.usage.metric"].with_context(active_test=False)
        found = metrics.search([("company_id", "=", company.id), ("retention_months", ">", 0)])
        return found.grouped("retention_months")

    @api.model
    def _contracts_with_old(self, company, metrics, limit):
        """Contracts with events of these metrics up to ``limit`` that were not purged."""
        self.env["cn285.contract.item"].flush_model(["contract_id"])
        found = self.env.execute_query(
            SQL(
                """SELECT DISTINCT coalesce(item.contract_id, e.contract_id)
                     FROM cn285_usage_event e
                LEFT JOIN cn285_contract_item item ON item.id = e.item_id
                    WHERE %s AND coalesce(e.item_id, e.contract_id) IS NOT NULL""",
                self._old(company, metrics, limit),
            )
        )
        contracts = self.env["cn285.contract"].with_context(active_test=False)
        return contracts.browse(sorted(one for (one,) in found if one)).exists()

    @api.model
    def _old(self, company, metrics, limit):
        """The condition on events ``e``: of metrics, of local days up to ``limit``, not purged."""
        zone = pytz.timezone(company.cn285_tz or "UTC")
        bare = metrics.filtered(lambda metric: metric.retention_scope == "details")
        return SQL(
            """e.company_id = %(company)s AND e.metric_id = ANY(%(metrics)s)
               AND e.occurred_at < %(until)s
               AND NOT (e.metric_id = ANY(%(bare)s) AND e.properties IS NULL
                        AND e.beneficiary_id IS NULL AND e.transaction_id LIKE 'purged-%%')""",
            company=company.id,
            metrics=metrics.ids,
            bare=bare.ids,
            until=utc(next_day(limit), zone),
        )

    @api.model
    def _purge_contracts(self, contracts, metrics, limit):
        """Purge what may go of contracts; returns the number of events.

        Whose missing statements cannot be made keeps its usage, and so do those that are rated
        together with it.
        """
        plans = defaultdict(list)
        horizons = contracts._purge_horizons(limit)
        everyone = contracts.union(*(family for family, _found in horizons))
        running = everyone._with_open_usage()
        # A level that was set once counts until something sets it anew.
        levels = metrics.filtered(lambda metric: metric._aggregation().carried_in)
        for family, found in horizons:
            going = metrics - levels if family & running else metrics
            if going and found.day >= EARLIEST:
                plans[found.day, going].append(family)
        gone = 0
        for (day, going), families in plans.items():
            group = contracts.union(*families)
            _parts, failed = each_or_apart(
                group, lambda some, day=day: some._make_missing_statements(day)
            )
            for contract, reason in failed.items():
                _logger.warning("Usage of contract %s is kept: %s", contract.name, reason)
            having = self._contracts_with_old(contracts.company_id, going, day)
            free = [one for one in families if one & having and not set(one) & failed.keys()]
            gone += self._purge_group(contracts.browse().union(*free), going, day)
        return gone

    @api.model
    def _purge_group(self, contracts, metrics, day):
        """Close the days up to ``day``, and purge their events; returns how many."""
        condition = SQL(
            """%s AND (e.item_id = ANY(%s) OR e.item_id IS NULL AND e.contract_id = ANY(%s))""",
            self._old(contracts.company_id, metrics, day),
            contracts.item_ids.ids,
            contracts.ids,
        )
        if not contracts:
            return 0
        contracts._close_usage(day)
        contracts._forget_macro_inputs(day)
        contracts._forget_delivery_keys(day)
        commit_batch(self.env)
        return self._purge_where(condition, metrics)

    @api.model
    def _purge_where(self, condition, metrics):
        """Purge the events of a condition, a batch for each transaction; returns how many."""
        bare = metrics.filtered(lambda metric: metric.retention_scope == "details")
        gone = 0
        while True:
            found = self.env.execute_query(
                SQL(
                    "SELECT e.id, e.metric_id = ANY(%s) FROM cn285_usage_event e WHERE %s LIMIT %s",
                    bare.ids,
                    condition,
                    EVENTS,
                )
            )
            if not found:
                self.invalidate_model(flush=False)
                return gone
            self._purge_ids([one for one, is_bare in found if not is_bare])
            self._bare_ids([one for one, is_bare in found if is_bare])
            gone += len(found)
            commit_batch(self.env)

    @api.model
    def _purge_ids(self, ids):
        """Delete events; their keys stay, so that none of them counts again."""
        self.env.cr.execute(SQL("DELETE FROM cn285_usage_event WHERE id = ANY(%s)", ids))

    @api.model
    def _bare_ids(self, ids):
        """Leave of events when, what, how much and for which item."""
        self.env.cr.execute(
            SQL("UPDATE cn285_usage_event SET %s WHERE id = ANY(%s)", SQL(BARE), ids)
        )

    @api.model
    def _purge_unmatched(self, company, metrics, limit):
        """Purge parked events that are too old to be billed, whoever they were for."""
        schedules = self.env["cn285.billing.schedule"]
        since = schedules._late_usage_since(company._cn285_today())
        last = min(limit, since - timedelta(days=1))
        condition = SQL(
            "%s AND e.item_id IS NULL AND e.contract_id IS NULL",
            self._old(company, metrics, last),
        )
        return self._purge_where(condition, metrics)

    @api.model
    def _purge_refusals(self, company, metrics, limit):
        """Purge refused events that nobody will send again; those that are open stay."""
        refusals = self.env["cn285.usage.refusal"].sudo()  # sudo: kept by the program
        zone = pytz.timezone(company.cn285_tz or "UTC")
        old = refusals.search(
            [
                ("company_id", "=", company.id),
                ("state", "!=", "open"),
                ("create_date", "<", utc(next_day(limit), zone)),
            ]
        )
        names = {str(name) for metric in metrics for name in (metric.code, metric.id)}
        old.filtered(
            lambda refusal: (
                isinstance(refusal.payload, dict)
                and str(refusal.payload.get("metric") or refusal.payload.get("metric_id")) in names
            )
        )._inside().unlink()
        commit_batch(self.env)


class Contract(models.Model):
    _inherit = "cn285.contract"

    def _make_missing_statements(self, day):
        """Make the statements that were never made of invoices up to ``day``: later none can be.

        :raises UserError: where one cannot be made
        """
        rows = self._purge_rows(day).filtered(
            lambda row: row.move_id.state == "posted" and row.period_end <= day
        )
        for move in rows.move_id.filtered("cn285_statement_missing"):
            move._make_usage_statements()

    def _forget_macro_inputs(self, day):
        """Forget what macros were given of closed days, events among it; their digest stays."""
        ratings = self.env["cn285.usage.rating"]
        rows = self._purge_rows(day).filtered(lambda row: row.period_end <= day)
        known = ratings.sudo().search(  # sudo: kept by the program
            [("schedule_id", "in", rows.ids), ("inputs", "!=", False)]
        )
        known._write_inside({"inputs": False})
