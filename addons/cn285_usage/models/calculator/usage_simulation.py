from decimal import Decimal, InvalidOperation
from fractions import Fraction

from odoo import api, models
from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.exceptions import UserError
from odoo.tools import format_amount

from ...engine.allowance import rate_beyond, use_allowance
from ...engine.errors import UsageError
from ...engine.exact import EXACT, ZERO, as_input
from ...engine.price_curve import positions, reach
from .usage_calculator import TIERED

# Figures of a calculator that decide on a price: what a form sends before it is saved.
TERMS = (
    "charge_model",
    "price_unit",
    "has_default_price",
    "overage_price",
    "package_size",
    "percent",
    "fixed_amount",
    "event_minimum",
    "event_maximum",
    "free_units",
    "free_events",
    "allowance_units",
    "rollover",
    "minimum_amount",
    "maximum_amount",
    "zero_usage_owes_flat",
)
ROWS = {"tier_ids": ("up_to", "price_unit", "flat"), "value_ids": ("value", "price_unit")}
# Curves of a price per property value: more lines cannot be told apart.
MAX_CURVES = 6


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
            used = self._simulated_usage(calculator.charge_model, usage)
            rating = calculator._rate_full_period(used, as_decimal(currency.rounding))
            return {
                **self._simulated_answer(rating, currency),
                **calculator._price_curves(used, as_decimal(currency.rounding)),
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
            rating = self._rate_full_period(self._simulated_number(quantity), rounding)
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
        vals = {name: terms[name] for name in TERMS if terms.get(name) not in (None, "")}
        for name, columns in ROWS.items():
            vals[name] = [
                (0, 0, {column: row.get(column) or False for column in columns})
                for row in terms.get(name) or ()
            ]
        return self.new(vals)

    @api.model
    def _simulated_currency(self, terms):
        currency = self.env["res.currency"].browse(terms.get("currency_id") or 0).exists()
        return currency or self.env.company.currency_id

    @api.model
    def _simulated_usage(self, charge_model, usage):
        """The usage as the charge model takes it.

        :raises UserError: for what is no number
        """
        if charge_model == "percentage":
            return [self._simulated_number(amount) for amount in usage.get("amounts") or ()]
        if charge_model == "matrix":
            values = usage.get("values") or {}
            return {value: self._simulated_number(units) for value, units in values.items()}
        return self._simulated_number(usage.get("quantity") or 0)

    @api.model
    def _simulated_number(self, value):
        try:
            return as_input(Decimal(str(value)))
        except (InvalidOperation, UsageError):
            raise UserError(self.env._("“%s” is not a number.", value)) from None

    # === RATING === #

    def _rate_full_period(self, usage, rounding):
        """The rating of a full period's usage; nothing is carried in from the period before.

        :param usage: a quantity; the amounts of the events for a percentage; quantities by value
            for a matrix (a quantity alone counts as one event, or as one value)
        """
        model = self._charge_model()
        if self.charge_model == "matrix":
            rating = model.rate(usage if isinstance(usage, dict) else {"": usage}, rounding)
        elif self.charge_model == "percentage":
            rating = model.rate(usage if isinstance(usage, list) else [usage], rounding)
        elif allowance := self._allowance():
            rating = rate_beyond(model, usage, use_allowance(usage, allowance), rounding)
        else:
            rating = model.rate(usage, rounding)
        return self._bound(rating, Fraction(1), rounding)

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

    def _price_curves(self, used, rounding):
        """Total and price per unit over the quantity, one curve for each value of a matrix."""
        bounds = self._curve_bounds()
        asked = sum(used.values(), ZERO) if isinstance(used, dict) else used
        asked = max(used, default=ZERO) if isinstance(used, list) else asked
        upto = reach(asked, bounds)
        jumps = self._curve_jumps(bounds, upto)
        return {
            "curves": [
                {"label": label, "points": self._curve(wrap, upto, jumps, rounding)}
                for label, wrap in self._curve_kinds()
            ],
            "bounds": [float(bound) for bound in bounds if bound < upto],
        }

    def _curve_kinds(self):
        """Label of each curve, and how a quantity becomes usage of it."""
        if self.charge_model != "matrix":
            return [("", lambda units: units)]
        values = self.value_ids.mapped("value")[:MAX_CURVES]
        kinds = [(value, lambda units, value=value: {value: units}) for value in values]
        if self.has_default_price:
            kinds.append((self.env._("Other values"), lambda units: {"": units}))
        return kinds

    def _curve(self, wrap, upto, jumps, rounding):
        points = []
        for units in positions(upto, jumps):
            amount = self._rate_full_period(wrap(units), rounding).amount
            each = float(amount) / float(units) if units else None
            points.append([float(units), float(amount), each])
        return points

    def _curve_bounds(self):
        """Quantities at which the price changes: ends of tiers, of what is included or free."""
        if self.charge_model in ("percentage", "matrix"):
            return [as_decimal(self.free_units)] if self._has_free_units() else []
        included = as_decimal(self.allowance_units)
        tiers = self.tier_ids if self.charge_model in TIERED else ()
        bounds = {EXACT.add(as_decimal(tier.up_to), included) for tier in tiers if tier.up_to}
        if self._has_free_units():
            bounds.add(as_decimal(self.free_units))
        if included:
            bounds.add(included)
        return sorted(bounds)

    def _has_free_units(self):
        return self.charge_model in ("percentage", "package") and self.free_units > 0

    def _curve_jumps(self, bounds, upto):
        """Where the total leaps: at bounds, and at the end of each package."""
        jumps = [ZERO, *bounds]
        size = as_decimal(self.package_size)
        if self.charge_model == "package" and size > 0:
            start = EXACT.add(as_decimal(self.allowance_units), as_decimal(self.free_units))
            count = int((upto - start) / size) + 1 if upto > start else 0
            # Too many steps to be seen make a slope.
            if count <= 40:
                jumps += [EXACT.add(start, size * number) for number in range(count)]
        return jumps
