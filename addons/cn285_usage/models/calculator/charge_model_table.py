"""The charge models: one entry each, in the order in which forms offer them.

Another addon adds its own to its databases by extending ``cn285.usage.calculator._charge_models``.
"""

from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.tools import LazyTranslate

from ...engine import charge_models as engine
from ...engine.percentage import Percentage as EnginePercentage
from ...engine.tariff import Feed, Usage
from .charge_model import ChargeModelEntry

_lt = LazyTranslate(__name__)

# Curves of a price per property value: more lines cannot be told apart.
MAX_CURVES = 6


class PerUnit(ChargeModelEntry):
    name = "per_unit"
    label = _lt("Per Unit")
    own_figures = ("price_unit",)
    has_one_price = True

    def make(self, calculator):
        return engine.PerUnit(as_decimal(calculator.price_unit))

    def texts(self, env):
        return {"unit": env._("%(quantity)s × %(unit_price)s")}


class Tiered(ChargeModelEntry):
    """What models by tiers have in common."""

    own_figures = ("tier_ids", "zero_usage_owes_flat")
    engine_class = None

    def make(self, calculator):
        return self.engine_class(calculator._tiers(), calculator.zero_usage_owes_flat)

    def price_bounds(self, calculator):
        return [as_decimal(tier.up_to) for tier in calculator.tier_ids if tier.up_to]


class Graduated(Tiered):
    name = "graduated"
    label = _lt("Graduated Tiers")
    engine_class = engine.Graduated

    def texts(self, env):
        return {"tier": lambda figures: _tier_text(env, figures)}


class Volume(Tiered):
    name = "volume"
    label = _lt("Volume")
    engine_class = engine.Volume

    def texts(self, env):
        return {
            "volume": lambda figures: env._(
                "%(price)s for all units", price=_tier_price(env, figures)
            )
        }


class Stairstep(Volume):
    """Bands; those that have a unit price are rated, and explained, as volumes."""

    name = "stairstep"
    label = _lt("Stairstep")
    own_figures = (*Tiered.own_figures, "overage_price")

    def make(self, calculator):
        return engine.Stairstep(
            calculator._tiers(),
            calculator._optional("overage_price"),
            calculator.zero_usage_owes_flat,
        )

    def texts(self, env):
        return {
            **super().texts(env),
            "band": env._("%(flat)s for the band up to %(tier_to)s"),
            "overage": env._("%(quantity)s × %(unit_price)s beyond %(tier_from)s"),
        }


class Package(ChargeModelEntry):
    name = "package"
    label = _lt("Package")
    own_figures = ("price_unit", "package_size", "free_units")
    counts_packages = True

    def make(self, calculator):
        return engine.Package(
            as_decimal(calculator.package_size),
            as_decimal(calculator.price_unit),
            as_decimal(calculator.free_units),
        )

    def texts(self, env):
        return {
            "package": env._("%(quantity)s packages × %(unit_price)s"),
            "packages": env._("%(units)s billable units, %(free)s of %(used)s free"),
        }

    def price_steps(self, calculator):
        return as_decimal(calculator.free_units), as_decimal(calculator.package_size)


class Percentage(ChargeModelEntry):
    """Of the money that each event moves."""

    name = "percentage"
    label = _lt("Percentage")
    feed = Feed.events
    own_figures = (
        "percent",
        "fixed_amount",
        "event_minimum",
        "event_maximum",
        "free_events",
        "free_units",
    )

    def make(self, calculator):
        return EnginePercentage(
            percent=as_decimal(calculator.percent),
            fixed=as_decimal(calculator.fixed_amount),
            minimum=calculator._optional("event_minimum"),
            maximum=calculator._optional("event_maximum"),
            free_events=calculator.free_events or None,
            free_units=calculator._optional("free_units"),
        )

    def texts(self, env):
        return {
            "percent": env._("%(quantity)s × %(unit_price)s"),
            "fixed": env._("%(quantity)s events × %(unit_price)s"),
            "event_minimum": env._("up to the minimum per event: %(flat)s"),
            "event_maximum": env._("down to the maximum per event: %(flat)s"),
            "free": env._("%(events)s events and %(units)s units are free"),
        }


class GraduatedPercentage(Graduated):
    name = "graduated_percentage"
    label = _lt("Graduated Percentage")
    engine_class = engine.GraduatedPercentage
    tiers_in_percent = True


class Matrix(ChargeModelEntry):
    """A price for each value of a property."""

    name = "matrix"
    label = _lt("Price per Property Value")
    feed = Feed.values
    own_figures = ("property_name", "has_default_price", "price_unit", "value_ids")

    def make(self, calculator):
        return engine.Matrix(
            {value.value: as_decimal(value.price_unit) for value in calculator.value_ids},
            as_decimal(calculator.price_unit) if calculator.has_default_price else None,
        )

    def missing_figure(self, calculator):
        if calculator.property_name:
            return None
        return calculator.env._("name the property whose values decide the price.")

    def texts(self, env):
        return {"value": env._("%(key)s: %(quantity)s × %(unit_price)s")}

    def curves(self, calculator):
        def of_value(value):
            return lambda units: Usage(units, {value: units})

        names = calculator.value_ids.mapped("value")[:MAX_CURVES]
        found = [(name, of_value(name)) for name in names]
        if calculator.has_default_price:
            found.append((calculator.env._("Other values"), of_value("")))
        return found


class SmartCode(ChargeModelEntry):
    """A calculation in Python, by which rows are rated in batches: see the room ``smartcode``."""

    name = "smartcode"
    label = _lt("SmartCode")
    feed = Feed.inputs
    own_figures = ("smartcode_id", "metric_ids")

    def make(self, calculator):
        """The model is the macro: there is nothing to rate by before it has run."""
        return None

    def texts(self, env):
        return {
            "macro": env._("%(key)s: %(quantity)s × %(unit_price)s"),
            "macro_amount": "%(key)s",
        }

    def untried(self, env):
        return env._("A SmartCode is tried on its own form, with the inputs of a period.")


def _tier_price(env, figures):
    """Units of a tier at its price, with its flat fee where it has one."""
    price = env._(
        "%(quantity)s × %(unit_price)s",
        quantity=figures["quantity"],
        unit_price=figures["unit_price"],
    )
    if figures["flat"] not in ("", "0"):
        return env._("%(price)s + %(flat)s", price=price, flat=figures["flat"])
    return price


def _tier_text(env, figures):
    """A tier's price, and from where to where it reaches."""
    price, lower = _tier_price(env, figures), figures["tier_from"] or "0"
    if figures["tier_to"]:
        return env._(
            "%(price)s, tier %(tier_from)s to %(tier_to)s",
            price=price,
            tier_from=lower,
            tier_to=figures["tier_to"],
        )
    return env._("%(price)s, tier above %(tier_from)s", price=price, tier_from=lower)


CHARGE_MODELS = {
    entry.name: entry
    for entry in (
        PerUnit(),
        Graduated(),
        Volume(),
        Stairstep(),
        Package(),
        Percentage(),
        GraduatedPercentage(),
        Matrix(),
        SmartCode(),
    )
}
