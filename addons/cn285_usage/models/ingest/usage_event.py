from odoo import api, fields, models
from odoo.addons.cn285_contract.models.common import STATE_DOOR
from odoo.addons.cn285_contract.models.selected_link import SelectedMany2one
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ...engine.event_rows import event_key
from .big_integer import BigInteger


class UsageEvent(models.Model):
    """One use of something, once. Events are never edited: corrections are events of their own.

    What counts: events in state ``active`` that are not themselves a ``reversal``. The quantity of
    a reversal is the negative of its first event's.
    """

    _name = "cn285.usage.event"
    _description = "Usage Event"
    _inherit = ["cn285.guarded"]
    _portal_fields = frozenset(
        {
            "source",
            "transaction_id",
            "company_id",
            "metric_id",
            "contract_id",
            "item_id",
            "beneficiary_id",
            "occurred_at",
            "ended_at",
            "quantity",
            "kind",
            "state",
        }
    )
    _order = "occurred_at desc, id desc"
    _rec_name = "transaction_id"
    _check_company_auto = True
    # The table is partitioned, which Odoo does not take for a table: it is read as a query.
    _auto = False
    _table_query = "SELECT * FROM cn285_usage_event"

    source = fields.Char(required=True, help="The system that reported the event.")
    transaction_id = fields.Char(
        required=True,
        copy=False,
        help="The number of the event in its source. Sent again, it counts once.",
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    metric_id = fields.Many2one("cn285.usage.metric", required=True, check_company=True)
    contract_id = SelectedMany2one("cn285.contract", check_company=True)
    item_id = fields.Many2one("cn285.contract.item", string="Contract Item", check_company=True)
    beneficiary_id = fields.Many2one("res.partner", check_company=True)
    occurred_at = fields.Datetime(required=True)
    ended_at = fields.Datetime(help="Durations: when it ended.")
    quantity = fields.Float(digits=0, help="Units of the metric; a duration's are worked out.")
    properties = fields.Json()
    properties_text = fields.Char(string="Details", compute="_compute_properties_text")
    kind = fields.Selection(
        selection=[
            ("usage", "Usage"),
            ("reversal", "Reversal"),
            ("replacement", "Replacement"),
        ],
        default="usage",
        required=True,
    )
    origin_id = fields.Many2one(
        "cn285.usage.event", string="Corrects", help="The event that this one corrects."
    )
    state = fields.Selection(
        string="Status",
        selection=[
            ("active", "Counts"),
            ("parked", "Parked"),
            ("superseded", "Corrected"),
        ],
        readonly=True,
    )
    reference = fields.Char(
        string="Sent For", readonly=True, help="Parked events: for whom they were sent."
    )
    ingested_at = fields.Datetime(string="Received At", readonly=True)
    seq = BigInteger(
        string="Matched As",
        readonly=True,
        aggregator=False,
        help="Of an event that was parked: its place in the order of arrival once matched.",
    )

    @api.depends("properties")
    def _compute_properties_text(self):
        for event in self:
            pairs = (event.properties or {}).items()
            event.properties_text = " · ".join(f"{name}: {value}" for name, value in pairs)

    # === CRUD === #

    # Events are recorded in bulk and never change: Odoo's own way is not for them.
    # pylint: disable=method-required-super, no-raise-unlink

    @api.model_create_multi
    def create(self, vals_list):
        """Record events as :meth:`ingest` does; one sent before is returned, not made again.

        :raises ValidationError: if one of them is refused, with the reasons; then none is kept
        """
        self.check_access("create")
        rows = [self._row_from_vals(vals) for vals in vals_list]
        report = self.with_context(cn285_no_refusals=STATE_DOOR).ingest(rows)
        if report["refused"]:
            raise ValidationError("\n".join(entry["reason"] for entry in report["refused"]))
        return self._by_keys([(row["source"], row["transaction_id"]) for row in rows])

    @api.model
    def _row_from_vals(self, vals):
        row = {
            name: value
            for name, value in vals.items()
            if value is not None and value is not False and value != ""
        }
        for name in ("company_id", "state", "seq", "ingested_at", "reference"):
            row.pop(name, None)
        origin = self.browse(row.pop("origin_id", None))
        if origin:
            row.update(origin=origin.transaction_id, origin_source=origin.source)
        return row

    @api.model
    def _by_keys(self, pairs):
        """Return the events of ``(source, transaction)`` pairs, in their order."""
        keys = [event_key(self.env.company.id, *map(str, pair)).hex() for pair in pairs]
        rows = self.env.execute_query(
            SQL("SELECT key::text, event_id FROM cn285_usage_key WHERE key = ANY(%s::uuid[])", keys)
        )
        found = {key.replace("-", ""): event for key, event in rows}
        return self.browse(found[key] for key in keys if key in found)

    def write(self, vals):
        if not self or not vals:
            return True
        raise UserError(
            self.env._(
                "Usage events cannot be changed. Send a reversal or a replacement that names the "
                "event instead."
            )
        )

    def unlink(self):
        if not self:
            return True
        raise UserError(
            self.env._("Usage events cannot be deleted. Send a reversal that names the event.")
        )

    # === GUARDS === #

    @api.model
    def _used_metrics(self, metrics):
        """Those of the metrics that have events."""
        return metrics.browse(self._used("metric_id", metrics.ids))

    @api.model
    def _used(self, column, ids):
        """Those of the ids that some event has in a column.

        It reads the table itself: that a record has events is true for whoever asks.
        """
        self.env.cr.execute(
            SQL(
                "SELECT asked.id FROM unnest(%(ids)s) AS asked(id) WHERE EXISTS "
                "(SELECT 1 FROM cn285_usage_event e WHERE e.%(column)s = asked.id)",
                ids=list(ids),
                column=SQL.identifier(column),
            )
        )
        return [row[0] for row in self.env.cr.fetchall()]
