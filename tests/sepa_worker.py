"""A month of SEPA in real processes: debits, files, settlement, and what the bank says of them.

``python sepa_worker.py DATABASE seed|once|twice|kill|clerks``; prints a JSON object.

The bank is a function of the files that were given to it (tools/bank.py): what it executed is what
stands in them.
"""

import base64
import random
import sys
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import forks
from change_worker import again_and_again
from forks import at_once, environment
from freezegun import freeze_time

sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))
import bank

PAYERS = 12
# Told on the first of May; ordered two bank days before the fifteenth, a Friday.
ASKED, FILED, DEBITED, BACK = "2026-05-01", "2026-05-13", "2026-05-15", "2026-05-19"
IBAN, OURS = "FR7630006000011234567890189", "FR7610107001011234567890129"
CODES = ("AM04", "MD06", "AC04")


def seed(env):
    """Mandates of some payers, and an invoice of each."""
    company = env.company
    company.cn285_invoice_dating = "schedule"
    journal = env["account.journal"].create({"name": "Debits", "code": "SDD", "type": "bank"})
    journal.set_bank_account(OURS)
    provider = env.ref("cn285_payment_sepa.provider_sepa")
    provider.write(
        {
            "company_id": company.id,
            "cn285_creditor_identifier": "FR72ZZZ123456",
            "state": "test",
            "journal_id": journal.id,
        }
    )
    product = env["product.product"].create({"name": "Service", "type": "service"})
    for number in range(PAYERS):
        partner = env["res.partner"].create({"name": f"Payer {number}"})
        mandate = env["cn285.sepa.mandate"].create(
            {
                "partner_id": partner.id,
                "provider_id": provider.id,
                "iban": IBAN,
                "signed_on": "2026-04-01",
            }
        )
        mandate.action_sign()
        partner.cn285_payment_token_id = mandate.token_id
        env["cn285.contract"].create(
            {
                "partner_id": partner.id,
                "date_start": ASKED,
                "collection_mode": "automatic",
                "item_ids": [(0, 0, {"product_id": product.id, "price_unit": 10.0 + number})],
            }
        ).action_confirm()
    env["cn285.billing.run"].create({"date": ASKED}).action_run()


# --- the month -------------------------------------------------------------------------------


def month(database):
    """What the scheduled actions and a clerk do, day by day; whatever was done is left alone."""
    for day, work in ((ASKED, collect), (FILED, order), (DEBITED, settle), (BACK, read)):
        with freeze_time(f"{day} 08:00:00", tick=True), environment(database) as env:
            work(env)


def collect(env):
    """Due invoices are asked for by their mandates."""
    # Odoo's addons are found once it is loaded.
    from odoo.addons.cn285_payment.models.collection import collection_asking

    # The process that asked is dead: what it asked for is not on its way any more.
    collection_asking.ON_ITS_WAY = timedelta(0)
    collection = env["cn285.collection"]
    collection._cron_ask_unknown()
    collection._collect(collection._due_moves(env.company, env.company._cn285_today()), "due")
    collection._cron_ask_unknown()


def make(env):
    """Debits are put into a file."""
    env["cn285.sepa.file"]._cron_make_files()


def order(env):
    """Debits leave in a file, that a clerk gives to the bank."""
    make(env)
    again_and_again(lambda: env["cn285.sepa.file"].search([]).action_sent(), env)


def settle(env):
    """The day comes."""
    env["cn285.sepa.debit"]._cron_settle()
    env["cn285.collection"]._cron_ask_unknown()


def read(env):
    """The bank credits lots and returns some debits: its files are read."""
    for content in _answers(env):
        again_and_again(lambda content=content: _read(env, content), env)


def _read(env, content):
    files = env["cn285.sepa.bank.file"]
    files.create({"name": "bank.xml", "content": base64.b64encode(content)}).action_read()


