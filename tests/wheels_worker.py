"""What a company does with the addons, in a database where its wheels are installed.

``python wheels_worker.py DATABASE list|story|again|uninstall``; prints a JSON object.
"""

import forks
from forks import environment
from odoo.modules.module import get_module_path

BILL_UNTIL = "2026-03-15"
MONTH = "2026-02-28"
OURS = [("name", "=like", "cn285%"), ("state", "=", "installed")]


def story(env):
    """A contract is billed, its usage as well, changed and credited; revenue is recognised."""
    company = env.company
    company._cn285_revrec_setup()
    rule = env["cn285.revrec.rule"].create({"name": "By day", "method": "daily"})
    tax = [(6, 0, company.account_sale_tax_id.ids)]
    service, calls = env["product.product"].create(
        [
            {"name": name, "type": "service", "taxes_id": tax, "cn285_revrec_rule_id": rule.id}
            for name in ("Service", "Calls")
        ]
    )
    metric = env["cn285.usage.metric"].create({"name": "Calls", "code": "calls"})
    calculator = {
        "name": "Calls",
        "charge_model": "per_unit",
        "price_unit": 0.01,
        "metric_id": metric.id,
    }
    usage = {
        "product_id": calls.id,
        "code": "calls-1",
        "billing_type": "usage",
        "timing": "arrears",
        "price_unit": 0,
        "calculator_ids": [(0, 0, calculator)],
    }
    partner = env["res.partner"].create({"name": "Customer", "email": "customer@example.com"})
    contract = env["cn285.contract"].create(
        {
            "partner_id": partner.id,
            "date_start": "2026-01-01",
            "item_ids": [
                (0, 0, {"product_id": service.id, "price_unit": 30.0}),
                (0, 0, usage),
            ],
        }
    )
    contract.action_confirm()
    event = {"source": "switch", "metric": "calls", "item": "calls-1", "quantity": 250}
    report = env["cn285.usage.event"].ingest(
        [
            {**event, "transaction_id": f"{month}", "occurred_at": f"2026-0{month}-10T10:00:00Z"}
            for month in (1, 2)
        ]
    )
    assert report["accepted"] == 2, report
    bill(env)
    env["cn285.revrec.run"].create({"date": "2026-01-31"}).action_post()
    env["cn285.revrec.run"].create({"date": MONTH}).action_post()
    change = env["cn285.contract.change"].create(
        {
            "contract_id": contract.id,
            "type": "quantity",
            "date_effective": company._cn285_today(),
            "item_id": contract.item_ids[0].id,
            "values": {"quantity": 2.0},
        }
    )
    change.action_schedule()
    leave_traces(env, contract)


def leave_traces(env, contract):
    """What users and jobs leave beside the records of the addons, and about them."""
    env["ir.config_parameter"].set_param("cn285_usage.park_unknown", "True")
    env.company._cn285_mark_test_database()
    contract.message_post(body="Called the customer", attachments=[("note.txt", b"A note")])
    contract.activity_schedule("mail.mail_activity_data_todo", summary="Call again")
    named = {"name": "My contracts", "model_id": "cn285.contract"}
    env["ir.filters"].create({**named, "user_ids": [(6, 0, env.user.ids)]})
    env["ir.exports"].create({"name": "Contracts", "resource": "cn285.contract"})
    env["ir.attachment"].create(
        {"name": "plan.txt", "raw": b"A plan", "res_model": "cn285.contract.item", "res_id": 1}
    )
    env["mail.template"].create(
        {"name": "Contract", "model_id": env["ir.model"]._get_id("cn285.contract")}
    )
    env["ir.default"].set("cn285.contract", "note", "New", user_id=True)
    loader = env["cn285.import.loader"]
    report = loader._load_file("partners", "id,name\nC-1,Imported customer\n")
    assert not report.errors, report.errors
    contract.with_delay()._compute_display_name()


def bill(env):
    env.company.cn285_invoice_dating = "schedule"
    run = env["cn285.billing.run"].create({"date": BILL_UNTIL})
    run.with_context(queue_job__no_delay=True).action_run()
    assert not run.issue_ids, run.issue_ids.mapped("reason")


def list_modules(env):
    """The base may have been made when there were fewer addons."""
    env["ir.module.module"].update_list()


def again(env):
    """Billed once more: nothing is left to bill."""
    bill(env)


def uninstall(database):
    with environment(database) as env:
        env["ir.module.module"].search(OURS).button_immediate_uninstall()


def result(env):
    """What is installed, from where, and what was booked."""
    entries = env["account.move"].search([("state", "=", "posted")])
    return {
        "installed": sorted(env["ir.module.module"].search(OURS).mapped("name")),
        "from": get_module_path("cn285_contract"),
        "invoices": sorted(
            f"{move.invoice_date} {move.amount_untaxed:.2f}"
            for move in entries.filtered(lambda move: move.move_type == "out_invoice")
        ),
        "entries": entries.filtered(lambda move: move.move_type == "entry").journal_id.mapped(
            "code"
        ),
        "balance": f"{sum(entries.line_ids.mapped('balance')):.2f}",
    }


COMMANDS = {
    "list": forks.seed(list_modules),
    "story": forks.seed(story),
    "again": forks.seed(again),
    "uninstall": uninstall,
}

if __name__ == "__main__":
    forks.main(COMMANDS, result)
