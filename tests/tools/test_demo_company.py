"""The demonstration's company: invented, and believable where somebody checks."""

import csv
from pathlib import Path

import demo_company as tools
from stdnum import luhn
from stdnum.fr import siren, siret, tva

FOLDERS = [
    Path(__file__).parents[2] / "addons" / addon / "demo/import"
    for addon in ("cn285_contract", "cn285_usage")
]


def test_numbers_check():
    assert siren.is_valid(tools.SIREN)
    assert siret.is_valid(tools.IDENTITY["company_registry"])
    assert tva.is_valid(tools.IDENTITY["vat"])
    # ISO 13616: country and check digits at the end, letters as numbers from 10 on.
    moved = tools.IBAN[4:] + tools.IBAN[:4]
    assert int("".join(str(int(sign, 36)) for sign in moved)) % 97 == 1


def test_rib_key_checks():
    bank, branch, account, key = (
        int(part)
        for part in (tools.IBAN[4:9], tools.IBAN[9:14], tools.IBAN[14:25], tools.IBAN[25:])
    )
    assert 97 - (89 * bank + 15 * branch + 3 * account) % 97 == key


def test_register_names_the_siren():
    plain = tools.REGISTER["cn285_trade_register"].replace(" ", "")
    assert plain.endswith(tools.SIREN)
    assert luhn.is_valid(tools.SIREN)


def _rows(name):
    for folder in FOLDERS:
        with (folder / name).open(encoding="utf-8", newline="") as lines:
            yield from csv.DictReader(lines)


def test_customers_have_a_language():
    french = {row["lang"] for row in _rows("partners.csv") if row["country"] == "FR"}
    assert french == {"fr_FR"}
    assert {row["lang"] for row in _rows("partners.csv")} == {"fr_FR", "en_US"}


def test_products_say_their_tax():
    products = [*_rows("products.csv")]
    assert {row["taxes"] for row in products} == {"20 %"}
    goods = [row for row in products if row.get("type") == "consu"]
    assert [row["income_account"] for row in goods] == ["707000"]
