"""Starts contracts by payments in real processes: one, two at once, or killed again and again.

``python prepayment_worker.py DATABASE seed|once|twice|kill``; prints a JSON object.

The bank is that of ``collection_worker.py``: it charges whatever it is asked for, as often as it is
asked. Some contracts are paid by means on file, some by the customer, of which the provider tells,
twice each.
"""

import zlib
from datetime import timedelta

import forks
from collection_worker import bank
from forks import at_once, environment
from odoo.exceptions import ValidationError
from odoo.modules.registry import Registry

BY_MEANS, BY_CUSTOMER = 3, 1


def dice(reference):
    """What the bank does with a prepayment, whichever its transaction: a number from 0 to 3."""
    return zlib.crc32(reference.split("-C")[0].encode()) % 4


def charge(transaction):
    """Stands for the call of the provider."""
    reference, refused = transaction.reference, dice(transaction.reference) == 0
    with bank(transaction.env.cr.dbname) as books:
        row = (reference, f"{transaction.amount:.2f}", not refused)
        books.execute("INSERT INTO charge VALUES (?, ?, ?)", row)
    if refused:
        transaction.write({"cn285_outcome": "declined", "cn285_code": "insufficient_funds"})
        raise ValidationError("Refused")
    if dice(reference) == 2:
        transaction.write({"cn285_outcome": "unknown"})
        raise ValidationError("Nobody answered")
    transaction._process("demo", {"reference": reference, "simulated_state": "done"})


def told(transaction):
    """What the bank says became of a transaction."""
    with bank(transaction.env.cr.dbname) as books:
        found = books.execute(
            "SELECT paid FROM charge WHERE reference = ?", (transaction.reference,)
        ).fetchall()
    return ("done" if found[0][0] else "declined") if found else "nothing"


def use_bank(database):
    """Have transactions of this process go to the bank."""
    # Odoo's addons are found once it is loaded.
    from odoo.addons.cn285_payment.models.collection import collection_asking

    transactions = Registry(database)["payment.transaction"]
    transactions._send_payment_request, transactions._cn285_ask_provider = charge, told
    # The process that called is dead: what it asked for is not on its way any more.
    collection_asking.ON_ITS_WAY = timedelta(0)


def seed(env):
    """Drafts that wait for a payment, of customers with cards."""
    provider = env.ref("payment.payment_provider_demo")
    provider.write({"state": "test", "company_id": env.company.id})
    method = provider.payment_method_ids[:1] or env.ref("payment.payment_method_demo")
    method.active = True
    product = env["product.product"].create({"name": "Service", "type": "service"})
    for number in range(BY_MEANS + BY_CUSTOMER):
        partner = env["res.partner"].create({"name": f"Customer {number}"})
        contract = env["cn285.contract"].create(
            {
                "partner_id": partner.id,
                "initiation": "paid",
                "collection_mode": "manual",
                "item_ids": [(0, 0, {"product_id": product.id, "price_unit": 10.0 + number})],
            }
        )
        prepayment = env["cn285.prepayment"]._start(contract)
        card = {
            "provider_id": provider.id,
            "payment_method_id": method.id,
            "partner_id": partner.id,
        }
        if number < BY_MEANS:
            token = env["payment.token"].create({**card, "provider_ref": f"card {number}"})
            partner.cn285_payment_token_id = token
            continue
        prepayment._agree(prepayment.amount)
        env["payment.transaction"].create(
            {
                **card,
                "operation": "online_direct",
                "amount": prepayment.amount,
                "currency_id": prepayment.currency_id.id,
                "reference": f"{prepayment.name}-1",
                "cn285_prepayment_id": prepayment.id,
            }
        )


def start(database):
    """What clerks, providers and scheduled actions do, one after another."""
    use_bank(database)
    with environment(database) as env:
        env["cn285.prepayment"]._cron_prepayments()
        env.cr.commit()
        for prepayment in env["cn285.prepayment"].search([("state", "=", "open")], order="id"):
            charge_or_tell(prepayment)
        env["cn285.prepayment"]._cron_prepayments()


def charge_or_tell(prepayment):
    """The clerk charges what was not refused; the provider tells of what the customer paid."""
    from odoo.exceptions import UserError
    from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

    transactions = prepayment.transaction_ids
    try:
        if transactions.filtered(lambda one: one.operation == "online_direct"):
            for _time in range(2):
                transactions._process(
                    "demo", {"reference": transactions.reference, "simulated_state": "done"}
                )
        elif "insufficient_funds" not in transactions.mapped("cn285_code"):
            prepayment._charge(prepayment.contract_id._payment_token())
        prepayment.env.cr.commit()
    except (UserError, *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY):
        prepayment.env.cr.rollback()  # another process is at it


def result(env):
    """What the bank charged, what we booked, which contracts run, and whether all agree."""
    with bank(env.cr.dbname) as books:
        charged = books.execute("SELECT reference, amount, paid FROM charge").fetchall()
    prepayments = env["cn285.prepayment"].search([], order="id")
    active = prepayments.contract_id.filtered(lambda one: one.state == "active")
    return {
        "charges": sorted([ref.split("-C")[0], amount] for ref, amount, paid in charged if paid),
        "booked": sorted(
            [one.cn285_prepayment_id.name, f"{one.amount:.2f}"]
            for one in prepayments.payment_ids
            if one.payment_transaction_id.operation == "offline"
        ),
        "states": prepayments.mapped("state"),
        "payments": len(prepayments.payment_ids),
        "active": len(active),
        "invoices": [f"{move.amount_total:.2f}" for move in active.invoice_ids.sorted("id")],
        "open": sum(active.invoice_ids.mapped("amount_residual")),
        "left": sum(prepayments.mapped("credit_left")),
    }


COMMANDS = {
    "seed": forks.seed(seed),
    "once": lambda database: forks.once(start, database),
    "twice": lambda database: at_once((start, database), (start, database)),
    "kill": lambda database, steps: forks.kill_again_and_again(steps, start, database),
}

if __name__ == "__main__":
    forks.main(COMMANDS, result)
