"""Kinds of rows that can be imported for usage: metrics, pools, calculators, layouts, macros."""

from odoo import api, models
from odoo.addons.cn285_import.models.cells import CellError, split_list
from odoo.addons.cn285_import.models.differing import differs
from odoo.addons.cn285_import.models.kinds import Column, Kind, columns_of
from odoo.fields import Command
from odoo.tools import LazyTranslate

from .import_usage_taken import take_pools, take_usage
from .smartcode.smartcode_version import EXAMPLE_BODY

_lt = LazyTranslate(__name__)


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


def _read_layout_columns(reader, text):
    """``label | quantity:Units``: what each column shows, and its heading where it has its own."""
    return _read_layout_lines(reader, text, "cn285.statement.layout.column")


def _read_layout_groups(reader, text):
    """``item | beneficiary:Who``: by what rows are grouped, and what that is called."""
    return _read_layout_lines(reader, text, "cn285.statement.layout.group")


def _read_layout_lines(reader, text, model):
    field, commands = reader.env[model]._fields["field"], [Command.clear()]
    for rank, part in enumerate(split_list(text), start=1):
        shown, _colon, name = part.partition(":")
        column = Column("field")
        value = reader.value_of(model, column, shown.strip())
        vals = {field.name: value, "sequence": 10 * rank}
        commands.append(Command.create(vals | ({"name": name.strip()} if name.strip() else {})))
    return commands


def _read_macro(reader, text):
    """The macro of a SmartCode: a file of the zip or folder, which is its first draft."""
    try:
        body = reader.file_content(text).decode()
    except UnicodeDecodeError:
        raise CellError(reader.env._("“%s” is not UTF-8 text", text)) from None
    return [Command.create({"body": body})]


def _keep_versions(smartcode, vals, _cells):
    """A SmartCode that is there gets a new draft where its macro is another one, and no other."""
    drafts = vals.get("version_ids")
    if smartcode and drafts:
        newest = smartcode.version_ids.sorted("number")[-1:]
        if newest.body == drafts[0][2]["body"]:
            del vals["version_ids"]


def _hold_from(record, vals, cells):
    """Let what a row changes hold from its ``terms_from``; a row that changes nothing has none.

    ``terms_correct`` has days that were billed rated anew, as on the form.
    """
    told = {name: cells[name] for name in ("terms_from", "terms_correct") if cells.get(name)}
    if told and (not record or any(differs(record, name, vals[name]) for name in vals)):
        vals.update(told)


def complete_calculator(vals):
    """Whoever names a pool has its units included, and need not say so twice."""
    if vals.get("pool_id"):
        vals.setdefault("allowance_scope", "pool")


POOLS = Kind(
    "pools",
    "cn285.usage.pool",
    columns_of(
        "name",
        "allowance_units",
        "rollover",
        partner="partner_id",
        currency="currency_id",
        carried_units=Column(
            None, "float", meaning=_lt("Included units that the last period elsewhere has left.")
        ),
        carried_from=Column(
            None,
            "date",
            meaning=_lt("A day of that period. Left empty: the last day billed elsewhere."),
        ),
    ),
    required=("name",),
    key=("name",),
    finish=take_pools,
    example={"name": "Fleet", "allowance_units": "500", "rollover": "once"},
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
    example={"code": "example_calls", "name": "Calls", "unit": "call"},
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
        terms_from=Column(
            None, "date", meaning=_lt("Day from which on holds what the row changes.")
        ),
        terms_correct=Column(
            None, "boolean", meaning=_lt("Yes: what was billed since is billed anew.")
        ),
        used_units=Column(
            None,
            "float",
            meaning=_lt(
                "Units that another system has counted in the period that is not billed yet."
            ),
        ),
        used_on=Column(
            None,
            "date",
            meaning=_lt(
                "Day to which these count. Left empty: the first day not billed elsewhere."
            ),
        ),
        carried_units=Column(
            None, "float", meaning=_lt("Included units that the last period elsewhere has left.")
        ),
        carried_from=Column(
            None,
            "date",
            meaning=_lt("A day of that period. Left empty: the last day billed elsewhere."),
        ),
    ),
    required=("charge_model",),
    key=("item", "template_item", "sequence"),
    complete=complete_calculator,
    complete_record=_hold_from,
    finish=take_usage,
    example={
        "id": "K-1",
        "item": "I-2",
        "metric": "example_calls",
        "charge_model": "graduated",
        "tiers": "1000:0.02|:0.01",
    },
)
# A layout is whole with its columns: they come in its own row.
STATEMENT_LAYOUTS = Kind(
    "statement_layouts",
    "cn285.statement.layout",
    columns_of(
        "name",
        "sequence",
        "title",
        "sort_field",
        "sort_descending",
        "mode",
        "want_pdf",
        "want_xlsx",
        "want_csv",
        columns=Column("column_ids", _read_layout_columns),
        groups=Column("group_ids", _read_layout_groups),
    ),
    required=("name", "columns"),
    key=("name",),
    adopt=("name",),
    example={
        "name": "By day",
        "columns": "occurred_at|label|quantity:Units|amount",
        "groups": "item",
        "mode": "detail",
        "want_xlsx": "yes",
    },
)
# Who may write SmartCodes loads them: each row is a draft, which is tried and put in force by hand.
SMARTCODES = Kind(
    "smartcodes",
    "cn285.smartcode",
    columns_of("name", "code", "description", body=Column("version_ids", _read_macro)),
    required=("name", "code", "body"),
    key=("code",),
    adopt=("code",),
    complete_record=_keep_versions,
    example={"code": "EXAMPLE", "name": "By the dozen", "body": "macros/dozen.py"},
    beside={"macros/dozen.py": EXAMPLE_BODY.encode()},
)


class ImportLoader(models.AbstractModel):
    _inherit = "cn285.import.loader"

    @api.model
    def _kinds(self):
        return [
            *super()._kinds(),
            POOLS,
            SMARTCODES,
            STATEMENT_LAYOUTS,
            METRICS,
            CALCULATORS,
        ]

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
        if kind.name == "items":
            columns |= {
                "threshold_billed": Column(
                    None,
                    "float",
                    meaning=_lt(
                        "What thresholds of the running period billed elsewhere, excluding tax."
                    ),
                ),
                "threshold_steps": Column(
                    None,
                    "integer",
                    meaning=_lt("How many multiples of the threshold that was. Left empty: one."),
                ),
            }
        return columns

    @api.model
    def _named_by(self):
        by_code = dict.fromkeys(("cn285.usage.metric", "cn285.smartcode"), ("code",))
        return {**super()._named_by(), **by_code}
