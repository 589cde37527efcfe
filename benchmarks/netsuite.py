"""10,000 invoices to NetSuite: calls, records a call, queries and seconds.

python benchmarks/netsuite.py [--invoices 10000]

CN285_BASE names a database with account and a chart; `make bench` sets it. The other side is the
SuiteTalk server of the tests, in a process of its own, so that its time is not ours.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

from common import (
    RESULTS,
    ROOT,
    configuration,
    database,
    in_process,
    install,
    measured,
    parsed,
)

TESTS = ROOT / "addons" / "cn285_netsuite_bridge" / "tests"
CUSTOMERS = 50
MOST_CALLS = 130
SERVER = """
import json, sys
sys.path.insert(0, sys.argv[1])
from suitetalk import SuiteTalkServer
from suitetalk.samples import sample_account, service_item
account = sample_account()
service_item(account, "API", "100.00")
server = SuiteTalkServer(account, concurrency=8).start()
print(server.url, flush=True)
for line in sys.stdin:
    if line.strip() == "calls":
        print(json.dumps(server.calls), flush=True)
        server.calls.clear()
    else:
        print(len({r.text("tranId") for r in account.all("Invoice")}), flush=True)
"""


def prepare(env, url, invoices):
    """A bridge, customers that went already, and invoices that wait."""
    sys.path.insert(0, str(TESTS))
    from suitetalk import SuiteTalkServer
    from suitetalk.samples import sample_account

    secrets = SuiteTalkServer(sample_account()).secrets
    company = env.company
    sale = env["account.journal"].search(
        [("type", "=", "sale"), ("company_id", "=", company.id)], limit=1
    )
    clearing = env["account.account"].create(
        {"code": "471285", "name": "NetSuite", "account_type": "asset_current"}
    )
    journal = env["account.journal"].create({"name": "NSC", "code": "NSC", "type": "general"})
    tax = company.account_sale_tax_id
    mappings = [
        {"kind": "account", "account_id": sale.default_account_id.id, "external_id": "54"},
        {"kind": "tax", "tax_id": tax.id, "external_id": "7"},
        {"kind": "tax_schedule", "tax_id": tax.id, "external_id": "1"},
        {"kind": "company", "mapped_company_id": company.id, "external_id": "1"},
        {"kind": "currency", "currency_id": company.currency_id.id, "external_id": "1"},
    ]
    backend = env["cn285.bridge.backend"].create(
        {
            "name": "NetSuite",
            "system": "netsuite",
            "netsuite_account": "1234567_SB1",
            "netsuite_url": url,
            "netsuite_clearing_journal_id": journal.id,
            "netsuite_clearing_account_id": clearing.id,
            **{f"netsuite_{name}": value for name, value in secrets.items()},
            "map_ids": [(0, 0, values) for values in mappings],
        }
    )
    backend.action_start()
    env.cr.commit()
    partners = env["res.partner"].create(
        [
            {"name": f"Client {number}", "is_company": True, "customer_rank": 1}
            for number in range(CUSTOMERS)
        ]
    )
    env.cr.commit()
    backend._work()
    product = env["product.product"].search([("default_code", "=", "API")])
    writer = env["cn285.invoice.writer"]
    for start in range(0, invoices, 500):
        writer._create_invoices(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": partners[number % CUSTOMERS].id,
                    "invoice_date": "2026-01-31",
                    "invoice_line_ids": [
                        (
                            0,
                            0,
                            {
                                "product_id": product.id,
                                "name": "Service",
                                "quantity": 1,
                                "price_unit": price,
                                "tax_ids": [(6, 0, tax.ids)],
                            },
                        )
                        for price in (19.99, 49.0 + number % 7)
                    ],
                }
                for number in range(start, min(start + 500, invoices))
            ]
        )
        env.cr.commit()
        env.invalidate_all()
    return {}


def send(env, invoices):
    """Send what waits; seconds and queries."""
    backend = env["cn285.bridge.backend"].search([])
    report = {}
    before = env.cr.sql_log_count
    with measured(report):
        backend._work(read=False)
    report["queries"] = env.cr.sql_log_count - before
    report["queries_a_record"] = round(report["queries"] / invoices, 3)
    waiting = env["cn285.bridge.outbox"].search_count([("state", "in", ("waiting", "parked"))])
    return {**report, "left": waiting}


def read(env, invoices):
    """Read back what NetSuite says about all of them."""
    backend = env["cn285.bridge.backend"].search([])
    report = {}
    with measured(report):
        backend._work()
    bound = env["cn285.bridge.binding"].search_count([("status_there", "=", "Open")])
    return {**report, "statuses": bound, "invoices": invoices}


STEPS = {"prepare": prepare, "send": send, "read": read}


def main():
    """Run everything and print the figures; fails when the limits are not kept."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--invoices", type=int, default=10_000)
    parser.add_argument("--keep", action="store_true", help="leave the database behind")
    options = parsed(parser, STEPS)
    figures = _measure(options)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "netsuite.json").write_text(json.dumps(figures, indent=2) + "\n")
    print(json.dumps(figures, indent=2))
    good = (
        figures["send"]["left"] == 0
        and figures["calls"] <= MOST_CALLS * max(1, options.invoices / 10_000)
        and figures["largest_call"] <= 100
        and figures["invoices_there"] == options.invoices
    )
    return 0 if good else 1


def _measure(options):
    server = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", SERVER, str(TESTS)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def ask(question):
        server.stdin.write(f"{question}\n")
        server.stdin.flush()
        return server.stdout.readline()

    try:
        url = server.stdout.readline().strip()
        with database(options.keep) as name, configuration() as conf:
            install(name, conf, "cn285_netsuite_bridge")

            def step(step_name, **arguments):
                return in_process(Path(__file__), step_name, name, conf, **arguments)

            step("prepare", url=url, invoices=options.invoices)
            ask("calls")
            sent = step("send", invoices=options.invoices)
            calls = json.loads(ask("calls"))
            sizes = [size for _operation, size in calls]
            back = step("read", invoices=options.invoices)
            back["calls"] = len(json.loads(ask("calls")))
            return {
                "invoices": options.invoices,
                "calls": len(sizes),
                "largest_call": max(sizes),
                "invoices_there": int(ask("count")),
                "send": sent,
                "read": back,
            }
    finally:
        server.terminate()


if __name__ == "__main__":
    sys.exit(main())
