"""Draws one wallet, and redeems one pass, in real processes that do so at once.

``python wallet_worker.py DATABASE seed|once|draw|redeem|kill``; prints a JSON object.
"""

import forks
from change_worker import again_and_again
from forks import at_once, environment

CONTRACTS = 8
TOPPED_UP = 250.0
LIMIT = 3


def seed(env):
    """Open invoices of one customer, a wallet that pays some of them, and a pass for some."""
    tax = env.company.account_sale_tax_id
    product = env["product.product"].create(
        {"name": "Service", "type": "service", "taxes_id": [(6, 0, tax.ids)]}
    )
    partner = env["res.partner"].create({"name": "Customer"})
    today = env.company._cn285_today()
    contracts = env["cn285.contract"].create(
        [
            {
                "partner_id": partner.id,
                "date_start": today.replace(day=1),
                "invoice_separately": True,
                "item_ids": [
                    (0, 0, {"product_id": product.id, "price_unit": 50.0, "quantity": 1.0})
                ],
            }
            for _number in range(CONTRACTS)
        ]
    )
    contracts.action_confirm()
    env["cn285.billing.run"].create({"date": today}).action_run()
    kind = env["cn285.wallet.type"].create({"name": "Prepaid", "draws_open": False})
    wallet = env["cn285.wallet"].create({"type_id": kind.id, "partner_id": partner.id})
    bank = env["account.journal"].search([("type", "=", "bank")], limit=1)
    for part in (TOPPED_UP / 2, TOPPED_UP / 2):
        wallet.topup(part, journal_id=bank.id)
    env["cn285.promotion.pass"].create(
        {"name": "Offer", "code": "OFFER", "percent": 10.0, "most": LIMIT, "most_each": 0}
    )


def draw(database, first):
    """Draw every second invoice, one by one, as collections of several runs do."""
    with environment(database) as env:
        moves = env["account.move"].search(
            [("move_type", "=", "out_invoice"), ("cn285_contract_ids", "!=", False)], order="id"
        )
        for move in moves[first::2] if first is not None else moves:
            again_and_again(lambda move=move: move._cn285_draw_open(), env)


def redeem(database, first):
    # Odoo is loaded by now.
    from odoo.exceptions import UserError

    with environment(database) as env:
        for contract in env["cn285.contract"].search([], order="id")[first::2]:

            def step(contract=contract):
                try:
                    contract.redeem_pass("offer")
                except UserError:
                    env.cr.rollback()

            again_and_again(step, env)


def result(env):
    """What the wallet, its lots, their draws and the books say."""
    wallet = env["cn285.wallet"].search([])
    lines = env["account.move.line"].search(
        [
            ("account_id", "=", wallet.type_id.advance_account_id.id),
            ("parent_state", "=", "posted"),
        ]
    )
    moves = env["account.move"].search(
        [("move_type", "=", "out_invoice"), ("cn285_contract_ids", "!=", False)]
    )
    offer = env["cn285.promotion.pass"].search([])
    return {
        "balance": f"{wallet.balance:.2f}",
        "rests": f"{sum(wallet.lot_ids.mapped('rest')):.2f}",
        "drawn": f"{sum(wallet.draw_ids.mapped('amount')):.2f}",
        "books": f"{0.0 - sum(lines.mapped('balance')):.2f}",
        "open": f"{sum(moves.mapped('amount_residual')):.2f}",
        "least": min(wallet.lot_ids.mapped("rest")),
        "redeemed": [offer.used, len(offer.redemption_ids)],
        "discounts": env["cn285.contract.item.discount"].search_count([]),
    }


COMMANDS = {
    "seed": forks.seed(seed),
    "once": lambda database: forks.once(draw, database, None),
    "draw": lambda database: at_once((draw, database, 0), (draw, database, 1)),
    "redeem": lambda database: at_once((redeem, database, 0), (redeem, database, 1)),
    "kill": lambda database, steps: forks.kill_again_and_again(steps, draw, database, None),
}

if __name__ == "__main__":
    forks.main(COMMANDS, result)
