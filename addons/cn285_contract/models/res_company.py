from datetime import date, datetime

import pytz
from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.addons.base.models.res_partner import _tz_get

from .bounds import COUNT
from .clock import imagining
from .guarded import is_for_staff


class ResCompany(models.Model):
    _name = "res.company"
    _inherit = ["res.company", "cn285.bounded.values"]

    cn285_tz = fields.Selection(
        _tz_get,
        string="Billing Time Zone",
        default=lambda self: self.env.user.tz or "Europe/Paris",
        required=True,
        help="The time zone of the company's clock: it decides which day it is for billing.",
    )
    cn285_horizon_months = fields.Integer(
        string="Planning Horizon (months)",
        default=12,
        required=True,
        help="How far ahead the billing schedule of a running contract is planned.",
    )
    cn285_daily_billing = fields.Boolean(
        string="Daily Billing Run",
        default=True,
        help="Start a billing run every day for what is due in this company.",
    )
    cn285_daily_post = fields.Boolean(
        string="Post Daily Invoices",
        default=True,
        help="The daily run posts its invoices; otherwise it leaves drafts to be checked.",
    )
    cn285_batch_size = fields.Integer(
        string="Invoices per Job",
        default=200,
        required=True,
        help="A billing run is cut into jobs of about this many invoices, each committed apart.",
    )

    cn285_change_day = fields.Selection(
        [("new", "To the New Terms"), ("old", "To the Old Terms")],
        string="Day of a Change",
        default="new",
        required=True,
        help="Whether the effective date of a change is the first day of the new terms, or the "
        "last one of the old.",
    )
    cn285_end_day = fields.Selection(
        [("billed", "Billed"), ("free", "Not Billed")],
        string="Day of an End",
        default="billed",
        required=True,
        help="Whether the effective date of an end or a termination is billed as the last day.",
    )
    cn285_change_billing = fields.Selection(
        [("once", "At Once"), ("next", "With the Next Invoice")],
        string="Differences of a Change",
        default="once",
        required=True,
        help="When credits and charges for a part of a period are invoiced: on the day of the "
        "change (a credit note where the customer is owed), or with the next invoice.",
    )
    cn285_backdate_days = fields.Integer(
        string="Changes Dated Back (days)",
        default=90,
        required=True,
        help="How many days before its entry a change may take effect.",
    )

    cn285_legal_form = fields.Char(
        string="Legal Form and Capital",
        help="As it stands on documents, such as: SAS au capital de 50 000 €",
    )
    cn285_trade_register = fields.Char(
        string="Trade Register",
        help="As it stands on documents, such as: RCS Lyon 123 456 789",
    )

    cn285_mrr_day = fields.Date(
        copy=False, readonly=True, help="The day for which sums of recurring revenue stand."
    )

    _cn285_backdate_positive = models.Constraint(
        "CHECK(cn285_backdate_days BETWEEN 0 AND 3660)",
        "Changes may be dated back by 0 to 3660 days.",
    )
    _cn285_horizon_positive = models.Constraint(
        "CHECK(cn285_horizon_months BETWEEN 1 AND 120)",
        "The planning horizon must be between 1 and 120 months.",
    )
    _cn285_batch_positive = models.Constraint(
        "CHECK(cn285_batch_size BETWEEN 1 AND 5000)",
        "The number of invoices per job must be between 1 and 5000.",
    )

    @api.model
    def _bounds(self):
        counts = ("cn285_horizon_months", "cn285_batch_size", "cn285_backdate_days")
        return {**super()._bounds(), **dict.fromkeys(counts, COUNT)}

    def _has_field_access(self, field, operation):
        return super()._has_field_access(field, operation) and not is_for_staff(self, field)

    def _cn285_today(self) -> date:
        """Today by the company's clock: the only place where business code learns the date.

        Guarantees the local date of the company's billing time zone, whoever asks and whatever
        the server's zone is; while looking ahead, the day that is imagined.
        """
        self.ensure_one()
        imagined = imagining()
        if imagined:
            return imagined
        # sudo: whoever asks is told the day, customers too.
        zone = pytz.timezone(self.sudo().cn285_tz or "UTC")
        return datetime.now(pytz.utc).astimezone(zone).date()

    def _cn285_today_in(self, zone):
        """Today at another place: the company's day, before or after it by what the clocks differ.

        :param zone: a time zone of pytz, or None for the company's own
        """
        today = self._cn285_today()
        if zone is None:
            return today
        now = datetime.now(pytz.utc)
        own = now.astimezone(pytz.timezone(self.cn285_tz or "UTC")).date()
        return today + (now.astimezone(zone).date() - own)

    def _cn285_legal_identity(self):
        """How the company names itself on what it sends: name, legal form and capital, register.

        Code de commerce, R123-237 (number and place of the register, on invoices, orders, price
        lists and letters) and R123-238 (legal form and capital of companies).
        """
        self.ensure_one()
        return [self.name, *self._cn285_registration()]

    def _cn285_registration(self):
        """Legal form with capital, and register, as far as they are known."""
        self.ensure_one()
        company = self.sudo()  # sudo: it stands on what customers receive
        return [text for text in (company.cn285_legal_form, company.cn285_trade_register) if text]

    @api.model
    def _cn285_is_imagined(self):
        """Whether the days that pass are not real: nothing may leave to other systems then."""
        return imagining() is not None

    @api.model
    def _cn285_daily_companies(self):
        """The companies for which scheduled actions work: all of them.

        Scheduled actions ask here, so that a test of the future can work for one company alone.
        """
        return self.search([])  # pylint: disable=no-search-all

    def _cn285_horizon(self) -> date:
        """The day up to which schedules are planned (exclusive).

        It is the first day of a month, so that a running item is planned further once a month and
        not every day.
        """
        self.ensure_one()
        ahead = self._cn285_today() + relativedelta(months=self.cn285_horizon_months)
        return ahead.replace(day=1) + relativedelta(months=1)
