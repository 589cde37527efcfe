from odoo import api, fields, models
from odoo.addons.cn285_contract.models.common import in_language_of, in_some_language
from odoo.tools import format_date

from ...engine.interest import period_start

TODO = "mail.mail_activity_data_todo"


class Law(models.Model):
    """Rates that are set for some months: who enters them is told when those of today are missing.

    What is owed for days without a rate is not worked out. So somebody is asked, once for the
    months and law, and screens say it until the rate is there.
    """

    _name = "cn285.law"
    _inherit = ["cn285.law", "mail.activity.mixin"]

    rates_missing = fields.Char(
        string="Rates that Are Missing",
        compute="_compute_rates_missing",
        help="Rates that the law had before, and has not for the months of today.",
    )
    rates_asked = fields.Date(
        readonly=True, copy=False, help="First day of the months whose rates were asked for."
    )

    @api.depends("rate_ids.date", "rate_ids.creditor", "rate_months")
    @api.depends_context("lang", "company")
    def _compute_rates_missing(self):
        today = self.env.company._cn285_today()
        for law in self:
            law.rates_missing = law._missing_words(today) or False

    def _missing_rates(self, day):
        """Whom rates are owed to that the law had before a day, and not for it."""
        self.ensure_one()
        found = []
        for creditor in self.env["cn285.legal.rate"]._fields["creditor"].get_values(self.env):
            rates = self.rate_ids._engine_rates(creditor)
            if any(rate.start <= day for rate in rates) and not any(
                rate.start <= day < rate.end for rate in rates
            ):
                found.append(creditor)
        return found

    def _missing_words(self, day):
        """What is missing on a day, in words; "" where nothing is."""
        missing = self._missing_rates(day)
        if not missing:
            return ""
        kinds = dict(
            self.env["cn285.legal.rate"]._fields["creditor"]._description_selection(self.env)
        )
        return self.env._(
            "%(law)s: the rates from %(day)s are not entered yet, owed to %(creditors)s. What is "
            "owed for days since then is not worked out.",
            law=self.name,
            day=format_date(self.env, period_start(day, self.rate_months)),
            creditors=", ".join(f"“{kinds[name]}”" for name in missing),
        )

    @api.model
    def _cron_ask_for_rates(self):
        """Ask who is responsible for the rates of today's months that are missing, once."""
        for company in self.env["res.company"]._cn285_daily_companies():
            # sudo: a scheduled action; laws are nobody's own.
            law = self.sudo().with_company(company)._of(self.env["res.partner"], company)
            today = company._cn285_today()
            if not law or not law._missing_rates(today):
                continue
            first = period_start(today, law.rate_months)
            if law.rates_asked == first:
                continue
            law._write_inside({"rates_asked": first})
            law._ask_for_rates(company._cn285_responsible(), today)

    def _ask_for_rates(self, user, day):
        self.ensure_one()
        if not user:
            law = in_some_language(self)
            law._message_log(body=law._missing_words(day))
            return
        law = in_language_of(self, user)
        law.activity_schedule(TODO, summary=law._missing_words(day), user_id=user.id)

    def _no_more_asked(self):
        """What was asked for is there."""
        for law in self.sudo():  # sudo: whoever was asked
            if not law._missing_rates(self.env.company._cn285_today()):
                law.activity_ids.unlink()


class LegalRate(models.Model):
    _inherit = "cn285.legal.rate"

    rates_missing = fields.Char(related="law_id.rates_missing")
