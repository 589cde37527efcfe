"""Stores schedules and their months by COPY, and shortens those whose service ends early."""

import json
from decimal import Decimal

from odoo import api, models
from odoo.addons.cn285_contract.models.bulk import copy_rows, next_ids
from odoo.tools import SQL

from ..engine.recognition import Pattern, month_end, respread, spread, take_back
from .revrec_source_values import day_before, next_day, unit_of

SCHEDULE = "cn285_revrec_schedule"
LINE = "cn285_revrec_line"


class RevrecSource(models.AbstractModel):
    _inherit = "cn285.revrec.source"

    # === STORING === #

    @api.model
    def _store(self, company, sources):
        """Write schedules and their lines, whole chunks at a time, by COPY.

        A source that has a schedule (made while it was not invoiced) replaces its lines.
        """
        if not sources:
            return
        fresh = [source for source in sources if not source.schedule_id]
        known = [source for source in sources if source.schedule_id]
        created = {"create_uid": self.env.uid, "create_date": self.env.cr.now()}
        for source, schedule_id in zip(
            fresh, next_ids(self.env, SCHEDULE, len(fresh)), strict=True
        ):
            source.schedule_id = schedule_id
            source.columns.update(created, id=schedule_id)
        for source in sources:
            self._complete(company, source)
        self._replace(known)
        copy_rows(self.env.cr, SCHEDULE, [source.columns for source in fresh])
        lines = [line for source in sources for line in source.lines]
        for line, line_id in zip(lines, next_ids(self.env, LINE, len(lines)), strict=True):
            line["id"] = line_id
        copy_rows(self.env.cr, LINE, lines)
        for name in ("cn285.revrec.schedule", "cn285.revrec.line"):
            self.env[name].invalidate_model(flush=False)

    @api.model
    def _complete(self, company, source):
        """Add what all sources have in common to the schedule's columns, and spread the amount."""
        columns, pattern = source.columns, source.pattern
        now, uid = self.env.cr.now(), self.env.uid
        columns.update(
            company_id=company.id,
            currency_id=source.currency.id,
            method=pattern.method.value,
            service_start=pattern.start,
            service_end=day_before(pattern.end),
            amount=str(source.amount),
            amount_currency=str(source.amount_currency),
            write_uid=uid,
            write_date=now,
        )
        if not isinstance(columns.get("analytic_distribution"), str | None):
            columns["analytic_distribution"] = json.dumps(columns["analytic_distribution"])
        source.lines = self._lines(company, source)

    @api.model
    def _lines(self, company, source):
        """Values of the schedule's lines."""
        # Nothing lies ahead: the invoice itself earns it all, whichever months it was rendered in.
        earned_on = None
        if source.columns["posting"] == "direct":
            earned_on = source.columns["invoice_date"]
        return [
            {
                "schedule_id": source.schedule_id,
                "company_id": company.id,
                "period": period,
                "date": earned_on or max(period, source.earliest),
                "amount": str(amount),
                "amount_currency": str(amount_currency),
                "state": "recognised" if earned_on else "planned",
                "move_line_id": source.columns["move_line_id"] if earned_on else None,
            }
            for period, amount, amount_currency in self._spread(company, source)
        ]

    @api.model
    def _spread(self, company, source):
        """``(month, amount, amount in currency)`` of each month."""
        parts = self._parts(
            source,
            source.amount,
            unit_of(company.currency_id),
            source.origin and source.origin.parts,
        )
        if source.currency == company.currency_id:
            return [(period, amount, amount) for period, amount in parts.items()]
        foreign = self._parts(
            source,
            source.amount_currency,
            unit_of(source.currency),
            source.origin and source.origin.parts_currency,
        )
        zero = Decimal(0)
        return [
            (period, parts.get(period, zero), foreign.get(period, zero))
            for period in sorted(parts.keys() | foreign.keys())
        ]

    @api.model
    def _parts(self, source, total, unit, left):
        """``{month: amount}`` of a total, or of a credit of what is left in these months."""
        if source.origin:
            parts = take_back(total, left, source.earliest, unit)
        else:
            parts = spread(total, source.pattern, unit)
        return {part.period: part.amount for part in parts}

    @api.model
    def _replace(self, sources):
        """Bring schedules that exist in line with their sources; their old lines go."""
        if not sources:
            return
        ids = [source.schedule_id for source in sources]
        self.env.execute_query(
            SQL("DELETE FROM cn285_revrec_line WHERE schedule_id = ANY(%s) RETURNING id", ids)
        )
        for source in sources:
            self.env.execute_query(
                SQL(
                    "UPDATE cn285_revrec_schedule SET %s WHERE id = %s RETURNING id",
                    SQL(", ").join(
                        SQL("%s = %s", SQL.identifier(name), value)
                        for name, value in source.columns.items()
                    ),
                    source.schedule_id,
                )
            )

    # === SERVICES THAT END EARLY === #

    @api.model
    def _shorten_lives(self, company, first_open):
        """Let fees over the expected life be earned by the item's end, where it ends before.

        What was recognised stays; the rest is spread over the open months that are left, or falls
        into the first of them.
        """
        records = self.env.execute_query_dict(
            SQL(
                """SELECT schedule.id, schedule.method, schedule.service_start,
                          schedule.currency_id,
                          schedule.amount::text AS amount,
                          schedule.amount_currency::text AS amount_currency,
                          schedule.invoice_date, rule.convention,
                          GREATEST(schedule.service_start,
                                   LEAST(item.date_end, contract.date_end)) AS service_end,
                          COALESCE(earned.amount, 0)::text AS done,
                          COALESCE(earned.amount_currency, 0)::text AS done_currency
                     FROM cn285_revrec_schedule schedule
                     JOIN cn285_revrec_rule rule ON rule.id = schedule.rule_id
                     JOIN cn285_contract_item item ON item.id = schedule.item_id
                     JOIN cn285_contract contract ON contract.id = item.contract_id
                LEFT JOIN LATERAL (
                          SELECT sum(amount) AS amount, sum(amount_currency) AS amount_currency
                            FROM cn285_revrec_line
                           WHERE schedule_id = schedule.id AND state = 'recognised') earned ON TRUE
                    WHERE schedule.company_id = %s AND rule.service_source = 'life'
                      AND schedule.posting IN ('deferred', 'month_end')
                      AND LEAST(item.date_end, contract.date_end) IS NOT NULL
                      AND schedule.service_end > GREATEST(
                          schedule.service_start, LEAST(item.date_end, contract.date_end))
                 ORDER BY schedule.id""",
                company.id,
            )
        )
        if not records:
            return
        lines = [line for record in records for line in self._rest(company, record, first_open)]
        ids = [record["id"] for record in records]
        self.env.execute_query(
            SQL(
                """WITH shortened AS (
                       UPDATE cn285_revrec_schedule schedule SET service_end = made.service_end
                         FROM unnest(%s, %s::date[]) AS made(id, service_end)
                        WHERE schedule.id = made.id RETURNING schedule.id)
                   DELETE FROM cn285_revrec_line
                    WHERE state = 'planned' AND schedule_id IN (SELECT id FROM shortened)
                RETURNING id""",
                ids,
                [record["service_end"] for record in records],
            )
        )
        for line, line_id in zip(lines, next_ids(self.env, LINE, len(lines)), strict=True):
            line["id"] = line_id
        copy_rows(self.env.cr, LINE, lines)
        self.env.invalidate_all(flush=False)

    @api.model
    def _rest(self, company, record, first_open):
        """Lines for what is left of a schedule whose service ends earlier than planned."""
        pattern = Pattern(
            record["method"],
            record["service_start"],
            next_day(record["service_end"]),
            record["convention"],
        )
        earliest = max(first_open, month_end(record["invoice_date"]))
        currency = self.env["res.currency"].browse(record["currency_id"])
        amounts, foreign = (
            {
                part.period: part.amount
                for part in respread(
                    Decimal(record[f"amount{which}"]),
                    pattern,
                    Decimal(record[f"done{which}"]),
                    earliest,
                    unit,
                )
            }
            for which, unit in (
                ("", unit_of(company.currency_id)),
                ("_currency", unit_of(currency)),
            )
        )
        return [
            {
                "schedule_id": record["id"],
                "company_id": company.id,
                "period": period,
                "date": period,
                "amount": str(amounts.get(period, Decimal(0))),
                "amount_currency": str(foreign.get(period, Decimal(0))),
                "state": "planned",
            }
            for period in sorted(amounts.keys() | foreign.keys())
        ]
