"""A contract's life in a database with no addon of ours but cn285_contract, printed as JSON.

``python contract_alone_worker.py DATABASE story``; the database has accounting, and none of ours.
"""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from forks import environment

DEMONSTRATION = Path(__file__).parents[1] / "addons/cn285_contract/demo/import"


# Addons of ours that come along by themselves stay out: cn285_contract is whole without them.
INSTALL = """
modules = env["ir.module.module"]
modules.update_list()
modules.search([("name", "like", "cn285"), ("auto_install", "=", True)]).auto_install = False
modules.search([("name", "=", "cn285_contract")]).button_immediate_install()
"""


def install(database):
    command = [sys.executable, "-W", "ignore", "-m", "odoo", "shell", "-d", database]
    options = ["--no-http", "--log-level=warn"]
    done = subprocess.run([*command, *options], input=INSTALL, capture_output=True, text=True)
    if done.returncode or " ERROR " in done.stderr:
        sys.exit(done.stderr[-3000:])


def story(env):
    """Confirmed, billed, changed, terminated, billed to its end: what there was at each step."""
    product = env["product.product"].create({"name": "Service", "type": "service"})
    partner = env["res.partner"].create({"name": "Customer"})
    env.company.cn285_invoice_dating = "schedule"
    today = env.company._cn285_today()
    start = today.replace(day=1) - timedelta(days=1)
    contract = env["cn285.contract"].create(
        {
            "partner_id": partner.id,
            "date_start": start.replace(day=1),
            "item_ids": [(0, 0, {"product_id": product.id, "price_unit": 30.0})],
        }
    )
    contract.action_confirm()
    env["cn285.billing.run"].create({"date": today}).action_run()
    billed = len(contract.invoice_ids)

    def change(kind, **values):
        change = env["cn285.contract.change"].create(
            {"contract_id": contract.id, "type": kind, "date_effective": today, **values}
        )
        change.action_schedule()
        return change.state

    states = [
        change("quantity", item_id=contract.item_ids.id, values={"quantity": 2.0}),
        change("holder", values={"partner_id": partner.create({"name": "Heir"}).id}),
    ]
    heir = env["cn285.contract"].search([("predecessor_id", "=", contract.id)])
    contract = heir
    states.append(change("terminate"))
    env["cn285.billing.run"].create({"date": today}).action_run()
    for cron in env["ir.cron"].search([("cron_name", "like", "Contracts:")]):
        cron.method_direct_trigger()
    usage = _usage_that_nobody_rates(env, product, partner, start.replace(day=1))
    env["res.lang"]._activate_lang("fr_FR")
    for model in ("cn285.contract", "cn285.contract.change", "res.config.settings", "res.partner"):
        for lang in ("en_US", "fr_FR"):
            env[model].with_context(lang=lang).get_view(view_type="form")
    loaded = env["cn285.import.loader"]._load_folder(DEMONSTRATION)
    return {
        "demonstration": {
            "errors": [error.reason for error in loaded.errors],
            "contracts": loaded.created["contracts"],
        },
        "addons": env["ir.module.module"]
        .search([("name", "like", "cn285"), ("state", "=", "installed")])
        .mapped("name"),
        "usage": usage,
        "billed": billed,
        "states": states,
        "heir": [heir.partner_id.name, heir.invoice_ids.mapped("state")],
        "last day": heir.date_end.isoformat(),
        "today": today.isoformat(),
    }


def _usage_that_nobody_rates(env, product, partner, start):
    """What a run says of it, and how a row is explained that an addon rated which is gone."""
    item = {"product_id": product.id, "billing_type": "usage", "timing": "arrears"}
    contract = env["cn285.contract"].create(
        {"partner_id": partner.id, "date_start": start, "item_ids": [(0, 0, item)]}
    )
    contract.action_confirm()
    run = env["cn285.billing.run"].create({"date": env.company._cn285_today()})
    run.action_run()
    explained = contract.schedule_ids._explain_step("usage_tier", {"quantity": "1"})
    return {"reasons": run.issue_ids.mapped("reason"), "explained": explained}


if __name__ == "__main__":
    name = sys.argv[1]
    install(name)
    with environment(name) as env:
        print(json.dumps(story(env)))
