"""The demonstration's fleet of connected objects: ``demo_fleet.live(env, clock_at)``.

A company of its own rents out trackers, so that no figure of the other one changes. What its fleet
does in April 2026 is done on its days and billed as they go by. Run again, it does nothing.
"""

from datetime import date

from import_tools import bill, money, out
from odoo.fields import Command

NAME = "Confluence Objets Connectés"
REFERENCE = "FLOTTE"
COUNT = 12
# What happens on which day; each is billed up to then.
DAYS = ("2026-04-14", "2026-04-20", "2026-04-22", "2026-04-25", "2026-05-01", "2026-06-01")


def live(env, clock_at):
    """Make the fleet, let it live, and tell what it was billed.

    :param clock_at: context manager of an environment and a day: the company's clock shows it
    """
    if "cn285.device" not in env:
        return
    company = _company(env)
    own = env(context={**env.context, "allowed_company_ids": company.ids})
    if not own["cn285.contract"].search_count([("client_ref", "=", REFERENCE)], limit=1):
        steps = (_activate, _suspend, _replace, _resume, _nothing, _nothing)
        for day, step in zip(DAYS, steps, strict=True):
            with clock_at(own, day):
                step(own)
                own.cr.commit()
                bill(own, day)
    _tell(own)


def _company(env):
    """The company, with a French chart; the visitor may enter it."""
    company = env["res.company"].search([("name", "=", NAME)], limit=1)
    if company:
        return company
    france = env.ref("base.fr")
    company = env["res.company"].create(
        {"name": NAME, "country_id": france.id, "currency_id": env.ref("base.EUR").id}
    )
    env["account.chart.template"].try_loading("fr", company, install_demo=False)
    company.write({"cn285_daily_billing": False, "cn285_invoice_dating": "schedule"})
    env.ref("base.user_admin").company_ids = [Command.link(company.id)]
    env.cr.commit()
    return company


# === ITS DAYS === #


def _activate(env):
    """Twelve trackers at 30.00 a month, with messages at 0.50; 12 messages on the very day."""
    tracking, messages = _plans(env)
    contract = env["cn285.contract"].create(
        {
            "client_ref": REFERENCE,
            "partner_id": env["res.partner"]
            .create({"name": "Transports Arc-en-Ciel", "country_id": env.ref("base.fr").id})
            .id,
            "date_start": DAYS[0],
            "line_grouping": "product",
            "item_ids": [
                Command.create(
                    {
                        "product_id": tracking.product_id.id,
                        "name": "Abonnement de flotte / Fleet subscription",
                        "billing_type": "none",
                    }
                )
            ],
        }
    )
    contract.action_confirm()
    device_type = env["cn285.device.type"].create(
        {
            "name": "Traceur / Tracker",
            "code": "TRK",
            "company_id": env.company.id,
            "plan_id": tracking.id,
            "plan_ids": [Command.set((tracking | messages).ids)],
            "ownership": "rented",
            "suspended_billing": "credited",
        }
    )
    devices = env["cn285.device"].create(
        [
            {
                "serial": f"TRK-{number:03}",
                "type_id": device_type.id,
                "company_id": env.company.id,
                "identifier_ids": [
                    Command.create({"kind": "eui", "value": f"70B3D57ED005{number:04X}"})
                ],
            }
            for number in range(1, COUNT + 2)
        ]
    )
    devices.action_confirm()
    for plan in tracking, messages:
        _order(env, "activate", devices[:COUNT], contract_id=contract.id, plan_id=plan.id)
    env["cn285.usage.event"].ingest(
        [
            {
                "source": "demo-fleet",
                "transaction_id": "2026-04-14",
                "item": "TRK-001",
                "metric": "messages",
                "occurred_at": "2026-04-14T08:00:00Z",
                "quantity": 12,
            }
        ]
    )


def _suspend(env):
    """Two rest, and owe nothing for their days."""
    _order(env, "suspend", _named(env, 1, 2))


def _replace(env):
    """The spare one takes the place of the third: nothing of the billing changes."""
    _named(env, 3)._swap(_named(env, COUNT + 1), date(2026, 4, 22))


def _resume(env):
    """One of them goes on."""
    _order(env, "resume", _named(env, 1))


def _nothing(env):
    """A month begins."""


# === WHAT THEY SHARE === #


def _plans(env):
    """The template's items: what a tracker costs a month, and its messages."""
    products = env["product.product"].create(
        [
            {"name": name, "type": "service", "company_id": env.company.id}
            for name in ("Suivi de véhicule / Tracking", "Messages")
        ]
    )
    metric = env["cn285.usage.metric"].create(
        {"name": "Messages", "code": "messages", "unit": "message", "aggregation": "sum"}
    )
    usage = {
        "billing_type": "usage",
        "timing": "arrears",
        "calculator_ids": [
            Command.create(
                {
                    "name": "Messages",
                    "charge_model": "per_unit",
                    "metric_id": metric.id,
                    "price_unit": 0.5,
                }
            )
        ],
    }
    template = env["cn285.contract.template"].create(
        {
            "name": "Flotte / Fleet",
            "company_id": env.company.id,
            "item_ids": [
                Command.create(
                    {
                        "product_id": product.id,
                        "name": product.name,
                        "price_source": "manual",
                        "price_unit": price,
                        "alignment": "calendar",
                        **more,
                    }
                )
                for product, price, more in zip(products, (30.0, 0.0), ({}, usage), strict=True)
            ],
        }
    )
    return template.item_ids


def _named(env, *numbers):
    names = [f"TRK-{number:03}" for number in numbers]
    return env["cn285.device"].search([("serial", "in", names)], order="serial")


def _order(env, action, devices, **values):
    if action == "activate":
        contract = env["cn285.contract"].browse(values["contract_id"])
        values["parent_item_id"] = contract.item_ids[:1].id
    order = env["cn285.fleet.order"]._place(action, devices, **values)
    refused = order.line_ids.filtered(lambda line: line.state == "refused")
    for line in refused:
        out.print(f"refused: {line.number}: {line.reason}", style="red", markup=False)


def _tell(env):
    moves = env["account.move"].search(
        [("company_id", "=", env.company.id), ("state", "=", "posted")]
    )
    states = env["cn285.device"]._read_group(
        [("company_id", "=", env.company.id)], ["state"], ["__count"]
    )
    labels = dict(env["cn285.device"]._fields["state"]._description_selection(env))
    told = ", ".join(f"{count} {labels[state].lower()}" for state, count in states)
    total = money(env, sum(moves.mapped("amount_untaxed_signed")))
    out.print(f"Fleet ({NAME}, Contracts > Devices): {told}; billed {total} excl. VAT.")
