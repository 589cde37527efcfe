from odoo import api, fields, models

from ...engine.dunning import DEACTIVATE, TERMINATE, TOLD_BY, Step
from .dunning_actions import ACTIONS
from .dunning_policy import DAYS


class DunningPolicyStep(models.Model):
    """What is done so many days after the due date."""

    _name = "cn285.dunning.policy.step"
    _description = "Step of Dunning"
    _inherit = ["cn285.guarded", "cn285.bounded"]
    _order = "policy_id, days, sequence, id"

    policy_id = fields.Many2one(
        "cn285.dunning.policy", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="policy_id.company_id", store=True, precompute=True)
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)
    days = fields.Integer(
        string="Days After the Due Date",
        default=1,
        required=True,
        help="Of the oldest overdue invoice. A deactivation comes after the days of grace, and a "
        "termination after the days of suspension, whatever is said here.",
    )
    action = fields.Selection("_action_selection", required=True, default="mail")
    audience = fields.Selection(
        [
            ("all", "All Customers"),
            ("professional", "Professionals"),
            ("consumer", "Consumers and Non-Professionals"),
        ],
        string="For",
        default="all",
        required=True,
    )
    mail_template_id = fields.Many2one(
        "mail.template",
        string="E-mail Template",
        domain="[('model', '=', 'cn285.dunning.case')]",
        ondelete="restrict",
        help="Left empty: the usual reminder, or, where no later step tells the customer, the last "
        "one, which names the day of the suspension.",
    )
    note = fields.Char(string="What Is to Be Done", translate=True, help="Of a task.")

    _days_positive = models.Constraint(
        "CHECK(days > 0)", "A step comes at least a day after the due date."
    )

    @api.model
    def _bounds(self):
        return {**super()._bounds(), "days": DAYS}

    @api.model
    def _actions(self):
        """What steps do, by name; another addon adds its own to ``super()._actions()``."""
        return ACTIONS

    @api.model
    def _action_selection(self):
        return [(name, self.env._(action.label)) for name, action in self._actions().items()]

    @api.depends_context("lang")
    @api.depends("days", "name", "action")
    def _compute_display_name(self):
        for step in self:
            hard = step.action in (DEACTIVATE, TERMINATE)
            step.display_name = step.name if hard else f"{step.days} · {step.name}"

    @api.constrains("action", "policy_id")
    def _check_policy(self):
        self.policy_id._check_told()

    def _usual_template(self):
        """The text of an e-mail where the step names none."""
        self.ensure_one()
        telling = self.policy_id.step_ids.filtered(lambda step: step.action in TOLD_BY)
        is_last = self == telling.sorted(lambda step: (step.days, step.sequence, step.id))[-1:]
        name = "last" if is_last else "reminder"
        return self.env.ref(f"cn285_payment.mail_template_dunning_{name}")

    def _engine_step(self):
        return Step(self.id, self.days, self.action)
