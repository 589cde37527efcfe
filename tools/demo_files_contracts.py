"""The demonstration's contracts: see make_demo_files.py."""

from datetime import date

import demo_files_catalogue
import demo_files_parties as parties
from demo_files_parties import FIRST, LAST, RECENT

# Contracts from this day on renew for the first time after the last day that is billed.
FIRST_RENEWED_AHEAD = date(2025, 7, 1)
YEARLY_TERM = {"term_length": 12, "renewal_revision": "percent", "renewal_percent": 2.5}
BASES = ("actual", "30_360", "actual_30", "actual_365")
POLICIES = ("prorate", "full", "free")
UNITS_IN_MONTHS = {"month": 1, "quarter": 3, "semester": 6, "year": 12}


def build(p):
    """Fill the files; the order decides what the seed makes of it."""
    demo_files_catalogue.build(p)
    for part in (
        _template_contracts,
        _maintenance,
        _cleaning,
        _billing_days,
        _rhythms,
        parties.syndicates,
        parties.fleets,
        parties.groups,
        parties.resellers,
        _discounts,
        _conditions,
        _instalments,
        _projects,
        _usage,
        parties.abroad,
        parties.families,
        _endings,
        _goods,
    ):
        part(p)


def _template_contracts(p):
    for number in range(72):
        cells = {"template": p.pick(["ESS", "PRO", "PRO", "CLE"])}
        if number % 4 == 0:
            cells["pricelist"] = "PL-EUR"
        if number % 12 == 5:
            cells["sending"] = "email"
        p.contract(p.company(), p.day(FIRST, LAST), **cells)


def _maintenance(p):
    terms = ("account.account_payment_term_advance_60days", "account.account_payment_term_45days")
    for number in range(30):
        item = {
            "product": "MNT",
            "recurring_unit": "year",
            "price_unit": p.random.randint(60, 480) * 10.0,
        }
        if number % 3 == 0:
            item |= {"billing_offset": -30}
        if number % 4 == 1:
            item |= {"analytic": "LYO:60|PAR:40"}
        customer, start = p.company(), p.day(FIRST, LAST)
        p.contract(
            customer,
            start,
            [item],
            payment_term=terms[number % 2],
            client_ref=f"BC-{p.random.randint(1000, 9999)}",
            **(YEARLY_TERM if start >= FIRST_RENEWED_AHEAD else {}),
        )


def _cleaning(p):
    for number in range(36):
        item = {
            "product": "NET",
            "timing": "arrears",
            "alignment": "calendar",
            "price_unit": p.random.randint(180, 1900) + 0.5,
            "billing_offset": (0, 4, 9)[number % 3],
            "proration_basis": ("actual", "30_360")[number % 2],
        }
        extra = {
            "product": "VER",
            "quantity": p.random.randint(4, 40),
            "timing": "arrears",
            "recurring_unit": "week",
            "recurring_interval": 4,
        }
        p.contract(p.company(), p.day(RECENT, LAST), [item, extra] if number % 3 == 2 else [item])


