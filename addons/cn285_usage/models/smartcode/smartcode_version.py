import json
from datetime import date, datetime
from decimal import Decimal

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.common import STATE_DOOR
from odoo.exceptions import UserError, ValidationError

from ...sandbox.process import Failure

# What stays as it is once a version was in force: it is what past amounts were rated by.
FIXED = {
    "body",
    "detailed",
    "seconds",
    "megabytes",
    "smartcode_id",
    "number",
    "company_id",
    "date_from",
}
DOOR = {"state", "activated_on", "activated_by_id"}
# A first macro, and first inputs to try it on.
EXAMPLE_BODY = """\
# period, item, usage and events are given; leave the result in lines.
calls = usage["api"]["quantity"]
lines.append({"label": "API calls", "quantity": calls, "unit_price": 0.02})
"""
EXAMPLE_INPUT = {
    "period": {"start": "2026-01-01", "end": "2026-01-31", "days": 31, "share": 1},
    "item": {
        "name": "API access",
        "contract": "C-0001",
        "customer": "Example",
        "quantity": 1,
        "price": 0,
        "currency": "EUR",
    },
    "usage": {"api": {"quantity": 1250, "count": 10, "unit": "call"}},
    "events": [],
}


class SmartCodeVersion(models.Model):
    """One version of a SmartCode: a draft is edited and tried, then it never changes again."""

    _name = "cn285.smartcode.version"
    _description = "SmartCode Version"
    _inherit = ["cn285.guarded"]
    _order = "smartcode_id, number desc"
    _rec_name = "number"
    _check_company_auto = True

    smartcode_id = fields.Many2one(
        "cn285.smartcode",
        string="SmartCode",
        required=True,
        ondelete="cascade",
        index=True,
        check_company=True,
    )
    company_id = fields.Many2one(related="smartcode_id.company_id", store=True, index=True)
    number = fields.Integer(readonly=True, copy=False)
    state = fields.Selection(
        selection=[("draft", "Draft"), ("active", "In Force"), ("retired", "Retired")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
    )
    body = fields.Text(string="Macro", required=True, default=EXAMPLE_BODY)
    note = fields.Char(string="What Changed")
    detailed = fields.Boolean(
        string="Receives Events",
        help="The macro gets the events one by one, not just the totals of the metrics.",
    )
    seconds = fields.Integer(
        string="Time (seconds)", default=5, required=True, help="For one item and period."
    )
    megabytes = fields.Integer(
        string="Memory (MB)", default=128, required=True, help="On top of what the macro receives."
    )
    date_from = fields.Date(
        string="Holds From",
        copy=False,
        help="Periods that begin on this day or later are rated by it. Empty: all that were not "
        "billed yet. What was billed keeps the version that it was billed by.",
    )
    activated_on = fields.Datetime(readonly=True, copy=False)
    activated_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    test_input = fields.Text(
        string="Test Input (JSON)", default=lambda self: json.dumps(EXAMPLE_INPUT, indent=2)
    )
    test_result = fields.Text(readonly=True, copy=False)

    _number_uniq = models.Constraint(
        "unique(smartcode_id, number)", "This SmartCode already has a version of this number."
    )
    _active_uniq = models.UniqueIndex(
        "(smartcode_id) WHERE state = 'active'", "A SmartCode has one version in force."
    )
    _limits_sane = models.Constraint(
        "CHECK(seconds BETWEEN 1 AND 60 AND megabytes BETWEEN 16 AND 1024)",
        "A macro may have 1 to 60 seconds, and 16 to 1024 MB of memory.",
    )

    @api.depends("smartcode_id", "number")
    def _compute_display_name(self):
        for version in self:
            version.display_name = self.env._(
                "%(name)s, version %(number)s",
                name=version.smartcode_id.name or "",
                number=version.number,
            )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_door({name: vals[name] for name in vals if name != "state"})
            if vals.get("state", "draft") != "draft":
                self._check_door(vals)
        versions = super().create(vals_list)
        for smartcode, made in versions.grouped("smartcode_id").items():
            # The lock makes two drafts at once wait for each other instead of failing.
            smartcode.lock_for_update()
            last = max((smartcode.version_ids - made).mapped("number"), default=0)
            for number, version in enumerate(made, last + 1):
                version._write_inside({"number": number})
        return versions

    def write(self, vals):
        self._check_door(vals)
        fixed = self.filtered(lambda version: version.state != "draft")
        changed = FIXED & vals.keys()
        for version in fixed:
            if any(
                version._fields[name].convert_to_write(version[name], version) != vals[name]
                for name in changed
            ):
                raise UserError(
                    self.env._(
                        "%s was in force and does not change any more: past amounts were rated by "
                        "it. Make a new draft.",
                        version.display_name,
                    )
                )
        return super().write(vals)

    @api.model
    def _check_door(self, vals):
        if DOOR & vals.keys() and self.env.context.get("cn285_state_door") is not STATE_DOOR:
            raise UserError(
                self.env._(
                    "The state of a SmartCode version changes by its buttons (Activate, Retire), "
                    "not by editing it."
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        for version in self:
            if version.state != "draft":
                raise UserError(
                    self.env._(
                        "%s was in force: it is kept, because past amounts were rated by it.",
                        version.display_name,
                    )
                )

    def _draft_vals(self):
        """Values of a draft that begins as a copy."""
        self.ensure_one()
        names = ("body", "detailed", "seconds", "megabytes", "test_input")
        return {name: self[name] for name in names}

    # --- Actions ------------------------------------------------------------------------------

    def action_activate(self):
        """Put a draft, or a retired version, in force; the one before it retires.

        The macro is checked first, and refused with its line.
        """
        for version in self:
            version.check_access("write")
            version.smartcode_id.lock_for_update()
            version.invalidate_recordset(["state"])
            if version.state == "active":
                continue
            failure = self.env["cn285.smartcode.runner"]._check(version)
            if failure:
                raise UserError(self.env["cn285.smartcode.runner"]._reason(version, failure))
            before = version.smartcode_id.version_ids.filtered(
                lambda other: other.state == "active"
            )
            before._update_state("retired")
            # The unique index allows one at a time: the other must have left first.
            before.flush_recordset(["state"])
            version._update_state(
                "active",
                activated_on=fields.Datetime.now(),
                activated_by_id=self.env.uid,
            )
            version.smartcode_id.message_post(
                body=self.env._("Version %s is in force.", version.number)
            )
        return True

    def action_retire(self):
        """Take a version out of force; items that use the SmartCode are then set aside."""
        for version in self:
            if version.state != "active":
                raise UserError(self.env._("%s is not in force.", version.display_name))
        self._update_state("retired")
        return True

    def action_test_run(self):
        """Run the macro on its test input and show the lines, or what went wrong and where."""
        self.ensure_one()
        self.check_access("write")
        inputs = self._read_test_input()
        runner = self.env["cn285.smartcode.runner"]
        result = runner._unreliable(self)
        if not result:
            (result,) = runner._run_batch(self, [inputs])
        self._write_inside({"test_result": self._shown(result)})
        return True

    def _update_state(self, state, **values):
        self._write_inside({"state": state, **values})

    def _read_test_input(self):
        """The test input as the values that a macro receives."""
        try:
            inputs = json.loads(self.test_input or "{}", parse_float=Decimal)
            for name in ("start", "end"):
                inputs["period"][name] = date.fromisoformat(inputs["period"][name])
            for event in inputs.get("events", []):
                event["occurred_at"] = datetime.fromisoformat(event["occurred_at"])
            return {"item": {}, "usage": {}, "events": [], **inputs}
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise ValidationError(
                self.env._(
                    "The test input cannot be read: %s. It is JSON with period (start and end as "
                    "2026-01-31), item, usage and events.",
                    error,
                )
            ) from error

    def _shown(self, result):
        if isinstance(result, Failure):
            return self.env["cn285.smartcode.runner"]._reason(self, result)
        lines = []
        for line in result:
            if line.amount is not None:
                lines.append(f"{line.label}: {line.amount:f}")
            else:
                lines.append(
                    f"{line.label}: {line.quantity:f} × {line.unit_price:f} = {line.exact:f}"
                )
        return "\n".join(lines) or self.env._("The macro returned no lines: nothing is billed.")


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.model
    def _cn285_authorships(self):
        return [*super()._cn285_authorships(), ("cn285.smartcode.version", "activated_by_id")]
