"""A program that posts to the API in real processes: one, two at once, or one that is killed.

``python api_worker.py DATABASE seed|once|twice|kill``; prints a JSON object. Every request that
makes something is sent, with its idempotency key; answered or not, the program sends all of it
again when it starts anew.
"""

import time

import forks
from forks import at_once, environment

KEY = "cn285_api.worker_key"


def seed(env):
    """A contract that was billed, and a key."""
    env.company.cn285_invoice_dating = "schedule"
    env.company._cn285_mark_test_database()
    tax = env.company.account_sale_tax_id
    product = env["product.product"].create(
        {"name": "Service", "type": "service", "taxes_id": [(6, 0, tax.ids)]}
    )
    partner = env["res.partner"].create({"name": "Customer"})
    contract = env["cn285.contract"].create(
        {
            "partner_id": partner.id,
            "date_start": "2026-01-01",
            "item_ids": [(0, 0, {"product_id": product.id, "price_unit": 100.0})],
        }
    )
    contract.action_confirm()
    env["cn285.billing.run"].create({"date": "2026-03-01"}).action_run()
    user = env["res.users"].create(
        {
            "name": "Program",
            "login": "program",
            "group_ids": [
                (4, env.ref("cn285_contract.group_billing_manager").id),
                (4, env.ref("base.group_partner_manager").id),
            ],
        }
    )
    key = env["cn285.api.key"].create(
        {
            "name": "Worker",
            "user_id": user.id,
            "scope_ids": [(6, 0, env["cn285.api.scope"].search([]).ids)],
        }
    )
    parameters = env["ir.config_parameter"]
    parameters.set_param(KEY, key._make())
    parameters.set_param("cn285_api.calls_per_second", "0")


def requests(env):
    """``(name, path, body)`` of what is sent; the name is the idempotency key."""
    contract = env["cn285.contract"].search([], order="id", limit=1)
    [invoice] = contract.invoice_ids.sorted()[:1]
    product = contract.item_ids.product_id
    items = [{"product": str(product.id), "price_unit": "30.00"}]
    customer = str(contract.partner_id.id)
    change = {
        "contract": str(contract.id),
        "item": str(contract.item_ids.id),
        "type": "quantity",
        "date_effective": "2027-01-01",
        "values": {"quantity": "2"},
    }
    goodwill = f"/contracts/{contract.id}/goodwill"
    return [
        ("customer", "/customers", {"name": "By Program"}),
        ("contract", "/contracts", {"customer": customer, "items": items, "confirm": True}),
        ("change", "/contract-changes", change),
        ("credit", "/credit-notes", {"invoice": str(invoice.id), "percent": "10"}),
        ("goodwill", goodwill, {"amount": "5.00"}),
        ("run", "/billing-runs", {"date": "2026-03-01"}),
        ("hook", "/webhook-endpoints", {"name": "Hook", "url": "https://x.example/"}),
    ]


def post_all(database):
    """Send everything until it is answered; a conflict is tried again, as the API says."""
    from odoo.http import root
    from werkzeug.test import Client

    with environment(database) as env:
        key, wanted = env["ir.config_parameter"].get_param(KEY), requests(env)
    client = Client(root, use_cookies=False)
    for name, path, body in wanted:
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": name}
        for _try in range(20):
            answer = client.post(f"/cn285/v1{path}", json=body, headers=headers)
            if answer.status_code != 409:
                break
            time.sleep(0.2)
        assert answer.status_code in (201, 202), (name, answer.text)


def result(env):
    """How much there is of each."""
    moves = env["account.move"]
    return {
        "customers": env["res.partner"].search_count([("name", "=", "By Program")]),
        "contracts": env["cn285.contract"].search_count([]),
        "changes": env["cn285.contract.change"].search_count([]),
        "credit_notes": moves.search_count([("move_type", "=", "out_refund")]),
        "runs": env["cn285.billing.run"].search_count([]),
        "hooks": env["cn285.webhook.endpoint"].search_count([]),
        "jobs": env["queue.job"].search_count([("method_name", "=", "_job_start")]),
        "answers": env["cn285.api.idempotency"].search_count([("status", "!=", False)]),
        "claims": env["cn285.api.idempotency"].search_count([]),
    }


COMMANDS = {
    "seed": forks.seed(seed),
    "once": lambda database: forks.once(post_all, database),
    "twice": lambda database: at_once((post_all, database), (post_all, database)),
    "kill": lambda database, steps: forks.kill_again_and_again(steps, post_all, database),
}

if __name__ == "__main__":
    forks.main(COMMANDS, result)
