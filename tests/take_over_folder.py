"""The folder of a company that migrates: contracts in mid-life, as its old system exports them.

Files of twenty kinds, as offices write them: French and English numbers, cp1252, UTF-8 with a byte
order mark, ``sep=;``, line ends of old Macs, a workbook, dates as 31/12/2025, sums at the end, a
column that nobody knows, a product that is misspelt, an amount that may be two. What the old system
has invoiced, and what it would invoice next, is worked out here by plain arithmetic.

The clock stands at 15 January 2026; the old system has billed in advance until the end of January,
and what is billed in arrears until the end of December.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from .take_over_files import FolderFiles

OPENED = date(2026, 1, 1)
KINDS = (
    *("plain", "clamped", "year", "discount", "usage", "arrears"),
    *("index", "ends", "fleet", "change", "fresh", "closed"),
)
RATE, HERE = Decimal("0.02"), 50


def cents(amount):
    """An amount rounded half up, as money is."""
    return Decimal(amount).quantize(Decimal("0.01"), ROUND_HALF_UP)


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


class Folder(FolderFiles):
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
