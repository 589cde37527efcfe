"""Makes the usage events of the demonstration: python tools/make_usage_events.py FILE.

The same file every time: more than 200,000 events of six months, for the items of the usage
demonstration. Quantities follow the hour and the day of the week, and grow a little month by month.
"""

import argparse
import csv
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import make_demo_usage_files

SEED = 28519
FIRST, DAYS = datetime(2026, 1, 1), 181
COLUMNS = (
    "source",
    "transaction_id",
    "item",
    "metric",
    "occurred_at",
    "started_at",
    "ended_at",
    "quantity",
    "region",
    "detail",
)
REGIONS = ("eu-west", "eu-north", "us-east")
ENDPOINTS = ("/geocode", "/route", "/matrix", "/tiles")
# Share of a day's traffic by the hour, in thousandths.
HOURS = (8, 5, 4, 4, 6, 12, 24, 42, 66, 78, 80, 74, 60, 66, 76, 78, 74, 62, 48, 38, 32, 28, 22, 13)


def events(seed=SEED):
    """Yield the events as dictionaries of :data:`COLUMNS`, item after item."""
    random = Random(seed)
    makers = {
        "api_calls": _calls,
        "pages": _pages,
        "mails": _mails,
        "data_mb": _data,
        "energy": _energy,
        "support": _support,
    }
    for name, metric, since in make_demo_usage_files.metered():
        days = _days(random, random.uniform(0.4, 2.2), datetime.fromisoformat(since))
        for number, event in enumerate(makers[metric](random, days), start=1):
            row = {"source": "demo", "transaction_id": f"{name}-{number}", "item": name}
            yield {**row, "metric": metric, **event}


def _days(random, size, since):
    """Each day from the first one, and its level: working days are busier, later months too."""
    for number in range(DAYS):
        day = FIRST + timedelta(days=number)
        if day < since:
            continue
        level = size * (1.0 if day.weekday() < 5 else 0.35) * (1 + number / 600)
        yield day, level * random.uniform(0.85, 1.15)


def _calls(random, days):
    """A count every hour of the day, by region and endpoint."""
    for day, level in days:
        for hour in range(24):
            calls = round(level * HOURS[hour] * 60 * random.uniform(0.7, 1.3) / 10)
            if calls:
                moment = day + timedelta(hours=hour, minutes=random.randint(0, 59))
                yield {
                    "occurred_at": _text(moment),
                    "quantity": calls,
                    "region": random.choice(REGIONS),
                    "detail": random.choice(ENDPOINTS),
                }


def _pages(random, days):
    """What a copier counted, every working day."""
    for day, level in days:
        if day.weekday() < 5:
            yield {
                "occurred_at": _text(day + timedelta(hours=18)),
                "quantity": round(level * random.randint(40, 420)),
            }


def _mails(random, days):
    """Mailings of a day, some of them large."""
    for day, level in days:
        for hour in (7, 9, 10, 11, 13, 14, 15, 16, 17, 19):
            large = random.random() < 0.01
            yield {
                "occurred_at": _text(day + timedelta(hours=hour, minutes=random.randint(0, 59))),
                "quantity": round(level * random.randint(20, 160) * (25 if large else 1)),
                "detail": "campagne" if large else "transactionnel",
            }


def _data(random, days):
    """Megabytes that one object sends a day."""
    for day, level in days:
        yield {
            "occurred_at": _text(day + timedelta(minutes=random.randint(0, 1379))),
            "quantity": f"{level * random.uniform(0.2, 2.6):.3f}",
        }


def _energy(random, days):
    """Energy of a charging station, hour by hour."""
    for day, level in days:
        for hour in range(24):
            if random.random() < HOURS[hour] / 90:
                yield {
                    "occurred_at": _text(day + timedelta(hours=hour, minutes=30)),
                    "quantity": f"{level * random.uniform(3, 22):.3f}",
                }


def _support(random, days):
    """Calls to the help desk: when they began and ended."""
    for day, level in days:
        if day.weekday() > 4:
            continue
        for _call in range(round(level * random.uniform(0.5, 5))):
            start = day + timedelta(hours=random.randint(7, 16), seconds=random.randint(0, 3599))
            end = start + timedelta(seconds=random.randint(20, 2400))
            yield {"started_at": _text(start), "ended_at": _text(end), "detail": "helpdesk"}


def _text(moment):
    return moment.isoformat(sep=" ")


def write(path, seed=SEED):
    """Write the file; returns how many events it holds."""
    count = 0
    with Path(path).open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        for event in events(seed):
            writer.writerow(event)
            count += 1
    return count


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    options = parser.parse_args()
    print(f"{write(options.file):,} events in {options.file}")
