from datetime import timedelta

from odoo import api, fields, models, tools
from odoo.addons.cn285_contract.models.common import labelled
from odoo.exceptions import ValidationError

SENDING = ("out", "both")
READING = ("in", "both")


def operator(records):
    """The same records with all rights, for somebody who works the bridge by its buttons.

    Only who may work it can read it: billing managers, in their companies, and administrators.
    """
    records.check_access("read")
    return records.sudo()


class BridgeKind(models.Model):
    """A kind of record of one backend: which way it goes, who wins, when it is read."""

    _name = "cn285.bridge.kind"
    _description = "Bridge Kind of Record"
    _inherit = ["cn285.guarded"]
    _order = "backend_id, sequence, id"
    _rec_name = "code"

    backend_id = fields.Many2one(
        "cn285.bridge.backend", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="backend_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    code = fields.Selection(
        [
            ("item", "Items"),
            ("customer", "Customers"),
            ("invoice", "Invoices"),
            ("credit_memo", "Credit Notes"),
            ("journal", "Journal Entries"),
        ],
        string="Kind",
        required=True,
        readonly=True,
    )
    direction = fields.Selection(
        [
            ("off", "Off"),
            ("in", "There → here"),
            ("out", "Here → there"),
            ("both", "Both ways"),
        ],
        default="off",
        required=True,
    )
    rule = fields.Selection(
        [
            ("theirs", "Theirs wins"),
            ("ours", "Ours wins"),
            ("newest", "The newest wins"),
            ("ask", "Ask"),
        ],
        string="Who Wins",
        default="ask",
        required=True,
        help="What happens when both sides changed the same field of a record.",
    )
    interval_minutes = fields.Integer(string="Read Every (minutes)", default=15, required=True)
    read_until = fields.Datetime(
        readonly=True,
        copy=False,
        help="Changes up to this time of the other system's clock were read.",
    )
    deleted_until = fields.Datetime(readonly=True, copy=False)
    next_read_at = fields.Datetime(readonly=True, copy=False)
    read_attempts = fields.Integer(readonly=True, copy=False)
    last_read_at = fields.Datetime(string="Last Read", readonly=True, copy=False)
    in_step_count = fields.Integer(string="In Step", compute="_compute_counts")
    waiting_count = fields.Integer(string="Waiting", compute="_compute_counts")
    parked_count = fields.Integer(string="Parked", compute="_compute_counts")
    conflict_count = fields.Integer(string="Conflicts", compute="_compute_counts")

    _code_uniq = models.Constraint(
        "unique(backend_id, code)", "A bridge has each kind of record once."
    )
    _interval_positive = models.Constraint(
        "CHECK(interval_minutes BETWEEN 1 AND 10080)",
        "Records are read at least once a week and at most every minute.",
    )

    def _compute_counts(self):
        def counted(model, states):
            groups = self.env[model]._read_group(
                [("kind_id", "in", self.ids), ("state", "in", states)], ["kind_id"], ["__count"]
            )
            return dict(groups)

        in_step = counted("cn285.bridge.binding", ["in_step"])
        waiting = (
            counted("cn285.bridge.outbox", ["waiting"]),
            counted("cn285.bridge.inbox", ["new"]),
        )
        parked = [counted(f"cn285.bridge.{name}", ["parked"]) for name in ("outbox", "inbox")]
        conflicts = counted("cn285.bridge.conflict", ["open"])
        for kind in self:
            kind.in_step_count = in_step.get(kind, 0)
            kind.waiting_count = sum(found.get(kind, 0) for found in waiting)
            kind.parked_count = sum(found.get(kind, 0) for found in parked)
            kind.conflict_count = conflicts.get(kind, 0)

    @api.depends("code", "backend_id.name")
    def _compute_display_name(self):
        labels = dict(self._fields["code"]._description_selection(self.env))
        for kind in self:
            kind.display_name = labelled(self.env, kind.backend_id.name, labels.get(kind.code, ""))

    @api.constrains("direction")
    def _check_direction(self):
        for kind in self:
            possible = ("off", *kind._adapter()._bridge_directions)
            if kind.direction not in possible:
                labels = dict(self._fields["direction"]._description_selection(self.env))
                raise ValidationError(
                    self.env._(
                        "%(kind)s cannot go that way. Possible: %(possible)s.",
                        kind=kind.display_name,
                        possible=", ".join(labels[name] for name in possible),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        if vals.keys() & {"direction", "active"}:
            self.env.registry.clear_cache()
        return super().write(vals)

    def _adapter(self):
        """This kind's adapter."""
        self.ensure_one()
        return self.backend_id._adapter(self.code)

    def _sends(self):
        return self.direction in SENDING

    def _reads(self):
        return self.direction in READING or (
            self.direction == "out" and self._adapter()._bridge_reads_back
        )

    @api.model
    @tools.ormcache("code")
    def _sending_ids(self, code):
        """Ids of the kinds, over all companies, for which changes have to be noted."""
        # sudo: whoever changes a record leaves a note, whatever they may see of bridges.
        return tuple(
            self.sudo()
            .search(
                [
                    ("code", "=", code),
                    ("direction", "in", SENDING),
                    ("backend_id.active", "=", True),
                    ("backend_id.state", "!=", "draft"),
                ]
            )
            .ids
        )

    def _after_read(self, moment):
        """Remember that changes up to ``moment`` of their clock were read."""
        now = fields.Datetime.now()
        self.write(
            {
                "read_until": moment or self.read_until,
                "last_read_at": now,
                "next_read_at": now + timedelta(minutes=self.interval_minutes),
                "read_attempts": 0,
            }
        )

    def action_read_now(self):
        """Read at the next opportunity."""
        for kind in operator(self):
            kind._read_later()
        return True

    def action_resynchronise(self):
        """Read everything again and send everything again; what is the same changes nothing."""
        for kind in operator(self):
            kind.write(kind._adapter()._start_again(kind))
            if kind._sends():
                records = kind._adapter()._all_here(kind)
                rows = kind.env["cn285.bridge.outbox"]._put(kind, records.ids, force=True)
                if kind.direction == "both":
                    # What is there already is recognised by reading it, so that goes first.
                    rows.next_try = fields.Datetime.add(fields.Datetime.now(), minutes=2)
            kind._read_later()
            kind.backend_id._dispatch_later()
        return True
