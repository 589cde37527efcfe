from decimal import Decimal, InvalidOperation

from odoo import Command, api, models
from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.exceptions import UserError
from odoo.tools import format_amount

from ...engine.errors import UsageError
from ...engine.exact import EXACT, ZERO, as_input
from ...engine.price_curve import positions, reach
from ...engine.tariff import Feed, Usage
from ..rating.usage_batch import RatingRefused
from .charge_model_table import CHARGE_MODELS
from .usage_calculator_part import PRICE_COLUMNS

# What decides on a price, besides the figures of the charge model.
COMMON_TERMS = ("charge_model", "rollover", "minimum_amount", "maximum_amount")
# Fields whose values a form can send; no more is read, and no record is named.
PLAIN = ("boolean", "float", "integer", "selection")
# Steps of a price that are drawn as such: more of them make a slope.
MAX_STEPS = 40


class UsageCalculator(models.Model):
    """What would this cost: the price of a quantity, and its curve, saved or not."""

    _inherit = "cn285.usage.calculator"

    @api.model
    def simulate_terms(self, terms, usage):
        """The price of some usage by the figures of a form, which need not be saved.

        It reads and writes no record: the figures are all it knows.

        :param dict terms: values of a calculator by field name; ``tier_ids`` and ``value_ids`` are
            lists of dicts; ``currency_id`` an id or False
        :param dict usage: ``{"quantity": number}``; for a percentage ``{"amounts": [number]}``, one
            for each event; for a price per property value ``{"values": {value: number}}``
        :returns: ``{"amount", "amount_text", "quantity", "lines": [{"text", "quantity",
            "unit_price", "amount", "amount_text"}], "curves": [{"label", "points": [[quantity,
            total, per unit]]}], "bounds": [number]}``; only ``{"error": text}`` where the figures
            make no price
        """
        self.check_access("read")
        model = terms.get("charge_model")
        if model and model not in self._fields["charge_model"].get_values(self.env):
            return {"error": self.env._("There is no charge model “%s”.", model)}
        currency = self._simulated_currency(terms)
        calculator = self._from_terms(terms)
        try:
            used = calculator._simulated_usage(usage)
            price = calculator._full_period_price(as_decimal(currency.rounding))
            return {
                **self._simulated_answer(price(used), currency),
                **calculator._price_curves(price, used.quantity),
            }
        except UsageError as error:
            return {"error": calculator._reason(error)}
        except UserError as error:
            return {"error": str(error)}

    def simulate(self, quantity):
        """What a quantity would cost in a full period, included units and bounds considered.

        :param float quantity: units of the metric
        :returns: ``{"amount": float, "lines": [{"code", "quantity", "unit_price", "amount"}]}``
        :raises UserError: for what is no number, or has no price
        """
        self.ensure_one()
        self.check_access("read")
        rounding = as_decimal(self.currency_id.rounding or 0.01)
        try:
            used = Usage.of(self._simulated_number(quantity))
            rating = self._full_period_price(rounding)(used)
        except UsageError as error:
            raise UserError(self._reason(error)) from error
        return {
            "amount": float(rating.amount),
            "lines": [
                {
                    "code": line.code,
                    "quantity": float(line.quantity),
                    "unit_price": float(line.unit_price),
                    "amount": float(line.amount),
                }
                for line in rating.lines
            ],
        }

    # === FROM A FORM === #

    @api.model
    def _from_terms(self, terms):
        """A calculator that is in memory only, with the figures of a form."""
        entry = self._charge_models()[terms.get("charge_model") or next(iter(CHARGE_MODELS))]
        vals = {"charge_model": entry.name}
        for name in (*COMMON_TERMS, *entry.figures):
            if name in PRICE_COLUMNS:
                vals[name] = [
                    Command.create({column: row.get(column) or False for column in columns})
                    for columns in [PRICE_COLUMNS[name]]
                    for row in terms.get(name) or ()
                ]
            elif self._fields[name].type in PLAIN and terms.get(name) not in (None, ""):
                vals[name] = terms[name]
        return self.new(vals)

    @api.model
    def _simulated_currency(self, terms):
        currency = self.env["res.currency"].browse(terms.get("currency_id") or 0).exists()
        return currency or self.env.company.currency_id

    def _simulated_usage(self, usage):
        """The usage as the charge model takes it; its quantity is what a curve must reach.

        :raises UserError: for what is no number
        """
        number, feed = self._simulated_number, self._feed()
        if feed is Feed.events:
            amounts = [number(amount) for amount in usage.get("amounts") or ()]
            return Usage(max(amounts, default=ZERO), amounts=amounts)
        if feed is Feed.values:
            values = usage.get("values") or {}
            by_value = {value: number(units) for value, units in values.items()}
            return Usage(sum(by_value.values(), ZERO), by_value)
        return Usage(number(usage.get("quantity") or 0))

    @api.model
    def _simulated_number(self, value):
        try:
            return as_input(Decimal(str(value)))
        except (InvalidOperation, UsageError):
            raise UserError(self.env._("“%s” is not a number.", value)) from None

    # === RATING === #

    def _full_period_price(self, rounding):
        """What rates the ``Usage`` of a full period; nothing is carried in from the one before.

        :raises UsageError: where the figures make no price, or none that can be tried
        """
        untried = self._entry().untried(self.env)
        if untried:
            raise RatingRefused(untried)
        tariff = self._tariff()

        def price(usage):
            rating, _carried_out = tariff.rate(usage, rounding=rounding)
            return tariff.bound(rating, rounding=rounding)

        return price

    @api.model
    def _simulated_answer(self, rating, currency):
        schedules = self.env["cn285.billing.schedule"]
        lines = []
        for line in rating.lines:
            figures = {
                name: None if value is None else str(value)
                for name, value in (
                    ("quantity", line.quantity),
                    ("unit_price", line.unit_price),
                    ("flat", line.flat),
                    ("tier_from", line.tier_from),
                    ("tier_to", line.tier_to),
                )
            }
            lines.append(
                {
                    "text": schedules._explain_step(
                        f"usage_{line.code}", {**figures, "key": line.key}
                    ),
                    "quantity": float(line.quantity),
                    "unit_price": float(line.unit_price),
                    "amount": float(line.amount),
                    "amount_text": format_amount(self.env, float(line.amount), currency),
                }
            )
        return {
            "quantity": float(rating.quantity),
            "amount": float(rating.amount),
            "amount_text": format_amount(self.env, float(rating.amount), currency),
            "lines": lines,
        }

    # === CURVE === #

    def _price_curves(self, price, asked):
        """Total and price per unit over the quantity, one curve for each value of a matrix."""
        bounds = self._curve_bounds()
        upto = reach(asked, bounds)
        places = positions(upto, [ZERO, *bounds, *self._curve_steps(upto)])
        return {
            "curves": [
                {"label": label, "points": [_point(price, wrap, units) for units in places]}
                for label, wrap in self._entry().curves(self)
            ],
            "bounds": [float(bound) for bound in bounds if bound < upto],
        }

    def _curve_bounds(self):
        """Quantities at which the price changes: ends of tiers, of what is included or free."""
        included, free = as_decimal(self.allowance_units), as_decimal(self.free_units)
        bounds = {EXACT.add(bound, included) for bound in self._entry().price_bounds(self)}
        bounds.update(units for units in (included, free) if units > 0)
        return sorted(bounds)

    def _curve_steps(self, upto):
        """Where the total leaps in equal steps, at the end of each package."""
        first, distance = self._entry().price_steps(self) or (ZERO, ZERO)
        start = EXACT.add(as_decimal(self.allowance_units), first)
        if distance <= 0 or upto <= start:
            return []
        count = int((upto - start) / distance) + 1
        if count > MAX_STEPS:
            return []
        return [EXACT.add(start, distance * number) for number in range(count)]


def _point(price, wrap, units):
    """A point of a curve: the quantity, its total, and what that is per unit."""
    amount = float(price(wrap(units)).amount)
    return [float(units), amount, amount / float(units) if units else None]
