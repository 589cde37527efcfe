import random
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from freezegun import freeze_time
from odoo.tests import tagged

from ..rating.test_usage_rating import UsageCase

PARIS, UTC = ZoneInfo("Europe/Paris"), ZoneInfo("UTC")
AGGREGATIONS = (
    "sum",
    "count",
    "unique_count",
    "max",
    "min",
    "average",
    "last",
    "weighted_sum",
)
# Instants at which a local month begins or ends; summer time starts on 29 March 2026.
EDGES = (
    datetime(2026, 2, 28, 22, 59, 59),
    datetime(2026, 2, 28, 23, 0, 0),
    datetime(2026, 3, 29, 1, 0, 0),
    datetime(2026, 3, 31, 21, 59, 59),
    datetime(2026, 3, 31, 22, 0, 0),
)


@tagged("post_install", "-at_install")
class TestUsageQuantities(UsageCase):
    """What is rated, against a plain computation in Python: clock changes, late, taken back."""

    def test_every_aggregation_with_late_and_reversed_events(self):
        metrics = self.env["cn285.usage.metric"].create(
            [
                {
                    "name": kind,
                    "code": f"m_{kind}",
                    "aggregation": kind,
                    "property_name": "user" if kind == "unique_count" else False,
                }
                for kind in AGGREGATIONS
            ]
        )
        chance = random.Random(285)
        with freeze_time("2026-04-03 10:00:00"):
            contract = self._create_contract(
                [
                    self._item_vals(
                        billing_type="usage",
                        timing="arrears",
                        price_unit=0,
                        calculator_ids=[(0, 0, {"metric_id": metric.id, "price_unit": 0.37})],
                    )
                    for metric in metrics
                ]
            )
            items = dict(zip(AGGREGATIONS, contract.item_ids, strict=True))
            book = {kind: {} for kind in AGGREGATIONS}
            self._ingest(items, book, self._events(chance, 14))
            self._bill(date(2026, 4, 3))
            self._assert_quantities(items, book, (1, 2, 3))
            self._ingest(items, book, self._events(chance, 8))
            self._correct(items, book, chance)
            self._bill(date(2026, 4, 3))
            self._assert_quantities(items, book, (1, 2, 3))
        with freeze_time("2026-05-03 10:00:00"):
            self._bill(date(2026, 5, 3))
            self._assert_quantities(items, book, (1, 2, 3, 4))

    def _events(self, chance, count):
        first = datetime(2026, 1, 20)
        for number in range(count):
            edge = number < len(EDGES) and chance.random() < 0.8
            at = EDGES[number] if edge else first + timedelta(seconds=chance.randrange(6_300_000))
            yield at, Decimal(chance.randrange(1, 4000)) / 8, chance.choice("abcd")

    def _ingest(self, items, book, events):
        rows = []
        for at, quantity, user in events:
            for kind, known in book.items():
                UsageCase.number += 1
                key = f"q{UsageCase.number}"
                known[key] = (at, UsageCase.number, quantity, user)
                rows.append(
                    {
                        "source": "test",
                        "transaction_id": key,
                        "item_id": items[kind].id,
                        "metric": f"m_{kind}",
                        "occurred_at": at,
                        "quantity": quantity,
                        "properties": {"user": user},
                    }
                )
        self._accept(rows)

    def _correct(self, items, book, chance):
        """Take some events back, and replace some by others."""
        rows = []
        for kind, known in book.items():
            for number, origin in enumerate(chance.sample(sorted(known), 6)):
                at, _seq, _quantity, user = known.pop(origin)
                UsageCase.number += 1
                key = f"q{UsageCase.number}"
                row = {
                    "source": "test",
                    "transaction_id": key,
                    "item_id": items[kind].id,
                    "metric": f"m_{kind}",
                    "occurred_at": at,
                    "quantity": 0,
                    "origin": origin,
                    "kind": "reversal",
                }
                if number % 2:
                    quantity = Decimal(chance.randrange(1, 900))
                    row.update(kind="replacement", quantity=quantity, properties={"user": user})
                    known[key] = (at, UsageCase.number, quantity, user)
                rows.append(row)
        self._accept(rows)

    def _accept(self, rows):
        report = self.env["cn285.usage.event"].ingest(rows)
        self.assertEqual(report["refused"], [])

    def _assert_quantities(self, items, book, months):
        for kind, known in book.items():
            for month in months:
                rows = items[kind].schedule_ids.filtered(
                    lambda row, month=month: (
                        row.period_start.month == month and row.state == "invoiced"
                    )
                )
                expected = _plain(kind, list(known.values()), month)
                with self.subTest(kind, month=month):
                    self.assertAlmostEqual(
                        sum(rows.rating_ids.mapped("quantity")), float(expected), places=5
                    )
                    cents = _rounded(Fraction(expected) * Fraction("0.37"), "0.01")
                    self.assertEqual(self._cents(sum(rows.mapped("net"))), str(cents))


