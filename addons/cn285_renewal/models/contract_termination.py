from dataclasses import replace
from datetime import timedelta

from odoo import models
from odoo.addons.cn285_contract.engine.changes import settle
from odoo.addons.cn285_contract.models.common import LIVE_STATES, as_day, as_decimal, day_after
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from ..engine.termination import (
    Charge,
    Ground,
    LeavingFee,
    earliest_exit,
    earliest_free_exit,
    exit_on,
    leaving_fee,
    legal_ground,
)

GROUNDS = [
    ("term_end", "End of the Term"),
    ("notice", "With Notice"),
    ("period_end", "End of a Billing Period"),
    ("commitment_end", "End of the Commitment"),
    ("renewal_not_announced", "Renewal not Announced in Time"),
    ("telecom", "Exit by Law (Electronic Communications)"),
    ("buy_out", "Leaves the Commitment Early"),
    ("legitimate", "Legitimate Reason"),
    ("withdrawal", "Withdrawal"),
    ("agreed", "Agreed"),
]


class Contract(models.Model):
    """From which day on a contract may end, and what ending it comes to.

    A termination takes effect on a day. Whether that day is billed as the last one is a setting of
    the company; where the customer leaves because the renewal was not announced, the law says that
    it is not.
    """

    _inherit = "cn285.contract"

    # === FOR PROGRAMS, THE PORTAL AND STAFF === #

    def earliest_termination_date(self, date_requested=None, free_of_charge=False):
        """The earliest effective date of a termination that is requested on a day.

        :param date_requested: date or ISO text; default: today by the company's clock
        :param bool free_of_charge: the earliest date for which no fee is owed
        :returns: date, to be given to :meth:`termination_quote` and to a change ``terminate``
        """
        self.ensure_one()
        self.check_access("read")
        request = self._request_day(date_requested)
        # sudo: dates of the contract and of its items, of which one date is told.
        contract = self.sudo()
        facts = contract._exit_facts()
        way = (earliest_free_exit if free_of_charge else earliest_exit)(facts, request)
        return contract._as_effective(way, request)

    def termination_quote(self, date=None, date_requested=None, legitimate=False):
        """What a termination comes to, to the cent; nothing is written.

        :param date: effective date, as date or ISO text; default: the earliest one
        :param date_requested: day of the request; default: today by the company's clock
        :param bool legitimate: it is for a reason that frees the customer
        :returns: dict, dates as ISO text, amounts in the contract's currency:
            ``date_requested``, ``date_effective``, ``last_day``, ``immediate`` (the last day is
            over: it ends with immediate effect), ``earliest_date``,
            ``earliest_free_date``, ``allowed`` (may the customer leave on this date), ``ground``
            (by what right, a code), ``obstacle`` (why not, a text, empty where allowed),
            ``free_of_charge`` (it is allowed, and costs nothing), ``free_reasons`` (texts);
            ``refund_untaxed``, ``refund_tax``, ``refund_total`` and ``refund_lines`` (fixed items
            billed in advance: ``item_id``, ``name``, ``period_start``, ``period_end``,
            ``amount``), ``refund_due``;
            ``fee`` for leaving the commitment early, excl. tax, ``fee_total`` with it, ``fee_base``
            (what remains until it ends), ``fee_cap`` (the most the law allows, or None);
            ``open_usage`` (usage not billed yet: ``item_id``, ``name``, ``period_start``,
            ``period_end``, ``amount`` and ``amount_total``, or None where it is not known yet);
            ``shows_tax``: whether the customer reads amounts with tax
        :raises UserError: when the date is before the contract's start
        """
        self.ensure_one()
        self.check_access("read")
        portal = self.env.user._is_portal() and not self.env.su
        # sudo: whether a reseller pays, which the end customer need not read; tells nothing else.
        if portal and not self.sudo()._portal_shows_prices():
            raise AccessError(self.env._("The invoices of this contract go to a reseller."))
        request = self._request_day(date_requested)
        # sudo: reads invoiced rows and taxes, which the user need not see; writes nothing.
        contract = self.sudo()
        day = as_day(self.env, date) or contract.earliest_termination_date(request)
        contract._check_effective(day)
        way = contract._right_to_leave(day, request, legitimate)
        last_day = contract._last_day_of(day, way[0] if way else None)
        credits = contract._refund_rows(last_day)
        today = contract.company_id._cn285_today()
        untaxed, total = (0.0 - one for one in contract._document_total(credits, today))
        fee = contract._leaving_fee(day_after(last_day), way)
        currency = contract.currency_id
        return {
            "contract": contract.name,
            "currency": currency.name,
            "date_requested": request.isoformat(),
            "date_effective": day.isoformat(),
            "last_day": last_day.isoformat(),
            "immediate": last_day < request <= day,
            "earliest_date": contract.earliest_termination_date(request).isoformat(),
            "earliest_free_date": contract.earliest_termination_date(
                request, free_of_charge=True
            ).isoformat(),
            "allowed": way is not None,
            "ground": way[0] if way else None,
            "obstacle": "" if way else contract._why_not_yet(day, request),
            "free_of_charge": way is not None and not fee.amount,
            "free_reasons": contract._free_reasons(way, fee),
            "refund_untaxed": currency.round(untaxed),
            "refund_tax": currency.round(total - untaxed),
            "refund_total": currency.round(total),
            "refund_lines": contract._refund_lines(credits),
            "refund_due": contract._termination_refund_deadline(day).isoformat(),
            "fee": float(fee.amount),
            "fee_total": contract._fee_with_tax(fee.amount),
            "fee_base": float(fee.remaining),
            "fee_cap": None if fee.cap is None else float(fee.cap),
            "open_usage": contract._open_usage_with_tax(last_day),
            "shows_tax": contract._prices_with_tax(),
        }

    def action_terminate(self, date=None, date_requested=None, reason_id=False, **options):
        """Terminate contracts: a change of type ``terminate``, scheduled.

        :param date: effective date; default: the earliest one
        :param options: ``origin`` (staff, customer, api), ``note``, ``legitimate_reason`` (text)
        :returns: the changes
        """
        changes = self.env["cn285.contract.change"]
        for contract in self:
            request = contract._request_day(date_requested)
            changes |= changes.create(
                {
                    "contract_id": contract.id,
                    "type": "terminate",
                    "date_effective": as_day(self.env, date)
                    or contract.earliest_termination_date(request),
                    "date_requested": request,
                    "reason_id": reason_id,
                    "origin": options.get("origin", "staff"),
                    "note": options.get("note"),
                    "legitimate_reason": options.get("legitimate_reason"),
                }
            )
        changes.action_schedule()
        return changes

    def action_open_termination(self):
        """Open a new termination of this contract, at its earliest date."""
        self.ensure_one()
        day = self.earliest_termination_date()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Terminate"),
            "res_model": "cn285.contract.change",
            "view_mode": "form",
            "context": {
                "default_contract_id": self.id,
                "default_type": "terminate",
                "default_date_effective": day,
            },
        }

    # === RIGHTS === #

    def _request_day(self, day):
        return as_day(self.env, day) or self.company_id._cn285_today()

    def _check_effective(self, day):
        if self.date_start and day < self.date_start:
            raise UserError(
                self.env._(
                    "Contract %(contract)s starts on %(start)s; it cannot end before.",
                    contract=self.name,
                    start=format_date(self.env, self.date_start),
                )
            )

    def _as_effective(self, way, request):
        """The effective date of a way out of the engine, which speaks of the first free day.

        Where the day itself is billed, a contract may end on the day of the request, not before.
        """
        if way.ground is Ground.renewal_not_announced or self.company_id.cn285_end_day == "free":
            return way.day
        return max(way.day - timedelta(days=1), request, self.date_start or request)

    def _last_day_of(self, effective, ground):
        """The last day of a contract that is terminated with effect on a day."""
        billed = self.company_id.cn285_end_day == "billed"
        if billed and ground != Ground.renewal_not_announced.value:
            return effective
        return effective - timedelta(days=1)

    def _right_to_leave(self, effective, request, legitimate=False):
        """By what right the contract may end with effect on a day, the cheapest first.

        :returns: ``(ground, does it owe the fee)``, or None where it may not
        """
        self.ensure_one()
        if legitimate:
            return "legitimate", False
        facts = self._exit_facts()
        ordinary = replace(facts, free_from=None)
        way = exit_on(ordinary, request, day_after(self._last_day_of(effective, None)))
        if way and not way.owes_fee:
            return way.ground.value, False
        if legal_ground(facts, effective) and request <= effective:
            return Ground.renewal_not_announced.value, False
        return (way.ground.value, True) if way else None

    def _free_reasons(self, way, fee):
        """Why leaving costs nothing, for somebody who is no lawyer; nothing where one may not."""
        if way is None or fee.amount:
            return []
        reasons = {
            "renewal_not_announced": self.env._(
                "You were not told in time that the contract renews: you may leave at any time."
            ),
            "legitimate": self.env._("You have a legitimate reason."),
            "term_end": self.env._("The contract ends with its term."),
        }
        if way[0] in reasons:
            return [reasons[way[0]]]
        if not self.commitment_end:
            return [self.env._("The contract has no commitment.")]
        if not fee.remaining:
            return [self.env._("The commitment is over.")]
        return [self.env._("The contract asks no fee for leaving early.")]

    def _why_not_yet(self, day, request):
        """Why the contract may not end on a day, for somebody who is no lawyer."""
        first = self._last_day_of(self.earliest_termination_date(request), None)
        values = {"first": format_date(self.env, first)}
        if self.commitment_end and self._last_day_of(day, None) < self.commitment_end:
            return self.env._(
                "You are committed until %(commitment)s: the contract may end on %(first)s at the "
                "earliest.",
                commitment=format_date(self.env, self.commitment_end),
                **values,
            )
        return self.env._(
            "The contract may end on %(first)s at the earliest, or on another day that its terms "
            "allow.",
            **values,
        )

    # === MONEY === #

    def _fee_item(self):
        """The item, not saved, that charges the fee for leaving: it decides its taxes."""
        self.ensure_one()
        product = self.company_id.cn285_exit_fee_product_id or self.item_ids[:1].product_id
        return self.env["cn285.contract.item"].new(
            {"contract_id": self.id, "product_id": product.id}
        )

    def _fee_with_tax(self, fee):
        """What a fee excluding tax comes to for the customer."""
        return self._fee_item()._with_tax(fee, excluded=True) if fee else 0.0

    def _fee_price(self, fee):
        """The price that charges a fee excluding tax: with it, where it is inside of prices."""
        inside = any(self._fee_item()._product_taxes().mapped("price_include"))
        return self._fee_with_tax(fee) if inside else fee

    def _open_usage_with_tax(self, last_day):
        """See ``open_usage`` of :meth:`termination_quote`."""
        items = self.env["cn285.contract.item"]
        entries = self._open_usage(last_day)
        for entry in entries:
            known = entry["amount"] is not None
            item = items.browse(entry["item_id"])
            entry["amount_total"] = item._with_tax(entry["amount"]) if known else None
        return entries

    def _refund_rows(self, last_day):
        """What was invoiced for the days after ``last_day``, as an end would credit it: rows that
        are not saved.
        """
        items = self.item_ids.filtered(lambda item: item.billing_type in ("fixed", "one_shot"))
        billed, _counts = items._billed_rows()
        change, counted = self.env["cn285.contract.change"], {}
        vals_list = [
            item._prepare_credit_vals(credit, change, counted)
            for item in items
            for credit in settle(item._stretches_until(last_day), billed[item], item._rounding())
        ]
        schedules = self.env["cn285.billing.schedule"]
        return schedules.union(*(schedules.new(vals) for vals in vals_list))

    def _refund_lines(self, rows):
        """See ``refund_lines`` of :meth:`termination_quote`."""
        return [
            {
                "item_id": row.item_id.id,
                "name": row.item_id.name,
                "period_start": row.period_start.isoformat(),
                "period_end": row.period_end.isoformat(),
                "amount": -row.amount,
            }
            for row in rows
        ]

    def _leaving_fee(self, first_free_day, way):
        """The fee for a termination, as the engine's ``LeavingFee``."""
        if not way or not way[1]:
            zero = as_decimal(0)
            return LeavingFee(zero, zero)
        facts = self._exit_facts()
        charges = self.item_ids._charges_until(facts.committed_until)
        rounding = as_decimal(self.currency_id.rounding)
        return leaving_fee(facts, self._fee_rule(), charges, first_free_day, rounding)


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"

    def _stretches_until(self, last_day):
        """The item's history, had it ended on a day."""
        end = day_after(last_day)
        stretches = []
        for stretch in self._owing_stretches():
            terms = stretch.terms
            own = end if terms.end is None else min(terms.end, end)
            if stretch.start < own:
                stretches.append(replace(stretch, terms=replace(terms, end=own)))
        return stretches

    def _charges_until(self, until):
        """What these items' subscriptions cost by period until a day, for the engine."""
        subscriptions = self.filtered(
            lambda item: item.billing_type == "fixed" and item.state in ("draft", *LIVE_STATES)
        )
        # Periods billed in arrears are due after they end.
        horizon = until + timedelta(days=800)
        plans = subscriptions._plan_rows(horizon)
        return [
            Charge(row["period_start"], day_after(row["period_end"]), as_decimal(row["amount"]))
            for rows, _finished in plans.values()
            for row in rows
            if row["period_start"] < until
        ]
