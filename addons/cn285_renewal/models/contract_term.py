from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bounds import DAY
from odoo.addons.cn285_contract.models.common import day_after
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ..engine.notice import notice_window
from ..engine.term import Duration, Term, commitment_end, first_term, next_term
from ..engine.termination import ExitFacts, ExitRule


class Contract(models.Model):
    """A contract's term: in which one it is, how it goes on, until when the customer is bound."""

    _name = "cn285.contract"
    _inherit = ["cn285.contract", "cn285.term.rules"]

    date_concluded = fields.Date(
        string="Concluded On",
        copy=False,
        tracking=True,
        help="Day of the signature, from which the withdrawal period counts. Left empty, it is "
        "the day of the confirmation.",
    )
    term_number = fields.Integer(
        string="Renewals", copy=False, readonly=True, help="How often the contract was renewed."
    )
    term_start = fields.Date(copy=False, readonly=True)
    term_end = fields.Date(
        copy=False,
        readonly=True,
        tracking=True,
        index="btree_not_null",
        help="Last day of the current term.",
    )
    term_anchor_day = fields.Integer(
        copy=False,
        readonly=True,
        help="Day of the month at which renewals aim, where it is not that of the start date.",
    )
    renewal_date = fields.Date(
        compute="_compute_term_dates", help="The day on which the contract renews."
    )
    commitment_agreed_until = fields.Date(
        string="Committed Until, as Agreed Elsewhere",
        copy=False,
        readonly=True,
        help="Last day of the commitment of a contract that was taken over, where its length does "
        "not tell: it was prolonged since.",
    )
    commitment_start = fields.Date(
        string="Committed From",
        copy=False,
        readonly=True,
        help="First day of a commitment that was agreed later. Empty: the contract's first day.",
    )
    commitment_end = fields.Date(
        compute="_compute_commitment_end",
        store=True,
        help="Last day of the commitment.",
    )
    last_day_to_refuse = fields.Date(
        compute="_compute_term_dates",
        help="The last day on which the customer can refuse the renewal.",
    )
    auto_renew = fields.Boolean(
        string="Renews by Itself",
        default=True,
        copy=False,
        readonly=True,
        tracking=True,
        help="Off once the customer, or the company, has refused the renewal.",
    )

    _renewal_idx = models.Index("(company_id, term_end) WHERE term_end IS NOT NULL")

    # === COMPUTES === #

    @api.depends("term_start", "term_end", "notice_length", "notice_unit", "renewal_mode", "state")
    def _compute_term_dates(self):
        for contract in self:
            term = contract._term()
            contract.renewal_date = term.end if term else False
            contract.last_day_to_refuse = (
                contract._duration("notice").before(term.last_day)
                if term and contract.renewal_mode == "tacit"
                else False
            )

    @api.depends(
        "date_start",
        "commitment_start",
        "commitment_length",
        "commitment_unit",
        "commitment_agreed_until",
    )
    def _compute_commitment_end(self):
        for contract in self:
            free = contract.date_start and contract._free_from_commitment(contract.date_start)
            contract.commitment_end = free - timedelta(days=1) if free else False

    # === FROM RECORDS TO THE ENGINE === #

    def _term(self):
        """The term in which the contract is, as the engine has it; None without a fixed term.

        A draft is looked at as if it began on its start day.
        """
        self.ensure_one()
        if self.term_start and self.term_end:
            return Term(self.term_number, self.term_start, day_after(self.term_end))
        if self.state == "draft" and self.term_length and self.date_start:
            return first_term(self.date_start, self._duration("term"))
        return None

    def _free_from_commitment(self, start):
        """The first day on which the customer is free of the commitment; None without one.

        One that was agreed later goes before what was agreed elsewhere.
        """
        self.ensure_one()
        if self.commitment_start:
            return commitment_end(self.commitment_start, self._commitment())
        if self.commitment_agreed_until:
            return day_after(self.commitment_agreed_until)
        return commitment_end(start, self._commitment())

    def _next_term(self):
        """The term that a renewal would add, from the day on which the contract started."""
        return next_term(self._term(), self._renewal_step(), self._anchor_day())

    def _anchor_day(self):
        """The day of the month at which renewals aim; after an extension, that of its end."""
        self.ensure_one()
        return self.term_anchor_day or self.date_start.day

    def _may_renew(self):
        """Whether the contract renews by itself at the end of its term, as things stand."""
        self.ensure_one()
        return bool(
            self.term_end
            and self.state not in ("closed", "cancelled", "withdrawn")
            and self.renewal_mode == "tacit"
            and self.auto_renew
            and not (self.renewal_max and self.term_number >= self.renewal_max)
            and not (self.date_end and self.date_end <= self.term_end)
            and not (self.planned_end and self.planned_end <= self.term_end)
        )

    def _notice_window(self, under_law=True):
        """When the current term's renewal can be refused, and announced; None without one."""
        self.ensure_one()
        term = self._term()
        if term is None:
            return None
        own = Duration(self.announce_from), Duration(self.announce_until)
        between = self._law_on_renewals()._announcement_window() if under_law else own
        return notice_window(term.last_day, self._duration("notice"), *between)

    def _exit_facts(self):
        """What decides when the contract may end, as the engine wants it."""
        self.ensure_one()
        company = self.company_id
        start = self.date_start or company._cn285_today()
        return ExitFacts(
            start=start,
            rule=ExitRule(self.exit_rule),
            notice=self._duration("notice"),
            term=self._term(),
            renewal=self._renewal_duration() if self.auto_renew else None,
            anchor_day=self.term_anchor_day or start.day,
            committed_until=self._free_from_commitment(start),
            may_buy_out=self.may_buy_out,
            statutory=self._statutory_exit(),
            free_from=self.free_exit_from or None,
            rhythm=self._main_rhythm(),
        )

    def _main_rhythm(self):
        """The billing periods that an exit at the end of a period speaks of.

        Those of the contract's first subscription, or else of its first usage item.
        """
        items = self.item_ids.filtered(
            lambda item: (
                item.billing_type in ("fixed", "usage")
                and item.billing_start
                and item.state not in ("cancelled", "ended")
            )
        )
        terms = items.sorted(lambda item: (item.billing_type != "fixed", item.sequence, item.id))
        return terms[0]._engine_terms().rhythm if terms else None

    # === LIFECYCLE === #

    def action_confirm(self):
        """Also begin the first term of contracts that have one, and plan its notice."""
        result = super().action_confirm()
        for contract in self.filtered(lambda contract: not contract.date_concluded):
            today = contract.company_id._cn285_today()
            contract.date_concluded = min(today, contract.date_start)
        self._begin_term()
        self._plan_notices()
        return result

    def action_draft(self):
        """Also forget the term: it begins anew when the contract is confirmed."""
        result = super().action_draft()
        self._write_inside(
            {
                "term_number": 0,
                "term_start": False,
                "term_end": False,
                "term_anchor_day": 0,
                "auto_renew": True,
            }
        )
        return result

    def _begin_term(self):
        """Set the term, and the end of contracts that do not go on for ever.

        That is the first one, or the one in which a contract is that is taken over in mid-life.
        """
        for contract in self.filtered(lambda contract: contract.term_length):
            term = contract._opening_term()
            vals = {
                "term_number": term.number,
                "term_start": term.start,
                "term_end": term.last_day,
            }
            if term.number and not contract.indexed_on:
                # It was renewed elsewhere: its prices are those of that day.
                vals["indexed_on"] = term.start
            end = contract._longest_end(term)
            if end and not contract.date_end:
                vals["date_end"] = end - timedelta(days=1)
            contract._past_edits().write(vals)

    def _term_ends(self):
        """Also the last day of the current term."""
        return [self.term_end, *super()._term_ends()]

    def _heir_values(self):
        """A new holder goes on in the same term; the commitment was the old holder's.

        So was the right of withdrawal that somebody chose for him.
        """
        return {
            **super()._heir_values(),
            "date_concluded": self.date_concluded,
            "term_number": self.term_number,
            "term_start": self.term_start,
            "term_end": self.term_end,
            "term_anchor_day": self.term_anchor_day,
            "auto_renew": self.auto_renew,
            "commitment_length": 0,
            "withdrawal_by_hand": False,
        }

    @api.model
    def _bounds(self):
        return {**super()._bounds(), **self._term_rule_bounds(), "commitment_start": DAY}

    @api.model
    def _traced_terms(self):
        """Also the rules of the term, of renewals and of leaving."""
        return [*super()._traced_terms(), *self._term_rule_fields(), "commitment_start"]

    # === TEMPLATE === #

    def _apply_template(self, template, keep=frozenset()):
        """Also take over the rules of the term, those of 0 included."""
        result = super()._apply_template(template, keep)
        for name in self._term_rule_fields():
            if name not in keep:
                self[name] = template[name]
        return result

    @api.constrains("date_concluded", "date_start")
    def _check_concluded(self):
        for contract in self:
            today = contract.company_id._cn285_today()
            if contract.date_concluded and contract.date_concluded > today:
                raise ValidationError(
                    self.env._(
                        "Contract %(contract)s cannot have been concluded on %(day)s, in the "
                        "future.",
                        contract=contract.name,
                        day=format_date(self.env, contract.date_concluded),
                    )
                )


class ContractTemplate(models.Model):
    _name = "cn285.contract.template"
    _inherit = ["cn285.contract.template", "cn285.term.rules"]

    @api.model
    def _bounds(self):
        return {**super()._bounds(), **self._term_rule_bounds()}
