"""A customer in words that both sides share.

Shared values: name, is_company, email, phone, vat, street, street2, city, zip, country (ISO code),
terms and currency (NetSuite's internal ids), inactive. Text is trimmed; nothing is "".
"""

from .countries import country_code, netsuite_country
from .records import Record, Ref, Sublist

SHARED = (
    "name",
    "is_company",
    "email",
    "phone",
    "vat",
    "street",
    "street2",
    "city",
    "zip",
    "country",
    "terms",
    "currency",
    "inactive",
)
ADDRESS = ("street", "street2", "city", "zip", "country")
_PLAIN = {"email": "email", "phone": "phone", "vat": "vatRegNumber"}
_LINES = {"street": "addr1", "street2": "addr2", "city": "city", "zip": "zip"}


def from_netsuite(record: Record) -> dict:
    """What a customer there says, in shared words."""
    values = record.values
    person = bool(values.get("isPerson"))
    shared = {
        "name": _person_name(values) if person else _text(values, "companyName", "altName"),
        "is_company": not person,
        "terms": _key(values.get("terms")),
        "currency": _key(values.get("currency")),
        "inactive": bool(values.get("isInactive")),
    }
    shared.update({name: _text(values, theirs) for name, theirs in _PLAIN.items()})
    address = (default_address(record) or {}).get("addressbookAddress") or {}
    shared.update({name: _text(address, theirs) for name, theirs in _LINES.items()})
    shared["country"] = country_code(address.get("country", "")) or ""
    return {name: shared[name] for name in SHARED}


def to_netsuite(shared: dict, subsidiary: str, address_id: str = "", known: dict | None = None):
    """Values of NetSuite's Customer.

    :param address_id: id of the address there that is to be changed; empty: a new one
    :param known: what is there already, in shared words; the same address is left out

    Empty texts clear the field there, but only where there was something (``known``).

    :raise LookupError: a country that NetSuite does not know
    """
    known = known or {}
    values = {
        "isPerson": not shared["is_company"],
        "isInactive": bool(shared.get("inactive")),
        "subsidiary": Ref(subsidiary),
    }
    if shared["is_company"]:
        values["companyName"] = shared["name"]
    else:
        first, last = split_name(shared["name"])
        values["lastName"] = last
        if first:
            values["firstName"] = first
    for name, theirs in _PLAIN.items():
        _set(values, theirs, shared.get(name), known.get(name))
    for name in ("terms", "currency"):
        reference = Ref(shared[name]) if shared.get(name) else None
        _set(values, name, reference, known.get(name))
    address = {name: shared.get(name) or "" for name in ADDRESS}
    before = {name: known.get(name) or "" for name in ADDRESS}
    if address != before:
        values["addressbookList"] = _address(shared, address_id)
    return values


def default_address(record: Record) -> dict | None:
    """The line of the address book that stands for the customer: billing, else the first."""
    lines = record.values.get("addressbookList") or []
    billing = [line for line in lines if line.get("defaultBilling")]
    return next(iter([*billing, *lines]), None)


def split_name(name: str) -> tuple[str, str]:
    """First and last name of a person; the last word is the last name.

    >>> split_name("Jeanne Marie Martin"), split_name("Martin")
    (('Jeanne Marie', 'Martin'), ('', 'Martin'))
    """
    first, _, last = name.strip().rpartition(" ")
    return first.strip(), last


def _person_name(values: dict) -> str:
    parts = (values.get(name) or "" for name in ("firstName", "middleName", "lastName"))
    return " ".join(part.strip() for part in parts if part.strip())


def _address(shared: dict, address_id: str) -> Sublist:
    address = {theirs: shared.get(name) or None for name, theirs in _LINES.items()}
    address = {name: value for name, value in address.items() if value}
    if shared.get("country"):
        country = netsuite_country(shared["country"])
        if not country:
            raise LookupError(shared["country"])
        address["country"] = country
    address["addressee"] = shared["name"]
    line = {"defaultShipping": True, "defaultBilling": True, "addressbookAddress": address}
    return Sublist(({**line, "internalId": address_id} if address_id else line,))


def _set(values: dict, name: str, value: object, before: object) -> None:
    if value:
        values[name] = value
    elif before:
        values[name] = None


def _text(values: dict, *names: str) -> str:
    return next((str(values[name]).strip() for name in names if values.get(name)), "")


def _key(ref: object) -> str:
    return ref.internal_id if isinstance(ref, Ref) else ""
