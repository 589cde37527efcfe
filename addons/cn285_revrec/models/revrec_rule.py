from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bounds import COUNT, DAY
from odoo.exceptions import ValidationError

from ..engine.recognition import Convention, Method
from ..engine.service import ServiceRule

ACCOUNTS = ("deferred", "revenue", "unbilled", "credit_due", "unbilled_tax")
CURRENT_TYPES = ("asset_current", "asset_receivable", "liability_current", "asset_prepayments")

METHODS = [
    ("at_once", "At Once, on the Invoice"),
    ("at_date", "At a Date"),
    ("daily", "Straight Line by Day"),
    ("monthly", "Straight Line by Month"),
    ("usage", "On Usage, as Consumed"),
]


class RevrecRule(models.Model):
    """When the revenue of a product is earned, and on which accounts it waits until then."""

    _name = "cn285.revrec.rule"
    _description = "Recognition Rule"
    _inherit = ["cn285.guarded", "cn285.bounded"]
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    method = fields.Selection(
        METHODS,
        default="daily",
        required=True,
    )
    convention = fields.Selection(
        [
            ("exact", "Incomplete Months by Their Days"),
            ("full", "Full Months"),
            ("half", "Half Months"),
        ],
        default="exact",
        required=True,
        help="Straight line by month: what an incomplete month counts. By their days: days over "
        "the month's days. Full months: the month of the start counts in full, an incomplete one "
        "at the end not at all. Half months: an incomplete month counts half.",
    )
    date_rule = fields.Selection(
        [
            ("start", "Start of the Service"),
            ("end", "End of the Service"),
            ("fixed", "A Fixed Date"),
        ],
        string="On",
        default="start",
        required=True,
    )
    on_date = fields.Date(string="Recognised On")
    service_source = fields.Selection(
        [
            ("billed", "The Billed Period"),
            ("own", "A Period of Its Own"),
            ("life", "The Expected Life of the Customer"),
        ],
        string="Service Period",
        default="billed",
        required=True,
        help="Over which period the service is rendered. An item, or an invoice line, may have "
        "its own dates, which go first. Set-up fees are earned over the expected life of the "
        "customer.",
    )
    start_rule = fields.Selection(
        [
            ("billing", "Invoice Date"),
            ("activation", "Activation of the Item"),
            ("date", "A Fixed Date"),
        ],
        string="Starts With",
        default="activation",
        required=True,
    )
    start_date = fields.Date(string="Starts On")
    service_length = fields.Integer(default=12, required=True)
    service_unit = fields.Selection(
        [("day", "Days"), ("month", "Months"), ("year", "Years")], default="month", required=True
    )
    deferred_account_id = fields.Many2one(
        "account.account",
        string="Deferred Revenue Account",
        check_company=True,
        ondelete="restrict",
        help="Where revenue waits until it is earned. Empty: the product category's, else the "
        "company's.",
    )
    revenue_account_id = fields.Many2one(
        "account.account",
        check_company=True,
        ondelete="restrict",
        help="Empty: the product category's, else the product's income account.",
    )
    unbilled_account_id = fields.Many2one(
        "account.account",
        string="Unbilled Services Account",
        check_company=True,
        ondelete="restrict",
    )
    credit_due_account_id = fields.Many2one(
        "account.account",
        string="Credits to Be Issued",
        check_company=True,
        ondelete="restrict",
        help="Where credits wait that are not issued at a month's end. Empty: the product "
        "category's, else the company's; else they are deducted from unbilled services.",
    )
    unbilled_tax_account_id = fields.Many2one(
        "account.account",
        string="Tax on Unbilled Services",
        check_company=True,
        ondelete="restrict",
    )
    journal_id = fields.Many2one(
        "account.journal",
        domain="[('type', '=', 'general')]",
        ondelete="restrict",
        check_company=True,
        help="Journal of the entries. Empty: the company's recognition journal.",
    )
    schedule_count = fields.Integer(compute="_compute_schedule_count")

    @api.model
    def _bounds(self):
        return {**super()._bounds(), "service_length": COUNT, "start_date": DAY}

    def _compute_schedule_count(self):
        groups = self.env["cn285.revrec.schedule"]._read_group(
            [("rule_id", "in", self.ids)], ["rule_id"], ["__count"]
        )
        counts = {rule.id: count for rule, count in groups}
        for rule in self:
            rule.schedule_count = counts.get(rule.id, 0)

    @api.constrains(
        "method",
        "date_rule",
        "on_date",
        "service_source",
        "start_rule",
        "start_date",
        "service_length",
    )
    def _check_rule(self):
        for rule in self:
            if reason := rule._rule_error():
                raise ValidationError(
                    self.env._("Rule “%(rule)s”: %(reason)s", rule=rule.name, reason=reason)
                )

    def _rule_error(self):
        self.ensure_one()
        if self.method == "at_date" and self.date_rule == "fixed":
            return None if self.on_date else self.env._("the date of recognition is missing.")
        if self.method == "at_once" or self.service_source == "billed":
            return None
        if self.service_length < 1:
            return self.env._(
                "the service period must last at least one unit, not %s.", self.service_length
            )
        fixed = self.service_source == "own" and self.start_rule == "date"
        if fixed and not self.start_date:
            return self.env._("the start of its service period is missing.")
        return None

    @api.constrains(
        "deferred_account_id",
        "revenue_account_id",
        "unbilled_account_id",
        "credit_due_account_id",
        "unbilled_tax_account_id",
    )
    def _check_accounts(self):
        """An account of revenue where revenue waits (or the reverse) would defer nothing."""
        for rule in self:
            for name in ACCOUNTS:
                account = rule[f"{name}_account_id"]
                is_income = account.internal_group == "income"
                if account and is_income != (name == "revenue"):
                    raise ValidationError(
                        self.env._(
                            "Rule “%(rule)s”: account %(account)s cannot be its “%(field)s”.",
                            rule=rule.name,
                            account=account.display_name,
                            field=rule._fields[f"{name}_account_id"]._description_string(self.env),
                        )
                    )

    def _engine_rule(self):
        """The rule as the engine takes it."""
        self.ensure_one()
        return ServiceRule(
            method=Method(self.method),
            convention=Convention(self.convention),
            source=self.service_source,
            start_rule=self.start_rule,
            start_date=self.start_date or None,
            length=self.service_length,
            unit=self.service_unit,
            date_rule=self.date_rule,
            on_date=self.on_date or None,
        )

    def _account(self, kind, category):
        """The rule's account for ``kind`` (see ACCOUNTS): its own, the category's, the company's.

        May be empty; whoever needs the account says what is missing where.
        """
        self.ensure_one()
        name = f"{kind}_account_id"
        found = self[name] or category.with_company(self.company_id)[f"cn285_{name}"]
        if not found and kind != "revenue":
            found = self.company_id[f"cn285_{name}"]
        return found

    def _journal(self):
        self.ensure_one()
        return self.journal_id or self.company_id.cn285_revrec_journal_id

    def _missing_account(self, kind, product):
        """What to say where the rule has no account of that kind."""
        names = {
            "deferred": self.env._("deferred revenue account"),
            "revenue": self.env._("revenue account"),
            "unbilled": self.env._("account for unbilled services"),
            "credit_due": self.env._("account for credits to be issued"),
            "unbilled_tax": self.env._("account for tax on unbilled services"),
        }
        return self.env._(
            "there is no %(account)s for product %(product)s: neither in recognition rule "
            "“%(rule)s”, nor in the product's category, nor in the settings of %(company)s.",
            account=names[kind],
            product=product.display_name,
            rule=self.name,
            company=self.company_id.name,
        )

    def action_view_schedules(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cn285_revrec.action_revrec_schedule"
        )
        action["domain"] = [("rule_id", "=", self.id)]
        action["context"] = {}
        return action
