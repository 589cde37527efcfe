from datetime import datetime, timezone

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..engine.steps import Incoming
from .kind import operator


class BridgeConflict(models.Model):
    """Both sides changed the same field of a record: a person decides."""

    _name = "cn285.bridge.conflict"
    _description = "Bridge Conflict"
    _inherit = ["cn285.guarded"]
    _order = "id desc"
    _rec_name = "record_name"

    binding_id = fields.Many2one(
        "cn285.bridge.binding", required=True, ondelete="cascade", index=True, readonly=True
    )
    kind_id = fields.Many2one(related="binding_id.kind_id", store=True, precompute=True, index=True)
    backend_id = fields.Many2one(
        related="binding_id.backend_id", store=True, precompute=True, index=True
    )
    company_id = fields.Many2one(related="binding_id.company_id", store=True, precompute=True)
    record_name = fields.Char(related="binding_id.record_name")
    external_id = fields.Char(related="binding_id.external_id")
    their_version = fields.Char(string="Last Version There", readonly=True)
    their_date = fields.Datetime(string="Changed There", compute="_compute_their_date")
    our_date = fields.Datetime(string="Changed Here", readonly=True)
    raw = fields.Json(readonly=True)
    state = fields.Selection(
        [("open", "Open"), ("decided", "Decided")], default="open", required=True, readonly=True
    )
    decided_by_id = fields.Many2one("res.users", readonly=True)
    decided_at = fields.Datetime(readonly=True)
    line_ids = fields.One2many("cn285.bridge.conflict.line", "conflict_id", string="Fields")

    _open_uniq = models.UniqueIndex(
        "(binding_id) WHERE state = 'open'", "There is an open conflict of this record already."
    )

    @api.depends("their_version")
    def _compute_their_date(self):
        for conflict in self:
            moment = conflict.their_version and datetime.fromisoformat(conflict.their_version)
            conflict.their_date = moment and moment.astimezone(timezone.utc).replace(tzinfo=None)

    @api.model
    def _open(self, binding, incoming, disagreements):
        """Open a conflict, or renew the one that is open."""
        adapter = binding.kind_id._adapter()
        record = self.env[binding.res_model].browse(binding.res_id)
        vals = {
            "their_version": incoming.version,
            "our_date": record.write_date,
            "raw": incoming.raw,
            "line_ids": [
                fields.Command.clear(),
                *(
                    fields.Command.create(
                        {
                            "name": item.name,
                            "label": adapter._label(item.name),
                            "base": _shown(item.base),
                            "ours": _shown(item.ours),
                            "theirs": _shown(item.theirs),
                        }
                    )
                    for item in disagreements
                ),
            ],
        }
        found = self.search([("binding_id", "=", binding.id), ("state", "=", "open")])
        if found:
            found.write(vals)
        else:
            found = self.create({**vals, "binding_id": binding.id})
        binding.write(
            {
                "state": "conflict",
                "external_id": incoming.external_id,
                "reason": self.env._("Changed on both sides; see Conflicts."),
            }
        )
        return found

    @api.model
    def _close(self, binding):
        """The record is in step again: what was open is decided."""
        found = self.search([("binding_id", "=", binding.id), ("state", "=", "open")])
        found.write(
            {
                "state": "decided",
                "decided_by_id": self.env.uid,
                "decided_at": fields.Datetime.now(),
            }
        )

    def action_keep_ours(self):
        """What is here goes there."""
        operator(self).line_ids.write({"choice": "ours"})
        return self.action_decide()

    def action_take_theirs(self):
        """What is there comes here."""
        operator(self).line_ids.write({"choice": "theirs"})
        return self.action_decide()

    def action_decide(self):
        """Do what was chosen field by field."""
        for conflict in operator(self).filtered(lambda found: found.state == "open"):
            undecided = conflict.line_ids.filtered(lambda line: not line.choice)
            if undecided:
                raise UserError(
                    self.env._("Choose a side for: %s.", ", ".join(undecided.mapped("label")))
                )
            moment = conflict.their_version and datetime.fromisoformat(conflict.their_version)
            incoming = Incoming(conflict.external_id, conflict.raw or {}, moment or None)
            binding = conflict.binding_id
            choices = {line.name: line.choice for line in conflict.line_ids}
            binding._merge_in(incoming, choices)
            if binding.state == "in_step":
                binding.backend_id._dispatch_later()
        return True


class BridgeConflictLine(models.Model):
    """One field on which the sides disagree."""

    _name = "cn285.bridge.conflict.line"
    _description = "Bridge Conflict Field"
    _inherit = ["cn285.guarded"]
    _order = "id"
    _rec_name = "label"

    conflict_id = fields.Many2one(
        "cn285.bridge.conflict", required=True, ondelete="cascade", index=True
    )
    name = fields.Char(required=True, readonly=True)
    label = fields.Char(string="Field", readonly=True)
    base = fields.Char(string="Before", readonly=True)
    ours = fields.Char(string="Here", readonly=True)
    theirs = fields.Char(string="There", readonly=True)
    choice = fields.Selection([("ours", "Here"), ("theirs", "There")], string="Right Is")

    def write(self, vals):
        if not self.env.su and vals.keys() - {"choice"}:
            raise AccessError(self.env._("Of a conflict only the choice can be changed."))
        return super().write(vals)


def _shown(value):
    return "" if value in (None, False) else str(value)


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.model
    def _cn285_authorships(self):
        return [*super()._cn285_authorships(), ("cn285.bridge.conflict", "decided_by_id")]
