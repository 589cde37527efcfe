"""Records of NetSuite as JSON and back, so that what came can be kept raw."""

from datetime import date, datetime
from decimal import Decimal

from .records import Custom, Record, Ref


def to_json(record: Record) -> dict:
    """A record as JSON; `from_json` gives it back.

    >>> to_json(Record("customer", {"terms": Ref("3")}, internal_id="7"))["values"]
    {'terms': {'$ref': ['3', '', '', '']}}
    """
    return {
        "type": record.type,
        "internalId": record.internal_id,
        "externalId": record.external_id,
        "modified": record.modified.isoformat() if record.modified else None,
        "values": _out(record.values),
    }


def from_json(raw: dict) -> Record:
    """The record that `to_json` made ``raw`` of."""
    modified = raw.get("modified")
    return Record(
        type=raw["type"],
        values=_in(raw["values"]),
        internal_id=raw.get("internalId", ""),
        external_id=raw.get("externalId", ""),
        modified=datetime.fromisoformat(modified) if modified else None,
    )


def _out(value):
    if isinstance(value, dict):
        return {name: _out(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_out(item) for item in value]
    if isinstance(value, Ref):
        return {"$ref": [value.internal_id, value.external_id, value.type, value.name]}
    if isinstance(value, Custom):
        return {"$custom": [value.script_id, _out(value.value)]}
    if isinstance(value, Decimal):
        return {"$number": f"{value:f}"}
    if isinstance(value, datetime):
        return {"$time": value.isoformat()}
    if isinstance(value, date):
        return {"$day": value.isoformat()}
    return value


_READERS = {
    "$ref": lambda item: Ref(*item),
    "$custom": lambda item: Custom(item[0], _in(item[1])),
    "$number": Decimal,
    "$time": datetime.fromisoformat,
    "$day": date.fromisoformat,
}


def _in(value):
    if isinstance(value, list):
        return [_in(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((name, item),) = value.items()
        if name in _READERS:
            return _READERS[name](item)
    return {name: _in(item) for name, item in value.items()}
