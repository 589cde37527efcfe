"""Keeps a database and a SuiteTalk server in step while calls fail and workers are killed.

``python netsuite_worker.py DATABASE story``; prints a JSON object with what either side holds at
the end. The server runs in this process; workers are forked from it, and killed at random steps or
when the server has done a call.
"""

import itertools
import json
import os
import queue
import random
import signal
import sys
from datetime import date
from pathlib import Path

from forks import environment, fork, kill_at, load, wait

sys.path.insert(0, str(Path(__file__).parents[1] / "addons" / "cn285_netsuite_bridge" / "tests"))
from suitetalk import Failures, SuiteTalkServer
from suitetalk.failures import ALL
from suitetalk.samples import company, sample_account, service_item

BILL_UNTIL = "2026-03-15"
CUSTOMERS = 12
ROUNDS = 60
#: Steps (see forks.py) that a worker takes at least, as it looks for news.
LOOKS = 100


def seed(env, server):
    """The company's side: a bridge, its mappings, customers, and a journal for REVREC."""
    mother = env.company
    mother.cn285_invoice_dating = "schedule"
    mother._cn285_mark_test_database()
    sale = env["account.journal"].search(
        [("type", "=", "sale"), ("company_id", "=", mother.id)], limit=1
    )
    accounts = env["account.account"]
    clearing, deferred = accounts.create(
        [
            {"code": "471285", "name": "NetSuite collections", "account_type": "asset_current"},
            {"code": "487285", "name": "Deferred revenue", "account_type": "liability_current"},
        ]
    )
    journals = env["account.journal"].create(
        [
            {"name": "NetSuite clearing", "code": "NSC", "type": "general"},
            {"name": "Revenue recognition", "code": "RVR", "type": "general"},
        ]
    )
    mappings = [
        {"kind": "account", "account_id": sale.default_account_id.id, "external_id": "54"},
        {"kind": "account", "account_id": deferred.id, "external_id": "60"},
        {"kind": "tax", "tax_id": mother.account_sale_tax_id.id, "external_id": "7"},
        {"kind": "tax_schedule", "tax_id": mother.account_sale_tax_id.id, "external_id": "1"},
        {"kind": "company", "mapped_company_id": mother.id, "external_id": "1"},
        {"kind": "currency", "currency_id": mother.currency_id.id, "external_id": "1"},
    ]
    backend = env["cn285.bridge.backend"].create(
        {
            "name": "NetSuite",
            "system": "netsuite",
            "netsuite_account": server.account.account,
            "netsuite_url": server.url,
            "netsuite_timeout": 10,
            "max_attempts": 20,
            "netsuite_clearing_journal_id": journals[0].id,
            "netsuite_clearing_account_id": clearing.id,
            "netsuite_journal_ids": [(6, 0, journals[1].ids)],
            **{f"netsuite_{name}": value for name, value in server.secrets.items()},
            "map_ids": [(0, 0, values) for values in mappings],
        }
    )
    backend.action_start()
    backend.kind_ids.filtered(lambda kind: kind.code == "customer").rule = "theirs"
    env["res.partner"].create(
        [
            {"name": f"Client {number:02}", "is_company": True, "customer_rank": 1, "city": "Lyon"}
            for number in range(CUSTOMERS)
        ]
    )


def bill(env):
    """Contracts of all customers for what came as an item, billed up to a day."""
    product = env["product.product"].search([("default_code", "=", "API")])
    partners = env["res.partner"].search([("name", "like", "Client %")])
    contracts = env["cn285.contract"].create(
        [
            {
                "partner_id": partner.id,
                "date_start": f"2026-01-{1 + number:02}",
                "item_ids": [
                    (0, 0, {"product_id": product.id, "price_unit": 99.99 + number}),
                ],
            }
            for number, partner in enumerate(partners)
        ]
    )
    contracts.action_confirm()
    env["cn285.billing.run"].create({"date": BILL_UNTIL}).action_run()


def recognise(env):
    """A month's REVREC entries, half of them accruals that are taken back."""
    backend = env["cn285.bridge.backend"].search([])
    journal = backend.netsuite_journal_ids
    mapped = {line.external_id: line.account_id for line in backend.map_ids}
    entries = env["account.move"].create(
        [
            {
                "move_type": "entry",
                "journal_id": journal.id,
                "date": date(2026, 1, 31),
                "line_ids": [
                    (0, 0, {"account_id": mapped["60"].id, "debit": 10.01 + number}),
                    (0, 0, {"account_id": mapped["54"].id, "credit": 10.01 + number}),
                ],
            }
            for number in range(20)
        ]
    )
    entries.action_post()
    entries[:10]._reverse_moves([{"date": date(2026, 2, 1)} for _entry in range(10)]).action_post()


def open_rows(env):
    """What is not done yet, by model and state."""
    return {
        f"{model} {state}": count
        for model in ("outbox", "inbox")
        for state, count in env[f"cn285.bridge.{model}"]._read_group(
            [("state", "in", ("waiting", "new", "parked"))], ["state"], ["__count"]
        )
    }


