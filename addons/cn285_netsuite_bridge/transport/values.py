"""Neutral values to SOAP objects and back, led by the types that the WSDL declares.

Types are looked up by namespace and name, never by a prefix, which differs between WSDLs.
"""

import datetime as dt
from decimal import Decimal

from zeep.xsd import ComplexType
from zeep.xsd.types.builtins import DateTime
from zeep.xsd.valueobjects import CompoundValue

from ..engine.records import Custom, Record, Ref, Sublist

NOON = dt.time(12)
# Where a record's type lives: the part of the namespace before the version.
NAMESPACES = {
    "core": "urn:core_{v}.platform.webservices.netsuite.com",
    "messages": "urn:messages_{v}.platform.webservices.netsuite.com",
    "common": "urn:common_{v}.platform.webservices.netsuite.com",
    "relationships": "urn:relationships_{v}.lists.webservices.netsuite.com",
    "accounting": "urn:accounting_{v}.lists.webservices.netsuite.com",
    "sales": "urn:sales_{v}.transactions.webservices.netsuite.com",
    "customers": "urn:customers_{v}.transactions.webservices.netsuite.com",
    "general": "urn:general_{v}.transactions.webservices.netsuite.com",
}
RECORD_SPACES = {
    "customer": "relationships",
    "serviceSaleItem": "accounting",
    "serviceResaleItem": "accounting",
    "nonInventorySaleItem": "accounting",
    "nonInventoryResaleItem": "accounting",
    "invoice": "sales",
    "creditMemo": "customers",
    "journalEntry": "general",
}


class Values:
    """Turns values into objects of one WSDL's types, and such objects into values.

    :param client: a zeep client
    :param version: the WSDL's version, such as 2025_2
    :param zone: the account's time zone, in which its dates are days
    """

    def __init__(self, client, version: str, zone: dt.tzinfo):
        self._client = client
        self._version = version
        self._zone = zone

    def type(self, space: str, name: str):
        """A type by the short name of its namespace."""
        return self._client.get_type(f"{{{NAMESPACES[space].format(v=self._version)}}}{name}")

    def element(self, space: str, name: str):
        """A global element by the short name of its namespace."""
        return self._client.get_element(f"{{{NAMESPACES[space].format(v=self._version)}}}{name}")

    # ------------------------------------------------------------------ out

    def record(self, record: Record) -> CompoundValue:
        """A record as the object of its own type."""
        name = record.type[0].upper() + record.type[1:]
        kind = self.type(RECORD_SPACES[record.type], name)
        made = self._compound(kind, record.values)
        if record.internal_id:
            made.internalId = record.internal_id
        if record.external_id:
            made.externalId = record.external_id
        return made

    def ref(self, ref: Ref) -> CompoundValue:
        """A reference; the internal id goes first, it cannot be reused by somebody else."""
        ids = (
            {"internalId": ref.internal_id} if ref.internal_id else {"externalId": ref.external_id}
        )
        return self.type("core", "RecordRef")(**ids, **({"type": ref.type} if ref.type else {}))

    def _compound(self, kind: ComplexType, values: dict) -> CompoundValue:
        elements = dict(kind.elements)
        made, cleared = {}, []
        for name, value in values.items():
            if name not in elements:
                raise KeyError(f"{kind.name} has no {name}")
            if value is None:
                cleared.append(name)
            else:
                made[name] = self._value(elements[name].type, value)
        if cleared:
            made["nullFieldList"] = self.type("core", "NullField")(name=cleared)
        return kind(**made)

    def _value(self, kind, value):
        if isinstance(value, Ref):
            return self.ref(value)
        if isinstance(value, dict):
            return self._compound(kind, value)
        if isinstance(value, Sublist):
            return self._list(kind, value.lines, whole=False)
        if isinstance(value, list):
            return self._list(kind, value)
        if isinstance(kind, DateTime) and not isinstance(value, dt.datetime):
            # Noon: NetSuite takes the day in its own zone, and noon is the same day there.
            return dt.datetime.combine(value, NOON, self._zone)
        if isinstance(value, Decimal):
            return f"{value:f}"
        return value

    def _list(self, kind, values, whole=True):
        """A list type, one element that repeats; the lines there are replaced when ``whole``."""
        ((name, element),) = kind.elements
        if values and isinstance(values[0], Custom):
            return kind(**{name: [self._custom(item) for item in values]})
        known = dict(kind.attributes)
        attributes = {"replaceAll": whole} if "replaceAll" in known else {}
        return kind(**{name: [self._value(element.type, item) for item in values]}, **attributes)

    def _custom(self, custom: Custom):
        if isinstance(custom.value, dt.date):
            value, name = dt.datetime.combine(custom.value, NOON, self._zone), "DateCustomFieldRef"
        else:
            value, name = custom.value, "StringCustomFieldRef"
        return self.type("core", name)(scriptId=custom.script_id, value=value)

    # ------------------------------------------------------------------ in

    def parse_record(self, found: CompoundValue) -> Record:
        """A record that NetSuite sent, values by name; what is not set is left out."""
        name = type(found)._xsd_type.name
        values = self._plain(found)
        internal_id, external_id = values.pop("internalId", ""), values.pop("externalId", "")
        return Record(
            type=name[0].lower() + name[1:],
            values=values,
            internal_id=internal_id or "",
            external_id=external_id or "",
            modified=values.get("lastModifiedDate"),
        )

    def _plain(self, found):
        if isinstance(found, list):
            return [self._plain(item) for item in found]
        if not isinstance(found, CompoundValue):
            return self._scalar(found)
        kind = type(found)._xsd_type
        if kind.name.endswith("RecordRef"):
            return Ref(
                found.internalId or "", found.externalId or "", found.type or "", found.name or ""
            )
        if kind.name.endswith("CustomFieldRef"):
            return Custom(found.scriptId or "", self._plain(getattr(found, "value", None)))
        values = {
            name: self._plain(value)
            for name, value in found.__values__.items()
            if value is not None and value != []
        }
        lists = [name for name, element in kind.elements if element.max_occurs != 1]
        if len(kind.elements) == len(lists) == 1:
            return values.get(lists[0], [])
        return values

    def _scalar(self, value):
        if isinstance(value, float):
            return Decimal(repr(value))
        if isinstance(value, dt.datetime) and value.tzinfo is None:
            return value.replace(tzinfo=dt.timezone.utc)
        return value

    def day(self, moment: dt.datetime) -> dt.date:
        """The day of a moment in the account's time zone."""
        return moment.astimezone(self._zone).date()
