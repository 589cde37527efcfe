"""What credits take back: what is left of their origin, or the days that they give back."""

from datetime import timedelta
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from ..engine.recognition import Method, Part
from .revrec_source_values import Credited, Origin, unit_of

# Credits of these methods take days from what they credit; the others have a day of their own.
BY_DAYS = (Method.daily, Method.monthly, Method.usage)


class RevrecSource(models.AbstractModel):
    _inherit = "cn285.revrec.source"

    @api.model
    def _credited(self, record, row):
        """What an invoice line (or its share of a row) credits by days of its own; else None."""
        if row and row["credited_id"]:
            # A correction of a cent gives no day back.
            return Credited(row_id=row["credited_id"]) if row["frees"] else None
        if record["credited_line_id"] and not record["origin_line_id"]:
            return Credited(line_id=record["credited_line_id"])
        return None

    @api.model
    def _add_days_given_back(self, sources):
        """Let credits of days take back exactly what these days' whole months were to earn.

        Changes say that they give days back. A credit note that a user gave dates of its own does
        so where its amount is that of the days, to the cents that roundings make.
        """
        wanted = [one for one in sources if one.credited and one.pattern.method in BY_DAYS]
        if not wanted:
            return
        for source, origins in zip(wanted, self._credited_schedules(wanted), strict=True):
            if len(origins) != 1:
                continue
            [(schedule_id, months)] = origins.items()
            first = months[0]
            origin = Origin(
                schedule_id,
                [Part(row["period"], Decimal(row["amount"])) for row in months],
                [Part(row["period"], Decimal(row["amount_currency"])) for row in months],
                service=(first["service_start"], first["service_end"] + timedelta(days=1)),
                days=(source.pattern.start, source.pattern.end),
            )
            if source.credited.row_id or self._is_of_days(source, origin):
                source.origin = origin
                source.columns["origin_id"] = schedule_id

    @api.model
    def _is_of_days(self, source, origin):
        """Whether an amount is what the days were to earn, but for the roundings of their months"""
        start, end = origin.days
        due = sum(
            part.amount
            * max((min(end, last + timedelta(days=1)) - max(start, first)).days, 0)
            / ((last - first).days + 1)
            for part in origin.parts_currency
            for first, last in [
                (
                    max(origin.service[0], part.period.replace(day=1)),
                    min(origin.service[1] - timedelta(days=1), part.period),
                )
            ]
            if last >= first
        )
        leeway = unit_of(source.currency) * (len(origin.parts_currency) + 1)
        return abs(source.amount_currency + due) <= leeway

    @api.model
    def _credited_schedules(self, sources):
        """For each source: the schedules that it credits, ``{id: its months as dicts}``.

        Earlier credits are deducted; months that they emptied are there with zero.
        """
        rows = self.env.execute_query_dict(
            SQL(
                """SELECT owner.id, owner.billing_schedule_id, owner.move_line_id,
                          owner.service_start, owner.service_end, line.period,
                          sum(line.amount)::text AS amount,
                          sum(line.amount_currency)::text AS amount_currency
                     FROM cn285_revrec_schedule owner
                     JOIN cn285_revrec_schedule part
                       ON (part.id = owner.id OR part.origin_id = owner.id)
                      AND part.id != ALL(%s)
                     JOIN cn285_revrec_line line ON line.schedule_id = part.id
                    WHERE owner.billing_schedule_id = ANY(%s) OR owner.move_line_id = ANY(%s)
                 GROUP BY owner.id, line.period ORDER BY owner.id, line.period""",
                [source.schedule_id for source in sources],
                [source.credited.row_id for source in sources],
                [source.credited.line_id for source in sources],
            )
        )
        by_row, by_line = {}, {}
        for row in rows:
            for found, key in (
                (by_row, row["billing_schedule_id"]),
                (by_line, row["move_line_id"]),
            ):
                found.setdefault(key, {}).setdefault(row["id"], []).append(row)
        return [
            by_row.get(source.credited.row_id, {})
            if source.credited.row_id
            else by_line.get(source.credited.line_id, {})
            for source in sources
        ]

    @api.model
    def _add_origins(self, sources, records):
        """Let credit notes that name no period of their own take back what is left.

        :param records: ``{invoice line id: record}``
        """
        origins = {
            record["id"]: record["origin_line_id"]
            for record in records.values()
            if record["origin_line_id"]
        }
        if not origins:
            return
        rows = self.env.execute_query_dict(
            SQL(
                """SELECT owner.move_line_id, min(owner.id) AS schedule_id, line.period,
                          sum(line.amount)::text AS amount,
                          sum(line.amount_currency)::text AS amount_currency
                     FROM cn285_revrec_schedule owner
                     JOIN cn285_revrec_schedule part
                       ON part.id = owner.id OR part.origin_id = owner.id
                     JOIN cn285_revrec_line line ON line.schedule_id = part.id
                    WHERE owner.move_line_id = ANY(%s) AND owner.posting != 'direct'
                      AND line.state = 'planned'
                 GROUP BY 1, 3 ORDER BY 1, 3""",
                list(set(origins.values())),
            )
        )
        left = {}
        for row in rows:
            left.setdefault(row["move_line_id"], []).append(row)
        for source in sources:
            if source.origin:
                continue
            line_id = source.columns["move_line_id"]
            months = [
                row
                for row in left.get(origins.get(line_id), ())
                if row["period"] > source.columns["invoice_date"]
            ]
            if not months:
                continue
            source.origin = Origin(
                months[0]["schedule_id"],
                [Part(row["period"], Decimal(row["amount"])) for row in months],
                [Part(row["period"], Decimal(row["amount_currency"])) for row in months],
            )
            source.columns["origin_id"] = source.origin.schedule_id
