from datetime import date, timedelta
from decimal import Decimal

from odoo import api, models
from odoo.exceptions import ValidationError

from ..engine.changes import Price, part_amount
from ..engine.errors import EngineError
from ..engine.periods import Rhythm
from ..engine.plan import ItemTerms, plan_stretches
from ..engine.pricing import Charge, DiscountWindow, price_charge
from ..engine.proration import Basis, PartialPolicy
from .common import LIVE_STATES, as_decimal, day_after, told_inside


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"

    # === FROM RECORDS TO THE ENGINE === #

    def _engine_terms(self):
        """The item as the planning engine wants it; None if there is nothing to plan."""
        self.ensure_one()
        start = self.billing_start
        if self.billing_type == "none" or not start:
            return None
        last_day = self._last_day()
        terms = {
            "kind": self.billing_type,
            "start": start,
            "end": day_after(last_day),
            "offset": self.billing_offset,
        }
        if self.billing_type == "one_shot":
            return ItemTerms(one_shot_date=self.one_shot_date or None, **terms)
        return ItemTerms(
            rhythm=Rhythm(
                interval=self.recurring_interval,
                unit=self.recurring_unit,
                alignment=self.alignment,
                anchor=self.anchor_date or start,
                billing_day=self.billing_day,
                billing_month=int(self.billing_month),
            ),
            first=PartialPolicy(self.first_period),
            last=PartialPolicy(self.last_period),
            basis=Basis(self.proration_basis),
            timing=self.timing,
            period_count=self.period_count,
            **terms,
        )

    def _engine_windows(self):
        """The item's discount periods as the pricing engine wants them, planned ones included.

        What is billed in advance goes by what is planned: a discount of some days of a period is
        off it although the period is billed before them.
        """
        self.ensure_one()
        given = [
            (one.date_start, one.date_end, one.percent, one.amount, one.name)
            for one in self.discount_ids
        ]
        return tuple(
            DiscountWindow(
                start=start,
                end=day_after(end),
                percent=as_decimal(percent),
                amount=as_decimal(amount),
                label=name or "",
            )
            for start, end, percent, amount, name in given + self._planned_discounts()
        )

    def _rounding(self):
        return as_decimal(self.contract_id.currency_id.rounding or 0.01)

    # === PLANNING === #

    def _plan_rows(self, until: date, covered=None):
        """Rows of each item that are due before ``until``, priced, without writing anything.

        :param covered: ``{item id: [(start, end)]}``, the stretches already invoiced
        :returns: ``{item: (list of row values, finished)}``; see :meth:`_prepare_row_vals`
        :raises ValidationError: when the terms of an item cannot be planned
        """
        covered, plans = covered or {}, {}
        for item, stretches in self._histories().items():
            try:
                plans[item] = plan_stretches(stretches, until, covered.get(item.id, ()))
            except EngineError as error:
                raise ValidationError(item._engine_message(error)) from error
        return self._price_plans(plans)

    def _histories(self):
        """The items' histories as the planning engine wants them: ``{item: stretches}``.

        :raises ValidationError: when the terms of an item cannot be planned
        """
        histories, beside = {}, {}
        for item in self:
            try:
                histories[item] = item._engine_stretches_beside(beside)
            except EngineError as error:
                raise ValidationError(item._engine_message(error)) from error
        return histories

    def _price_plans(self, plans):
        """Values of the rows that the engine has planned: ``{item: (rows, finished)}``."""
        prices = self._prices_at(
            [(item, row.start) for item, (rows, _finished) in plans.items() for row in rows]
        )
        taxes = self._included_taxes()
        result = {}
        for item, (rows, finished) in plans.items():
            try:
                result[item] = item._price_rows(rows, prices, taxes.get(item)), finished
            except EngineError as error:
                raise ValidationError(item._engine_message(error)) from error
        return result

    def _price_rows(self, rows, prices, included):
        """Values of an item's rows, with their amounts."""
        owner, windows = self._row_owner(), self._engine_windows()
        vals, known = [], {}
        for row in rows:
            price = prices[self.id, row.start]
            # Without discount periods, complete periods at one price cost the same: whole ones
            # however many days they have.
            plain = not windows and row.piece_start in (None, row.start)
            share = row.proration if row.proration.note != "whole" else row.proration.basis
            key = (price, share, row.stretch) if plain else row
            if key not in known:
                known[key] = self._price_row(row, price, windows, included)
            vals.append({**owner, **self._prepare_row_vals(row, price), **known[key]})
        return vals

    def _row_owner(self):
        """Values of a schedule row that follow from its item."""
        contract = self.contract_id
        return {
            "contract_id": contract.id,
            "company_id": contract.company_id.id,
            "currency_id": contract.currency_id.id,
            "partner_id": contract.partner_id.id,
            "product_id": self.product_id.id,
        }

    def _included_taxes(self):
        """Taxes of the items whose price contains some, as ``{item: taxes}``; others are left out.

        Most companies price without taxes: then no item's fiscal position is looked up.
        """
        if not self._taxes_may_be_inside():
            return {}
        return {
            item: taxes
            for item, taxes in self._get_taxes().items()
            if any(taxes.mapped("price_include"))
        }

    def _invoice_day(self, due):
        """The invoice date of what is due on a day: the day itself. Hook for business days.

        The one place through which the dates of planned rows and of credits go. Rows that usage
        bills at once have the day of the run. A later day than the one that is given: what is due
        after the horizon is not planned yet.

        :param date due: see ``engine.plan.due_date``, or the day of a change
        """
        return due

    def _prepare_row_vals(self, row, price_unit):
        """Values of a billing schedule row but its amounts, see :meth:`_price_row`.

        :param row: ``PlannedRow`` of the engine
        :param float price_unit: price of one unit for a full period
        """
        version = self._version_on(row.start)
        terms = version or self
        return {
            "item_id": self.id,
            "kind": row.kind,
            "period_start": row.start,
            "period_end": row.end - timedelta(days=1),
            "billing_date": self._invoice_day(row.billing_date),
            "quantity": terms.quantity,
            "price_unit": price_unit,
            "discount": terms.discount,
            "version_id": version.id,
            "full_start": row.period and row.period.full_start,
            "full_end": row.period and row.period.full_end,
            "proration": round(float(row.proration.ratio), 10),
            "state": "waiting" if row.kind == "usage" else "planned",
        }

    def _price_row(self, row, price_unit, windows, included_taxes=None):
        """Amounts of a row and how they came about; usage has none yet.

        :param row: ``PlannedRow`` of the engine
        :param float price_unit: price of one unit for a full period
        :param windows: the item's discount periods, as the engine has them
        :param included_taxes: the line's taxes, if the price contains any of them
        """
        if row.kind == "usage":
            return {"net": 0.0, "amount": 0.0, "steps": False}
        terms = self._price_terms_on(row.start)
        charge = Charge(
            quantity=as_decimal(terms.quantity),
            price_unit=as_decimal(price_unit),
            discount=as_decimal(terms.discount),
            period=row.period,
            proration=row.proration,
            windows=windows,
            basis=row.proration.basis,
            on=row.start,
            own=row.own,
        )
        amount = price_charge(charge, self._rounding())
        steps = [
            [step.code, {name: _as_json(value) for name, value in step.values.items()}]
            for step in amount.steps
        ]
        net = self._net_of_part(row, charge, amount)
        if net != amount.net:
            steps.append(["parts", {"amount": str(net)}])
        net = float(net)
        untaxed = self._untaxed(net, included_taxes) if included_taxes else net
        return {"net": net, "amount": untaxed, "steps": steps}

    def _net_of_part(self, row, charge, amount):
        """The net amount of a row; parts of a period that are billed apart add up to the cent."""
        if row.piece_start in (None, row.start):
            return amount.net
        price = Price(charge.quantity, charge.price_unit, charge.discount, charge.windows)
        part = row.start, row.end
        terms = self._engine_terms()
        return part_amount(terms, row.own, row.piece_start, part, price, self._rounding())

    def _untaxed(self, net, taxes):
        """The net amount without the taxes that are included in the price."""
        self.ensure_one()
        contract = self.contract_id
        return taxes.compute_all(
            net,
            currency=contract.currency_id,
            quantity=1.0,
            product=self.product_id,
            partner=contract.payer_id,
            # As a line that includes tax: see ``account.tax._add_tax_details_in_base_line``.
            rounding_method="round_per_line",
        )["total_excluded"]

    def _engine_message(self, error):
        """What the engine refused, in a clerk's words, with the contract and the item."""
        self.ensure_one()
        reasons = {
            "overlapping_discounts": self.env._("two discount periods overlap."),
            "date_out_of_range": self.env._("its dates leave the calendar."),
            "end_before_start": self.env._("it ends before it starts."),
            "too_many_rows": self.env._(
                "more than %(rows)s periods would be planned at once. Is its start date right?",
                rows=error.values.get("rows"),
            ),
        }
        return self.env._(
            "Contract %(contract)s, item “%(item)s”: %(reason)s",
            contract=self.contract_id.name,
            item=self.name,
            reason=reasons.get(error.code, str(error)),
        )

    def _replan(self):
        """Bring the schedules in line with the items: what was not invoiced follows the terms.

        Invoiced rows never change. Rows that stay the same keep their identity; others are
        written, created or deleted. Runs in a fixed number of queries for any number of items.
        """
        # A draft has no rows: it is planned when it is activated.
        if told_inside(self.env, "cn285_no_replan"):
            return
        started = self.filtered(lambda item: item.state != "draft")
        for company, items in started.grouped("company_id").items():
            items._replan_until(company._cn285_horizon())

    def _replan_until(self, until: date):
        """Plan the items anew, up to a day."""
        # sudo: schedules follow from the items, and who may edit an item may not write schedules.
        items = self.sudo()
        running = items.filtered(lambda item: item.state in LIVE_STATES)
        kept, revisions = items._existing_rows()
        until = max([until, *filter(None, running.mapped("planned_until"))])
        plans = running._plan_rows(until, covered=kept)
        names = {name: None for rows, _finished in plans.values() for vals in rows for name in vals}
        open_rows = items._open_rows(names)
        obsolete, creates, updates = [], [], []
        for item in items:
            wanted, _finished = plans.get(item, ((), True))
            rows = open_rows.get(item.id, {})
            for vals in wanted:
                key = vals["kind"], vals["period_start"]
                row = rows.pop(key, None)
                if row:
                    updates.append((row, vals))
                else:
                    creates.append({**vals, "revision": revisions.get((item.id, *key), -1) + 1})
            obsolete += [row["id"] for row in rows.values()]
        schedules = self.env["cn285.billing.schedule"].sudo()
        schedules._update_planned(updates)
        schedules.browse(obsolete)._drop_planned()
        schedules._insert_planned(creates)
        self._store_planned_until(plans, until)

    def _store_planned_until(self, plans, until):
        finished = self.browse([item.id for item, (_rows, done) in plans.items() if done])
        running = self.browse([item.id for item, (_rows, done) in plans.items() if not done])
        # sudo: a bookkeeping field that follows from the plan.
        finished.sudo().filtered("planned_until").write({"planned_until": False})
        running.sudo().filtered(lambda item: item.planned_until != until).write(
            {"planned_until": until}
        )

    @api.model
    def _planned_kinds(self):
        """Kinds of rows that planning makes, changes and removes; others are left alone."""
        return ("one_shot", "fixed", "usage")


def _as_json(value):
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