def _billing_days(p):
    """A contract for each day of the month, over all rules for partial periods."""
    for day in range(1, 32):
        item = {
            "product": "FIB",
            "alignment": "calendar",
            "billing_day": day,
            "price_unit": 149.0,
            "first_period": POLICIES[day % 3],
            "last_period": POLICIES[day // 3 % 3],
            "proration_basis": BASES[day % 4],
        }
        end = {"date_end": p.day(date(2026, 2, 1), date(2026, 6, 20))} if day % 2 else {}
        p.contract(p.company(), p.day(RECENT, date(2026, 1, 20)), [item], **end)


def _rhythms(p):
    """Every unit, intervals above one, date to date and by the calendar."""
    rhythms = [
        ("day", 10),
        ("day", 45),
        ("week", 1),
        ("week", 2),
        ("month", 2),
        ("month", 4),
        ("quarter", 1),
        ("quarter", 2),
        ("semester", 1),
        ("year", 1),
        ("year", 2),
    ]
    for unit, interval in rhythms:
        for alignment in ("anniversary", "calendar"):
            for timing in ("advance", "arrears"):
                months = UNITS_IN_MONTHS.get(unit, 0.5) * interval
                item = {
                    "product": p.pick(["HEB", "ALA", "NET"]),
                    "recurring_unit": unit,
                    "recurring_interval": interval,
                    "alignment": alignment,
                    "timing": timing,
                    "price_unit": round(months * p.random.randint(40, 220), 2),
                }
                if alignment == "calendar" and months >= 1:
                    item |= {"billing_month": p.random.randint(1, 12), "billing_day": 15}
                first = RECENT if months < 6 else FIRST
                last = LAST if months < 6 else date(2025, 5, 31)
                p.contract(p.company(), p.day(first, last), [item])


def _discounts(p):
    kinds = [
        {
            "name": "Trois mois offerts",
            "percent": 100,
            "date_start": date(2025, 9, 1),
            "date_end": date(2025, 11, 30),
        },
        {"name": "Remise de fidélité", "percent": 15, "date_start": date(2026, 1, 1)},
        {
            "name": "Geste commercial",
            "amount": 25.0,
            "date_start": date(2025, 10, 10),
            "date_end": date(2026, 1, 19),
        },
        {
            "name": "Travaux",
            "percent": 50,
            "date_start": date(2026, 2, 16),
            "date_end": date(2026, 3, 8),
        },
    ]
    for number in range(24):
        windows = [kinds[number % 4]]
        if number % 4 == 0:
            windows.append(kinds[1])
        item = {"product": "ALA", "quantity": p.random.randint(2, 12), "discounts": windows}
        if number % 3 == 0:
            item |= {"discount": 7.5}
        p.contract(p.company(), p.day(date(2025, 6, 1), date(2025, 9, 1)), [item])


def _conditions(p):
    """Items that start with the contract, on their own date, and when they are activated."""
    for number in range(18):
        start = p.day(RECENT, date(2025, 12, 31))
        items = [
            {"product": "SUP", "quantity": 3, "trial_days": (0, 15, 30)[number % 3]},
            {"product": "SAV", "start_condition": "date", "date_start": p.day(start, LAST)},
            {"product": "TEL", "start_condition": "manual"},
        ]
        if number % 3:
            items[2]["activated_on"] = p.day(start, LAST)
        p.contract(p.company(), start, items)


def _instalments(p):
    """Equipment paid in a given number of periods."""
    for number in range(10):
        item = {
            "product": "IMP",
            "period_count": (6, 12, 24)[number % 3],
            "price_unit": p.random.randint(35, 190) + 0.9,
        }
        p.contract(p.company(), p.day(FIRST, LAST), [item])


def _projects(p):
    """Fees on given dates, on the start, and a subscription after them."""
    for _ in range(10):
        start = p.day(RECENT, date(2026, 2, 28))
        later = p.day(start, date(2026, 6, 20))
        items = [
            {"product": "CON", "billing_type": "one_shot", "name": "Cadrage"},
            {
                "product": "CON",
                "billing_type": "one_shot",
                "name": "Recette",
                "one_shot_date": later,
                "price_unit": p.random.randint(8, 90) * 100.0,
            },
            {"product": "FOR", "billing_type": "one_shot", "quantity": 2, "one_shot_date": later},
            {
                "product": "LOG",
                "quantity": p.random.randint(3, 60),
                "start_condition": "date",
                "date_start": later,
            },
        ]
        p.contract(p.company(), start, items, invoice_separately="yes", tags="Pilote")


def _usage(p):
    """What is counted waits for the usage; what is free is never billed."""
    for number in range(12):
        items = [
            {"product": "IMP", "price_unit": 54.0, "alignment": "calendar"},
            {
                "product": ("PAG", "API")[number % 2],
                "billing_type": "usage",
                "timing": "arrears",
                "alignment": "calendar",
            },
            {"product": "GAR", "billing_type": "none"},
        ]
        p.contract(p.company(), p.day(RECENT, LAST), items)


def _endings(p):
    """Contracts that end, were closed, were cancelled, or are not confirmed yet."""
    for number in range(22):
        start = p.day(FIRST, date(2025, 10, 31))
        item = {"product": "SUP", "quantity": p.random.randint(1, 20), "price_unit": 29.0}
        if number % 3 == 0:
            item |= {"date_end": p.day(date(2025, 11, 1), date(2025, 12, 31))}
        cells = {"date_end": p.day(date(2026, 1, 1), date(2026, 12, 31))}
        if number >= 12:
            cells = {"state": "closed", "closed_on": p.day(date(2026, 1, 1), date(2026, 5, 31))}
        p.contract(p.company(), start, [item], **cells)
    for state in ("draft", "draft", "draft", "cancelled"):
        p.contract(p.company(), date(2026, 4, 1), [{"product": "HEB"}], state=state)


def _goods(p):
    """Cartridges sold with rented copiers: services and goods on an invoice, each with its tax."""
    copiers = [row["contract"] for row in p.files["items"] if row["product"] == "IMP"]
    for number, contract in enumerate(dict.fromkeys(copiers), start=1):
        p.add(
            "items-goods", id=f"G-{number:04d}", contract=contract, product="TON",
            quantity=2, billing_type="one_shot",
        )  # fmt: skip
