from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.cn285_contract.engine.calendar import Unit
from odoo.addons.cn285_contract.models.bounds import PERCENT
from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...engine.holidays import WorkingDays
from ...engine.notice import refund_due
from ...engine.places import place_of
from ...engine.term import Duration
from ...engine.termination import StatutoryExit
from ...engine.withdrawal import WithdrawalPeriod

# Who is protected, and which kinds of customers that is.
PROTECTED = {
    "nobody": (),
    "consumers": ("consumer",),
    "non_professionals": ("consumer", "non_professional"),
    "all": ("consumer", "non_professional", "professional"),
}
PROTECTIONS = [
    ("nobody", "Nobody"),
    ("consumers", "Consumers"),
    ("non_professionals", "Consumers and Non-Professionals"),
    ("all", "All Customers"),
]
# Where no law says by when what was paid in advance comes back.
USUAL_REFUND_DAYS = 30


class Law(models.Model):
    """The law of a country on contracts that renew, are terminated, or are withdrawn from.

    A country is a record: its figures, its holidays, its rates (``data/law_fr.xml``). What figures
    cannot say, an addon says by extending one of the hooks below, as payment providers do::

        def _refund_deadline(self, termination_day):
            if self.country_code != "BE":
                return super()._refund_deadline(termination_day)

    Every hook also answers for no law at all, the empty recordset: then nobody is protected,
    nothing has to be announced, and a contract is what its parties agreed.
    """

    _name = "cn285.law"
    _description = "Law on Contracts"
    _inherit = ["cn285.guarded", "mail.thread"]
    _order = "name"

    name = fields.Char(required=True, translate=True, tracking=True)
    active = fields.Boolean(default=True, tracking=True)
    country_id = fields.Many2one(
        "res.country",
        ondelete="restrict",
        tracking=True,
        help="Left empty: a law of several countries.",
    )
    country_code = fields.Char(related="country_id.code")

    renewal_protects = fields.Selection(
        PROTECTIONS,
        string="Renewals are Announced to",
        default="nobody",
        required=True,
        help="Who has to be told in time that a contract renews by itself.",
        tracking=True,
    )
    non_professional_names = fields.Text(
        string="Names of Non-Professionals",
        help="How the names of legal persons begin that do not act professionally, one a line. It "
        "is what they are until somebody chooses otherwise on the customer.",
        tracking=True,
    )
    announce_from = fields.Integer(
        string="Announced From",
        help="Months before the last day to refuse.",
        tracking=True,
    )
    announce_until = fields.Integer(
        string="Announced Until",
        help="Months before the last day to refuse.",
        tracking=True,
    )
    notice_text = fields.Text(
        string="Text of Notices",
        translate=True,
        help="What a notice that the law demands says of it.",
        tracking=True,
    )
    refund_days = fields.Integer(
        string="Refunded Within (days)",
        default=USUAL_REFUND_DAYS,
        help="By when what was paid in advance is refunded after a termination.",
        tracking=True,
    )

    withdrawal_protects = fields.Selection(
        PROTECTIONS,
        string="May Withdraw",
        default="nobody",
        required=True,
        help="Who may withdraw from a contract that was concluded at a distance.",
        tracking=True,
    )
    withdrawal_days = fields.Integer(
        string="Withdrawal Period (days)",
        help="From the conclusion, which is not counted. Settings and templates may grant more.",
        tracking=True,
    )
    withdrawal_uninformed_months = fields.Integer(
        string="Longer if not Told (months)",
        help="By how much the period is longer at most where the customer was not told of it.",
        tracking=True,
    )
    withdrawal_refund_days = fields.Integer(
        string="Withdrawal Refunded Within (days)",
        default=USUAL_REFUND_DAYS,
        tracking=True,
    )
    ends_on_working_day = fields.Boolean(
        string="Ends on a Working Day",
        help="A withdrawal period that would end on a weekend or a holiday ends on the next "
        "working day.",
        tracking=True,
    )

    tax_protects = fields.Selection(
        PROTECTIONS,
        string="Read Prices With Tax",
        default="nobody",
        required=True,
        help="Who reads prices, fees and refunds including tax: on pages, in previews, in letters.",
        tracking=True,
    )
    telecom_notice_days = fields.Integer(
        string="Longest Notice (days)",
        help="The longest notice that a customer has to give.",
        tracking=True,
    )
    telecom_longest_months = fields.Integer(
        string="Longest Commitment (months)",
        help="0: commitments may be of any length.",
        tracking=True,
    )
    telecom_firm_months = fields.Integer(
        string="Free After (months)",
        help="A customer who is committed for longer may leave after so many months.",
        tracking=True,
    )
    telecom_share = fields.Float(
        string="Fee at Most (%)",
        digits=(16, 4),
        help="What is owed at most then, of what remains until the commitment ends.",
        tracking=True,
    )

    rate_months = fields.Integer(
        string="Interest Is Set For (months)",
        default=6,
        required=True,
        help="How long a rate of the legal interest is in force, from the first of January on.",
        tracking=True,
    )
    telecom_refund_days = fields.Integer(
        string="Advances Refunded Within (days)",
        help="Of electronic communications, for consumers. 0: as after any termination.",
        tracking=True,
    )
    region_ids = fields.One2many("cn285.legal.region", "law_id", string="Regions")
    surcharge_ids = fields.One2many(
        "cn285.legal.surcharge", "law_id", string="Surcharges on Late Refunds"
    )
    rate_ids = fields.One2many("cn285.legal.rate", "law_id", string="Legal Interest")
    rates_until = fields.Date(
        string="Rates Known Until",
        compute="_compute_rates_until",
        help="After this day no legal interest can be told until its rate is entered.",
    )
    holiday_ids = fields.One2many("cn285.legal.holiday", "law_id", string="Holidays")

    _country_uniq = models.Constraint("unique(country_id)", "This country already has its law.")
    _window = models.Constraint(
        "CHECK(announce_until >= 0 AND announce_from >= announce_until)",
        "Renewals are announced from a day until a later one.",
    )
    _periods_positive = models.Constraint(
        "CHECK(refund_days >= 0 AND withdrawal_days >= 0 AND withdrawal_uninformed_months >= 0 "
        "AND withdrawal_refund_days >= 0 AND telecom_notice_days >= 0 "
        "AND telecom_longest_months >= 0 AND telecom_firm_months >= 0)",
        "Periods cannot be negative.",
    )
    _share = models.Constraint(
        "CHECK(telecom_share BETWEEN 0 AND 100)", "A share is between 0 and 100 %."
    )
    _rate_months_divide = models.Constraint(
        "CHECK(rate_months IN (1, 2, 3, 4, 6, 12))",
        "Interest is set for a year, or for a whole part of it.",
    )

    @api.model
    def _bounds(self):
        return {**super()._bounds(), "telecom_share": PERCENT}

    @api.depends("rate_ids.date", "rate_months")
    def _compute_rates_until(self):
        for law in self:
            ends = [rate.end for rate in law.rate_ids._engine_rates("person")]
            law.rates_until = max(ends) - timedelta(days=1) if ends else False

    # === THE RECORD === #

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_only_unused(self):
        """What a contract was judged by stays: a law that is in use is archived."""
        # sudo: contracts of all companies count, and only whether there is one is told.
        contracts = self.env["cn285.contract"].sudo().with_context(active_test=False)
        for law in self:
            countries = law._countries().ids
            of_country = Domain(
                "partner_id.commercial_partner_id.country_id", "in", countries
            ) | Domain("company_id.partner_id.country_id", "in", countries)
            if contracts.search_count(of_country, limit=1):
                raise UserError(
                    self.env._(
                        "There are contracts under the law of %s: archive it instead.", law.name
                    )
                )

    # === HOOKS: RENEWALS === #

    def _announces(self):
        """Whether there are customers who have to be told that their contract renews."""
        return bool(self.announce_from) and self.renewal_protects != "nobody"

    def _protects_renewal(self, kind):
        """Whether a kind of customer has to be told that the contract renews.

        :param kind: ``consumer``, ``non_professional`` or ``professional``
        """
        return self._announces() and kind in PROTECTED[self.renewal_protects]

    @api.model
    def _protected_on_renewals(self):
        """All whom some law wants to be told of renewals: ``((country's id, kind), …)``."""
        return tuple(
            (country.id, kind)
            for law in self.sudo().search([])  # sudo: see _of
            for country in law._countries()
            for kind in PROTECTED["all"]
            if law._protects_renewal(kind)
        )

    def _announcement_window(self):
        """How long before the last day to refuse a notice may come at the earliest and latest.

        :returns: two :class:`Duration`
        """
        return Duration(self.announce_from), Duration(self.announce_until)

    # === HOOKS: PRICES === #

    def _tells_tax(self, kind):
        """Whether a kind of customer reads prices with tax."""
        return bool(self) and kind in PROTECTED[self.tax_protects]

    # === HOOKS: TERMINATION === #

    def _statutory_exit(self):
        """What electronic communications grant to a customer, as the engine has it; or None."""
        if not self.telecom_longest_months:
            return None
        return StatutoryExit(
            notice=Duration(self.telecom_notice_days, Unit.day),
            longest=Duration(self.telecom_longest_months),
            firm=Duration(self.telecom_firm_months),
            share=as_decimal(self.telecom_share),
        )

    def _refund_deadline(self, termination_day):
        """By when what was paid in advance is refunded after a termination."""
        return refund_due(termination_day, self.refund_days if self else USUAL_REFUND_DAYS)

    def _telecom_refund_deadline(self, termination_day, kind):
        """By when advances for electronic communications are refunded; None: no rule of its own."""
        if not self or not self.telecom_refund_days:
            return None
        if kind not in PROTECTED[self.withdrawal_protects]:
            return None
        return refund_due(termination_day, self.telecom_refund_days)

    def _surcharge_bands(self, situation):
        """The scale of what is owed on top of late refunds, for the engine; empty where none is.

        :param str situation: ``withdrawal`` or ``telecom``
        """
        return self.surcharge_ids.filtered(lambda one: one.situation == situation)._bands()

    def _interest_rates(self, kind):
        """The rates of the legal interest that is owed to a kind of customer, for the engine.

        None where there is no law that asks for any.
        """
        if not self.rate_ids and not self.surcharge_ids:
            return None
        protected = kind in PROTECTED[self.renewal_protects]
        return self.rate_ids._engine_rates("person" if protected else "other")

    # === HOOKS: WITHDRAWAL === #

    def _grants_withdrawal(self, kind):
        """Whether a kind of customer may withdraw from a contract concluded at a distance."""
        return bool(self) and kind in PROTECTED[self.withdrawal_protects]

    def _withdrawal_period(self, company, granted=0, customer=None):
        """How long a withdrawal is possible at this company, as the engine has it.

        :param int granted: the days that the contract itself grants
        :param customer: the partner, whose place decides which days are holidays
        :returns: :class:`WithdrawalPeriod` of the law's days, or of the company's or the
            contract's, if those are more: never of less than the law's
        """
        # sudo: as for the region below.
        usual = company.sudo().cn285_withdrawal_days
        working_days = self._working_days(company, customer) if self.ends_on_working_day else None
        return WithdrawalPeriod(
            days=max(self.withdrawal_days, usual, granted),
            uninformed_months=self.withdrawal_uninformed_months,
            working_days=working_days,
        )

    def _withdrawal_refund_deadline(self, day):
        """By when the price comes back after a withdrawal of that day."""
        return refund_due(day, self.withdrawal_refund_days if self else USUAL_REFUND_DAYS)

    # === WHERE === #

    def _region_of(self, customer, company):
        """The part of the country whose holidays and clock count for a customer.

        :param customer: a partner, may be empty or None
        :returns: where the customer lives; the company's own part where the customer's address does
            not tell, or where it has no place by which it could be told
        """
        # sudo: where the company is is no secret, and portal pages ask.
        usual = company.sudo().cn285_legal_region_id & self.region_ids
        if not customer:
            return usual
        where = customer if customer.zip or customer.country_id else customer.commercial_partner_id
        country = where.country_id or company.country_id
        if not where.zip and country == self.country_id:
            return usual
        places = [region._engine_place() for region in self.region_ids]
        key = place_of(country.code or "", where.zip or "", self.country_code or "", places)
        told = self.region_ids.browse(key or [])
        return told or usual.filtered(lambda region: not region._engine_place().tells)

    def _working_days(self, company, customer=None):
        """The days on which legal periods may end where the customer is, else the company."""
        region = self._region_of(customer, company)
        holidays = self.holiday_ids.filtered(
            lambda holiday: not holiday.region_id or holiday.region_id == region
        )
        return WorkingDays.but(holiday._engine_holiday() for holiday in holidays)
