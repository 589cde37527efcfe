from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bounds import COUNT, PERCENT, PRICE, RISE
from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.exceptions import ValidationError

from ..engine.term import Duration
from ..engine.termination import FeeKind, FeeRule, commitment_is_legal

TERM_UNITS = [("day", "Days"), ("week", "Weeks"), ("month", "Months"), ("year", "Years")]


class TermRules(models.AbstractModel):
    """How long a contract runs and how it ends: shared by contracts and their templates.

    Lengths of 0 mean: none. The dates that follow from the rules are the contract's own.
    """

    _name = "cn285.term.rules"
    _description = "Term Rules"

    term_length = fields.Integer(string="Term", help="Length of the first term. 0: no fixed term.")
    term_unit = fields.Selection(TERM_UNITS, default="month", required=True)
    commitment_length = fields.Integer(
        string="Commitment", help="Minimum period to which the customer is bound. 0: none."
    )
    commitment_unit = fields.Selection(TERM_UNITS, default="month", required=True)
    renewal_mode = fields.Selection(
        [
            ("tacit", "Tacit Renewal"),
            ("explicit", "Renewed on Agreement"),
            ("expiry", "Ends with its Term"),
        ],
        string="At the End of the Term",
        default="tacit",
        required=True,
        help="Tacit renewal: the contract renews unless it is refused in time. Renewed on "
        "agreement: it ends, unless somebody renews it. Ends with its term: it is not renewed.",
    )
    renewal_length = fields.Integer(string="Renewed For", help="0: as long as the first term.")
    renewal_unit = fields.Selection(TERM_UNITS, default="month", required=True)
    renewal_max = fields.Integer(
        string="Renewals at Most", help="The contract ends after so many renewals. 0: no limit."
    )
    renewal_revision = fields.Selection(
        [("none", "Same Prices"), ("percent", "By a Percentage"), ("index", "By an Index")],
        string="Prices at Renewal",
        default="none",
        required=True,
        help="Revises the items' own prices on the renewal day. Prices from a pricelist follow "
        "the pricelist.",
    )
    renewal_percent = fields.Float(string="Revision (%)", digits=(16, 4))
    renewal_index_id = fields.Many2one(
        "cn285.price.index", string="Price Index", ondelete="restrict"
    )
    renewal_cap = fields.Float(
        string="Index Cap (%)", digits=(16, 4), help="Prices rise by this at most. 0: no cap."
    )
    notice_length = fields.Integer(
        string="Notice Period",
        default=1,
        help="How long before the end of the term the customer refuses the renewal at the latest, "
        "and how long the notice is otherwise. 0: none.",
    )
    notice_unit = fields.Selection(TERM_UNITS, default="month", required=True)
    exit_rule = fields.Selection(
        [
            ("term_end", "At the End of the Term"),
            ("period_end", "At the End of a Billing Period"),
            ("any_time", "On Any Day"),
        ],
        string="May Be Terminated",
        default="term_end",
        required=True,
        help="After the notice period and the commitment. Without a term, on any day.",
    )
    may_buy_out = fields.Boolean(
        string="May Leave Early", help="The commitment may be left early, for the fee below."
    )
    exit_fee = fields.Selection(
        [
            ("none", "No Fee"),
            ("fixed", "Fixed Amount"),
            ("percent", "Percentage of What Remains"),
        ],
        string="Early Leaving Fee",
        default="none",
        required=True,
        help="Owed when the contract ends before the commitment does.",
    )
    exit_fee_value = fields.Float(
        string="Fee", digits=(16, 4), help="The amount excluding tax, or the percentage."
    )
    telecom = fields.Boolean(
        string="Electronic Communications",
        help="The law on telephone and internet applies: how long a customer may be committed, and "
        "when and for what fee the customer may leave. Its figures are under Configuration, Laws.",
    )
    withdrawal_days = fields.Integer(
        string="Withdrawal Period (days)",
        help="Days within which a customer who has the right to withdraw may do so. 0: as the law "
        "and the settings say. Fewer than the law grants are as many as it grants.",
    )
    announce = fields.Selection(
        [("law", "As the Law Demands"), ("always", "Always"), ("never", "Never")],
        string="Announce Renewals",
        default="law",
        required=True,
        help="As the law demands: consumers and non-professionals (and all customers where the "
        "settings say so). Always: the contract itself promises it.",
    )
    announce_from = fields.Integer(
        string="Announced From",
        default=3,
        help="Months before the last day to refuse, where the law does not set them.",
    )
    announce_until = fields.Integer(
        string="Announced Until",
        default=1,
        help="Months before the last day to refuse, where the law does not set them.",
    )

    @api.model
    def _term_rule_fields(self):
        """Names of the fields that a contract takes over from its template."""
        return [
            "term_length",
            "term_unit",
            "commitment_length",
            "commitment_unit",
            "renewal_mode",
            "renewal_length",
            "renewal_unit",
            "renewal_max",
            "renewal_revision",
            "renewal_percent",
            "renewal_index_id",
            "renewal_cap",
            "notice_length",
            "notice_unit",
            "exit_rule",
            "may_buy_out",
            "exit_fee",
            "exit_fee_value",
            "telecom",
            "withdrawal_days",
            "announce",
            "announce_from",
            "announce_until",
        ]

    @api.model
    def _term_rule_bounds(self):
        """Bounds of these rules' numbers, for the models that have them."""
        lengths = ("term_length", "commitment_length", "renewal_length", "notice_length")
        counts = (*lengths, "renewal_max", "withdrawal_days", "announce_from", "announce_until")
        return {
            **dict.fromkeys(counts, COUNT),
            "renewal_percent": RISE,
            "renewal_cap": PERCENT,
            "exit_fee_value": PRICE,
        }

    @api.constrains(
        "term_length",
        "commitment_length",
        "commitment_unit",
        "renewal_length",
        "renewal_max",
        "notice_length",
        "exit_fee",
        "exit_fee_value",
        "renewal_revision",
        "renewal_percent",
        "renewal_index_id",
        "telecom",
        "withdrawal_days",
        "announce_from",
        "announce_until",
    )
    def _check_term_rules(self):
        for rules in self:
            message = rules._term_rules_error()
            if message:
                raise ValidationError(
                    self.env._("%(name)s: %(reason)s", name=rules.display_name, reason=message)
                )

    def _term_rules_error(self):
        """Why these rules cannot be, in a clerk's words; None if they can."""
        self.ensure_one()
        lengths = ("term_length", "commitment_length", "renewal_length", "notice_length")
        for name in (*lengths, "renewal_max", "withdrawal_days", "announce_until"):
            if self[name] < 0:
                return self.env._(
                    "%(field)s cannot be %(value)s.",
                    field=self._fields[name]._description_string(self.env),
                    value=self[name],
                )
        if self.announce_from < self.announce_until:
            return self.env._("renewals are announced from a day until a later one.")
        if self.exit_fee == "percent" and not 0 <= self.exit_fee_value <= 100:
            return self.env._("the early leaving fee must be between 0 and 100 %%.")
        if self.exit_fee_value < 0:
            return self.env._("the early leaving fee cannot be negative.")
        if self.renewal_revision == "percent" and self.renewal_percent <= -100:
            return self.env._("prices cannot be revised by %s %%.", self.renewal_percent)
        if self.renewal_revision == "index" and not self.renewal_index_id:
            return self.env._("choose the index by which prices are revised.")
        # Any day will do: both lengths count from the same one.
        start = fields.Date.to_date("2024-01-01")
        statutory = self._statutory_exit()
        if not commitment_is_legal(self._commitment(), start, statutory):
            return self.env._(
                "for electronic communications the law allows a commitment of %s months at most.",
                statutory.longest.count,
            )
        return None

    # === FROM RECORDS TO THE ENGINE === #

    def _law(self):
        """The law that these rules are under: of templates, that of the company's country."""
        self.ensure_one()
        company = self.company_id or self.env.company
        return self.env["cn285.law"]._of(self.env["res.partner"], company)

    def _statutory_exit(self):
        """What the law grants the customer whatever the rules say; None where nothing."""
        self.ensure_one()
        return self._law()._statutory_exit() if self.telecom else None

    def _duration(self, name):
        """The length of ``name`` (``term``, ``renewal``, ``commitment``, ``notice``)."""
        self.ensure_one()
        return Duration(self[f"{name}_length"], self[f"{name}_unit"])

    def _commitment(self):
        return self._duration("commitment")

    def _renewal_duration(self):
        """What a term is renewed by; None where it is not renewed tacitly."""
        self.ensure_one()
        if self.renewal_mode != "tacit" or not self.term_length:
            return None
        return self._renewal_step()

    def _renewal_step(self):
        return self._duration("renewal" if self.renewal_length else "term")

    def _fee_rule(self):
        self.ensure_one()
        return FeeRule(FeeKind(self.exit_fee), as_decimal(self.exit_fee_value))
