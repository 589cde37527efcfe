"""Accepts quotations in real processes: one, two at once, or killed again and again.

``python quote_worker.py DATABASE seed|once|twice|kill``; prints a JSON object.
"""

import forks
from forks import at_once, environment

QUOTES = 6
AMENDMENTS = 2


def seed(env):
    """Quotations that were sent."""
    product = env["product.product"].create({"name": "Service", "type": "service"})
    for number in range(QUOTES):
        partner = env["res.partner"].create({"name": f"Customer {number}"})
        env["sale.order"].create(
            {
                "partner_id": partner.id,
                "state": "sent",
                "order_line": [
                    (
                        0,
                        0,
                        {
                            "product_id": product.id,
                            "price_unit": 10.0 + number,
                            "billing_type": "fixed",
                        },
                    )
                ],
            }
        )
    for number in range(AMENDMENTS):
        amended(env, product, f"Amended {number}").action_quotation_sent()


def amended(env, product, name):
    """A quotation of two more seats, and of a second service, on a contract that runs."""
    contract = env["cn285.contract"].create(
        {
            "partner_id": env["res.partner"].create({"name": name}).id,
            "date_start": env.company._cn285_today(),
            "item_ids": [(0, 0, {"product_id": product.id, "price_unit": 10.0, "quantity": 5.0})],
        }
    )
    contract.action_confirm()
    order = env["sale.order"].browse(contract.action_cn285_amend()["res_id"])
    order.order_line.product_uom_qty = 7.0
    line = {"product_id": product.id, "price_unit": 3.0, "billing_type": "fixed"}
    order.order_line = [(0, 0, line)]
    return order


def accept(database):
    """A customer clicks twice on each of them, one after another."""
    with environment(database) as env:
        for order in env["sale.order"].search([("cn285_kind", "!=", False)], order="id"):
            for _click in range(2):
                accept_one(order)


def accept_one(order):
    """What the page does: accept what is still to be accepted; Odoo asks again after a conflict."""
    # Odoo's modules are found once it is loaded.
    from odoo.exceptions import UserError
    from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

    try:
        order.invalidate_recordset()
        order.action_confirm()
        order.env.cr.commit()
    except (UserError, *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY):
        order.env.cr.rollback()  # accepted already, or another process is at it


def result(env):
    """Which quotations were accepted, and the contracts that came of them."""
    orders = env["sale.order"].search([("cn285_kind", "=", "new")], order="id")
    contracts = env["cn285.contract"].search([("order_id", "!=", False)], order="order_id")
    amendments = env["sale.order"].search([("cn285_kind", "=", "amendment")], order="id")
    return {
        "amended": [told(order) for order in amendments],
        "states": orders.mapped("state"),
        "activation": orders.mapped("cn285_activation"),
        "linked": orders.mapped("cn285_contract_id") == contracts,
        "contracts": [[c.order_id.name, c.state, c.item_ids.price_unit] for c in contracts],
        "planned": [len(contract.schedule_ids) for contract in contracts],
    }


def told(order):
    """What an amendment came to: its changes, and what the contract bills by now."""
    changes = order.cn285_change_ids.sorted("id")
    rows = order.cn285_contract_id.schedule_ids.sorted(
        lambda row: (row.item_id.id, row.period_start)
    )
    return {
        "state": [order.state, order.cn285_activation],
        "changes": [[change.type, change.state] for change in changes],
        "items": order.cn285_contract_id.item_ids.mapped(lambda item: item.quantity),
        "rows": rows.mapped(lambda row: [str(row.period_start), row.amount]),
    }


COMMANDS = {
    "seed": forks.seed(seed),
    "once": lambda database: forks.once(accept, database),
    "twice": lambda database: at_once((accept, database), (accept, database)),
    "kill": lambda database, steps: forks.kill_again_and_again(steps, accept, database),
}

if __name__ == "__main__":
    forks.main(COMMANDS, result)
