"""Speed of statements: a PDF of 10,000 rows, and a workbook of 1,000,000 rows in flat memory.

``python benchmarks/usage/statement.py`` prints the figures and writes them to
``benchmarks/results/usage_statement.json``. Each file is made in a process of its own, so that its
peak of memory is its own. Needs neither Odoo nor a database: the rows come from a generator.
"""

import argparse
import io
import json
import multiprocessing
import platform
import resource
import sys
import tempfile
import time
import types
from datetime import datetime, timedelta
from decimal import Decimal
from importlib import import_module
from pathlib import Path

HERE = Path(__file__).resolve().parent
RESULTS = HERE.parent / "results"
LIMITS = {"pdf": 10.0, "xlsx": 60.0}
METRICS = (
    ("API calls", "call", Decimal("0.0215")),
    ("Support", "minute", Decimal("0.35")),
    ("Mails", "mail", Decimal("0.002")),
)


def main():
    """Make each file, print what it took; a non-zero exit where a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--addons", type=Path, default=HERE.parents[1] / "addons")
    parser.add_argument("--font", type=Path, help="Regular and Bold TrueType: PATH-%%s.ttf")
    parser.add_argument("--pdf", type=int, default=10_000, help="rows")
    parser.add_argument("--xlsx", type=int, default=1_000_000, help="rows")
    options = parser.parse_args()
    figures = {"python": platform.python_version()}
    font = str(options.font) if options.font else None
    for name, kind, count in (
        ("xlsx_small", "xlsx", options.xlsx // 10),
        ("xlsx", "xlsx", options.xlsx),
        ("csv", "csv", options.xlsx),
        ("pdf", "pdf", options.pdf),
    ):
        figures[name] = _apart(kind, count, str(options.addons), font)
        print(
            "{0:<11}{rows:>10,} rows {seconds:8.1f} s {peak_mb:6} MB peak {file_mb:8.1f} MB file"
            "   {per_second:>9,} rows/s".format(name, **figures[name])
        )
    figures["peak_mb"] = max(part["peak_mb"] for part in figures.values() if type(part) is dict)
    figures["ratios"] = {
        "xlsx_memory_of_ten_times_the_rows": round(
            figures["xlsx"]["peak_mb"] / figures["xlsx_small"]["peak_mb"], 2
        )
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "usage_statement.json").write_text(json.dumps(figures, indent=2) + "\n")
    late = [name for name, limit in LIMITS.items() if figures[name]["seconds"] > limit]
    fat = figures["ratios"]["xlsx_memory_of_ten_times_the_rows"] > 1.25
    print("limits missed: " + ", ".join(late + ["memory"] * fat) if late or fat else "in time")
    return 1 if late or fat else 0


def _apart(*arguments):
    # Spawned: a forked process would begin with the peak of its parent.
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(measure, arguments)


def measure(kind, count, addons, font):
    """Make one file; seconds, peak memory, size."""
    engine, sink_class, header = _modules(kind, addons)
    spec = _spec()
    arguments = [{"regular": font % "Regular", "bold": font % "Bold"}] if font else []
    with tempfile.TemporaryFile() as file:
        began = time.perf_counter()
        sink = sink_class(file, spec, header, *(arguments if kind == "pdf" else []))
        outcome = engine.Statement(spec, [sink]).feed(rows(count))
        seconds = time.perf_counter() - began
        size = file.seek(0, io.SEEK_END)
    if outcome.count != count:
        sys.exit("rows were lost")
    return {
        "rows": count,
        "seconds": round(seconds, 2),
        "per_second": round(count / seconds),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "file_mb": round(size / 1024 / 1024, 1),
        "sum": str(outcome.amount),
    }


def rows(count):
    """Rows of 50 beneficiaries and three metrics, in order."""
    start = datetime(2026, 10, 1)
    group = max(1, -(-count // 150))
    for number in range(count):
        beneficiary, metric = divmod(number // group, 3)
        name, unit, price = METRICS[metric]
        quantity = Decimal(number % 4999 + 1)
        yield {
            "occurred_at": start + timedelta(seconds=number % group * 7),
            "transaction_id": f"REQ-{number:09}",
            "beneficiary": f"Beneficiary {beneficiary:02}",
            "metric": name,
            "label": f"{name}, first tier",
            "properties": {"region": ("Corse", "Bretagne", "Alsace")[number % 3]},
            "unit": unit,
            "quantity": quantity,
            "unit_price": price,
            "amount": round(quantity * price, 2),
        }


def _spec():
    spec = import_module("cn285_bench.cn285_usage.engine.statement_spec")
    column, group = spec.Column, spec.Group
    return spec.Spec(
        (
            column("occurred_at", "Date and time", 19),
            column("transaction_id", "Reference", 16),
            column("property:region", "Region", 12),
            column("label", "Description", 24),
            column("quantity", "Quantity", 10, "sum"),
            column("unit", "Unit", 8),
            column("unit_price", "Unit price", 12),
            column("amount", "Amount", 13, "sum"),
        ),
        (group("beneficiary", "Beneficiary"), group("metric", "Metric")),
    )


def _modules(kind, addons):
    """Import the writers without importing the addon, and so Odoo."""
    for name, paths in (
        ("cn285_bench", []),
        ("cn285_bench.cn285_usage", [f"{addons}/cn285_usage"]),
        ("cn285_bench.cn285_contract", [f"{addons}/cn285_contract"]),
    ):
        package = types.ModuleType(name)
        package.__path__ = paths
        sys.modules[name] = package
    engine = import_module("cn285_bench.cn285_usage.engine.statement")
    formats = import_module("cn285_bench.cn285_usage.report.statement_format")
    writer = import_module(f"cn285_bench.cn285_usage.report.statement_{kind}")
    header = formats.Header(formats.Party("Lumen"), formats.Party("Martin"))
    return engine, getattr(writer, f"Statement{kind.title()}"), header


if __name__ == "__main__":
    sys.exit(main())
