"""How customers move: from what their items are worth to new, expansion, contraction, churn.

All that happens to a customer on a day is netted; what only moves between his items is internal.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

ZERO = Decimal(0)
DIGITS = Decimal("0.000001")
# Causes after which a customer is paused, not gone.
PAUSES = frozenset({"pause", "debt"})
KINDS = (
    "new",
    "reactivation",
    "expansion",
    "contraction",
    "churn",
    "transfer",
    "pause",
    "internal",
    "currency",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """What changed of an item's value on a day; ``rate`` turns it into the company's currency.

    ``ref`` is what the ledger knows of it (its change, its reason): handed through.
    """

    item: int
    day: date
    net: Decimal
    full: Decimal
    cause: str
    currency: int = 0
    rate: Decimal = Decimal(1)
    ref: object = None


@dataclass(frozen=True, slots=True)
class Movement:
    """A part of a customer's movement on a day that is of one item.

    ``amount`` in the contract's currency, ``company`` in the company's; ``logos``: customers won
    (1) or lost (-1) by it.
    """

    item: int
    day: date
    kind: str
    cause: str
    amount: Decimal
    company: Decimal
    logos: int = 0
    ref: object = None


@dataclass(slots=True, eq=False)
class _Part:
    """What is left of an item's day once pauses and transfers are told apart."""

    item: int
    amount: Decimal
    company: Decimal
    cause: str
    ref: object


