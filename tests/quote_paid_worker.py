"""Pays quotations in real processes: one, two at once, or killed again and again.

``python quote_paid_worker.py DATABASE seed|once|twice|kill``; prints a JSON object.

Customers go on to pay, twice; some by a page of their provider, which tells twice what became of
it, some by means on file, which the bank of ``prepayment_worker.py`` charges as often as it is
asked.
"""

import forks
import prepayment_worker
from collection_worker import bank
from forks import at_once, environment

BY_PAGE, BY_MEANS = 3, 2


def seed(env):
    """Quotations that were sent, paid first; some customers have a card on file."""
    provider = env.ref("payment.payment_provider_demo")
    provider.write({"state": "test", "company_id": env.company.id})
    method = provider.payment_method_ids[:1] or env.ref("payment.payment_method_demo")
    method.active = True
    product = env["product.product"].create({"name": "Service", "type": "service"})
    for number in range(BY_PAGE + BY_MEANS):
        partner = env["res.partner"].create({"name": f"Customer {number}"})
        if number >= BY_PAGE:
            partner.cn285_payment_token_id = env["payment.token"].create(
                {
                    "provider_id": provider.id,
                    "payment_method_id": method.id,
                    "partner_id": partner.id,
                    "provider_ref": f"card {number}",
                }
            )
        line = {"product_id": product.id, "price_unit": 10.0 + number, "billing_type": "fixed"}
        env["sale.order"].create(
            {
                "partner_id": partner.id,
                "state": "sent",
                "require_signature": False,
                "cn285_initiation": "paid",
                "order_line": [(0, 0, line)],
            }
        )


def pay(database):
    """What customers, their providers and scheduled actions do, one after another."""
    prepayment_worker.dice = lambda reference: 1  # this bank refuses nobody
    prepayment_worker.use_bank(database)
    with environment(database) as env:
        _crons(env)
        for order in env["sale.order"].search([("cn285_kind", "=", "new")], order="id"):
            for _click in range(2):
                pay_one(order)
        _crons(env)


def _crons(env):
    env["cn285.prepayment"]._cron_prepayments()
    env.cr.commit()


def pay_one(order):
    """What the pages do: lead to the payment, begin it, and tell what became of it."""
    # Odoo's modules are found once it is loaded.
    from odoo.exceptions import UserError
    from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

    env = order.env
    try:
        order.invalidate_recordset()
        if order._has_to_be_paid():
            order._cn285_start_paying()
            env.cr.commit()
        prepayment = order._cn285_prepayment()
        token = order.partner_id.cn285_payment_token_id
        if token and prepayment.state == "open":
            prepayment._charge(token)
        elif not token:
            _pay_on_page(prepayment)
        env.cr.commit()
    except (UserError, *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY):
        env.cr.rollback()  # another process is at it


def _pay_on_page(prepayment):
    env, reference = prepayment.env, f"{prepayment.name}-1"
    transaction = prepayment.transaction_ids[:1]
    if not transaction:
        prepayment._agree(prepayment.amount)
        provider = env.ref("payment.payment_provider_demo")
        transaction = env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": provider.payment_method_ids[:1].id,
                "partner_id": prepayment.partner_id.id,
                "operation": "online_direct",
                "amount": prepayment.amount,
                "currency_id": prepayment.currency_id.id,
                "reference": reference,
                "tokenize": True,
                "cn285_prepayment_id": prepayment.id,
            }
        )
        env.cr.commit()
    for _time in range(2):
        transaction._process(
            "demo",
            {"reference": reference, "simulated_state": "done", "payment_details": "4242"},
        )
        env.cr.commit()


def result(env):
    """What the bank charged, what we booked, which contracts run, and whether all agree."""
    with bank(env.cr.dbname) as books:
        charged = books.execute("SELECT reference, amount, paid FROM charge").fetchall()
    orders = env["sale.order"].search([("cn285_kind", "=", "new")], order="id")
    # Orders sort by their day, which is that of acceptance.
    contracts = env["cn285.contract"].search([("order_id", "!=", False)])
    contracts = contracts.sorted(lambda contract: contract.order_id.id)
    prepayments = contracts.prepayment_ids
    return {
        "states": orders.mapped("state"),
        "activation": orders.mapped("cn285_activation"),
        "linked": orders.mapped("cn285_contract_id") == contracts,
        "contracts": contracts.mapped("state"),
        # Killed before it is kept, a prepayment takes its number along.
        "amounts": sorted(amount for _reference, amount, paid in charged if paid),
        "charges": sorted([ref.split("-C")[0], amount] for ref, amount, paid in charged if paid),
        "booked": sorted(
            [one.cn285_prepayment_id.name, f"{one.amount:.2f}"]
            for one in prepayments.payment_ids
            if one.payment_transaction_id.operation == "offline"
        ),
        "invoices": [
            [f"{move.amount_total:.2f}" for move in contract.invoice_ids] for contract in contracts
        ],
        "open": sum(contracts.invoice_ids.mapped("amount_residual")),
        "left": sum(prepayments.mapped("credit_left")),
    }


COMMANDS = {
    "seed": forks.seed(seed),
    "once": lambda database: forks.once(pay, database),
    "twice": lambda database: at_once((pay, database), (pay, database)),
    "kill": lambda database, steps: forks.kill_again_and_again(steps, pay, database),
}

if __name__ == "__main__":
    forks.main(COMMANDS, result)
