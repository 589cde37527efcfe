from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bounds import Bound
from odoo.exceptions import UserError, ValidationError


class CommunicationPlan(models.Model):
    """What the members of a segment are told, step by step, before or after a date."""

    _name = "cn285.communication.plan"
    _description = "Communication Plan"
    _inherit = ["cn285.editable", "cn285.guarded", "cn285.bounded"]
    _fixed_after_draft = frozenset({"company_id", "segment_id"})
    _order = "sequence, id"
    _check_company_auto = True

    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    segment_id = fields.Many2one(
        "cn285.segment", required=True, index=True, ondelete="restrict", check_company=True
    )
    date_words = fields.Char(related="segment_id.date_words")
    purpose = fields.Selection(
        [("service", "Service"), ("marketing", "Marketing")],
        default="service",
        required=True,
        help="Service: about what the customer has bought; always told. Marketing: only with the "
        "customer's consent, and not in the days around a legal notice.",
    )
    stop_when_left = fields.Boolean(
        string="Stop for Those Who Leave",
        default=True,
        help="What is planned of a contract that is not in the segment any more is given up.",
    )
    late_days = fields.Integer(
        string="Still Sent So Many Days Late",
        default=7,
        required=True,
        help="A step that could not be carried out on its day, because of quiet hours, limits or a "
        "date that came near, is left out after that.",
    )
    state = fields.Selection(
        [("draft", "Draft"), ("running", "Running"), ("stopped", "Stopped")],
        string="Status",
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        group_expand=True,
    )
    step_ids = fields.One2many("cn285.communication.step", "plan_id", string="Steps", copy=True)
    planned_count = fields.Integer(compute="_compute_counts", string="Planned")
    done_count = fields.Integer(compute="_compute_counts", string="Done")

    # === COMPUTES === #

    def _compute_counts(self):
        counts = {
            (plan.id, state): count
            for plan, state, count in self.env["cn285.communication"]._read_group(
                [("plan_id", "in", self.ids)], ["plan_id", "state"], ["__count"]
            )
        }
        for plan in self:
            plan.planned_count = counts.get((plan.id, "planned"), 0)
            plan.done_count = counts.get((plan.id, "done"), 0)

    # === CRUD === #

    @api.model
    def _bounds(self):
        return {**super()._bounds(), "late_days": Bound(0, 365)}

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        for plan in self:
            if plan.state != "draft":
                raise UserError(
                    self.env._("%s has told customers something: stop it instead.", plan.name)
                )

    # === STATES === #

    def _update_state(self, allowed, target):
        """The one door between states.

        :raises UserError: naming the first plan that is in another state; none is moved then
        """
        self.check_access("write")
        labels = dict(self._fields["state"]._description_selection(self.env))
        for plan in self:
            if plan.state not in allowed:
                raise UserError(
                    self.env._(
                        "%(plan)s is “%(state)s” and cannot become “%(target)s”.",
                        plan=plan.name,
                        state=labels[plan.state],
                        target=labels[target],
                    )
                )
        self._write_inside({"state": target})

    def action_start(self):
        """Let plans run: their steps are planned at once, and carried out when they are due."""
        for plan in self:
            if not plan.step_ids:
                raise ValidationError(self.env._("%s has no steps: add one first.", plan.name))
        self._update_state(("draft", "stopped"), "running")
        self.segment_id._evaluate()
        self._plan()
        return True

    def action_stop(self):
        """Stop plans: what is planned of them is given up, what was told stays."""
        self._update_state(("running",), "stopped")
        self._plan()
        return True

    def action_view_communications(self):
        """Open what is planned, and what was told."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cn285_campaign.action_communication"
        )
        return {**action, "domain": [("plan_id", "=", self.id)], "context": {}}
