from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bounds import AMOUNT, PERCENT, Bound
from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ...engine.dunning import DEACTIVATE, TERMINATE, TOLD_BY, Step
from ...engine.dunning import Policy as EnginePolicy
from .dunning_actions import ACTIONS

# No step is taken, and no grace given, for longer than that.
DAYS = Bound(0, 3650)


class DunningPolicy(models.Model):
    """What follows, and when, where a customer does not pay."""

    _name = "cn285.dunning.policy"
    _description = "Dunning Policy"
    _inherit = ["cn285.guarded", "cn285.bounded", "mail.thread"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        help="Left empty, all companies may use it.",
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    step_ids = fields.One2many("cn285.dunning.policy.step", "policy_id", string="Steps", copy=True)
    checks = fields.Selection(
        [("daily", "Daily"), ("hourly", "Hourly")],
        default="daily",
        required=True,
        help="How often debtors are looked at; payments are noticed at once in either case.",
    )

    threshold = fields.Monetary(
        tracking=True,
        help="Services are deactivated where more than this is overdue; reminders are sent for "
        "less too. In the currency of the company.",
    )
    grace_days = fields.Integer(
        string="Days of Grace",
        default=15,
        tracking=True,
        help="So long after the due date nothing is deactivated: on the day after the last day of "
        "grace at the earliest.",
    )
    grace_least = fields.Integer(
        string="Least Days of Grace", help="Also for customers who have days of grace of their own."
    )
    grace_most = fields.Integer(
        string="Most Days of Grace", default=60, help="0: no limit. Also for customers' own days."
    )
    notice_days = fields.Integer(
        string="Days Between Notice and Deactivation",
        default=8,
        tracking=True,
        help="A customer was told by a mail or letter of this policy so many days before services "
        "are deactivated, at least.",
    )
    exempt_category_ids = fields.Many2many(
        "res.partner.category",
        "cn285_dunning_exempt_rel",
        "policy_id",
        "category_id",
        string="Exempt Customers",
        help="Customers with one of these tags are reminded, but neither deactivated nor "
        "terminated.",
    )
    deactivates = fields.Selection(
        [("owing", "Contracts With Overdue Invoices"), ("all", "All Contracts of the Payer")],
        default="owing",
        required=True,
    )
    suspension_billing = fields.Selection(
        [
            ("billed", "Billed as Before"),
            ("kept", "Not Billed: What Was Invoiced Stays"),
            ("credited", "Not Owed: What Was Invoiced is Credited"),
        ],
        string="Suspended Days",
        default="billed",
        required=True,
        tracking=True,
    )
    reactivates = fields.Selection(
        [
            ("paid", "Nothing Overdue Is Left"),
            ("threshold", "No More than the Threshold Is Overdue"),
        ],
        string="Reactivated When",
        default="paid",
        required=True,
    )
    terminate_after = fields.Integer(
        string="Terminated After (days of suspension)",
        tracking=True,
        help="How long services are deactivated before a step “Terminate” ends their contracts. "
        "0: they stay deactivated.",
    )
    termination_fee = fields.Boolean(
        string="Leaving Fee Owed",
        help="A contract that is terminated for debt owes the fee for leaving a commitment early, "
        "as its terms have it.",
    )
    above_limit = fields.Selection(
        [("refuse", "Refuse New Services"), ("deactivate", "Refuse New Services and Deactivate")],
        string="Above the Credit Limit",
        default="deactivate",
        required=True,
        help="After what is posted could not be collected automatically.",
    )

    penalty_basis = fields.Selection(
        [
            ("law", "Rate of the Law (ECB + 10 in France)"),
            ("public", "Rate of the Law for Public Bodies (ECB + 8)"),
            ("terms", "Rate of the Terms"),
            ("none", "None"),
        ],
        string="Late Payment Penalties",
        default="law",
        required=True,
        tracking=True,
        help="Of professionals. Consumers owe the legal interest from a formal notice on.",
    )
    penalty_percent = fields.Float(
        string="Rate of the Terms (%)",
        digits=(16, 4),
        help="A year. Below three times the legal interest, that is what is owed.",
    )
    indemnity = fields.Boolean(
        string="Indemnity for Recovery Costs",
        default=True,
        help="40 EUR for each late invoice of a professional, once.",
    )
    fees_automatic = fields.Boolean(
        string="Post Late Fees Automatically",
        tracking=True,
        help="Off: late fees are proposed, and somebody posts or waives them.",
    )

    _days_positive = models.Constraint(
        "CHECK(grace_days >= 0 AND grace_least >= 0 AND grace_most >= 0 AND notice_days >= 0 "
        "AND terminate_after >= 0)",
        "Numbers of days cannot be negative.",
    )
    _threshold_positive = models.Constraint("CHECK(threshold >= 0)", "A threshold is not negative.")

    @api.model
    def _bounds(self):
        days = dict.fromkeys(
            ("grace_days", "grace_least", "grace_most", "notice_days", "terminate_after"), DAYS
        )
        return {**super()._bounds(), **days, "threshold": AMOUNT, "penalty_percent": PERCENT}

    @api.depends("company_id")
    @api.depends_context("company")
    def _compute_currency_id(self):
        for policy in self:
            policy.currency_id = (policy.company_id or self.env.company).currency_id

    @api.constrains("grace_least", "grace_most")
    def _check_grace(self):
        for policy in self:
            if policy.grace_most and policy.grace_least > policy.grace_most:
                raise ValidationError(
                    self.env._(
                        "%(policy)s: the least days of grace (%(least)s) are more than the most "
                        "(%(most)s).",
                        policy=policy.name,
                        least=policy.grace_least,
                        most=policy.grace_most,
                    )
                )

    @api.constrains("step_ids", "notice_days")
    def _check_told(self):
        """Nobody is deactivated who was not told: such a step comes after one that tells."""
        for policy in self:
            actions = set(policy.step_ids.mapped("action"))
            if DEACTIVATE in actions and policy.notice_days and not actions & set(TOLD_BY):
                raise ValidationError(
                    self.env._(
                        "%(policy)s deactivates services %(days)s days after the customer was "
                        "told, and has no step that tells: add a mail or a letter, or set these "
                        "days to 0.",
                        policy=policy.name,
                        days=policy.notice_days,
                    )
                )

    @api.constrains("penalty_percent")
    def _check_rate(self):
        for policy in self:
            if policy.penalty_percent < 0:
                raise ValidationError(self.env._("%s: a rate is not negative.", policy.name))

    # === WHOSE IT IS === #

    @api.model
    def _of(self, partners, company, contracts_by_partner=None):
        """The policy of each payer: its own, that of a tag, of a template, or the company's.

        :param partners: commercial partners
        :param contracts_by_partner: ``{partner id: contracts with overdue invoices}``
        :returns: ``{partner id: policy, may be empty}``
        """
        # sudo: rules hold for customers whether or not whoever asks may read them.
        policies = self.sudo().with_company(company)
        usable = policies.search([("company_id", "in", (False, company.id))])
        usual = company.sudo().cn285_dunning_policy_id & usable or usable[:1]
        result = {}
        for partner in partners.sudo().with_company(company):
            contracts = (contracts_by_partner or {}).get(partner.id)
            wishes = [partner.cn285_dunning_policy_id, partner.category_id.cn285_dunning_policy_id]
            if contracts:
                wishes.append(contracts.sudo().template_id.dunning_policy_id)
            found = (usable & wish for wish in wishes)  # in the order of the list
            result[partner.id] = next((policy[:1] for policy in found if policy), usual)
        return result

    def _engine_policy(self, company, currency, kind):
        """The rules as the engine wants them, amounts in a currency.

        :param kind: what the customer is to consumer law: steps may be for some only
        """
        self.ensure_one()
        threshold = self.currency_id._convert(
            self.threshold, currency, company, company._cn285_today()
        )
        audiences = ("all", "professional" if kind == "professional" else "consumer")
        return EnginePolicy(
            steps=[
                step._engine_step()
                for step in self.step_ids.filtered(lambda step: step.audience in audiences)
            ],
            grace_days=self.grace_days,
            grace_least=self.grace_least,
            grace_most=self.grace_most or None,
            threshold=as_decimal(threshold),
            notice_days=self.notice_days,
            terminate_after=self.terminate_after,
        )

    def _exempts(self, partner):
        """Whether a customer is spared deactivation."""
        return bool(self.exempt_category_ids & partner.sudo().category_id)  # sudo: only whether

    @api.ondelete(at_uninstall=False)
    def _unlink_only_unused(self):
        # sudo: only whether there is one.
        cases = self.env["cn285.dunning.case"].sudo()
        for policy in self:
            if cases.search_count(Domain("policy_id", "=", policy.id), limit=1):
                raise ValidationError(
                    self.env._("%s was used: archive it instead of deleting it.", policy.name)
                )


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
        help="Left empty: the usual reminder.",
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

    def _engine_step(self):
        return Step(self.id, self.days, self.action)
