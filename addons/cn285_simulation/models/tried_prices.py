"""Subscriptions and one-time fees at other prices."""

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

from odoo import models
from odoo.addons.cn285_contract.engine.errors import EngineError
from odoo.addons.cn285_contract.engine.mrr import per_month
from odoo.addons.cn285_contract.engine.proration import Basis
from odoo.addons.cn285_contract.models.common import as_decimal, day_after

from ..engine.recorded import Piece, Recorded, net_at, windows_of
from .simulation_trial import KINDS
from .tried_rows import Found

HUNDRED = Decimal(100)


class Simulation(models.Model):
    _inherit = "cn285.simulation"

    def _try_prices(self, rows):
        """What billed rows come to at the prices tried: ``{row: Found}``."""
        self.ensure_one()
        trials = self.trial_ids.filtered(lambda trial: KINDS[trial.kind].of_prices)
        prices = self._tried_prices(rows, trials)
        return {row: self._try_price(row, *prices[row]) for row in rows}

    def _try_price(self, row, price, discount, note):
        recorded = row._recorded()
        windows = row._billed_windows()
        net, known = net_at(recorded, price, discount, windows, row._pieces())
        if not known:
            note = note or "scaled"
        # At the prices that were billed it comes to what was billed, or else is in proportion.
        return Found(recorded.net, net, note)

    # === PRICES === #

    def _tried_prices(self, rows, trials):
        """Price and discount of rows when all is tried: ``{row: (price, discount, note)}``."""
        plans = trials.filtered(lambda trial: trial.kind == "plan").plan_id
        asked = self._asked_prices(rows, trials)
        units = {(plan.recurring_interval, plan.recurring_unit): None for plan in plans}
        units = {key: per_month(Fraction(1), *key) for key in units}
        result = {}
        for row in rows:
            price, discount, note = as_decimal(row.price_unit), as_decimal(row.discount), ""
            for trial in trials:
                if not trial._concerns(row.item_id):
                    continue
                if trial.kind == "percent":
                    price *= 1 + as_decimal(trial.percent) / HUNDRED
                elif trial.kind == "plan" and trial.plan_id.billing_type != row.kind:
                    note = note or "other_billing"
                elif (row, trial) in asked:
                    price = as_decimal(asked[row, trial])
                    if trial.kind == "plan":
                        price = self._per_period(row, trial.plan_id, price)
                        discount = as_decimal(trial.plan_id.discount)
            result[row] = price, discount, note
        return result

    def _per_period(self, row, plan, price):
        """A plan's price for a period as long as the row's: by months, weeks or days of a year."""
        terms = row.item_id._price_terms_on(row.period_start)
        lengths = [(one.recurring_interval, one.recurring_unit) for one in (terms, plan)]
        if row.kind != "fixed" or lengths[0] == lengths[1]:
            return price
        here, there = (per_month(Fraction(1), *length) for length in lengths)
        # A month's worth of the plan's price, for the months of this row's full period.
        exact = Fraction(price) * there / here
        return Decimal(exact.numerator) / Decimal(exact.denominator)

    def _asked_prices(self, rows, trials):
        """Prices that pricelists, or plans, say: ``{(row, trial): float}``.

        Pricelists are asked once for all rows that they may answer alike, on the first day of each
        period, as when it was billed.
        """
        found, groups, segments = {}, defaultdict(list), {}
        for trial in trials.filtered(lambda trial: trial.kind in ("pricelist", "plan")):
            for row in rows:
                item, contract = row.item_id, row.contract_id
                if not trial._concerns(item):
                    continue
                version = item._version_on(row.period_start)
                product = item.product_id
                pricelist = version.pricelist_id if version else contract.pricelist_id
                if trial.kind == "plan":
                    product = trial.plan_id.product_id or product
                    if trial.plan_id.price_source == "manual":
                        found[row, trial] = trial.plan_id.price_unit
                        continue
                elif (version or item).price_source != "pricelist":
                    continue
                else:
                    pricelist = trial.pricelist_id
                segment = item._price_segment(
                    contract, pricelist, product, row.period_start, row.quantity, segments
                )
                key = pricelist, contract.currency_id, segment
                groups[key].append((row, trial, product))
        adapts = bool(groups) and rows.item_id._taxes_may_be_inside()
        for (pricelist, currency, _segment), members in groups.items():
            first = members[0][0]
            products = self.env["product.product"].browse(
                {product.id: None for _row, _trial, product in members}
            )
            said = pricelist.with_company(self.company_id)._get_products_price(
                products.with_company(self.company_id),
                first.quantity,
                currency=currency or self.currency_id,
                date=first.period_start,
            )
            for row, trial, product in members:
                price = said[product.id]
                found[row, trial] = row.item_id._adapt_price(price) if adapts else price
        return found


class BillingSchedule(models.Model):
    _inherit = "cn285.billing.schedule"

    def _recorded(self):
        """What the row was priced from, as the engine wants it."""
        self.ensure_one()
        item, full_start = self.item_id, self.full_start or None
        return Recorded(
            quantity=as_decimal(self.quantity),
            price=as_decimal(self.price_unit),
            discount=as_decimal(self.discount),
            start=self.period_start,
            end=day_after(self.period_end),
            full_start=full_start,
            full_end=self.full_end or None,
            proration=as_decimal(self.proration),
            net=as_decimal(self.net),
            steps=tuple((code, values) for code, values in self.steps or ()),
            unit=self._unit(),
            basis=Basis(item.proration_basis or "actual"),
            nominal_day=full_start.day if full_start else 0,
        )

    def _billed_windows(self):
        """The discounts of days that the row was billed with, as the engine wants them."""
        self.ensure_one()
        steps = self.steps or ()
        in_money = any(code == "window_amount" for code, _values in steps)
        return windows_of(steps, self.item_id._engine_windows() if in_money else ())

    def _pieces(self):
        """Ways in which the row may be a part of a period, worked out one by one as asked for."""
        self.ensure_one()
        try:
            terms = self.item_id._engine_terms()
        except EngineError:
            return
        recorded = self._recorded()
        if not terms or terms.rhythm is None or recorded.period is None:
            return
        ends = [recorded.full_end, *filter(None, [terms.end])]
        first = max(recorded.full_start, min(terms.start, recorded.start))
        last = max(min(ends), recorded.end)
        own = recorded.period.__class__(
            0,
            first,
            last,
            recorded.full_start,
            recorded.full_end,
            nominal_day=terms.rhythm.nominal_day,
        )
        days = [version.date_from for version in self.item_id.version_ids if version.date_from]
        starts = {first, *(day for day in days if first < day < recorded.start)}
        for start in sorted(starts):
            yield Piece(terms, own, start)
