"""What a macro receives of a row: plain values, and single events where it wants them."""

from collections import defaultdict
from decimal import Decimal

import pytz
from odoo import models
from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.tools import SQL

# Rows whose events are read together, where a macro receives them one by one.
EVENT_CHUNK = 50


class BillingSchedule(models.Model):
    _inherit = "cn285.billing.schedule"

    def _macro_inputs(self, batch, members, detailed):
        """Inputs of a macro for rows, in order; see ``engine.smartcode_contract.MacroInputs``.

        A generator: single events, where the macro wants them, are read for a few rows at a time.
        """
        for start in range(0, len(members), EVENT_CHUNK):
            chunk = members[start : start + EVENT_CHUNK]
            events = self._macro_events(batch, chunk) if detailed else {}
            for row, calculator_id, recipe in chunk:
                yield {
                    "period": row._macro_period(),
                    "item": row._macro_item(),
                    "usage": row._macro_usage(batch, calculator_id, recipe),
                    "events": events.get((row.id, calculator_id), []),
                }

    def _macro_period(self):
        return {
            "start": self.period_start,
            "end": self.period_end,
            "days": (self.period_end - self.period_start).days + 1,
            "share": as_decimal(self.proration),
        }

    def _macro_item(self):
        """The item as a macro sees it, the same whoever bills: no text in a user's language."""
        item = self.item_id.with_context(lang=None)
        contract = item.contract_id
        return {
            "name": item.name or "",
            "contract": contract.name,
            "customer": contract.partner_id.name or "",
            "quantity": as_decimal(item.quantity),
            "price": as_decimal(self.price_unit),
            "currency": self.currency_id.name,
            "beneficiary": self._default_beneficiary().name or "",
            "product": item.product_id.name or "",
            "tags": sorted(contract.tag_ids.mapped("name")),
        }

    def _macro_usage(self, batch, calculator_id, recipe):
        measured = self._measured(batch, calculator_id)
        return {
            metric.code: {
                "quantity": one.quantity,
                "count": one.events,
                "unit": metric.with_context(lang=None).unit or "",
            }
            for metric, one in zip(recipe.metrics, measured, strict=True)
        }

    def _macro_events(self, batch, members):
        """Events one by one, at their local time: ``{(row id, calculator id): [values]}``."""
        rows = self.browse([row.id for row, _key, _recipe in members])
        claims = rows.contract_id._usage_claims(batch)
        windows = defaultdict(list)
        for row, calculator_id, recipe in members:
            for metric in recipe.metrics:
                spans = claims.get((row.item_id.id, metric.id), ())
                windows[metric].append(row._window((row.id, calculator_id), spans))
        events = defaultdict(list)
        for metric, members_of in windows.items():
            for key, values in metric._single_events(members_of):
                events[key].append(values)
        for values in events.values():
            values.sort(
                key=lambda event: (event["occurred_at"], event["metric"], event["transaction_id"])
            )
        return events


class UsageMetric(models.Model):
    _inherit = "cn285.usage.metric"

    def _single_events(self, windows):
        """The events that count in windows, as macros receive them: pairs of key and values.

        Of the windows' own days only, also where earlier events weigh on the quantity.
        """
        zone = pytz.timezone(self.company_id.cn285_tz or "UTC")
        rows = self.env.execute_query(
            SQL(
                """SELECT e.number, e.occurred_at, e.ended_at, (%s)::text, e.source,
                          e.transaction_id, e.properties, p.name
                     FROM (%s) AS e LEFT JOIN res_partner p
                       ON p.id = coalesce(e.beneficiary_id, e.owner_id)
                    WHERE e.occurred_at >= e.since
                 ORDER BY e.number, e.occurred_at, coalesce(e.seq, e.id)""",
                self._event_quantity(),
                self._counted_events(windows),
            )
        )
        for number, occurred, ended, quantity, source, key, properties, beneficiary in rows:
            values = {
                "metric": self.code,
                "occurred_at": _local(occurred, zone),
                "quantity": Decimal(quantity),
                "source": source,
                "transaction_id": key,
                "properties": properties or {},
                "beneficiary": beneficiary or "",
            }
            if ended:
                values["ended_at"] = _local(ended, zone)
            yield windows[number].key, values


def _local(moment, zone):
    return pytz.utc.localize(moment).astimezone(zone).replace(tzinfo=None)