def _plain(kind, events, month):
    """What events ``(at in UTC, order, quantity, user)`` come to in a month of 2026 in Paris."""
    since, until = (
        datetime(2026, one, 1, tzinfo=PARIS).astimezone(UTC).replace(tzinfo=None)
        for one in (month, month + 1)
    )
    events = sorted(events)
    inside = [event for event in events if since <= event[0] < until]
    quantities = [quantity for _at, _order, quantity, _user in inside]
    before = [event for event in events if event[0] < until]
    if kind == "last":
        return before[-1][2] if before else Decimal(0)
    if kind == "weighted_sum":
        whole = (until - since) // timedelta(microseconds=1)
        total = Fraction(0)
        for at, _order, quantity, _user in before:
            total += Fraction(quantity) * ((until - max(at, since)) // timedelta(microseconds=1))
        return _rounded(total / whole, "0.000000000001")
    if kind == "count":
        return Decimal(len(inside))
    if kind == "unique_count":
        return Decimal(len({user for *_rest, user in inside}))
    if not quantities:
        return Decimal(0)
    if kind == "average":
        return _rounded(Fraction(sum(quantities)) / len(quantities), "0.000000000001")
    return {"sum": sum, "max": max, "min": min}[kind](quantities)


def _rounded(value, unit):
    number = Decimal(value.numerator) / Decimal(value.denominator)
    return number.quantize(Decimal(unit), rounding=ROUND_HALF_UP)


@tagged("post_install", "-at_install")
@freeze_time("2026-02-01 10:00:00")
class TestUsageLines(UsageCase):
    """Quantity × price of every invoice line is the amount that was rated, to the cent."""

    def test_lines_multiply_out_for_every_model(self):
        tiers = [
            (0, 0, {"up_to": 10, "price_unit": 1.337, "flat": 2.015}),
            (0, 0, {"up_to": 250.5, "price_unit": 0.0421}),
            (0, 0, {"price_unit": 0.00037, "flat": 3}),
        ]
        values = [(0, 0, {"value": "FR", "price_unit": 0.0137})]
        models = [
            {"price_unit": 0.0123457},
            {"charge_model": "graduated", "tier_ids": tiers},
            {"charge_model": "volume", "tier_ids": tiers},
            {"charge_model": "stairstep", "tier_ids": tiers},
            {"charge_model": "graduated_percentage", "tier_ids": tiers},
            {"charge_model": "package", "package_size": 7.5, "price_unit": 3.333},
            {"charge_model": "percentage", "percent": 1.37, "fixed_amount": 0.115},
            {
                "charge_model": "matrix",
                "property_name": "country",
                "value_ids": values,
                "has_default_price": True,
                "price_unit": 0.777,
            },
            {"price_unit": 0.3, "allowance_units": 33.3, "minimum_amount": 7.77},
        ]
        chance = random.Random(19)
        items, quantities = [], []
        for model in models:
            for lines in ("tier", "single"):
                for digits in (0, 2, 3, 6):
                    quantities.append(round(chance.uniform(0, 1200), digits))
                    items.append(
                        self._item_vals(
                            billing_type="usage",
                            timing="arrears",
                            price_unit=0,
                            usage_lines=lines,
                            calculator_ids=[(0, 0, {"metric_id": self.calls.id, **model})],
                        )
                    )
        contract = self._create_contract(items)
        rows = [
            {
                "source": "lines",
                "transaction_id": f"{number}-{part}",
                "item_id": item.id,
                "metric": "calls",
                "occurred_at": "2026-01-15 10:00:00",
                "quantity": str(Decimal(repr(quantity)) / (part + 1)),
                "properties": {"country": "FR" if part else "BE"},
            }
            for number, (item, quantity) in enumerate(
                zip(contract.item_ids, quantities, strict=True)
            )
            for part in range(2)
        ]
        self.assertEqual(self.env["cn285.usage.event"].ingest(rows)["refused"], [])
        run = self._bill(date(2026, 2, 1))
        self.assertEqual(run.invoice_count, 1, run.issue_ids.mapped("reason"))
        expected = []
        for row in run.schedule_ids.sorted(lambda row: (row.item_id.sequence, row.item_id.id)):
            lines = row.rating_ids._engine_rating().lines
            if row.item_id.usage_lines == "single" or not lines:
                expected.append(self._cents(row.net))
            else:
                expected += [str(line.amount) for line in lines]
        made = run.invoice_ids.invoice_line_ids.sorted("sequence")
        self.assertEqual([self._cents(line.price_subtotal) for line in made], expected)
        for line in made:
            product = Decimal(repr(line.quantity)) * Decimal(repr(line.price_unit))
            self.assertEqual(
                self._cents(line.price_subtotal),
                str(product.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)),
            )
        self.assertMoney(sum(made.mapped("price_subtotal")), self._cents(run.amount_untaxed))
