from datetime import date
from decimal import Decimal

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..engine.roll import Roll
from ..engine.worth import discounted_value, lifetime_value, monthly_churn

# Of a span, each customer once: his opening is that of the first month, his closing of the last.
_SPAN = """
SELECT sum(opening), sum(new_business), sum(reactivation), sum(expansion), sum(contraction),
       sum(churn), sum(transfer), sum(pause), sum(currency), sum(closing),
       sum(contraction + churn) FILTER (WHERE logos_opening > 0),
       sum(expansion) FILTER (WHERE logos_opening > 0),
       sum(logos_opening), sum(logos_new), sum(logos_back),
       count(*) FILTER (WHERE logos_opening > 0 AND logos_closing = 0 AND lost > 0),
       sum(logos_closing), sum(logos_paying)
  FROM (SELECT customer_id,
               sum(CASE WHEN month = %(first)s THEN opening ELSE 0 END) AS opening,
               sum(new_business) AS new_business, sum(reactivation) AS reactivation,
               sum(expansion) AS expansion, sum(contraction) AS contraction,
               sum(churn) AS churn, sum(transfer) AS transfer, sum(pause) AS pause,
               sum(currency) AS currency,
               sum(CASE WHEN month = %(last)s THEN closing ELSE 0 END) AS closing,
               sum(CASE WHEN month = %(first)s THEN logos_opening ELSE 0 END) AS logos_opening,
               sum(logos_new) AS logos_new, sum(logos_back) AS logos_back,
               sum(logos_lost) AS lost,
               sum(CASE WHEN month = %(last)s THEN logos_closing ELSE 0 END) AS logos_closing,
               sum(CASE WHEN month = %(last)s THEN logos_paying ELSE 0 END) AS logos_paying
          FROM cn285_mrr_month
         WHERE company_id = %(company)s AND month >= %(first)s AND month <= %(last)s
      GROUP BY customer_id) customer
"""


class MrrMonth(models.Model):
    """The measures of any span of months: as docs/analytics.md defines them."""

    _inherit = "cn285.mrr.month"

    @api.model
    @api.readonly
    def cn285_metrics(self, date_from, date_to):
        """The measures of the months from that of a day to that of another, as numbers.

        Of the user's company, in its currency, unrounded; shares are between 0 and 1. None where
        there is nothing to divide by. The churn of customer values is that of the twelve months up
        to the last one.

        :param date_from: a day of the first month
        :param date_to: a day of the last month
        :returns: ``{measure: number or None}``
        :raises UserError: if the days are none, or not in order
        """
        self.browse().check_access("read")
        first, last = self._month_named(date_from), self._month_named(date_to)
        if last < first:
            raise UserError(self.env._("The last month is before the first one."))
        roll = self._roll(first, last)
        names = (
            *("opening", "new", "reactivation", "expansion", "contraction", "churn", "transfer"),
            *("pause", "currency", "closing", "logos_opening", "logos_new", "logos_back"),
            *("logos_lost", "logos_closing", "logos_paying", "arr", "arpa", "logo_churn"),
            *("gross_churn", "net_churn", "grr", "nrr", "quick_ratio"),
        )
        found = {name: getattr(roll, name) for name in names}
        found.update(self._worth(roll, last))
        return {name: value if value is None else float(value) for name, value in found.items()}

    @api.model
    def cn285_mrr_on(self, day, known_on=None, horizon_months=0):
        """The recurring revenue of a day, in each currency, as it is known or was known on a day.

        :param day: the day; with ``horizon_months``, what is agreed on it for so many months later
            (committed MRR)
        :param known_on: what was known on this day; default: what is known now
        :returns: ``{name of the currency: amount}``, net and unrounded
        """
        self.env["cn285.mrr.entry"].browse().check_access("read")
        day = self._day_named(day) + relativedelta(months=horizon_months)
        domain = [("company_id", "=", self.env.company.id), ("date", "<=", day)]
        if known_on:
            domain.append(("known_on", "<=", self._day_named(known_on)))
        entries = self.env["cn285.mrr.entry"]
        query = entries._search(domain)
        rows = self.env.execute_query(
            SQL(
                """SELECT currency.name, sum(entry.delta_net)
                     FROM cn285_mrr_entry entry
                     JOIN res_currency currency ON currency.id = entry.currency_id
                    WHERE entry.id IN %s GROUP BY currency.name""",
                query.subselect(),
            )
        )
        return {name: float(amount) for name, amount in rows}

    @api.model
    def _roll(self, first, last):
        """The roll-forward of the user's company over months, of all customers."""
        [row] = self.env.execute_query(
            SQL(_SPAN, company=self.env.company.id, first=first, last=last)
        )
        amounts = [Decimal(repr(value or 0)) for value in row[:12]]
        return Roll(*amounts, *(int(value or 0) for value in row[12:]))

    @api.model
    def _worth(self, roll, last):
        """What a customer is worth, by the churn of twelve months."""
        company = self.env.company
        year = self._roll(last - relativedelta(months=11), last)
        lost = year.logo_churn
        churn = monthly_churn(lost) if lost is not None else None
        margin = Decimal(repr(company.cn285_gross_margin)) / 100
        if roll.arpa is None or not churn:
            return {"ltv": None, "cltv": None}
        churn = Decimal(repr(churn))
        rate = Decimal(repr(company.cn285_discount_rate)) / 100
        months = company.cn285_value_months
        return {
            "ltv": lifetime_value(roll.arpa, churn, margin),
            "cltv": discounted_value(roll.arpa, churn, margin, months, rate),
        }

    @api.model
    def _day_named(self, value):
        try:
            day = fields.Date.to_date(value)
        except (TypeError, ValueError):
            day = None
        if not isinstance(day, date):
            raise UserError(self.env._("“%s” is no date.", value))
        return day

    @api.model
    def _month_named(self, value):
        return self._day_named(value).replace(day=1)
