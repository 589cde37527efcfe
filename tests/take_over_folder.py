"""The folder of a company that migrates: contracts in mid-life, as its old system exports them.

Files of twenty kinds, as offices write them: French and English numbers, cp1252, UTF-8 with a byte
order mark, ``sep=;``, line ends of old Macs, a workbook, dates as 31/12/2025, sums at the end, a
column that nobody knows, a product that is misspelt, an amount that may be two. What the old system
has invoiced, and what it would invoice next, is worked out here by plain arithmetic.

The clock stands at 15 January 2026; the old system has billed in advance until the end of January,
and what is billed in arrears until the end of December.
"""

import csv
import io
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from odoo.addons.cn285_import.engine.xlsx import write_workbook

OPENED = date(2026, 1, 1)
KINDS = (
    *("plain", "clamped", "year", "discount", "usage", "arrears"),
    *("index", "ends", "fleet", "change", "fresh", "closed"),
)
# Rows with a fault: a misspelt product, a text in a column that nobody knows.
MISSPELT, STRANGE = 13, 24
NARROW, HARD = "\u202f", "\u00a0"
RATE, USED, HERE = Decimal("0.02"), 100, 50


def cents(amount):
    """An amount rounded half up, as money is."""
    return Decimal(amount).quantize(Decimal("0.01"), ROUND_HALF_UP)


def french(amount, blank=NARROW):
    """``1 234,50``."""
    return f"{amount:,.2f}".replace(",", blank).replace(".", ",")


def english(amount):
    """``1,234.50``."""
    return f"{amount:,.2f}"


def day_text(day):
    """``31/12/2025``."""
    return day.strftime("%d/%m/%Y") if day else ""


@dataclass(eq=False)
class Life:
    """A contract as the old system knows it, and what it comes to.

    ``old``: what the old system would still invoice from 16 January to 28 February; ``march``: what
    is due in March; ``opening``: deferred on 1 January; ``earned``: of it, in January.
    """

    number: int
    kind: str
    price: Decimal
    quantity: int
    start: date
    items: list = field(default_factory=list)
    old: list = field(default_factory=list)
    march: Decimal = Decimal(0)
    opening: Decimal = Decimal(0)
    earned: Decimal = Decimal(0)
    # Of a year that is billed elsewhere: what was charged, and its days.
    year: tuple = ()

    @property
    def key(self):
        return f"K{self.number:04}"

    @property
    def partner(self):
        """Two contracts each."""
        return f"P{self.number // 2:04}"