def work(database):
    """One worker: read, take in, send, until nothing is left; nobody waits for a back-off."""
    with environment(database) as env:
        backend = env["cn285.bridge.backend"].search([])
        for _round in range(ROUNDS):
            env.cr.execute(
                "UPDATE cn285_bridge_outbox SET next_try = NULL, queued_until = NULL"
                " WHERE state = 'waiting'"
            )
            env.cr.commit()
            env.invalidate_all()
            backend._work()
            env.cr.commit()
            quiet = not open_rows(env) and not any(backend.kind_ids.mapped("read_attempts"))
            if quiet:
                break


class DeadlyServer(SuiteTalkServer):
    """A server that kills a worker when it has done a call for it, and answers into the void.

    Between what was done there and what is known here lies what only a second look tells.
    """

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self._victims = queue.SimpleQueue()
        self._operation, self._left = None, 0

    def kill_at_call(self, number, operation, work, *arguments):
        """Let a process work until the server has done this many of such calls; it dies then.

        :return: whether it was killed; False: it was through before
        """
        self._operation, self._left = operation, number
        pid = fork(work, *arguments)
        self._victims.put(pid)
        [code] = wait([pid])
        self._left = 0
        while not self._victims.empty():
            self._victims.get()
        assert code in (0, -signal.SIGKILL), f"the work failed, not killed: {code}"
        return code != 0

    def answer(self, version, body):
        before = len(self.calls)
        answered = super().answer(version, body)
        for operation, _size in self.calls[before:]:
            if self._left and operation.startswith(self._operation):
                self._left -= 1
                if not self._left:
                    os.kill(self._victims.get(), signal.SIGKILL)
        return answered


def failures(chance):
    """One call in ten fails, in one way after the other."""
    kinds = itertools.cycle(ALL)
    calls = []
    for _ten in range(100):
        ten = [None] * 10
        ten[chance.randrange(10)] = next(kinds)
        calls += ten
    return Failures(queue=calls)


def disturbed(database, server, chance):
    """Workers that are killed, then one that finishes; returns how many were, and its exit code.

    Each looks for news first, which takes more steps and calls than those drawn here. So all are
    killed: two at a step, one while it looks, and one when it has sent something.
    """
    killed = kill_at(chance.randint(1, LOOKS), work, database)
    killed += server.kill_at_call(chance.randint(1, 3), "search", work, database)
    killed += server.kill_at_call(1, "upsert", work, database)
    killed += kill_at(chance.randint(1, LOOKS), work, database)
    return killed, wait([fork(work, database)])


def result(env, account):
    """What either side holds."""
    moves = env["account.move"].search([("move_type", "=", "out_invoice")])
    partners = env["res.partner"].search([("customer_rank", ">", 0), ("parent_id", "=", False)])
    clearing = env["account.move"].search([("cn285_netsuite_cleared_id", "!=", False)])
    journal = env["cn285.bridge.backend"].search([]).netsuite_journal_ids
    entries = env["account.move"].search(
        [("journal_id", "=", journal.id), ("reversed_entry_id", "=", False)]
    )

    def name(record):
        return record.text("companyName") or record.text("lastName")

    return {
        "open": open_rows(env),
        "invoices_here": sorted(
            [m.name, f"{m.amount_total:.2f}", f"{m.amount_residual:.2f}"] for m in moves
        ),
        "invoices_there": sorted(
            [r.text("tranId"), r.text("total"), r.text("amountRemaining")]
            for r in account.all("Invoice")
        ),
        "customers_here": sorted([p.name, p.email or ""] for p in partners),
        "customers_there": sorted([name(r), r.text("email")] for r in account.all("Customer")),
        "entries_here": sorted(
            [m.name, f"{m.amount_total:.2f}", str(m.reversal_move_ids.date or "")] for m in entries
        ),
        "entries_there": sorted(
            [r.text("tranId"), f"{debits(r):.2f}", r.text("reversalDate")[:10]]
            for r in account.all("JournalEntry")
        ),
        "clearings": len(clearing),
        "cleared": f"{sum(clearing.mapped('amount_total')):.2f}",
        "items": env["product.product"].search_count([("default_code", "in", ("API", "CARE"))]),
    }


def debits(record):
    return sum(
        float(item.text) for line in record.lines() for item in line if item.tag.endswith("}debit")
    )


def story(database):
    account = sample_account()
    service_item(account, "API", "100.00")
    service_item(account, "CARE", "49.90")
    company(account, "Globex SA", email="x@globex.example")
    server = DeadlyServer(account, concurrency=8).start()
    with environment(database) as env:
        seed(env, server)
    chance, kills, codes = random.Random(285), 0, []
    server.failures = failures(chance)

    def disturb():
        nonlocal kills, codes
        killed, ended = disturbed(database, server, chance)
        kills, codes = kills + killed, codes + ended

    disturb()
    with environment(database) as env:
        bill(env)
        env["res.partner"].search([("name", "=", "Client 03")]).email = "ici@client.example"
    there = {record.text("companyName"): record for record in account.all("Customer")}
    account.change(there["Client 03"], email="la@client.example")
    disturb()
    for record in account.all("Invoice"):
        account.pay(record, record.number("total"))
    with environment(database) as env:
        recognise(env)
    disturb()
    happened = list(server.failures.happened)
    server.failures = Failures()
    with environment(database) as env:
        report = result(env, account)
    server.stop()
    return {**report, "killed": kills, "codes": codes, "failures": sorted(happened)}


def main(database, _command):
    load(database, log_level="critical")
    print(json.dumps(story(database)))


if __name__ == "__main__":
    main(*sys.argv[1:])
