from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bounds import AMOUNT, PERCENT, Bound
from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ...engine.dunning import DEACTIVATE, TERMINATE, TOLD_BY
from ...engine.dunning import Policy as EnginePolicy
from ..collection.company_settings import RetryDays, read_days

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

    retries_by = fields.Selection(
        [("company", "Those of the Company"), ("own", "Own Days")],
        string="Days of Retries",
        default="company",
        required=True,
        help="When a refused automatic payment is tried again.",
    )
    retries = fields.Char(
        string="Of Cards",
        tracking=True,
        help="Days after the first refusal, such as 1, 3, 7, 14. Left empty: never again.",
    )
    debit_retries = fields.Char(
        string="Of Direct Debits",
        tracking=True,
        help="Days on which banks work after the first return, such as 5, 10. Left empty: never "
        "again.",
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
    termination_notice = fields.Integer(
        string="Days Between Notice and Termination",
        default=15,
        tracking=True,
        help="A customer was told by a mail or letter of this policy so many days before contracts "
        "are terminated, at least: whoever ends a contract for a debt gives notice first.",
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
        "AND terminate_after >= 0 AND termination_notice >= 0)",
        "Numbers of days cannot be negative.",
    )
    _threshold_positive = models.Constraint("CHECK(threshold >= 0)", "A threshold is not negative.")

    @api.model
    def _bounds(self):
        days = dict.fromkeys(
            (
                "grace_days",
                "grace_least",
                "grace_most",
                "notice_days",
                "terminate_after",
                "termination_notice",
            ),
            DAYS,
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

    @api.constrains("step_ids", "notice_days", "termination_notice")
    def _check_told(self):
        """Nobody is deactivated, or terminated, who was not told: there is a step that tells."""
        for policy in self:
            actions = set(policy.step_ids.mapped("action"))
            silent = not actions & set(TOLD_BY)
            if TERMINATE in actions and policy.termination_notice and silent:
                raise ValidationError(
                    self.env._(
                        "%(policy)s terminates contracts %(days)s days after the customer was "
                        "told, and has no step that tells: add a mail or a letter, or set these "
                        "days to 0.",
                        policy=policy.name,
                        days=policy.termination_notice,
                    )
                )
            if DEACTIVATE in actions and policy.notice_days and silent:
                raise ValidationError(
                    self.env._(
                        "%(policy)s deactivates services %(days)s days after the customer was "
                        "told, and has no step that tells: add a mail or a letter, or set these "
                        "days to 0.",
                        policy=policy.name,
                        days=policy.notice_days,
                    )
                )

    @api.constrains("retries", "debit_retries")
    def _check_retries(self):
        for policy in self:
            policy._own_retry_days()

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
        usable, usual = self._usable(company)
        result = {}
        for partner in partners.sudo().with_company(company):
            contracts = (contracts_by_partner or {}).get(partner.id, self.env["cn285.contract"])
            result[partner.id] = usable._wished_by(partner, contracts) or usual
        return result

    def _wished_by(self, partner, contracts):
        """Of these policies the first of: the payer's own, a tag's, a template's; none: empty."""
        wishes = (
            partner.cn285_dunning_policy_id,
            partner.category_id.cn285_dunning_policy_id,
            contracts.sudo().template_id.dunning_policy_id,  # sudo: as of _of
        )
        found = (self & wish for wish in wishes)  # in the order of the list
        return next((policy[:1] for policy in found if policy), self.browse())

    @api.model
    def _retry_days(self, moves):
        """On which days refused invoices are tried again, by the policy of their payers, or of the
        templates of their contracts; else by the company.

        :returns: ``{invoice: RetryDays}``
        """
        found = {}
        for company, own in moves.sudo().grouped("company_id").items():
            usable, usual = self._usable(company)
            for move in own:
                payer = move.commercial_partner_id.with_company(company)
                policy = usable._wished_by(payer, move.cn285_contract_ids) or usual
                found[move] = policy._retry_days_in(company)
        return found

    @api.model
    def _usable(self, company):
        """The policies that a company may use, and the one that is usual there."""
        # sudo: rules hold for customers whether or not whoever asks may read them.
        policies = self.sudo().with_company(company)
        usable = policies.search([("company_id", "in", (False, company.id))])
        return usable, company.sudo().cn285_dunning_policy_id & usable or usable[:1]

    def _retry_days_in(self, company):
        """The days of this policy in a company, or the company's, also where there is none."""
        if self.retries_by == "own":
            return self._own_retry_days()
        return company._cn285_retry_days()

    def _own_retry_days(self):
        """:raises ValidationError: where they are no days"""
        self.ensure_one()
        return RetryDays(read_days(self.env, self.retries), read_days(self.env, self.debit_retries))

    def _engine_policy(self, company, currency, kind):
        """The rules as the engine wants them, amounts in a currency.

        :param kind: what the customer is to consumer law: steps may be for some only
        """
        self.ensure_one()
        threshold = self._threshold_in(currency, company)
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
            end_notice_days=self.termination_notice,
        )

    def _threshold_in(self, currency, company):
        """The threshold in another currency, at the rate of the day."""
        own = self.with_company(company).currency_id or company.currency_id
        return own._convert(self.threshold, currency, company, company._cn285_today())

    def _exempts(self, partner):
        """Whether a customer is spared deactivation: by one of its tags, or one above these."""
        # sudo: only whether.
        above = {
            int(id_)
            for tag in partner.sudo().category_id
            for id_ in (tag.parent_path or str(tag.id)).split("/")
            if id_
        }
        return bool(above & set(self.sudo().exempt_category_ids.ids))

    @api.ondelete(at_uninstall=False)
    def _unlink_only_unused(self):
        # sudo: only whether there is one.
        cases = self.env["cn285.dunning.case"].sudo()
        for policy in self:
            if cases.search_count(Domain("policy_id", "=", policy.id), limit=1):
                raise ValidationError(
                    self.env._("%s was used: archive it instead of deleting it.", policy.name)
                )
