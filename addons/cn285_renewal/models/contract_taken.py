"""In which term a contract is when it comes from another system, after years."""

from odoo import models
from odoo.addons.cn285_contract.models.common import day_after
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..engine.term import Term, first_term, iter_terms, term_on

# More is a slip.
MOST_RENEWALS = 9_999
TERM_CELLS = ("term_number", "term_start", "term_end")


class Contract(models.Model):
    _inherit = "cn285.contract"

    def _opening_term(self):
        """The term in which the contract begins here.

        The one that an import gave; for a contract in mid-life, that of today, as if it had renewed
        whenever it could; where it renews on agreement alone, that of the last day billed
        elsewhere, which shows that it was agreed. Else the first.
        """
        self.ensure_one()
        if self.term_start and self.term_end:
            return Term(self.term_number, self.term_start, day_after(self.term_end))
        first = first_term(self.date_start, self._duration("term"))
        billed = self._billed_elsewhere_until()
        if not billed or self.renewal_mode == "expiry":
            return first
        tacit = self.renewal_mode == "tacit"
        day = max(billed, self.company_id._cn285_today()) if tacit else billed
        return term_on(first, self._renewal_step(), self._anchor_day(), day, self.renewal_max)

    def _given_term(self, number, start, end):
        """The values of a term that an import gives, which may leave out what follows.

        :param number: how often the contract was renewed, or None
        :param start: first day of the term, or None
        :param end: last day of the term, or None
        :raises UserError: where the contract has no term, or these are none
        """
        self.ensure_one()
        if number is None and not start and not end:
            return {}
        if not self.term_length or not self.date_start:
            raise UserError(
                self.env._("a term is given, but the contract has no length of it or no start date")
            )
        if number is not None and not 0 <= number <= MOST_RENEWALS:
            raise UserError(self.env._("%s renewals cannot be", number))
        length, renewal = self._duration("term"), self._renewal_step()
        if not end:
            known = iter_terms(self.date_start, length, renewal)
            term = next(
                term for term in known if term.number == number or (start and term.end > start)
            )
            number = term.number if number is None else number
            start, end = start or term.start, term.last_day
        if not start:
            start = (renewal if number else length).before(day_after(end))
        if number is None:
            known = iter_terms(self.date_start, length, renewal)
            number = next(term.number for term in known if term.end > start)
        if not self.date_start <= start <= end:
            raise UserError(
                self.env._(
                    "a term from %(start)s to %(end)s cannot be: the contract starts on %(day)s",
                    start=format_date(self.env, start),
                    end=format_date(self.env, end),
                    day=format_date(self.env, self.date_start),
                )
            )
        vals = {"term_number": number, "term_start": start, "term_end": end}
        if self._aims_elsewhere(day_after(end)):
            vals["term_anchor_day"] = day_after(end).day
        return vals

    def _aims_elsewhere(self, renewal_day):
        """Whether a renewal day is not of the day of the month on which the contract started."""
        aimed = self.date_start.day
        clamped = day_after(renewal_day).day == 1 and aimed > renewal_day.day
        return renewal_day.day != aimed and not clamped
