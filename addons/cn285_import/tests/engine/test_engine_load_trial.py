from dataclasses import dataclass

import pytest
from cn285_import_engine import guess, trial


@dataclass(eq=False)
class Row:
    file: str
    cells: dict


def test_first_rows_and_what_they_refer_to():
    contracts = [Row("c.csv", {"id": f"C{n}"}) for n in range(300)]
    items = [Row("i.csv", {"id": f"I{n}", "contract": f"C{299 - n}"}) for n in range(300)]
    chosen = trial.first_rows({"contracts": contracts, "items": items}, 2)
    assert [row.cells["id"] for row in chosen["contracts"]] == ["C0", "C1", "C298", "C299"]
    assert [row.cells["id"] for row in chosen["items"]] == ["I0", "I1"]


def test_references_of_references_and_lists():
    rows = [
        Row("a.csv", {"id": "A", "tags": "X | Y"}),
        Row("b.csv", {"id": "Z", "parent": ""}),
        Row("b.csv", {"id": "Y", "parent": "W"}),
        Row("b.csv", {"id": "W", "parent": "A"}),
    ]
    chosen = trial.first_rows({"all": rows}, 1)
    assert [row.cells["id"] for row in chosen["all"]] == ["A", "Z", "Y", "W"]


COLUMNS = {
    "id": [],
    "partner": ["Customer", "Client"],
    "product": ["Product"],
    "price_unit": ["Unit Price", "Prix unitaire"],
    "date_start": ["Start Date"],
    "quantity": ["Quantity"],
    "note": ["Note"],
}


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("partner", "partner"),
        ("partner_id", "partner"),
        ("Customer", "partner"),
        ("CLIENT", "partner"),
        ("Prix unitaire HT", "price_unit"),
        ("Quantité", "quantity"),
        ("Qté", "quantity"),
        ("Date de début", "date_start"),
        ("Date_Start", "date_start"),
        ("Quantitiy", "quantity"),
        ("Solde", None),
        ("…", None),
    ],
)
def test_columns_are_guessed_by_name_label_and_usage(header, column):
    assert guess.guess([header], COLUMNS).get(header) == column


def test_each_column_is_guessed_once_and_the_certain_one_first():
    found = guess.guess(["Client", "partner", "Nom du client"], COLUMNS)
    assert found == {"partner": "partner"}
