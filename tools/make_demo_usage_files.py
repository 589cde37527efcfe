"""Writes the demonstration of usage, always the same: python tools/make_demo_usage_files.py.

Contracts whose services are counted: API calls in tiers, support by the minute, mails in packages,
a fleet of objects, energy by the hour. Their events are made by make_usage_events.py.
"""

from datetime import date
from pathlib import Path

import make_demo_files

FOLDER = Path(__file__).parent.parent / "addons/cn285_usage/demo/import"
# External ids of the demonstration of cn285_contract, whose usage items get their calculators here.
CONTRACTS = "cn285_imported"
SEED = 1285
START = date(2026, 1, 1)
PRODUCTS = {
    # code: (name, price)
    "ABO": ("Abonnement à la plateforme", 49.00),
    "SMN": ("Assistance à la minute", 1.20),
    "MEL": ("Envoi de courriels", 0.85),
    "OBJ": ("Objet connecté", 2.40),
    "DAT": ("Données d'objets connectés", 0.04),
    "KWH": ("Recharge de véhicules électriques", 0.31),
    "VER-A": ("Vérification d'adresses", 1.50),
    "RED": ("Redevance cartographique", 0.00),
}
METRICS = [
    {"code": "api_calls", "name": "Appels d'API", "unit": "appel"},
    {"code": "pages", "name": "Pages imprimées", "unit": "page"},
    {"code": "mails", "name": "Courriels envoyés", "unit": "courriel"},
    {"code": "data_mb", "name": "Données transmises", "unit": "Mo"},
    {"code": "energy", "name": "Énergie délivrée", "unit": "kWh"},
    {
        "code": "support",
        "name": "Assistance",
        "unit": "minute",
        "input_kind": "duration",
        "duration_unit": "minute",
        "duration_step": 1,
        "duration_minimum": 3,
    },
]
API_TIERS = "10000:0.0020|100000:0.0014|1000000:0.0009|:0.0006"


def build(seed=SEED):
    """The files of usage."""
    files = make_demo_files.DemoFiles(seed)
    for code, (name, price) in PRODUCTS.items():
        files.add("products", id=code, code=code, name=name, price=price, taxes="20 %")
    for metric in METRICS:
        files.add("metrics", **metric)
    for part in (_counted_before, _api, _support, _mails, _energy, _fleets, _royalty):
        part(files)
    return files


def _counted_before(p):
    """Printers and APIs of cn285_contract's files: their items wait for calculators."""
    for row in make_demo_files.build().files["items"]:
        if row.get("billing_type") == "usage":
            pages = row["product"] == "PAG"
            item = f"{CONTRACTS}.{row['id']}"
            if pages:
                _calculator(p, item, "pages", "volume", tiers="5000:0.0110|:0.0085")
            else:
                _calculator(p, item, "api_calls", "graduated", tiers=API_TIERS)


def _contract(p, customer, code, items, **cells):
    """A contract from the first of January; returns the rows of its items, numbered."""
    numbered = []
    for position, item in enumerate(items):
        number = f"{code}-{p.number(code)[-4:]}" if item["product"] != "ABO" else ""
        numbered.append({"alignment": "calendar", "code": number, **item})
        numbered[-1]["sequence"] = position
    p.contract(customer, START, numbered, **cells)
    return p.files["items"][-len(items) :]


def _usage(product, **cells):
    return {"product": product, "billing_type": "usage", "timing": "arrears", **cells}


def _calculator(p, item, metric, model, **cells):
    p.add("calculators", id=p.number("K"), item=item, metric=metric, charge_model=model, **cells)


def _api(p):
    """A subscription, and calls in tiers of which the first ones are included."""
    for number in range(24):
        lines = ("tier", "single")[number % 2]
        calls = _usage("API", usage_lines=lines, **({"discount": 10} if number % 6 == 0 else {}))
        items = [{"product": "ABO"}, calls]
        rows = _contract(p, p.company(), "API", items, statement_layout="cn285_usage.layout_by_day")
        _calculator(
            p, rows[1]["id"], "api_calls", "graduated", tiers=API_TIERS, allowance_units=1000
        )


