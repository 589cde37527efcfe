from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..engine.errors import CallFailed, Meaning
from .kind import operator


class BridgeBackend(models.Model):
    """A system at the other end, and how a company is kept in step with it.

    What a system can do stands in its adapters (`cn285.bridge.adapter`); this model holds what is
    the same for all: state, limits, counts.
    """

    _name = "cn285.bridge.backend"
    _description = "Bridge"
    _inherit = ["cn285.guarded", "mail.thread"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, tracking=True
    )
    system = fields.Selection([], required=True)
    state = fields.Selection(
        [("draft", "Not connected"), ("running", "Running"), ("stopped", "Stopped")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    stop_reason = fields.Text(readonly=True, copy=False)
    prefix = fields.Char(
        string="External ID Prefix",
        required=True,
        copy=False,
        default=lambda self: self._default_prefix(),
        help="Starts the external ids that this database gives to records of the other system. It"
        " must not change once records were sent.",
    )
    concurrency = fields.Integer(
        string="Calls at a Time",
        default=4,
        required=True,
        help="How many calls the other system takes at once. One more waits.",
    )
    max_attempts = fields.Integer(
        default=8, required=True, help="After this many failures in a row a record is parked."
    )
    retry_seconds = fields.Integer(
        string="First Retry (seconds)",
        default=30,
        required=True,
        help="A failed call is made again after this time, then after twice the time, and so on.",
    )
    log_days = fields.Integer(
        string="Keep Log (days)", default=30, required=True, help="Older exchanges are deleted."
    )
    kind_ids = fields.One2many("cn285.bridge.kind", "backend_id", string="Kinds of Records")
    map_ids = fields.One2many("cn285.bridge.map", "backend_id", string="Mappings")
    in_step_count = fields.Integer(string="In Step", compute="_compute_counts")
    waiting_count = fields.Integer(string="Waiting", compute="_compute_counts")
    parked_count = fields.Integer(string="Parked", compute="_compute_counts")
    conflict_count = fields.Integer(string="Conflicts", compute="_compute_counts")
    last_exchange_at = fields.Datetime(string="Last Run", compute="_compute_counts")

    _limits_positive = models.Constraint(
        "CHECK(concurrency BETWEEN 1 AND 50 AND max_attempts BETWEEN 1 AND 50"
        " AND retry_seconds BETWEEN 0 AND 3600 AND log_days BETWEEN 1 AND 3650)",
        "Calls at a time and attempts are between 1 and 50, the first retry is within an hour.",
    )
    _prefix_uniq = models.Constraint(
        "unique(company_id, prefix, system)", "Another bridge uses the same prefix."
    )

    def _default_prefix(self):
        # sudo: the database's id is no secret, but its parameter is for administrators.
        uuid = self.env["ir.config_parameter"].sudo().get_param("database.uuid") or "local"
        prefix = f"cn285-{uuid.replace('-', '')[:8]}"
        count = self.with_context(active_test=False).search_count([])
        return f"{prefix}-{count + 1}" if count else prefix

    def _compute_counts(self):
        bindings = self.env["cn285.bridge.binding"]
        in_step = dict(
            bindings._read_group(
                [("backend_id", "in", self.ids), ("state", "=", "in_step")],
                ["backend_id"],
                ["__count"],
            )
        )
        rows = {
            model: {
                (backend, state): count
                for backend, state, count in self.env[model]._read_group(
                    [("backend_id", "in", self.ids), ("state", "in", states)],
                    ["backend_id", "state"],
                    ["__count"],
                )
            }
            for model, states in (
                ("cn285.bridge.outbox", ("waiting", "parked")),
                ("cn285.bridge.inbox", ("new", "parked")),
                ("cn285.bridge.conflict", ("open",)),
            )
        }
        last = dict(
            self.env["cn285.bridge.exchange"]._read_group(
                [("backend_id", "in", self.ids)], ["backend_id"], ["create_date:max"]
            )
        )
        out, into = rows["cn285.bridge.outbox"], rows["cn285.bridge.inbox"]
        for backend in self:
            backend.in_step_count = in_step.get(backend, 0)
            backend.waiting_count = out.get((backend, "waiting"), 0) + into.get((backend, "new"), 0)
            backend.parked_count = out.get((backend, "parked"), 0) + into.get(
                (backend, "parked"), 0
            )
            backend.conflict_count = rows["cn285.bridge.conflict"].get((backend, "open"), 0)
            backend.last_exchange_at = last.get(backend, False)

    @api.model_create_multi
    def create(self, vals_list):
        backends = super().create(vals_list)
        for backend in backends:
            backend._create_kinds()
        self.env.registry.clear_cache()
        return backends

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"active", "state", "company_id", "system"}:
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    def _create_kinds(self):
        """The kinds of records that the system's adapters know, switched as they suggest."""
        self.ensure_one()
        present = self.kind_ids.mapped("code")
        vals_list = []
        for code, _label in self.env["cn285.bridge.kind"]._fields["code"].selection:
            adapter = self._adapter(code)
            if adapter is not None and code not in present:
                vals_list.append(
                    {
                        "backend_id": self.id,
                        "code": code,
                        "sequence": adapter._bridge_sequence,
                        "direction": adapter._bridge_directions[0],
                    }
                )
        self.env["cn285.bridge.kind"]._inside().create(vals_list)

    def _adapter(self, code):
        """The adapter of this system for a kind of record, in its company; None: there is none."""
        self.ensure_one()
        name = f"cn285.{self.system}.{code}"
        if name not in self.env:
            return None
        return self.env[name].with_company(self.company_id)

    # ------------------------------------------------------------------ running, stopped

    def _check_connection(self):
        """Prove that the other system can be reached; systems extend it.

        :raise CallFailed: when it cannot
        :raise UserError: when settings are missing or wrong
        """
        self.ensure_one()

    def action_start(self):
        """Connect, and exchange from now on."""
        for backend in operator(self):
            try:
                backend._check_connection()
            except CallFailed as error:
                raise UserError(backend._call_failed_message(error)) from error
            backend.write({"state": "running", "stop_reason": False})
            backend._dispatch_later()
        return True

    def action_test(self):
        """Try the connection and say so."""
        self.ensure_one()
        try:
            operator(self)._check_connection()
        except CallFailed as error:
            raise UserError(self._call_failed_message(error)) from error
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("The connection works: account and credentials are right."),
            },
        }

    def action_stop(self):
        """Exchange nothing until started again; what has to go waits."""
        reason = self.env._("Stopped by hand.")
        operator(self).write({"state": "stopped", "stop_reason": reason})
        return True

    def _stop(self, error):
        """Stop because nothing can work until somebody acts; says what to do."""
        self.ensure_one()
        reason = self._call_failed_message(error)
        if self.state == "running":
            self.write({"state": "stopped", "stop_reason": reason})
            self.message_post(body=reason)

    def _call_failed_message(self, error):
        """What a failed call means, in words that say what to do; systems extend it."""
        self.ensure_one()
        values = {"name": self.name, "code": error.code, "message": str(error)}
        if error.meaning is Meaning.STOP:
            return self.env._(
                "%(name)s does not let us in (%(code)s: %(message)s). Check account, credentials"
                " and role, then start the bridge again.",
                **values,
            )
        return self.env._(
            "%(name)s could not be reached or was busy (%(code)s: %(message)s).", **values
        )

    # ------------------------------------------------------------------ concurrency

    def _take_slot(self):
        """Whether this transaction may call the other system now; kept until it ends.

        The job channel's capacity holds jobs back; this holds the account's limit whatever the
        channel says, over all workers and hosts.
        """
        self.ensure_one()
        for slot in range(self.concurrency):
            ((taken,),) = self.env.execute_query(
                SQL(
                    "SELECT pg_try_advisory_xact_lock(hashtext('cn285.bridge.slot'), %s)",
                    self.id * 100 + slot,
                )
            )
            if taken:
                return True
        return False

    # ------------------------------------------------------------------ screens

    def _action(self, name, domain, **context):
        action = self.env["ir.actions.act_window"]._for_xml_id(f"cn285_bridge.{name}")
        return {
            **action,
            "domain": [("backend_id", "in", self.ids), *domain],
            "context": context,
        }

    def action_view_bindings(self):
        return self._action("action_bridge_binding", [], search_default_group_kind=1)

    def action_view_waiting(self):
        return self._action("action_bridge_outbox", [], search_default_waiting=1)

    def action_view_parked(self):
        return self._action("action_bridge_outbox", [], search_default_parked=1)

    def action_view_inbox(self):
        return self._action("action_bridge_inbox", [], search_default_open=1)

    def action_view_conflicts(self):
        return self._action("action_bridge_conflict", [], search_default_open=1)

    def action_view_exchanges(self):
        return self._action("action_bridge_exchange", [])
