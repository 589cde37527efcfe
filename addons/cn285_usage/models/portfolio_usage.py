"""Kinds of rows that the portfolio loader reads for usage: metrics, pools and calculators."""

from dataclasses import replace

from odoo import api, models
from odoo.addons.cn285_contract.models.importing.portfolio_cells import CellError, split_list
from odoo.addons.cn285_contract.models.importing.portfolio_kinds import Column, Kind, columns_of
from odoo.fields import Command


class PortfolioLoader(models.AbstractModel):
    _inherit = "cn285.portfolio.loader"

    @api.model
    def _kinds(self):
        kinds = super()._kinds()
        for name, extra in _EXTRA_COLUMNS.items():
            kinds[name] = replace(kinds[name], columns={**kinds[name].columns, **extra})
        return {**kinds, **_KINDS}

    @api.model
    def _named_by(self):
        by_code = dict.fromkeys(("cn285.usage.metric", "cn285.smartcode"), ("code",))
        return {**super()._named_by(), **by_code}


def _read_tiers(reader, text):
    """``1000:0.002 | 10000:0.0015+5 | :0.001``: up to, price, and the flat fee on reaching it."""
    tiers = []
    for part in split_list(text):
        bound, colon, price = part.partition(":")
        if not colon:
            raise CellError(
                reader.env._("tier “%s” is not written like 1000:0.002 or 1000:0.002+5", part)
            )
        price, _plus, flat = price.partition("+")
        tiers.append(
            {
                "up_to": reader.read_float(bound.strip()) if bound.strip() else 0.0,
                "price_unit": reader.read_float(price.strip()),
                "flat": reader.read_float(flat.strip()) if flat.strip() else 0.0,
            }
        )
    # As records are ordered, to be compared with them: the open tier comes last.
    tiers.sort(key=lambda tier: tier["up_to"] or float("inf"))
    return [Command.clear(), *map(Command.create, tiers)]


def _read_values(reader, text):
    """``FR:0.05 | DE:0.07``: a property's value, and its price."""
    values = []
    for part in split_list(text):
        value, colon, price = part.rpartition(":")
        if not colon:
            raise CellError(reader.env._("price “%s” is not written like FR:0.05", part))
        price = reader.read_float(price.strip())
        values.append({"value": value.strip(), "price_unit": price})
    return [Command.clear(), *map(Command.create, values)]


_LAYOUT = {"statement_layout": Column("statement_layout_id")}
_USAGE_TERMS = columns_of(
    "usage_lines",
    "usage_grace_days",
    "usage_rated_by",
    "usage_billing",
    "usage_set_property",
    "usage_set_completion",
    "usage_set_count",
    "usage_marker_property",
    "usage_marker_value",
    "usage_at_end",
    "usage_max_wait",
    "usage_threshold_measure",
    "usage_threshold",
    "usage_threshold_repeat",
    "usage_threshold_step",
    "usage_threshold_span",
    usage_metrics="usage_metric_ids",
)
_EXTRA_COLUMNS = {
    "contracts": _LAYOUT,
    "templates": _LAYOUT,
    "items": _USAGE_TERMS,
    "template_items": _USAGE_TERMS,
}
_KINDS = {
    "pools": Kind(
        "cn285.usage.pool",
        columns_of(
            "name",
            "allowance_units",
            "rollover",
            partner="partner_id",
            currency="currency_id",
        ),
        required=("name",),
        key=("name",),
    ),
    "metrics": Kind(
        "cn285.usage.metric",
        columns_of(
            "name",
            "code",
            "unit",
            "input_kind",
            "aggregation",
            "rounding_mode",
            "rounding_digits",
            "duration_unit",
            "duration_step",
            "duration_minimum",
            property="property_name",
        ),
        required=("name", "code"),
        key=("code",),
        adopt=("code",),
    ),
    "calculators": Kind(
        "cn285.usage.calculator",
        columns_of(
            "name",
            "sequence",
            "formula",
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
            "allowance_scope",
            "source_measure",
            "is_payout",
            smartcode="smartcode_id",
            pool="pool_id",
            source_item="source_item_id",
            source_calculator="source_calculator_id",
            item=Column("item_id", owner=True),
            template_item="template_item_id",
            metric="metric_id",
            property="property_name",
            tiers=Column("tier_ids", _read_tiers),
            values=Column("value_ids", _read_values),
        ),
        required=("charge_model",),
        key=("item", "template_item", "sequence"),
    ),
}