def _support(p):
    """By the started minute; an hour a month is included, and what is left lasts a month longer."""
    for _number in range(14):
        items = [{"product": "SUP", "quantity": 4}, _usage("SMN")]
        rows = _contract(p, p.company(), "SMN", items, statement_layout="cn285_usage.layout_detail")
        _calculator(
            p,
            rows[1]["id"],
            "support",
            "per_unit",
            price_unit="1.20",
            allowance_units=60,
            rollover="once",
        )


def _mails(p):
    """Started packages of a thousand, five thousand are free, a minimum a month.

    Each started ten thousand mails trigger a check of addresses, which is an item of its own.
    """
    for _number in range(18):
        items = [_usage("MEL"), _usage("VER-A")]
        rows = _contract(p, p.company(), "MEL", items, statement_layout="cn285_usage.layout_by_day")
        _calculator(
            p,
            rows[1]["id"],
            "",
            "package",
            source_item=rows[0]["id"],
            package_size=10000,
            price_unit="1.50",
        )
        _calculator(
            p,
            rows[0]["id"],
            "mails",
            "package",
            package_size=1000,
            price_unit="0.85",
            free_units=5000,
            minimum_amount=15,
        )


def _energy(p):
    """Charging stations: a SmartCode prices each hour, by day or by night."""
    for _number in range(5):
        rows = _contract(
            p, p.company(), "KWH", [_usage("KWH")], statement_layout="cn285_usage.layout_by_day"
        )
        _calculator(p, rows[0]["id"], "energy", "smartcode", smartcode="HEURES-CREUSES")


def _fleets(p):
    """Objects of a fleet share what each of them has included."""
    for size in (80, 60, 40):
        items = [_usage("DAT", name=f"Traceur {number + 1:03d}") for number in range(size)]
        rows = _contract(
            p,
            p.company(),
            "DAT",
            items,
            line_grouping="product",
            statement_layout="cn285_usage.layout_by_item",
        )
        for row in rows:
            _calculator(
                p,
                row["id"],
                "data_mb",
                "per_unit",
                price_unit="0.0400",
                allowance_units=30,
                allowance_scope="contract",
            )


def _royalty(p):
    """Twelve percent of what API calls are billed is owed to the publisher of the maps.

    It sells us its right: we make out its invoice to us.
    """
    [row] = _contract(p, p.company("Éditions Cartographiques du Midi"), "RED", [_usage("RED")])
    sources = [item for item in p.files["items"] if item["product"] == "API"]
    for item in sources:
        _calculator(
            p,
            row["id"],
            "",
            "percentage",
            percent=12,
            source_item=item["id"],
            source_measure="amount",
            is_payout="yes",
            payout_document="purchase",
        )


def metered():
    """Items with usage: ``(item, metric code, first day)``, in a fixed order.

    An item is named by its service number, else by its external id.
    """
    codes = {row["id"]: row.get("code") for row in build().files["items"]}
    before = _first_days()
    return [
        (
            codes.get(row["item"]) or row["item"],
            row["metric"],
            before.get(row["item"], START.isoformat()),
        )
        for row in build().files["calculators"]
        if row["metric"]
    ]


def _first_days():
    """First day of each item of cn285_contract's files, by full external id."""
    files = make_demo_files.build().files
    starts = {row["id"]: row["date_start"] for row in files["contracts"]}
    return {f"{CONTRACTS}.{row['id']}": starts[row["contract"]] for row in files["items"]}


def main():
    made = build()
    made.write(FOLDER)
    for name, rows in made.files.items():
        print(f"{name:<20}{len(rows):>6}")


if __name__ == "__main__":
    main()
