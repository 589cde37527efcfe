"""An account with something in it, for tests and for `make serve-netsuite`."""

from lxml import etree

from .store import XSI, Account

REFERENCES = {
    "account": {
        "10": "1000 Accounts Receivable",
        "54": "4000 Sales",
        "55": "4010 Sales of services",
        "60": "2150 Deferred revenue",
        "61": "2200 VAT collected",
    },
    "term": {"1": "Due on receipt", "2": "Net 15", "3": "Net 30"},
    "salesTaxItem": {"7": "VAT 20 %", "8": "VAT 10 %", "9": "VAT 0 %"},
    "priceLevel": {"1": "Base Price", "5": "Partner Price"},
    "taxSchedule": {"1": "Standard rate", "2": "Reduced rate"},
}
RATES = {"7": 20, "8": 10, "9": 0}


def sample_account(name="1234567_SB1"):
    """An account with a chart, terms, taxes and price levels, but no item and no customer."""
    account = Account(name)
    for kind, values in REFERENCES.items():
        account.references[kind] = dict(values)
    account.rates = dict(RATES)
    return account


def make(account, type_, external_id="", **fields):
    """Put a record into the account, as somebody would do on NetSuite's screens.

    Values: text, a dict for a sub-record, a list of dicts for its lines; ``("ref", "54")`` is a
    reference by internal id.
    """
    element = etree.Element("record")
    element.set(f"{{{XSI}}}type", f"x:{type_}")
    if external_id:
        element.set("externalId", external_id)
    from .wsdl import Schema

    _fill(Schema(), element, type_, fields)
    return account.put(type_, element, "add")


def _fill(schema, parent, type_, fields):
    for name, kind, _optional, _many, _ref in schema.elements(type_):
        if name not in fields:
            continue
        value = fields[name]
        for item in value if isinstance(value, list) else [value]:
            key = schema.find(type_)[0].key
            made = etree.SubElement(parent, f"{{{schema.namespace(key)}}}{name}")
            if isinstance(item, tuple):
                made.set("internalId", item[1])
            elif isinstance(item, dict):
                _fill(schema, made, kind.split(":")[1], item)
            else:
                made.text = str(item)


def service_item(account, code, price, currency="1", **fields):
    """A service item with a base price."""
    return make(
        account,
        "ServiceSaleItem",
        itemId=code,
        displayName=fields.pop("displayName", code.title()),
        incomeAccount=("ref", fields.pop("incomeAccount", "54")),
        taxSchedule=("ref", fields.pop("taxSchedule", "1")),
        isInactive=fields.pop("isInactive", "false"),
        pricingMatrix=pricing(currency, {"1": {0: price}}),
        **fields,
    )


def pricing(currency, levels):
    """A pricing matrix: {price level: {quantity from: price}}."""
    return {
        "pricing": [
            {
                "currency": ("ref", currency),
                "priceLevel": ("ref", level),
                "priceList": {
                    "price": [
                        {"value": value, "quantity": quantity}
                        for quantity, value in sorted(prices.items())
                    ]
                },
            }
            for level, prices in levels.items()
        ]
    }


def company(account, name, **fields):
    """A customer that is a company, with an address."""
    address = {
        "country": fields.pop("country", "_france"),
        "addr1": fields.pop("addr1", "1 rue de la Paix"),
        "city": fields.pop("city", "Paris"),
        "zip": fields.pop("zip", "75002"),
    }
    return make(
        account,
        "Customer",
        external_id=fields.pop("external_id", ""),
        isPerson="false",
        companyName=name,
        subsidiary=("ref", "1"),
        currency=("ref", "1"),
        addressbookList={
            "addressbook": [
                {"defaultShipping": "true", "defaultBilling": "true", "addressbookAddress": address}
            ]
        },
        **fields,
    )