def _given(env):
    """The orders that the bank has."""
    files = env["cn285.sepa.file"].search([("state", "=", "sent")], order="id")
    return [file.attachment_id.raw for file in files]


def _answers(env):
    """Every third payer's debit comes back, whatever file it is in: two may share the debits."""
    answers = []
    for content in _given(env):
        numbers = {
            one.reference: int(_of(env, one.reference).split()[1]) for one in bank.orders(content)
        }
        codes = {name: CODES[n // 3 % 3] for name, n in numbers.items() if n % 3 == 0}
        answers += [bank.credited(content), bank.returned(content, codes)]
    return answers


# --- two clerks ------------------------------------------------------------------------------


def clerks(database):
    """A file that one clerk gives to the bank while another has it made anew: one of them."""
    for day, work in ((ASKED, collect), (FILED, make)):
        with freeze_time(f"{day} 08:00:00", tick=True), environment(database) as env:
            work(env)
    return at_once((_give, database), (_make_anew, database))


def _give(database):
    with freeze_time(f"{FILED} 09:00:00", tick=True), environment(database) as env:
        again_and_again(lambda: env["cn285.sepa.file"].search([]).action_sent(), env)


def _make_anew(database):
    # Odoo is loaded by now.
    from odoo.exceptions import UserError

    def step():
        try:
            env["cn285.sepa.file"].search([]).action_make_anew()
        except UserError:
            env.cr.rollback()

    with freeze_time(f"{FILED} 09:00:00", tick=True), environment(database) as env:
        again_and_again(step, env)


# --- what came of it -------------------------------------------------------------------------


def result(env):
    """What the bank has done and what we have booked, by reference, and whether they agree."""
    ordered = [one for content in _given(env) for one in bank.orders(content)]
    debits = env["cn285.sepa.debit"].search([])
    attempts = env["cn285.payment.attempt"].search([])
    payments = attempts.payment_id
    returned = attempts.return_move_id
    moves = attempts.move_id
    lines = env["cn285.sepa.bank.line"].search([("state", "!=", "known")])
    return {
        "executed": sorted([_of(env, one.reference), str(one.amount)] for one in ordered),
        "twice": sum(count - 1 for count in Counter(one.reference for one in ordered).values()),
        "booked": sorted(
            [_of(env, one.payment_transaction_id.reference), f"{one.amount:.2f}"]
            for one in payments
        ),
        "returned": len(returned),
        "states": dict(Counter(debits.mapped("state"))),
        "files": dict(Counter(env["cn285.sepa.file"].search([]).mapped("state"))),
        "unsettled": len(attempts.filtered(lambda one: one.state not in ("done", "returned"))),
        "open": f"{sum(moves.mapped('amount_residual')):.2f}",
        "lines": dict(Counter(f"{line.kind} {line.state}" for line in lines)),
        "unbalanced": _unbalanced(moves, payments, returned),
    }


def _of(env, reference):
    """The payer of a reference: numbers of invoices differ between databases."""
    transaction = env["payment.transaction"].search([("reference", "=", reference)])
    return f"{transaction.partner_id.name} {reference.rpartition('-')[2]}"


def _unbalanced(moves, payments, returned):
    """Cents by which the receivable accounts differ from what is open."""
    lines = (moves | payments.move_id | returned).line_ids
    receivable = lines.filtered(lambda line: line.account_id.account_type == "asset_receivable")
    owed = Decimal(f"{sum(receivable.mapped('balance')):.2f}")
    return str(owed - Decimal(f"{sum(moves.mapped('amount_residual')):.2f}"))


COMMANDS = {
    "seed": freeze_time(f"{ASKED} 07:00:00")(forks.seed(seed)),
    "once": lambda database: forks.once(month, database),
    "twice": lambda database: at_once((month, database), (month, database)),
    "kill": lambda database, steps: forks.kill_again_and_again(steps, month, database),
    "clerks": clerks,
}

if __name__ == "__main__":
    random.seed(285)
    forks.main(COMMANDS, result)
