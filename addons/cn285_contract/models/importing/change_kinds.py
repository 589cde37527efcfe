"""What contract changes may do and why, and changes that are planned for a day to come."""

from odoo.addons.cn285_import.models.cells import CellError, split_list
from odoo.addons.cn285_import.models.kinds import Column, Kind, columns_of
from odoo.tools import format_date

# How the values of a type of change are read, by their kind.
READERS = {
    "number": "_read_float",
    "integer": "_read_integer",
    "boolean": "_read_boolean",
    "text": "_read_char",
    "date": "_read_date",
    "end": "_read_date",
}


def read_change_values(reader, text):
    """``quantity: 3 | price_unit: 12,50``: the values that a type of change asks for.

    Records are named as anywhere, days and numbers written as their file writes them.
    """
    changes = reader.env["cn285.contract.change"]
    told = (reader.cells.get("type") or "").strip()
    types = changes._change_types()
    named = {changes.env._(one.label).lower(): name for name, one in types.items()}
    kind = types.get(named.get(told.lower(), told.lower()))
    if not kind:
        raise CellError(reader.not_allowed(told, types))
    values = {}
    for part in split_list(text):
        name, colon, value = part.partition(":")
        name, value = name.strip(), value.strip()
        if not colon or not value:
            raise CellError(reader.env._("“%s” is not written like quantity: 3", part))
        if name not in kind.values:
            raise CellError(reader.not_allowed(name, kind.values))
        values[name] = _read_value(reader, kind.values[name], value)
    return values


def _read_value(reader, spec, text):
    if spec.kind in READERS:
        value = getattr(reader, READERS[spec.kind])(text)
        return value.isoformat() if spec.kind in ("date", "end") else value
    if spec.kind == "choice":
        if text not in spec.choices:
            raise CellError(reader.not_allowed(text, spec.choices))
        return text
    if spec.kind == "record":
        reader.references.prepare(spec.model, [text])
        return reader.reference(spec.model, text)
    raise CellError(reader.env._("such a change is planned on the screen, not by a file"))


def schedule_changes(load):
    """Changes of a load are planned, for the days to come that they name.

    What lies in the past has happened elsewhere: it is in the terms that the files give.
    """
    entries = load.loaded["changes"]
    drafts = load.env["cn285.contract.change"].browse(entries)
    pairs = []
    for change in drafts.filtered(lambda change: change.state == "draft"):
        entry = entries[change.id]
        if change.date_effective < change.company_id._cn285_today():
            reason = change.env._(
                "%s is past: what has happened elsewhere is told by the contract's own terms",
                format_date(change.env, change.date_effective),
            )
            load.refuse(entry, reason)
            load.report.created["changes"] -= 1
            change.unlink()
        elif change.contract_id.state == "draft":
            load.refuse(entry, change.env._("its contract is a draft: the change waits for it"))
        else:
            pairs.append((entry, change))
    load.in_bulk(pairs, _schedule)


def _schedule(pairs):
    for _entry, change in pairs:
        change.action_schedule()
    return pairs


TIER_PATHS = Kind(
    "tier_paths",
    "cn285.tier.path",
    columns_of("sequence", "kind", product_from="product_from_id", product_to="product_to_id"),
    required=("product_from", "product_to", "kind"),
    key=("product_from", "product_to", "kind"),
    adopt=("product_from_id", "product_to_id", "kind"),
    example={"product_from": "SUPPORT", "product_to": "SUPPORT-PLUS", "kind": "upsell"},
)
CHANGE_REASONS = Kind(
    "change_reasons",
    "cn285.change.reason",
    columns_of("name", "code", "sequence", "portal", "note"),
    required=("name", "code"),
    key=("code",),
    adopt=("code",),
    example={"code": "MOVED", "name": "Customer moves house", "portal": "yes"},
)
CREDIT_REASONS = Kind(
    "credit_reasons",
    "cn285.credit.reason",
    columns_of("name", "sequence"),
    required=("name",),
    key=("name",),
    adopt=("name",),
    example={"name": "Service was down", "sequence": "20"},
)
CHANGES = Kind(
    "changes",
    "cn285.contract.change",
    columns_of(
        "contract_id",
        "item_id",
        "type",
        "note",
        "reason_id",
        date="date_effective",
        requested_on="date_requested",
        values=Column("values", read_change_values),
    ),
    required=("contract", "type", "date"),
    key=("contract", "item", "type", "date"),
    finish=schedule_changes,
    example={
        "contract": "C-1",
        "item": "I-1",
        "type": "quantity",
        "date": "2099-01-01",
        "values": "quantity: 3",
        "note": "Agreed with the old system",
    },
)
