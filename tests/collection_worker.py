"""Collects invoices in real processes: one, two at once, or one that is killed again and again.

``python collection_worker.py DATABASE seed|once|twice|kill|months``; prints a JSON object.

The bank is a file beside the database: what it was asked for stays there, whatever becomes of the
process. It charges whatever it is asked for, as often as it is asked: a second request for the same
reference is a second charge. It refuses some, and hangs up on some that it has charged.
"""

import random
import sqlite3
import tempfile
import zlib
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import forks
from forks import at_once, environment
from odoo.exceptions import ValidationError
from odoo.modules.registry import Registry

CUSTOMERS = 12
BILL_UNTIL = "2026-06-01"


# --- the bank --------------------------------------------------------------------------------


def bank(database):
    """The bank's books."""
    path = Path(tempfile.gettempdir()) / f"{database}.bank"
    connection = sqlite3.connect(path, isolation_level=None, timeout=60)
    connection.execute("CREATE TABLE IF NOT EXISTS charge (reference TEXT, amount TEXT, paid INT)")
    return closing(connection)


def dice(reference):
    """What the bank does with a reference, always the same: a number from 0 to 9."""
    return zlib.crc32(reference.encode()) % 10


def charge(transaction):
    """Stands for the call of the provider."""
    reference, amount = transaction.reference, f"{transaction.amount:.2f}"
    refused = dice(reference) < 2
    with bank(transaction.env.cr.dbname) as books:
        books.execute("INSERT INTO charge VALUES (?, ?, ?)", (reference, amount, not refused))
    if refused:
        transaction.write({"cn285_outcome": "declined", "cn285_code": "insufficient_funds"})
        raise ValidationError("Refused")
    if dice(reference) == 5:
        transaction.write({"cn285_outcome": "unknown"})
        raise ValidationError("Nobody answered")
    transaction._process("demo", {"reference": reference, "simulated_state": "done"})


def told(transaction):
    """What the bank says became of a transaction."""
    with bank(transaction.env.cr.dbname) as books:
        found = books.execute(
            "SELECT paid FROM charge WHERE reference = ?", (transaction.reference,)
        ).fetchall()
    if not found:
        return "nothing"
    return "done" if found[0][0] else "declined"


def use_bank(database):
    """Have transactions of this process go to the bank."""
    # Odoo's addons are found once it is loaded.
    from odoo.addons.cn285_payment.models.collection import collection_asking

    transactions = Registry(database)["payment.transaction"]
    transactions._send_payment_request, transactions._cn285_ask_provider = charge, told
    # The process that called is dead: what it asked for is not on its way any more.
    collection_asking.ON_ITS_WAY = timedelta(0)


# --- the work --------------------------------------------------------------------------------


def seed(env):
    """Two due invoices for each of some customers with cards."""
    env.company.cn285_invoice_dating = "schedule"
    env.company._cn285_mark_test_database()
    provider = env.ref("payment.payment_provider_demo")
    provider.write({"state": "test", "company_id": env.company.id})
    method = provider.payment_method_ids[:1] or env.ref("payment.payment_method_demo")
    method.active = True
    product = env["product.product"].create({"name": "Service", "type": "service"})
    for number in range(CUSTOMERS):
        partner = env["res.partner"].create({"name": f"Customer {number}"})
        partner.cn285_payment_token_id = env["payment.token"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": method.id,
                "partner_id": partner.id,
                "provider_ref": f"card {number}",
            }
        )
        item = {"product_id": product.id, "price_unit": 10.0 + number}
        env["cn285.contract"].create(
            {
                "partner_id": partner.id,
                "date_start": "2026-05-01",
                "collection_mode": "automatic",
                "item_ids": [(0, 0, item)],
            }
        ).action_confirm()
    env["cn285.billing.run"].create({"date": BILL_UNTIL}).action_run()


def collect(database):
    """What the scheduled actions of a day do."""
    use_bank(database)
    with environment(database) as env:
        collection = env["cn285.collection"]
        collection._cron_ask_unknown()
        collection._collect(collection._due_moves(env.company, env.company._cn285_today()), "due")
        collection._cron_ask_unknown()


def result(env):
    """What the bank charged and what we booked, and whether they agree."""
    with bank(env.cr.dbname) as books:
        charged = books.execute("SELECT reference, amount, paid FROM charge").fetchall()
    attempts = env["cn285.payment.attempt"].search([])
    payments = env["account.payment"].search([("payment_transaction_id", "!=", False)])
    booked = sorted(
        [payment.payment_transaction_id.reference, f"{payment.amount:.2f}"] for payment in payments
    )
    moves = attempts.move_id
    return {
        "charges": sorted([reference, amount] for reference, amount, paid in charged if paid),
        "asked": sorted(reference for reference, _amount, _paid in charged),
        "booked": booked,
        "open": len(attempts.filtered(lambda one: one.state not in ("done", "declined"))),
        "unreconciled": sum(
            move.currency_id.compare_amounts(
                move.amount_total - move.amount_residual,
                sum(move.cn285_attempt_ids.payment_id.mapped("amount")),
            )
            != 0
            for move in moves
        ),
        "invoices": len(moves),
    }


def kill_for_months(database, kills):
    """Kills at so many random steps; a month more is billed whenever there is nothing to do."""
    chance, killed, months = random.Random(1285), 0, 0
    while killed < kills:
        if forks.kill_at(chance.randint(1, 120), collect, database):
            killed += 1
            continue
        months += 1
        with environment(database) as env:
            month = 6 + months % 6
            day = f"{2026 + months // 6}-{month:02}-01"
            env["cn285.billing.run"].create({"date": day}).action_run()
    codes = forks.wait([forks.fork(collect, database)])
    return {"killed": killed, "months": months, "codes": codes}


COMMANDS = {
    "seed": forks.seed(seed),
    "once": lambda database: forks.once(collect, database),
    "twice": lambda database: at_once((collect, database), (collect, database)),
    "kill": lambda database, steps: forks.kill_again_and_again(steps, collect, database),
    "months": kill_for_months,
}

if __name__ == "__main__":
    forks.main(COMMANDS, result)
