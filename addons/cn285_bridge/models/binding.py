from datetime import datetime, timezone

from odoo import api, fields, models
from odoo.tools import SQL

from ..engine.checksum import checksum
from ..engine.merge import merge
from .kind import operator


class BridgeBinding(models.Model):
    """A record here and its counterpart there.

    ``base_values`` is what both said when they were last in step; what either side changed since is
    told by comparing with it.
    """

    _name = "cn285.bridge.binding"
    _description = "Bridge Binding"
    _inherit = ["cn285.guarded", "cn285.bridge.record"]
    _order = "id desc"

    record_name = fields.Char(string="Name Here")
    external_id = fields.Char(string="ID There")
    own_id = fields.Char(
        string="Our External ID",
        readonly=True,
        help="The external id of ours under which the other system knows the record.",
    )
    state = fields.Selection(
        [
            ("new", "Not sent yet"),
            ("in_step", "In step"),
            ("parked", "Parked"),
            ("conflict", "Conflict"),
            ("gone", "Deleted there"),
        ],
        default="new",
        required=True,
        readonly=True,
        index=True,
    )
    reason = fields.Text(readonly=True)
    base_values = fields.Json(readonly=True)
    sent_checksum = fields.Char(readonly=True)
    their_version = fields.Char(string="Last Version There", readonly=True)
    our_version = fields.Datetime(string="Last Version Here", readonly=True)
    synced_at = fields.Datetime(string="Last in Step", readonly=True)
    total_there = fields.Float(
        digits=(16, 2), readonly=True, help="As the other system computed it."
    )
    status_there = fields.Char(readonly=True)

    _record_uniq = models.Constraint(
        "unique(kind_id, res_id)", "This record is bound in this bridge already."
    )
    _external_uniq = models.UniqueIndex(
        "(kind_id, external_id) WHERE external_id IS NOT NULL",
        "A record of the other system is bound to one record here only.",
    )
    _own_index = models.Index("(kind_id, own_id)")
    _record_index = models.Index("(res_model, res_id)")

    @api.depends("record_name", "external_id")
    def _compute_display_name(self):
        for binding in self:
            binding.display_name = f"{binding.record_name or '-'} ↔ {binding.external_id or '-'}"

    # ------------------------------------------------------------------ finding and making

    @api.model
    def _of(self, kind, res_ids):
        """{record id: binding} of records here, without making any."""
        found = self.search([("kind_id", "=", kind.id), ("res_id", "in", list(res_ids))])
        return {binding.res_id: binding for binding in found}

    @api.model
    def _need(self, kind, res_ids):
        """{record id: binding}, made where missing; two processes may ask at once."""
        res_ids = sorted(set(res_ids))
        found = self._of(kind, res_ids)
        missing = [res_id for res_id in res_ids if res_id not in found]
        if missing:
            self.flush_model()
            values = SQL(", ").join(
                SQL(
                    "(%s, %s, %s, %s, %s, %s, 'new', now() at time zone 'utc')",
                    kind.id,
                    kind.backend_id.id,
                    kind.company_id.id,
                    kind._adapter()._bridge_model,
                    res_id,
                    f"{kind.backend_id.prefix}-{kind.code}-{res_id}",
                )
                for res_id in missing
            )
            self.env.cr.execute(
                SQL(
                    "INSERT INTO cn285_bridge_binding (kind_id, backend_id, company_id, res_model,"
                    " res_id, own_id, state, create_date) VALUES %s ON CONFLICT DO NOTHING",
                    values,
                )
            )
            found |= self._of(kind, missing)
        return found

    @api.model
    def _by_external(self, kind, external_ids, own_ids=()):
        """{external id: binding} of records there, found by their id or by ours."""
        domain = fields.Domain("external_id", "in", list(external_ids))
        if own_ids:
            domain |= fields.Domain("own_id", "in", list(own_ids))
        return self.search(fields.Domain("kind_id", "=", kind.id) & domain)

    @api.model
    def _taken(self, kind, results):
        """{external id: record id} of answers that name records bound here already."""
        ids = [result.external_id for result in results if result.ok and result.external_id]
        return {found.external_id: found.res_id for found in self._by_external(kind, ids)}

    # ------------------------------------------------------------------ in step

    def _sent(self, values, external_id):
        """The record went: both sides say ``values`` now."""
        self.ensure_one()
        self.write(
            {
                "external_id": external_id or self.external_id,
                "state": "in_step",
                "reason": False,
                "base_values": values,
                "sent_checksum": checksum(values),
                "our_version": fields.Datetime.now(),
                "synced_at": fields.Datetime.now(),
            }
        )

    def _deleted_by_us(self):
        """The record was taken back here and is deleted there; it may go again as a new one."""
        self.write(
            {
                "state": "gone",
                "reason": self.env._("Deleted by us."),
                "external_id": False,
                "base_values": False,
                "sent_checksum": False,
            }
        )

    def _merge_in(self, incoming, choices=None):
        """Bring a record that goes both ways in step with what the other side says now.

        Writes here what they changed, orders sending what we changed, and opens a conflict where
        both did and nobody knows better.

        :param dict choices: "ours" or "theirs" by field, a person's decision
        """
        self.ensure_one()
        kind = self.kind_id
        adapter = kind._adapter()
        record = self.env[self.res_model].browse(self.res_id)
        ours = adapter._values_here(kind, record)[record.id]
        theirs = adapter._values_there(kind, incoming)
        adapter._met(self, incoming)
        result = merge(
            self.base_values or None,
            ours,
            theirs,
            kind.rule,
            ours_changed_at=_aware(record.write_date),
            theirs_changed_at=incoming.changed_at,
            choices=choices,
        )
        if result.conflicts:
            self.env["cn285.bridge.conflict"]._open(self, incoming, result.conflicts)
            return
        if result.here:
            adapter._write_here(kind, record, result.here, incoming)
        if result.there and kind._sends():
            self.env["cn285.bridge.outbox"]._put(kind, record.ids)
        self.env["cn285.bridge.conflict"]._close(self)
        self.write(
            {
                "external_id": incoming.external_id,
                "their_version": incoming.version,
                # What we changed is still to go: until it has, the base is what they say.
                "base_values": theirs,
                "sent_checksum": False if result.there else checksum(theirs),
                "state": "in_step",
                "reason": False,
                "synced_at": fields.Datetime.now(),
                "our_version": fields.Datetime.now(),
            }
        )

    def _refresh(self, fetched):
        """Merge what the other side says now, before ours goes.

        :param dict fetched: {external id: Incoming}
        """
        for binding in self:
            incoming = fetched.get(binding.external_id)
            if incoming is not None:
                adapter = binding.kind_id._adapter()
                adapter._met(binding, incoming)
                theirs = adapter._values_there(binding.kind_id, incoming)
                if checksum(theirs) != checksum(binding.base_values or {}):
                    binding._merge_in(incoming)

    # ------------------------------------------------------------------ buttons

    def action_resynchronise(self):
        """Send these records again, whether or not they changed; made anew where they are gone."""
        for kind, bindings in operator(self).grouped("kind_id").items():
            bindings.filtered(lambda binding: binding.state == "gone").write(
                {"external_id": False, "base_values": False, "state": "new", "reason": False}
            )
            if kind._sends():
                kind.env["cn285.bridge.outbox"]._put(kind, bindings.mapped("res_id"), force=True)
            kind.backend_id._dispatch_later()
        return True


def _aware(moment):
    return moment.replace(tzinfo=timezone.utc) if isinstance(moment, datetime) else None
