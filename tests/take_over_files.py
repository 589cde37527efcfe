"""The files of a company that migrates, written as offices write them: see ``take_over_folder``."""

import csv
import io
from datetime import date
from decimal import Decimal

from odoo.addons.cn285_import.engine.xlsx import write_workbook

# Rows with a fault: a misspelt product, a text in a column that nobody knows.
MISSPELT, STRANGE = 13, 24
NARROW, HARD = "\u202f", "\u00a0"


def french(amount, blank=NARROW):
    """``1 234,50``."""
    return f"{amount:,.2f}".replace(",", blank).replace(".", ",")


def english(amount):
    """``1,234.50``."""
    return f"{amount:,.2f}"


def day_text(day):
    """``31/12/2025``."""
    return day.strftime("%d/%m/%Y") if day else ""


class FolderFiles:
    """Writes the contracts of a folder (``lives``) as files."""

    def files(self):
        """All of them, as ``[(name, bytes)]``."""
        made = {
            "revrec_rules.csv": "name,method,service_source\nTF by day,daily,billed\n",
            "products.csv": self._products(),
            "partners.xlsx": self._partners(),
            "price_indexes.csv": "code,name\nTF-IX,Syntec\n",
            "index_values.csv": (
                'sep=;\n"index";"date";"value"\nTF-IX;01/02/2025;110,00\nTF-IX;01/02/2026;112,20\n'
            ),
            "templates.csv": "code;name;sending\r\nTF-START;Départ;none\r\n".encode("cp1252"),
            "template_items.csv": (
                "id,template,product,price_unit,recurring_unit,alignment\n"
                "TF-TI,TF-START,TF-SUPPORT,60.00,month,calendar\n"
            ),
            "template_discounts.csv": "item,month_from,month_count,percent\nTF-TI,1,3,50\n",
            "change_reasons.csv": "code,name\nTF-OLD,Convenu avec l’ancien système\n",
            "metrics.csv": "code,name,unit\ntf_calls,Appels,appel\n",
            "contracts.csv": self._contracts("Région"),
            "items.csv": self._items_in_french(),
            "items-uk.csv": self._items_in_english("TF-SUPORT"),
            "discounts.csv": self._discounts(),
            "pools.csv": self._pools(),
            "calculators.csv": self._calculators(),
            "means.csv": self._means(),
            "mandates.csv": self._mandates(),
            "changes.csv": self._changes(),
            "open_invoices.csv": self._open_invoices(),
            "open_invoices-uk.csv": 'partner,number,date,amount\nP0000,UK-1,2025-12-01,"1,234"\n',
        }
        return [
            (name, content if isinstance(content, bytes) else content.encode())
            for name, content in made.items()
        ]

    def corrected_contracts(self):
        """The file of contracts, its unknown column made a remark."""
        return self._contracts("#Région")

    def old_invoices(self):
        """What the old system would invoice from 16 January to 28 February."""
        rows = [
            [life.key, french(amount)] for life in self.lives for amount in life.old if life.old
        ]
        total = sum((amount for life in self.lives for amount in life.old), Decimal(0))
        return _csv(["contract", "amount"], [*rows, ["Total", french(total)]], ";").encode(
            "utf-8-sig"
        )

    def _products(self):
        prices = [
            ("TF-SUPPORT", "Télé-assistance", "40,50", "TF by day"),
            ("TF-HOSTING", "Hébergement à l’année", f"1{HARD}200,00", "TF by day"),
            ("TF-SETUP", "Mise en service", "250,00", ""),
            ("TF-CALLS", "Communications", "0,00", ""),
        ]
        rows = [[*row[:3], "20 %", self.account, row[3]] for row in prices]
        rows.append(["Total", "", f"1{HARD}490,50", "", "", ""])
        header = ["code", "name", "price", "taxes", "income_account", "revrec_rule"]
        return _csv(header, rows, ";", "\r\n").encode("cp1252")

    def _partners(self):
        header = ["id", "name", "is_company", "street", "zip", "city", "country", "email"]
        keys = dict.fromkeys(life.partner for life in self.lives)
        rows = [
            [key, f"Société {key}", "oui", "12 rue des Lilas", "69003", "Lyon", "FR", f"{key}@a.fr"]
            for key in keys
        ]
        return write_workbook([("partners", header, rows), ("#notes", ["note"], [["ancien ERP"]])])

    def _contracts(self, strange):
        rows = []
        for life in self.lives:
            cells = {
                "id": life.key,
                "number": f"ANC-{life.number:05}",
                "partner": life.partner,
                "date_start": day_text(life.start),
                "state": "closed" if life.kind == "closed" else "active",
                "closed_on": "31/10/2025" if life.kind == "closed" else "",
                "billing_hold": "oui",
                strange: "Rhône" if life.number == STRANGE else "",
            }
            if life.kind in ("index", "ends"):
                cells |= {"term_length": "12", "renewal_mode": "tacit"}
            if life.kind == "index":
                cells |= {
                    "renewal_revision": "index",
                    "renewal_index": "TF-IX",
                    "indexed_on": "01/03/2025",
                    "index_value": "110,00",
                    "announce": "always",
                    "announce_from": "3",
                    "announce_until": "1",
                    "announced_on": "01/12/2025",
                    "announced_to": "12 rue des Lilas, Lyon",
                }
            elif life.kind == "ends":
                cells["auto_renew"] = "non"
            elif life.kind == "fresh":
                cells["template"] = "TF-START"
            rows.append(cells)
        return f"sep=;\r\n{_dicts(rows, ';', end=chr(13) + chr(10))}".encode("cp1252")

    def _all_items(self):
        return [item for life in self.lives for item in life.items]

    def _is_english(self, item):
        return int(item["contract"][1:]) % 5 == 3

    def _items_in_french(self):
        rows = [
            _written(item, french, day_text)
            for item in self._all_items()
            if not self._is_english(item)
        ]
        total = sum(
            (item["price_unit"] or 0 for item in self._all_items() if not self._is_english(item)),
            Decimal(0),
        )
        rows.append({"id": "Total", "price_unit": french(total)})
        return _dicts(rows, ";", end="\r\n").encode("utf-8-sig")

    def _items_in_english(self, misspelt):
        rows = []
        for item in filter(self._is_english, self._all_items()):
            row = _written(item, english, lambda day: day.isoformat() if day else "")
            if item["contract"] == f"K{MISSPELT:04}":
                row["product"] = misspelt
            rows.append(row)
        return _dicts(rows, ",")

    def _discounts(self):
        rows = [[f"{life.key}-S", "01/12/2025", "14/02/2026", "50"] for life in self.of("discount")]
        return _csv(["item", "date_start", "date_end", "percent"], rows, ";", "\r")

    def _pools(self):
        rows = [
            [f"Parc {life.number}", "1000", "once", life.partner, "200", "15/12/2025"]
            for life in self.of("fleet")
        ]
        header = ["name", "allowance_units", "rollover", "partner", "carried_units"]
        return _csv([*header, "carried_from"], rows, "\t")

    def _calculators(self):
        rows = []
        for life in self.of("usage"):
            rows.append(
                {
                    "id": f"{life.key}-C",
                    "item": f"{life.key}-U",
                    "metric": "tf_calls",
                    "charge_model": "graduated",
                    "tiers": "100:0,02|:0,015",
                    "allowance_units": "10",
                    "rollover": "once",
                    "used_units": "100",
                    "carried_units": "5",
                }
            )
        for life in self.of("fleet"):
            rows.append(
                {
                    "id": f"{life.key}-C",
                    "item": f"{life.key}-U",
                    "metric": "tf_calls",
                    "charge_model": "per_unit",
                    "price_unit": "0,01",
                    "pool": f"Parc {life.number}",
                    "used_units": french(Decimal(1500)),
                }
            )
        return _dicts(rows, ";").encode("utf-16")

    def _means(self):
        rows = [
            [life.partner, "demo", self.method, f"tf_card_{life.number}", "31/12/2027", "4242"]
            for life in self.of("plain")
        ]
        header = ["partner", "provider", "method", "reference", "valid_until", "last_digits"]
        return _csv(header, rows, ";")

    def _mandates(self):
        iban = "FR76 3000 6000 0112 3456 7890 189"
        rows = [
            [life.partner, f"TF-RUM-{life.number}", iban, "01/02/2024", "05/12/2025"]
            for life in self.of("arrears")
        ]
        header = ["partner", "reference", "iban", "signed_on", "last_debit_on"]
        return _csv(header, rows, ";")

    def _changes(self):
        rows = [
            [life.key, f"{life.key}-S", "quantity", "01/03/2026", "quantity: 5", "TF-OLD"]
            for life in self.of("change")
        ]
        return _csv(["contract", "item", "type", "date", "values", "reason"], rows, ";")

    def _open_invoices(self):
        rows = [
            [life.partner, f"F-2025-{life.number}", "30/11/2025", "30/12/2025", "1.234,50"]
            for life in self.of("year")
        ]
        return _csv(["partner", "number", "date", "due_date", "amount"], rows, ";")


def _written(item, number, day):
    """Cells as texts."""
    written = {}
    for name, value in item.items():
        if isinstance(value, Decimal):
            value = number(value)
        elif isinstance(value, date):
            value = day(value)
        written[name] = str(value)
    return written


def _dicts(rows, delimiter, end="\n"):
    """Rows of different columns as one CSV text."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    return _csv(names, [[row.get(name, "") for name in names] for row in rows], delimiter, end)


def _csv(header, rows, delimiter=",", end="\n"):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end)
    writer.writerows([header, *rows])
    return out.getvalue()
