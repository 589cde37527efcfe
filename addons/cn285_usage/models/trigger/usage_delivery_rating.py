"""How deliveries are rated: as rows of the schedule, measured by their own events."""

from collections import Counter
from dataclasses import dataclass

from odoo import api, fields, models
from odoo.tools import SQL

from ..measure.usage_measure import Window


@dataclass(frozen=True, slots=True)
class DeliveryWindow(Window):
    """The events of a delivery, whatever their days."""

    delivery_id: int = 0

    @property
    def of_item_alone(self):
        return False


class BillingSchedule(models.Model):
    """Rows of deliveries: one when it is billed, one more for each difference."""

    _inherit = "cn285.billing.schedule"

    kind = fields.Selection(
        selection_add=[("usage_delivery", "Usage Delivery")],
        ondelete={"usage_delivery": "cascade"},
    )
    delivery_id = fields.Many2one(
        "cn285.usage.delivery",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
        help="The delivery that is billed here.",
    )

    def _window(self, key, spans=(), facts=None):
        if not self.delivery_id:
            return super()._window(key, spans, facts)
        return DeliveryWindow(
            key=key,
            item_id=self.item_id.id,
            contract_id=self.contract_id.id,
            start=self.period_start,
            end=self.period_end,
            beneficiary_id=self._default_beneficiary().id,
            delivery_id=self.delivery_id.id,
        )

    def _rate_row(self, batch):
        """A delivery of which no event is left is none: all that was billed of it is taken back."""
        if self.delivery_id and not self._has_events(batch):
            return []
        return super()._rate_row(batch)

    def _has_events(self, batch):
        return any(
            batch.measured[self.id, calculator_id, metric_id].events
            for calculator_id, recipe in batch.recipes_of(self)
            for metric_id in recipe.metric_ids
        )

    def _insert_rated(self, batch):
        """Store rows that were rated before they exist; each gets the next free revision.

        :param batch: what these rows, new records, were rated with
        :returns: the rows, ``planned``
        """
        if not self:
            return self
        vals = self._rated_vals(batch)
        last = self._last_revisions()
        creates = []
        for row in self:
            key = row.item_id.id, row.kind, row.period_start
            last[key] += 1
            creates.append({**row._planned_columns(), **vals[row], "revision": last[key]})
        created = self._insert_planned(creates)
        # sudo: ratings follow from usage; who may run the billing may not write them by hand.
        self.env["cn285.usage.rating"].sudo()._insert_outcomes(
            {made: batch.outcomes[row.id] for row, made in zip(self, created, strict=True)}
        )
        return created

    def _last_revisions(self):
        """The highest revisions so far: ``{(item id, kind, first day): int}``, -1 for none."""
        groups = self._read_group(
            [
                ("item_id", "in", self.item_id.ids),
                ("kind", "in", list(set(self.mapped("kind")))),
                ("period_start", "in", list(set(self.mapped("period_start")))),
            ],
            ["item_id", "kind", "period_start:day"],
            ["revision:max"],
        )
        last = Counter({(row.item_id.id, row.kind, row.period_start): -1 for row in self})
        last.update({(item.id, kind, start): top + 1 for item, kind, start, top in groups})
        return last

    def _planned_columns(self):
        """Values of a new row as :meth:`_insert_planned` takes them."""
        self.ensure_one()
        names = (
            "item_id",
            "contract_id",
            "company_id",
            "currency_id",
            "partner_id",
            "product_id",
            "delivery_id",
        )
        links = {name: self[name].id for name in names}
        plain = ("kind", "period_start", "period_end", "billing_date", "price_unit", "discount")
        values = {name: self[name] for name in (*plain, "proration", "state", "threshold_steps")}
        return {**links, **values}

    def _cancel_invoiced(self):
        """What a cancelled invoice had billed of a delivery is owed again."""
        deliveries = self.delivery_id
        result = super()._cancel_invoiced()
        deliveries.pending = True
        return result


class UsageMetric(models.Model):
    _inherit = "cn285.usage.metric"

    def _counted_events(self, windows):
        """Deliveries have their events by name, not by their days."""
        numbers = [
            number for number, window in enumerate(windows) if isinstance(window, DeliveryWindow)
        ]
        if not numbers:
            return super()._counted_events(windows)
        conditions = self._filter_conditions()
        return SQL(
            """SELECT w.number, w.owner_id, NULL::timestamp AS since, NULL::timestamp AS until, e.*
                 FROM unnest(%s::int[], %s::int[], %s::int[])
                      AS w (number, owner_id, delivery_id)
                 JOIN cn285_usage_delivery_event l ON l.delivery_id = w.delivery_id
                 JOIN cn285_usage_event e ON e.id = l.event_id AND e.occurred_at = l.occurred_at
                WHERE e.metric_id = %s AND e.state = 'active' AND e.kind != 'reversal' AND %s""",
            numbers,
            [windows[number].beneficiary_id for number in numbers],
            [windows[number].delivery_id for number in numbers],
            self.id,
            SQL(" AND ").join(conditions) if conditions else SQL("TRUE"),
        )


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"

    delivery_count = fields.Integer(compute="_compute_delivery_count")

    @api.depends("usage_billing")
    def _compute_delivery_count(self):
        groups = self.env["cn285.usage.delivery"]._read_group(
            [("item_id", "in", self.ids)], ["item_id"], ["__count"]
        )
        counts = {item.id: count for item, count in groups}
        for item in self:
            item.delivery_count = counts.get(item.id, 0)

    def write(self, vals):
        result = super().write(vals)
        if {"usage_set_completion", "usage_set_count", "usage_marker_property"} & vals.keys() or (
            {"usage_marker_value", "usage_metric_ids"} & vals.keys()
        ):
            # sudo: sets that were incomplete may be complete by the new terms.
            self.env["cn285.usage.delivery"].sudo().search(
                [("item_id", "in", self.ids), ("is_complete", "=", False)]
            ).pending = True
        return result
