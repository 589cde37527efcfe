"""Writes the demonstration's files, the same one every time: python tools/make_demo_files.py.

Companies, people and numbers are invented. Between them the contracts use every feature of
cn285_contract; its tests/importing/test_demonstration.py checks that they do. Contracts that have a
term, with their items, are in files of cn285_renewal: the others load without that addon.
"""

import csv
from datetime import date
from itertools import count
from pathlib import Path
from random import Random

import demo_files_contracts
from demo_files_people import (
    ABROAD,
    CITIES,
    FIRST_NAMES,
    FRENCH_SPEAKING,
    STREETS,
    SURNAMES,
    TRADES,
    siren,
    siret,
    slug,
    vat,
)

ADDONS = Path(__file__).parent.parent / "addons"
FOLDER = ADDONS / "cn285_contract/demo/import"
TERMS_FOLDER = ADDONS / "cn285_renewal/demo/import"
SEED = 285


class DemoFiles:
    """Rows by file, and the few things that contracts are made of."""

    def __init__(self, seed=SEED):
        self.random = Random(seed)
        self.files = {}
        self._numbers = {}
        self._names = set()

    # --- rows ----------------------------------------------------------------------------

    def add(self, file, **cells):
        """Add a row; returns its id."""
        self.files.setdefault(file, []).append(
            {name: _text(value) for name, value in cells.items()}
        )
        return cells.get("id")

    def number(self, prefix):
        counter = self._numbers.setdefault(prefix, count(1))
        return f"{prefix}-{next(counter):04d}"

    def contract(self, partner, start, items=(), **cells):
        """A contract with its items, each a dictionary of cells; ``discounts`` may be in it."""
        contract = self.add(
            "contracts",
            id=self.number("C"),
            partner=partner,
            date_start=start,
            **{"state": "active", "salesperson": "base.user_admin", **cells},
        )
        for item in items:
            self.item(contract, **item)
        return contract

    def item(self, contract, file="items", discounts=(), **cells):
        item = self.add(file, id=self.number("I"), contract=contract, **cells)
        for discount in discounts:
            self.add("discounts", item=item, **discount)
        return item

    def day(self, first, last):
        """A day between two, both included."""
        span = (last - first).days
        return date.fromordinal(first.toordinal() + self.random.randint(0, span))

    def pick(self, values):
        return self.random.choice(values)

    # --- partners ------------------------------------------------------------------------

    def company(self, name=None, **cells):
        """A French company with SIRET and VAT number."""
        number = siren(self.random)
        city, code = self.pick(CITIES)
        name = name or self._new_name()
        return self._partner(
            name,
            country="FR",
            city=city,
            zip=code,
            vat=vat("FR", self.random, number),
            company_registry=siret(number),
            is_company="yes",
            **cells,
        )

    def foreigner(self, country, place):
        name, city, code = ABROAD[country][place]
        number = vat(country, self.random)
        return self._partner(
            name, country=country, city=city, zip=code, vat=number, is_company="yes",
            lang="fr_FR" if city in FRENCH_SPEAKING else "en_US",
        )  # fmt: skip

    def person(self, country="FR"):
        """A private person; in another country of the EU, billed with French VAT."""
        city, code = self.pick(CITIES) if country == "FR" else ("Tournai", "7500")
        name = f"{self.pick(FIRST_NAMES)} {self.pick(SURNAMES)}"
        return self._partner(name, country=country, city=city, zip=code, is_company="no")

    def syndicate(self, residence):
        """An association of flat owners: it pays VAT and has no number."""
        city, code = self.pick(CITIES)
        name = f"Syndicat de copropriété {residence}"
        return self._partner(name, country="FR", city=city, zip=code, is_company="yes")

    def _partner(self, name, **cells):
        street = f"{self.random.randint(1, 140)} {self.pick(STREETS)}"
        email = f"compta@{slug(name)}.example"
        key = self.number("P")
        cells = {"lang": "fr_FR", **cells}
        return self.add("partners", id=key, name=name, street=street, email=email, **cells)

    def _new_name(self):
        while True:
            name = self.pick(TRADES).format(self.pick(SURNAMES))
            if name not in self._names:
                self._names.add(name)
                return name

    def part_terms(self):
        """Take what has a term, contracts with their items and discounts, into files of its own."""
        terms, ids = DemoFiles(), set()
        for file, has_term in (
            ("contracts", lambda row: "term_length" in row),
            ("items", lambda row: row["contract"] in ids),
            ("discounts", lambda row: row["item"] in ids),
        ):
            for row in filter(has_term, self.files[file]):
                terms.add(f"{file}-terms", **row)
                ids.add(row.get("id"))
            self.files[file] = [row for row in self.files[file] if not has_term(row)]
        return terms

    def write(self, folder):
        """Write a CSV file for each sort of rows; columns appear in the order of first use."""
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.csv"):
            old.unlink()
        for file, rows in self.files.items():
            columns = list(dict.fromkeys(name for row in rows for name in row))
            with (folder / f"{file}.csv").open("w", newline="", encoding="utf-8") as out:
                writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)


def _text(value):
    if isinstance(value, float):
        return f"{value:.2f}"
    return value.isoformat() if isinstance(value, date) else str(value)


def build(seed=SEED):
    """All the files of contracts."""
    files = DemoFiles(seed)
    demo_files_contracts.build(files)
    return files


if __name__ == "__main__":
    made = build()
    terms = made.part_terms()
    made.write(FOLDER)
    terms.write(TERMS_FOLDER)
    for name, rows in (made.files | terms.files).items():
        print(f"{name:<20}{len(rows):>6}")