@dataclass(slots=True)
class _Customer:
    net: dict[int, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    full: dict[int, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    paused: dict[int, tuple[date, Decimal, Decimal]] = field(default_factory=dict)
    ever: bool = False
    alive: bool = False

    def pays(self) -> bool:
        return any(value > 0 for value in self.net.values())

    def stays(self) -> bool:
        """Whether who was a customer still is: paused, or served for nothing for a while."""
        return bool(self.paused) or any(value > 0 for value in self.full.values())


def customer_movements(
    entries: Iterable[Entry], until: date, pause_days: int = 90
) -> list[Movement]:
    """Return the movements of one customer, in order.

    A pause that lasts ``pause_days`` turns into churn (or contraction) on that day, if it is not
    after ``until``: of what lies ahead only what is agreed is told. The sums by item are those of
    the entries, exactly, in the contract's currency.
    """
    days: dict[date, list[Entry]] = defaultdict(list)
    for entry in entries:
        days[entry.day].append(entry)
    state = _Customer()
    result: list[Movement] = []
    todo = list(days)
    heapq.heapify(todo)
    done: date | None = None
    while todo:
        day = heapq.heappop(todo)
        if day == done:
            continue
        done = day
        rows = _day(state, day, _by_item(days.get(day, ())), pause_days)
        result += rows
        for since, *_amounts in state.paused.values():
            limit = since + timedelta(days=pause_days)
            if since == day and limit <= until:
                heapq.heappush(todo, limit)
    return result


def _by_item(entries: Iterable[Entry]) -> list[Entry]:
    """Corrections and what they correct are one change of an item; its cause is the last one."""
    items: dict[tuple[int, int], Entry] = {}
    for entry in entries:
        key = entry.item, entry.currency
        known = items.get(key)
        if known is not None:
            said = entry if entry.cause != "correction" else known
            entry = Entry(
                entry.item,
                entry.day,
                known.net + entry.net,
                known.full + entry.full,
                said.cause,
                entry.currency,
                entry.rate,
                said.ref,
            )
        items[key] = entry
    return [items[key] for key in sorted(items) if items[key].net or items[key].full]


def _day(state: _Customer, day: date, entries: Sequence[Entry], pause_days: int) -> list[Movement]:
    result: list[Movement] = []
    parts = _over(state, day, pause_days, result)
    was = state.alive
    for entry in entries:
        company = (entry.net * entry.rate).quantize(DIGITS)
        state.net[entry.currency] += entry.net
        state.full[entry.currency] += entry.full
        part = _Part(entry.item, entry.net, company, entry.cause, entry.ref)
        if entry.cause == "transfer":
            result.append(_movement(part, day, "transfer"))
        elif entry.cause in PAUSES and entry.net < 0:
            state.paused[entry.item] = (day, -entry.net, -company)
            result.append(_movement(part, day, "pause"))
        else:
            parts.append(_resumed(state, day, part, result))
    return _told(state, day, was, parts, result)


def _over(state: _Customer, day: date, pause_days: int, result: list[Movement]) -> list[_Part]:
    """Pauses that have lasted too long count as losses from this day on."""
    parts = []
    for item, (since, amount, company) in sorted(state.paused.items()):
        if since + timedelta(days=pause_days) == day:
            del state.paused[item]
            result.append(Movement(item, day, "pause", "pause", amount, company))
            parts.append(_Part(item, -amount, -company, "pause", None))
    return parts


def _resumed(state: _Customer, day: date, part: _Part, result: list[Movement]) -> _Part:
    """What a pause took away comes back as it was; the rest of the change is a change."""
    if part.item not in state.paused or part.amount <= 0:
        return part
    _since, amount, company = state.paused.pop(part.item)
    # At today's rate: what the currency did meanwhile is said by the currency line.
    back = (part.company * amount / part.amount).quantize(DIGITS) if part.amount else company
    result.append(Movement(part.item, day, "pause", part.cause, amount, back, 0, part.ref))
    return _Part(part.item, part.amount - amount, part.company - back, part.cause, part.ref)


def _told(
    state: _Customer, day: date, was: bool, parts: Sequence[_Part], told: list[Movement]
) -> list[Movement]:
    """Say what the rest of the day is for the customer, and whether he came or went.

    ``told``: what is said already, of transfers and pauses.
    """
    moved = sum((row.company for row in told if row.kind == "transfer"), start=ZERO)
    pays = state.pays()
    came_over = not was and moved > 0
    before = was or came_over
    state.alive = pays or (before and state.stays())
    total = sum((part.company for part in parts), start=ZERO)
    kind = _kind(total, before, state)
    state.ever = state.ever or state.alive
    rows = told + _split(parts, day, total, kind)
    if kind == "churn" and parts and not any(row.kind in ("churn", "transfer") for row in rows):
        # Who was served for nothing goes, too.
        rows.append(Movement(parts[0].item, day, "churn", parts[0].cause, ZERO, ZERO))
    logos = int(state.alive) - int(was)
    if logos and rows:
        wanted = "transfer" if came_over else kind
        of_kind = [number for number, row in enumerate(rows) if row.kind == wanted]
        lead = max(of_kind or range(len(rows)), key=lambda number: abs(rows[number].company))
        rows[lead] = replace(rows[lead], logos=logos)
    return rows


def _kind(total: Decimal, before: bool, state: _Customer) -> str:
    if not before and state.alive:
        return "reactivation" if state.ever else "new"
    if before and not state.alive and total <= 0:
        return "churn"
    return "expansion" if total > 0 else "contraction"


def _split(parts: Sequence[_Part], day: date, total: Decimal, kind: str) -> list[Movement]:
    """The customer's movement, shared among the items that moved his way; the rest is internal.

    The shares add up to the total, and each item's rows to its own change.
    """
    same = [part for part in parts if total and (part.company > 0) == (total > 0) and part.company]
    whole = sum((part.company for part in same), start=ZERO)
    rows: list[Movement] = []
    left = total
    for number, part in enumerate(same):
        is_last = number == len(same) - 1
        share = left if is_last else (part.company * total / whole).quantize(DIGITS)
        left -= share
        amount = (
            part.amount
            if share == part.company
            else (part.amount * share / part.company).quantize(DIGITS)
        )
        rows.append(Movement(part.item, day, kind, part.cause, amount, share, 0, part.ref))
        if share != part.company or amount != part.amount:
            rest = part.amount - amount, part.company - share
            rows.append(Movement(part.item, day, "internal", part.cause, *rest, 0, part.ref))
    others = [part for part in parts if part not in same]
    rows += [_movement(part, day, "internal") for part in others if part.amount or part.company]
    return rows


def _movement(part: _Part, day: date, kind: str) -> Movement:
    return Movement(part.item, day, kind, part.cause, part.amount, part.company, 0, part.ref)


def revaluations(
    rows: Iterable[Movement], month_ends: Sequence[tuple[date, Decimal]]
) -> list[Movement]:
    """Return what an item's foreign currency did to its value, by month.

    ``rows``: the item's movements; ``month_ends``: last days of months in order, each with the rate
    of that day. With these rows the company's sums at a month's end are the value at its rate.
    """
    ordered = sorted(rows, key=lambda row: row.day)
    if not ordered:
        return []
    result: list[Movement] = []
    amount = company = ZERO
    number = 0
    for day, rate in month_ends:
        while number < len(ordered) and ordered[number].day <= day:
            amount += ordered[number].amount
            company += ordered[number].company
            number += 1
        worth = (amount * rate).quantize(DIGITS)
        if worth != company:
            item = ordered[0].item
            result.append(Movement(item, day, "currency", "currency", ZERO, worth - company))
            company = worth
    return result
