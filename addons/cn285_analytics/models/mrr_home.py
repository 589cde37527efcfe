from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

# How far the home screen looks back and ahead, and how many causes and months of cohorts it shows.
MONTHS = 12
MOST_CAUSES = 6
# What the roll-forward of a month consists of, above and below the line.
GAINS = ("new_business", "reactivation", "expansion")
LOSSES = ("contraction", "churn")
OTHERS = ("transfer", "pause", "currency")


class MrrMonth(models.Model):
    """The home screen: the figures that a board asks for, each of which opens what is behind it."""

    _inherit = "cn285.mrr.month"

    @api.model
    @api.readonly
    def cn285_home(self, month=None, cohorts_by="logos"):
        """What the home screen shows, of the user's company and in its currency.

        :param month: a day of the month that is looked at; default: this month, as of today
        :param cohorts_by: ``logos`` (customers) or ``value`` (their recurring revenue)
        :returns: a dict of numbers, names of months and labels
        :raises UserError: if the month is none
        """
        self.browse().check_access("read")
        if cohorts_by not in ("logos", "value"):
            raise UserError(self.env._("“%s” is no measure of cohorts.", cohorts_by))
        company = self.env.company
        today = company._cn285_today()
        last = min(self._month_named(month or today), today.replace(day=1))
        first = last - relativedelta(months=MONTHS - 1)
        return {
            "month": fields.Date.to_string(last),
            "is_current": last == today.replace(day=1),
            "currency_id": company.currency_id.id,
            "updated_on": fields.Date.to_string(company.cn285_mrr_ledger_day or False),
            "cards": self._home_cards(first, last),
            "months": self._home_months(first, last),
            "causes": self._home_causes(first, last),
            "cohorts": self._home_cohorts(first, last, cohorts_by),
        }

    @api.model
    def _home_cards(self, first, last):
        """``[{key, value, kind, before}]``: what is shown large; before: of a month ago."""
        month_before = last - relativedelta(months=1)
        now, before = self._roll(last, last), self._roll(month_before, month_before)
        customers = self._customers(now, last), self._customers(before, month_before)
        year = self._roll(first, last)
        worth = self._worth(now, last)
        cards = (
            ("mrr", now.closing, "money", before.closing),
            ("arr", now.arr, "money", before.arr),
            ("cmrr", self._committed(last), "money", None),
            ("customers", customers[0], "count", customers[1]),
            ("arpa", now.arpa, "money", before.arpa),
            ("nrr", year.nrr, "share", None),
            ("grr", year.grr, "share", None),
            ("logo_churn", year.logo_churn, "share", None),
            ("quick_ratio", year.quick_ratio, "ratio", None),
            ("ltv", worth["ltv"], "money", None),
            ("cltv", worth["cltv"], "money", None),
        )
        return [
            {
                "key": key,
                "value": None if value is None else float(value),
                "kind": kind,
                "before": None if was is None else float(was),
            }
            for key, value, kind, was in cards
        ]

    @api.model
    def _committed(self, last):
        """What is agreed for twelve months after the month, in the company's currency."""
        company = self.env.company
        today = company._cn285_today()
        until = min(last + relativedelta(months=1), today) + relativedelta(months=MONTHS)
        [(amount,)] = self.env.execute_query(
            SQL(
                """SELECT sum(amount_company) FROM cn285_mrr_movement
                    WHERE company_id = %s AND date <= %s""",
                company.id,
                until,
            )
        )
        return amount or 0

    @api.model
    def _home_months(self, first, last):
        """The roll-forward by month."""
        names = ("opening", *GAINS, *LOSSES, *OTHERS, "closing", "logos_closing")
        groups = self._read_group(
            [
                ("company_id", "=", self.env.company.id),
                ("month", ">=", first),
                ("month", "<=", last),
            ],
            ["month:month"],
            [f"{name}:sum" for name in names],
            order="month:month",
        )
        return [
            {
                "month": fields.Date.to_string(month),
                **{name: float(value or 0) for name, value in zip(names, values, strict=True)},
            }
            for month, *values in groups
        ]

    @api.model
    def _home_causes(self, first, last):
        """Why revenue was lost, the largest amounts first."""
        company = self.env.company
        until = min(last + relativedelta(months=1), company._cn285_today() + relativedelta(days=1))
        groups = self.env["cn285.mrr.movement"]._read_group(
            [
                ("company_id", "=", company.id),
                ("kind", "in", LOSSES),
                ("date", ">=", first),
                ("date", "<", until),
            ],
            ["cause"],
            ["amount_company:sum"],
            order="amount_company:sum",
            limit=MOST_CAUSES,
        )
        labels = dict(
            self.env["cn285.mrr.movement"]._fields["cause"]._description_selection(self.env)
        )
        return [
            {"cause": cause, "label": labels[cause], "amount": -float(amount)}
            for cause, amount in groups
            if amount
        ]

    @api.model
    def _home_cohorts(self, first, last, measure):
        """What is left of each cohort, as shares of its first month, by months since."""
        self.env["cn285.mrr.month"].flush_model()
        column = SQL.identifier("logos_closing" if measure == "logos" else "closing")
        rows = self.env.execute_query(
            SQL(
                """SELECT cohort, number, sum(%s) FROM cn285_mrr_month_sum
                    WHERE company_id = %s AND cohort >= %s AND month <= %s AND number >= 0
                 GROUP BY cohort, number HAVING sum(row_count) > 0
                 ORDER BY cohort, number""",
                column,
                self.env.company.id,
                first,
                last,
            )
        )
        found = {}
        for cohort, number, value in rows:
            found.setdefault(cohort, {})[number] = float(value or 0)
        return [
            {
                "cohort": fields.Date.to_string(cohort),
                "size": values.get(0, 0.0),
                "shares": [
                    values.get(number, 0.0) / values[0] if values.get(0) else None
                    for number in range(_months_between(cohort, last) + 1)
                ],
            }
            for cohort, values in sorted(found.items())
        ]


def _months_between(first, last):
    return (last.year - first.year) * 12 + last.month - first.month
