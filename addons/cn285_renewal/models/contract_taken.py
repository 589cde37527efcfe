"""In which term a contract is when it comes from another system, after years."""

from odoo import fields, models
from odoo.addons.cn285_contract.models.common import as_decimal, day_after
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..engine.revision import IndexValue
from ..engine.term import Term, first_term, iter_terms, term_on
from .channels import LAST_RESORT

# More is a slip.
MOST_RENEWALS = 9_999
# No index is as high.
MOST_INDEX = 1_000_000
TERM_CELLS = ("term_number", "term_start", "term_end")


class Contract(models.Model):
    _inherit = "cn285.contract"

    indexed_on = fields.Date(
        string="Last Indexed On",
        copy=False,
        readonly=True,
        help="Day of the last revision by the index, made in another system before the contract "
        "was taken over: today's prices go by the index of that day.",
    )
    index_value = fields.Float(
        string="Index at the Last Revision",
        digits=(16, 6),
        copy=False,
        readonly=True,
        help="The value by which another system revised the prices last. 0: that of the day.",
    )

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

    def _given_index_value(self, value):
        """The value of an index that an import gives; :raises UserError: where it is none."""
        if not 0 < value < MOST_INDEX:
            raise UserError(self.env._("%s is no value of an index", value))
        return value

    def _given_refusal(self, term_end):
        """The values of a contract whose renewal was refused elsewhere: it ends with its term.

        :param term_end: last day of the term that an import gave, or None
        :raises UserError: where it would not renew by itself anyhow
        """
        self.ensure_one()
        if self.renewal_mode != "tacit" or not self.term_length or not self.date_start:
            raise UserError(
                self.env._("a contract without a term that renews tacitly cannot be refused to")
            )
        last = term_end or self._opening_term().last_day
        return {"auto_renew": False, "date_end": min(filter(None, (last, self.date_end)))}

    def _announced_elsewhere(self, day, recipient=None):
        """Note that another system announced the renewal of the current term on a day.

        The notice counts as sent then: in time or not, as the law has it for that day. Nothing is
        noted where the renewal need not be announced.

        :param recipient: the address to which it went; None: the customer's
        """
        self.ensure_one()
        notice = self._current_notice()
        if not notice or notice.sending_ids:
            return
        partner = self.partner_id
        # sudo: a proof that the import brings in; users only note what they sent by hand.
        notice.sudo().sending_ids._inside().create(
            {
                "notice_id": notice.id,
                "date": day,
                "channel": LAST_RESORT,
                "recipient": recipient or partner.email or partner.display_name,
                "subject": self.env._("Announced by another system, before the take-over"),
                "delivery": "sent",
            }
        )

    def _index_base(self):
        """The index that today's prices go by, as the engine's ``IndexValue``.

        That of the last renewal here; of a contract that was taken over and not renewed since,
        that of its last revision elsewhere, or of the term in which it came.

        :raises ValidationError: where the index has no value for the day
        """
        self.ensure_one()
        day = self._index_base_day()
        if self.index_value and not self._renewed_here():
            return IndexValue(day, as_decimal(self.index_value))
        return self.renewal_index_id._value_at(day)
