from odoo.addons.cn285_contract.models.changes.change_value import Value
from odoo.addons.cn285_contract.models.changes.types.base import ChangeType
from odoo.exceptions import ValidationError
from odoo.tools import LazyTranslate

from ....engine.errors import UsageError
from ....engine.rating import NOTHING

_lt = LazyTranslate(__name__)
# Values that are figures of the calculator, by the same name.
FIGURES = ("price_unit", "allowance_units", "minimum_amount", "maximum_amount")


class UsageTerms(ChangeType):
    """From the day on usage of the item costs so much, or has so many units included.

    ``tiers`` is a list of ``{"up_to": number or None, "price_unit": number, "flat": number}``,
    ``prices`` an object of prices by value of the calculator's property; both stand in the place of
    all that were there. ``calculator_id`` says which calculator, where the item has several.
    """

    name = "usage_terms"
    label = _lt("Usage Terms")
    group = "price"
    on = "item"
    values = {
        "calculator_id": Value("record", model="cn285.usage.calculator"),
        "price_unit": Value("number"),
        "tiers": Value("data", in_dialog=False),
        "prices": Value("data", in_dialog=False),
        "allowance_units": Value("number", blank_counts=True),
        "minimum_amount": Value("number", blank_counts=True),
        "maximum_amount": Value("number", blank_counts=True),
    }

    def start_values(self, item):
        calculator = item.calculator_ids[:1]
        return {**super().start_values(item), **calculator._dialog_values()}

    def check(self, change):
        """Figures that the calculator reads, and that make a price."""
        change._check_in_service()
        calculator = self.calculator_of(change)
        vals = self.vals_of(change)
        if not vals:
            raise change._refusal(
                change.env._("give a price, tiers, included units, a minimum or a maximum.")
            )
        reason = self._problem(calculator, vals)
        if reason:
            raise change._refusal(reason)

    def approval_amount(self, change):
        """Usage to come is not known: what was used last tells how much it is about."""
        return max(super().approval_amount(change), change._usage_at_stake())

    def calculator_of(self, change):
        """The calculator that changes: the one that is named, or the only one."""
        item = change.item_id
        named = change._parsed().get("calculator_id")
        calculators = item.calculator_ids if item.billing_type == "usage" else None
        if not calculators:
            raise change._refusal(
                change.env._(
                    "item “%s” bills no usage by calculators; its price changes by “Price”.",
                    item.name,
                )
            )
        if named and named not in calculators:
            raise change._refusal(
                change.env._("calculator “%s” belongs to another item.", named.name)
            )
        if not named and len(calculators) > 1:
            raise change._refusal(
                change.env._(
                    "item “%(item)s” has several calculators (%(names)s): say which.",
                    item=item.name,
                    names=", ".join(calculators.mapped("name")),
                )
            )
        return named or calculators

    def vals_of(self, change):
        """What is changed, as values of the calculator.

        :raises ValidationError: for tiers or prices that are not written as they should be
        """
        parsed = change._parsed()
        vals = {name: parsed[name] or 0.0 for name in FIGURES if name in parsed}
        calculators = change.env["cn285.usage.calculator"]
        try:
            if "tiers" in parsed:
                vals["tier_ids"] = calculators._tier_commands(parsed["tiers"])
            if "prices" in parsed:
                vals["value_ids"] = calculators._value_commands(parsed["prices"])
        except (AttributeError, TypeError, ValueError) as error:
            raise change._refusal(
                change.env._(
                    "tiers are a list such as [{“up_to”: 100, “price_unit”: 0.5, “flat”: 0}, …], "
                    "prices by value an object such as {“FR”: 0.05}."
                )
            ) from error
        return vals

    def _problem(self, calculator, vals):
        """Why the calculator cannot have these values, in a clerk's words; None if it can."""
        terms = {**calculator._terms(), **calculator._parts_data(vals)}
        tried = calculator._at(terms)
        try:
            ignored = tried._ignored_figure() or tried._entry().missing_figure(tried)
            if ignored:
                return ignored
            tried._tariff().bound(NOTHING)
        except UsageError as error:
            return calculator._reason(error)
        except ValidationError as error:
            return str(error)
        return None

    def apply(self, changes):
        for change in changes:
            calculator = self.calculator_of(change).sudo()
            calculator._change_terms(change, self.vals_of(change), change._first_day())
