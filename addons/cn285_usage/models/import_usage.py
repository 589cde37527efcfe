"""Kinds of rows that can be imported for usage: metrics, pools and calculators."""

from odoo import api, models
from odoo.addons.cn285_import.models.cells import CellError, split_list
from odoo.addons.cn285_import.models.differing import differs
from odoo.addons.cn285_import.models.kinds import Column, Kind, columns_of
from odoo.fields import Command


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


def _hold_from(record, vals, cells):
    """Let what a row changes hold from its ``terms_from``; a row that changes nothing has none.

    ``terms_correct`` has days that were billed rated anew, as on the form.
    """
    told = {name: cells[name] for name in ("terms_from", "terms_correct") if cells.get(name)}
    if told and (not record or any(differs(record, name, vals[name]) for name in vals)):
        vals.update(told)


POOLS = Kind(
    "pools",
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
)
METRICS = Kind(
    "metrics",
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
)
CALCULATORS = Kind(
    "calculators",
    "cn285.usage.calculator",
    columns_of(
        "name",
        "sequence",
        "formula",
        "charge_model",
        "rollover",
        "minimum_amount",
        "maximum_amount",
        "allowance_scope",
        "source_measure",
        "is_payout",
        "payout_document",
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
        terms_from=Column(None, "date"),
        terms_correct=Column(None, "boolean"),
    ),
    required=("charge_model",),
    key=("item", "template_item", "sequence"),
    complete_record=_hold_from,
)


class ImportLoader(models.AbstractModel):
    _inherit = "cn285.import.loader"

    @api.model
    def _kinds(self):
        return [*super()._kinds(), POOLS, METRICS, CALCULATORS]

    @api.model
    def _columns(self, kind):
        """Also the figures that charge models read, by their fields' names.

        And the metrics that an item expects, which its lists of terms leave out.
        """
        columns = super()._columns(kind)
        if kind.name == CALCULATORS.name:
            named = {column.field for column in columns.values()}
            figures = self.env["cn285.usage.calculator"]._figures_of_models()
            columns |= columns_of(*(name for name in figures if name not in named))
        if kind.name in ("items", "template_items"):
            columns |= columns_of("usage_metric_ids")
        return columns

    @api.model
    def _named_by(self):
        by_code = dict.fromkeys(("cn285.usage.metric", "cn285.smartcode"), ("code",))
        return {**super()._named_by(), **by_code}
