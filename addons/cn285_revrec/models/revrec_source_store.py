"""Stores schedules and their months by COPY, and shortens those whose service ends early."""

import json
from decimal import Decimal
from io import StringIO

from odoo import api, models
from odoo.addons.cn285_contract.engine.pgcopy import NULL
from odoo.addons.cn285_contract.models.bulk import copy_rows, next_ids
from odoo.tools import SQL

from ..engine.recognition import Pattern, give_back, month_end, respread, spread, take_back
from .revrec_source_values import day_before, next_day, unit_of

SCHEDULE = "cn285_revrec_schedule"
LINE_COLUMNS = (
    "schedule_id", "period", "date", "amount", "amount_currency", "state", "move_line_id",
)  # fmt: skip

# Schedules on their way into the rows that they replace, thousands in one statement.
REPLACED = f"""
CREATE TEMPORARY TABLE IF NOT EXISTS cn285_revrec_replaced
    (LIKE {SCHEDULE}) ON COMMIT DROP;
TRUNCATE cn285_revrec_replaced
"""


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
        self._copy_lines(company, [line for source in sources for line in source.lines])
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
        """The schedule's lines, as tuples of LINE_COLUMNS."""
        columns, earliest = source.columns, source.earliest
        spread_over = self._spread(company, source)
        if columns["posting"] == "direct":
            # Nothing lies ahead: the invoice itself earns it all, whenever it was rendered.
            day, item = columns["invoice_date"], columns["move_line_id"]
            return [
                (source.schedule_id, period, day, amount, foreign, "recognised", item)
                for period, amount, foreign in spread_over
            ]
        return [
            (source.schedule_id, period, max(period, earliest), amount, foreign, "planned", None)
            for period, amount, foreign in spread_over
        ]

    @api.model
    def _copy_lines(self, company, lines):
        """Insert lines, tuples of LINE_COLUMNS; there are so many that each step counts.

        Ids come from the column's default. None of the values needs escaping.
        """
        company_id = company.id
        text = "".join(
            f"{company_id}\t{schedule}\t{period}\t{day}\t{amount}\t{foreign}\t{state}\t"
            f"{NULL if item is None else item}\n"
            for schedule, period, day, amount, foreign, state, item in lines
        )
        statement = SQL(
            "COPY cn285_revrec_line (company_id, %s) FROM STDIN",
            SQL(", ").join(SQL.identifier(name) for name in LINE_COLUMNS),
        )
        self.env.cr.copy_expert(statement.code, StringIO(text))

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
        origin = source.origin
        if origin and origin.days:
            parts = give_back(total, left, origin.service, origin.days, unit)
        elif origin:
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
        self.env.cr.execute(REPLACED)
        by_columns = {}
        for source in sources:
            row = {**source.columns, "id": source.schedule_id}
            by_columns.setdefault(tuple(row), []).append(row)
        for columns, rows in by_columns.items():
            copy_rows(self.env.cr, "cn285_revrec_replaced", rows)
            names = [SQL.identifier(name) for name in columns if name != "id"]
            self.env.execute_query(
                SQL(
                    """UPDATE cn285_revrec_schedule schedule SET %s FROM cn285_revrec_replaced made
                        WHERE schedule.id = made.id RETURNING schedule.id""",
                    SQL(", ").join(SQL("%s = made.%s", name, name) for name in names),
                )
            )
            self.env.cr.execute("TRUNCATE cn285_revrec_replaced")

    # === SERVICES THAT END EARLY === #

    @api.model
    def _shorten_lives(self, company, first_open):
        """Let fees over the expected life be earned by the item's end, where it ends before.

        What was recognised stays; the rest is spread over the open months that are left, or falls
        into the first of them.
        """
        records = self._lives_to_shorten(company)
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
        self._copy_lines(company, lines)
        self.env.invalidate_all(flush=False)

    @api.model
    def _lives_to_shorten(self, company):
        """Schedules over the expected life that last longer than their item, as dicts."""
        return self.env.execute_query_dict(
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
        zero = Decimal(0)
        return [
            (
                record["id"], period, period, amounts.get(period, zero),
                foreign.get(period, zero), "planned", None,
            )
            for period in sorted(amounts.keys() | foreign.keys())
        ]  # fmt: skip
