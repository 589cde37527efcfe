from datetime import date
from decimal import Decimal

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..engine.roll import Roll
from ..engine.worth import discounted_value, lifetime_value, monthly_churn

# Sums of months; the opening is that of the first one, the closing of the last.
_SPAN = """
SELECT sum(opening) FILTER (WHERE month = %(first)s), sum(new_business), sum(reactivation),
       sum(expansion), sum(contraction), sum(churn), sum(transfer), sum(pause), sum(currency),
       sum(closing) FILTER (WHERE month = %(last)s),
       sum(logos_opening) FILTER (WHERE month = %(first)s), sum(logos_new), sum(logos_back),
       sum(logos_closing) FILTER (WHERE month = %(last)s),
       sum(logos_paying) FILTER (WHERE month = %(last)s)
  FROM cn285_mrr_month_sum
 WHERE company_id = %(company)s AND month >= %(first)s AND month <= %(last)s
"""
# What the customers of the span's opening lost and added, and who of them is gone at its end.
_BASE = """
WITH base AS (
    SELECT moved.customer_id, moved.contraction + moved.churn AS loss, moved.expansion,
           moved.logos_lost
      FROM cn285_mrr_month moved
      JOIN cn285_mrr_month opening
        ON opening.company_id = moved.company_id AND opening.customer_id = moved.customer_id
       AND opening.month = %(first)s AND opening.logos_opening > 0
     WHERE moved.company_id = %(company)s AND moved.month >= %(first)s AND moved.month <= %(last)s
       AND (moved.contraction != 0 OR moved.churn != 0 OR moved.expansion != 0
            OR moved.logos_lost != 0)
)
SELECT sum(loss), sum(expansion),
       (SELECT count(*) FROM (SELECT DISTINCT customer_id FROM base WHERE logos_lost > 0) gone
         WHERE NOT EXISTS (
               SELECT FROM cn285_mrr_month closing
                WHERE closing.company_id = %(company)s
                  AND closing.customer_id = gone.customer_id
                  AND closing.month = %(last)s AND closing.logos_closing != 0))
  FROM base
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
        to the last one. Usage stands beside it: ``usage`` of the months, ``usage_mrr`` the mean of
        the last three months that are over, ``customers`` with those who use only, where the
        company counts them.

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
        found.update(self._usage_beside(roll, first, last))
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
        self.env["cn285.mrr.month"].flush_model()
        names = {"company": self.env.company.id, "first": first, "last": last}
        [row] = self.env.execute_query(SQL(_SPAN, **names))
        [(loss, gain, lost)] = self.env.execute_query(SQL(_BASE, **names))
        amounts = [Decimal(repr(value or 0)) for value in (*row[:10], loss, gain)]
        counts = [int(value or 0) for value in (*row[10:13], lost, *row[13:])]
        return Roll(*amounts, *counts)

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
    def _usage_beside(self, roll, first, last):
        """Rated usage of the months, and what it comes to beside recurring revenue."""
        company = self.env.company
        usage = self.env["cn285.mrr.usage"]
        over = min(last, company._cn285_today().replace(day=1) - relativedelta(months=1))
        [(amount,)] = usage._read_group(self._usage_domain(first, last), [], ["amount_company:sum"])
        [(three,)] = usage._read_group(
            self._usage_domain(over - relativedelta(months=2), over), [], ["amount_company:sum"]
        )
        return {
            "usage": amount or 0,
            "usage_mrr": (three or 0) / 3,
            "customers": self._customers(roll, last),
        }

    @api.model
    def _customers(self, roll, month):
        """Customers at the end of a month; with those who use only, where the company says so."""
        counts = self.env.company.cn285_usage_counts
        return roll.logos_closing + (self._using_only(month) if counts else 0)

    @api.model
    def _usage_domain(self, first, last):
        """Usage of the user's company in the months from the first to the last one."""
        return [
            ("company_id", "=", self.env.company.id),
            ("date", ">=", first),
            ("date", "<", last + relativedelta(months=1)),
        ]

    @api.model
    def _using_only(self, month):
        """How many customers had usage in a month and are none by recurring revenue."""
        groups = self.env["cn285.mrr.usage"]._read_group(
            self._usage_domain(month, month), ["customer_id"], ["amount_company:sum"]
        )
        using = [customer.id for customer, amount in groups if amount > 0]
        known = self.search_count(
            [
                ("company_id", "=", self.env.company.id),
                ("month", "=", month),
                ("logos_closing", ">", 0),
                ("customer_id", "in", using),
            ]
        )
        return len(using) - known

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