class Folder:
    """The folder.

    :param count: how many contracts
    :param account: code of the account of income
    :param method: code of a payment method of the provider of cards
    """

    def __init__(self, count, account, method):
        self.account = account
        self.method = method
        self.lives = [self._life(number) for number in range(count)]

    def of(self, kind):
        return [life for life in self.lives if life.kind == kind]

    # --- what the old system has ---------------------------------------------------------------

    def _life(self, number):
        kind = KINDS[number % len(KINDS)]
        # Exact under halves where days of a discount are taken of it, and under 2 %.
        price = Decimal(20 + 4 * (number % 45))
        if kind == "index":
            price = Decimal(100 + 50 * (number % 5))
        elif kind == "fresh":
            price = Decimal(60)
        elif kind != "discount":
            price += Decimal(13 * number % 100) / 100
        if number % 36 == 0:
            price += 1200
        quantity = 1 if kind == "fresh" else 1 + number % 3
        month = 3 + number % 10
        start = {
            "clamped": date(2022, 1, 31),
            "fresh": date(2026, 2, 1),
            "discount": date(2025, 12, 1),
            "index": date(2021, 3, 1),
            "ends": date(2021, 3, 1),
            "closed": date(2022, 3, 1),
        }.get(kind, date(2021 + number % 4, month, 1))
        life = Life(number, kind, price, quantity, start)
        getattr(self, f"_make_{kind}")(life)
        return life

    def _item(self, life, suffix="S", **cells):
        cells = {
            "id": f"{life.key}-{suffix}",
            "contract": life.key,
            "product": "TF-SUPPORT",
            "quantity": life.quantity,
            "price_unit": life.price,
            "date_start": life.start,
            "billing_type": "fixed",
            "recurring_unit": "month",
            "alignment": "calendar",
            "timing": "advance",
            **cells,
        }
        if cells.get("billed_until"):
            cells.setdefault("billed_ref", f"F-{life.number:05}")
        life.items.append(cells)

    def _month_in_advance(self, life, january=None):
        """Support, by the month; January was billed on the first."""
        self._item(life, billed_until=date(2026, 1, 31), billed_on=date(2026, 1, 1))
        month = life.price * life.quantity
        life.old.append(month)
        life.march = month
        life.opening += january or month
        life.earned += january or month

    def _make_plain(self, life):
        self._month_in_advance(life)
        self._item(
            life,
            "F",
            product="TF-SETUP",
            quantity=1,
            price_unit=Decimal(250),
            billing_type="one_shot",
            recurring_unit="",
            alignment="",
            billed_until=life.start,
        )

    def _make_clamped(self, life):
        """From the 31st: billed to 30 January; due on 31 January and 28 February."""
        self._item(
            life,
            alignment="anniversary",
            billed_until=date(2026, 1, 30),
            billed_on=date(2025, 12, 31),
        )
        month = life.price * life.quantity
        life.old += [month, month]
        life.march = month  # on 31 March
        life.opening = life.earned = month - cents(month / 31)

    def _make_year(self, life):
        """A month of support, and a year of hosting that cost four fifths of today's price."""
        self._month_in_advance(life)
        today = 12 * life.price + 100
        charged = cents(today * 4 / 5)
        first = date(2025, life.start.month, 1)
        last = date(2026, life.start.month, 1) - timedelta(days=1)
        self._item(
            life,
            "H",
            product="TF-HOSTING",
            quantity=1,
            price_unit=today,
            recurring_unit="year",
            alignment="anniversary",
            billed_until=last,
            billed_amount=charged,
            billed_ref=f"A-{life.number:05}",
            billed_on=first,
        )
        days, left = (last - first).days + 1, (last - OPENED).days + 1
        opening = charged - cents(charged * (days - left) / days)
        life.year = charged, first, last
        if last < date(2026, 3, 1):
            life.march += today  # the next year, at today's price
        life.opening += opening
        life.earned += cents(opening * min(31, left) / left)

    def _make_discount(self, life):
        """Half off until 14 February: the old system's template had it from the start."""
        month = life.price * life.quantity
        self._month_in_advance(life, january=month / 2)
        life.old[0] = month - month / 2 * 14 / 28

    def _make_usage(self, life):
        """100 units there and 50 here, 10 of January free and 5 left of December: 135."""
        self._month_in_advance(life)
        self._usage_item(life)
        life.old.append(cents(100 * RATE + 35 * Decimal("0.015")))

    def _make_fleet(self, life):
        """1,500 units of a pool of 1,000, which December has left 200: 300 at 0.01."""
        self._month_in_advance(life)
        self._usage_item(life)
        life.old.append(Decimal(3))

    def _usage_item(self, life):
        self._item(
            life,
            "U",
            product="TF-CALLS",
            quantity=1,
            price_unit="",
            billing_type="usage",
            timing="arrears",
            billed_until=date(2025, 12, 31),
        )

    def _make_arrears(self, life):
        self._item(life, timing="arrears", billed_until=date(2025, 12, 31))
        life.march = life.price * life.quantity
        life.old.append(life.march)

    def _make_index(self, life):
        """110 at the last revision, 112.20 at the next: 2 % more from 1 March on."""
        self._month_in_advance(life)
        life.march = life.march * 51 / 50

    def _make_ends(self, life):
        """Its renewal was refused: it ends on 28 February."""
        self._month_in_advance(life)
        life.march = Decimal(0)

    def _make_change(self, life):
        """Five from 1 March on, as was agreed with the old system."""
        self._month_in_advance(life)
        life.march = life.price * 5

    def _make_fresh(self, life):
        """Sold, and not begun: its items and its first months at half price are the template's."""
        life.old.append(life.price / 2)
        life.march = life.price / 2

    def _make_closed(self, life):
        self._item(life, billed_until=date(2025, 10, 31))

    # --- its files -----------------------------------------------------------------------------

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


def by_contract(pairs):
    """Sums of ``(contract key, amount)``."""
    sums = defaultdict(Decimal)
    for key, amount in pairs:
        sums[key] += amount
    return dict(sums)
