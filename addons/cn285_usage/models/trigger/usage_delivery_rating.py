"""How deliveries are rated: as rows of the schedule, measured by their own events."""

from collections import Counter

from odoo import api, fields, models

from ..measure.usage_measure import DeliveryWindow

# Terms that say when a set of events is complete.
SET_TERMS = {
    "usage_set_completion",
    "usage_set_count",
    "usage_marker_property",
    "usage_marker_value",
    "usage_metric_ids",
}


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

    def _delivery_window(self, key, until=None):
        """The events of the delivery that this row bills, see ``_window``."""
        return DeliveryWindow(
            key=key,
            item_id=self.item_id.id,
            contract_id=self.contract_id.id,
            start=self.period_start,
            end=self.period_end,
            beneficiary_id=self._default_beneficiary().id,
            delivery_id=self.delivery_id.id,
            until=until,
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

    def _look_at_sets_again(self, vals):
        """Have sets of events that are incomplete looked at by terms that were written."""
        if SET_TERMS & vals.keys():
            # sudo: sets that were incomplete may be complete by the new terms.
            self.env["cn285.usage.delivery"].sudo().search(
                [("item_id", "in", self.ids), ("is_complete", "=", False)]
            ).pending = True
