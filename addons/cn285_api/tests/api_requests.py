"""A request for each operation of the API, and the records that these requests are about.

Used by the tests of examples, of statements of SQL, of paths, and, in processes that are killed, by
``tests/test_api_once.py``. Another addon that publishes operations has a file of the same name in
its own ``tests``: with ``seed``, a function of an environment and of the names so far, and
``ASKS``, of dictionaries of what an :class:`Ask` has. A test fails for an operation without one.
"""

import importlib.util
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from dateutil.relativedelta import relativedelta

GROUPS = (
    "cn285_contract.group_billing_manager",
    "base.group_partner_manager",
    "product.group_product_manager",
    "cn285_usage.group_usage_recorder",
    "cn285_revrec.group_revrec_manager",
)


class Ask(NamedTuple):
    """A request. ``{name}`` in its texts is what the seed says under that name.

    :param body: what is sent as JSON; None: nothing
    :param query: what follows the ``?``
    :param status: of the answer, where nothing good is answered
    :param places: what stands in the path where it is not what the seed calls as the path does
    """

    body: Any = None
    query: str = ""
    places: dict = {}
    status: int = 0


def seed(env):
    """Make a program with a key, and the records that requests name; returns their names.

    What is said is said relative to the company's today: the same in whatever year.
    """
    user = env["res.users"].create(
        {
            "name": "Program",
            "login": "program",
            "group_ids": [(4, env.ref(group).id) for group in GROUPS],
        }
    )
    key = env["cn285.api.key"].create(
        {
            "name": "Program",
            "user_id": user.id,
            "scope_ids": [(6, 0, env["cn285.api.scope"].search([]).ids)],
        }
    )
    env["ir.config_parameter"].set_param("cn285_api.calls_per_second", "0")
    names = {"user": user.id, "key": key._make(), **_days(env.company)}
    for fill in (_catalogue, _contracts, _changes, _webhooks, _others):
        names.update(fill(env, names))
    for module in _others_of():
        names.update(module.seed(env, names))
    return names


def asks():
    """``{operation id: Ask}`` of this addon and of those that publish operations too."""
    known = dict(ASKS)
    for module in _others_of():
        known.update({name: Ask(**ask) for name, ask in module.ASKS.items()})
    return known


def filled(value, names):
    """A body, a query or a path with its names filled in."""
    if isinstance(value, str):
        return value.format(**names)
    if isinstance(value, dict):
        return {name: filled(one, names) for name, one in value.items()}
    return [filled(one, names) for one in value] if isinstance(value, list) else value


def path_of(path, ask, names):
    """The path of an operation for a request, with its query."""
    places = {**names, **{name: filled(text, names) for name, text in ask.places.items()}}
    query = filled(ask.query, names)
    return path.format(**places) + (f"?{query}" if query else "")


def _others_of():
    """Files of this name of other addons."""
    for path in sorted(Path(__file__).parents[2].glob("cn285_*/tests/api_requests.py")):
        if path == Path(__file__):
            continue
        name = f"_cn285_requests_of_{path.parents[1].name}"
        if name not in sys.modules:
            spec = importlib.util.spec_from_file_location(name, path)
            sys.modules[name] = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(sys.modules[name])
        yield sys.modules[name]


# === RECORDS === #


def _days(company):
    today = company._cn285_today()
    first = today.replace(day=1)
    days = {
        "today": today,
        "begin": first - relativedelta(months=1),
        "soon": first + relativedelta(months=2),
        "later": first + relativedelta(months=3),
        "yesterday": today - timedelta(days=1),
    }
    return {name: day.isoformat() for name, day in days.items()}


def _catalogue(env, names):
    product, larger = env["product.product"].create(
        [
            {
                "name": name,
                "type": "service",
                "list_price": price,
                "default_code": code,
                "taxes_id": [(6, 0, env.company.account_sale_tax_id.ids)],
                "company_id": env.company.id,
            }
            for name, price, code in (("Access", 100.0, "ACCESS"), ("Access Plus", 150.0, "PLUS"))
        ]
    )
    pricelist = env["product.pricelist"].create({"name": "Partners", "company_id": env.company.id})
    price = env["product.pricelist.item"].create(
        {
            "pricelist_id": pricelist.id,
            "applied_on": "0_product_variant",
            "product_id": product.id,
            "compute_price": "fixed",
            "fixed_price": 90.0,
        }
    )
    path = env["cn285.tier.path"].create(
        {
            "product_from_id": product.id,
            "product_to_id": larger.id,
            "company_id": env.company.id,
        }
    )
    items = [(0, 0, {"product_id": one.id}) for one in (product, larger)]
    template = env["cn285.contract.template"].create(
        {"name": "Basic", "code": "BASIC", "company_id": env.company.id, "item_ids": items}
    )
    return {
        "product": product.id,
        "larger": larger.id,
        "tax": env.company.account_sale_tax_id.name,
        "pricelist": pricelist.id,
        "price": price.id,
        "path": path.id,
        "template": template.id,
        "template_item": template.item_ids[0].id,
        "template_item_to_delete": template.item_ids[1].id,
    }


def _contracts(env, names):
    env.company.cn285_invoice_dating = "schedule"
    # Before there are contracts: what happens to them is told to it.
    endpoint = env["cn285.webhook.endpoint"].create(
        {"name": "Shop", "url": "https://shop.example/hook"}
    )
    customer = env["res.partner"].create(
        {
            "name": "Boulangerie Martin",
            "country_id": env.ref("base.fr").id,
            "email": "compta@boulangerie-martin.example",
            "company_id": env.company.id,
        }
    )
    found = {"customer": customer.id, "endpoint": endpoint.id}

    def contract(name, item=None, confirm=True, **values):
        vals = {"product_id": names["product"], "price_unit": 100.0, **(item or {})}
        made = env["cn285.contract"].create(
            {
                "partner_id": customer.id,
                "date_start": names["begin"],
                "client_ref": name,
                "item_ids": [(0, 0, vals)],
                **values,
            }
        )
        if confirm:
            made.action_confirm()
        found[name] = made.id
        found[f"{name}_item"] = made.item_ids.id
        return made

    main = contract("contract")
    found["item"] = main.item_ids.id
    metric = env["cn285.usage.metric"].create(
        {"name": "Calls", "code": "calls", "unit": "call", "aggregation": "sum"}
    )
    calculator = {"name": "Calls", "metric_id": metric.id, "price_unit": 0.5}
    usage = {"billing_type": "usage", "timing": "arrears", "price_unit": 0}
    used = contract(
        "usage_contract", {**usage, "code": "LINE-1", "calculator_ids": [(0, 0, calculator)]}
    )
    found["calculator"] = used.item_ids.calculator_ids.id
    report = env["cn285.usage.event"].ingest(
        [
            {
                "source": "gateway",
                "transaction_id": "call-0",
                "metric": "calls",
                "item_id": used.item_ids.id,
                "occurred_at": f"{names['begin']} 12:00:00",
                "quantity": 3,
            }
        ]
    )
    assert report["accepted"] == 1, report
    run = env["cn285.billing.run"].create({"date": names["today"]})
    run.with_context(queue_job__no_delay=True).action_run()
    found["run"] = run.id
    found["invoice"] = main.invoice_ids.sorted("id")[0].id
    found["usage_invoice"] = used.invoice_ids[:1].id or found["invoice"]
    found["line"] = main.invoice_ids.sorted("id")[0].invoice_line_ids.ids[0]
    for name in ("ended", "ahead", "paused", "cancelled"):
        contract(name)
    for name in ("to_confirm", "to_change"):
        contract(name, confirm=False)
    contract("waiting", {"start_condition": "manual"})
    contract("withdrawn", date_start=names["today"], has_withdrawal=True)
    contract("renewing", term_length=12, auto_renew=True)
    aside = env["cn285.billing.run"].create({"date": names["today"]})
    aside._write_inside({"state": "partial"})
    found["run_with_errors"] = aside.id
    return found


def _changes(env, names):
    found = {}
    for name, state in (
        ("change", "scheduled"),
        ("to_approve", "to_approve"),
        ("to_reject", "to_approve"),
        ("to_cancel", "scheduled"),
        ("to_move", "scheduled"),
    ):
        contract = env["cn285.contract"].create(
            {
                "partner_id": names["customer"],
                "date_start": names["begin"],
                "item_ids": [(0, 0, {"product_id": names["product"], "price_unit": 100.0})],
            }
        )
        contract.action_confirm()
        change = env["cn285.contract.change"].create(
            {
                "contract_id": contract.id,
                "item_id": contract.item_ids.id,
                "type": "quantity",
                "date_effective": names["soon"],
                "values": {"quantity": 2},
            }
        )
        change.action_schedule()
        if change.state != state:
            change._write_inside({"state": state})
        found[name] = change.id
    return found


def _webhooks(env, names):
    endpoint = env["cn285.webhook.endpoint"].browse(names["endpoint"])
    gone = env["cn285.webhook.endpoint"].create(
        {"name": "Gone", "url": "https://gone.example/hook"}
    )
    # As the commit does; what is read here has its deliveries then.
    env["cn285.webhook.event"]._complete()
    deliveries = endpoint.delivery_ids.sorted("id")
    return {"delivery": deliveries[0].id, "endpoint_to_delete": gone.id}


def _others(env, names):
    env.company._cn285_revrec_setup()
    rule = env["cn285.revrec.rule"].create({"name": "By Day", "method": "daily"})
    env["product.product"].browse(names["product"]).cn285_revrec_rule_id = rule
    sources = env["cn285.revrec.source"]
    sources._sync(env.company, env.company._cn285_today() + relativedelta(months=1))
    schedule = env["cn285.revrec.schedule"].search(
        [("contract_id", "=", names["contract"])], limit=1
    )
    return {"schedule": schedule.id}


# === REQUESTS === #

_CHANGE = {
    "contract": "{contract}",
    "item": "{item}",
    "type": "quantity",
    "date_effective": "{soon}",
    "values": {"quantity": "2"},
}
_EVENT = {
    "source": "gateway",
    "transaction_id": "call-1",
    "metric": "calls",
    "item": "LINE-1",
    "occurred_at": "{begin}T12:00:00Z",
    "quantity": "3",
}

#: By the operation's id.
ASKS = {
    # Read.
    "get_health": Ask(),
    "get_me": Ask(),
    "list_customers": Ask(query="email=compta@boulangerie-martin.example"),
    "get_customer": Ask(),
    "list_products": Ask(query="code=ACCESS"),
    "get_product": Ask(),
    "list_pricelists": Ask(query="limit=2"),
    "get_pricelist": Ask(),
    "list_prices": Ask(),
    "list_tier_paths": Ask(query="limit=1"),
    "list_templates": Ask(query="code=BASIC"),
    "get_template": Ask(),
    "list_contracts": Ask(query="customer={customer}&limit=2"),
    "get_contract": Ask(query="expand=items"),
    "list_contract_items": Ask(),
    "list_items": Ask(query="code=LINE-1"),
    "get_item": Ask(),
    "list_schedule": Ask(query="limit=2"),
    "preview_invoices": Ask(query="count=1"),
    "list_change_types": Ask(),
    "get_first_allowed_date": Ask(query="type=quantity&item={item}&quantity=2"),
    "list_changes": Ask(query="state=scheduled&limit=1"),
    "get_change": Ask(),
    "get_termination_quote": Ask(),
    "get_renewal": Ask(places={"contract": "{renewing}"}),
    "list_runs": Ask(query="limit=1"),
    "get_run": Ask(),
    "list_issues": Ask(),
    "get_job": Ask(),
    "list_invoices": Ask(query="contract={contract}&kind=invoice&limit=1"),
    "get_invoice": Ask(query="expand=lines"),
    "get_creditable": Ask(),
    "get_invoice_pdf": Ask(),
    "list_statements": Ask(),
    "get_statement": Ask(query="format=csv", status=404),
    "get_event": Ask(query="source=gateway&transaction_id=call-0"),
    "list_metrics": Ask(query="limit=1"),
    "list_calculators": Ask(query="contract={usage_contract}"),
    "list_pools": Ask(),
    "get_usage_estimate": Ask(places={"contract": "{usage_contract}"}),
    "list_revenue_schedules": Ask(query="contract={contract}&limit=1"),
    "get_revenue_schedule": Ask(),
    "list_revenue_entries": Ask(query="contract={contract}&limit=2"),
    "list_event_types": Ask(),
    "list_endpoints": Ask(query="limit=1"),
    "get_endpoint": Ask(),
    "list_events": Ask(query="type=contract.created&limit=1"),
    "list_deliveries": Ask(query="endpoint={endpoint}&limit=1"),
    # Make and do.
    "create_customer": Ask({"name": "Garage Petit", "country": "FR", "external_id": "C-1"}),
    "create_product": Ask(
        {"name": "Support", "code": "SUPPORT", "price": "50.00", "taxes": ["{tax}"]}
    ),
    "create_pricelist": Ask({"name": "Retail", "currency": "EUR"}),
    "create_price": Ask({"product": "{larger}", "fixed_price": "120.00", "min_quantity": "10"}),
    "create_tier_path": Ask(
        {"product_from": "{larger}", "product_to": "{product}", "direction": "downsell"}
    ),
    "create_template": Ask(
        {
            "name": "Trial",
            "code": "TRIAL",
            "items": [{"product": "{product}", "price_unit": "30.00", "trial_days": 14}],
        }
    ),
    "create_template_item": Ask({"product": "{larger}", "price_unit": "120.00"}),
    "create_contract": Ask(
        {
            "customer": "{customer}",
            "date_start": "{begin}",
            "confirm": True,
            "external_id": "CTR-1",
            "items": [{"product": "{product}", "price_unit": "30.00"}],
        }
    ),
    "confirm_contract": Ask(places={"contract": "{to_confirm}"}),
    "cancel_contract": Ask(places={"contract": "{cancelled}"}),
    "activate_item": Ask({"date_start": "{today}"}, places={"item": "{waiting_item}"}),
    "create_change": Ask(_CHANGE),
    "approve_change": Ask(places={"change": "{to_approve}"}),
    "reject_change": Ask({"note": "Not this year"}, places={"change": "{to_reject}"}),
    "cancel_change": Ask(places={"change": "{to_cancel}"}),
    "reschedule_change": Ask({"date_effective": "{later}"}, places={"change": "{to_move}"}),
    "create_pause": Ask(
        {"date_effective": "{soon}", "until": "{later}"}, places={"contract": "{paused}"}
    ),
    "create_termination": Ask({"contract": "{ended}"}),
    "create_withdrawal": Ask({"note": "By letter"}, places={"contract": "{withdrawn}"}),
    "refuse_renewal": Ask({}, places={"contract": "{renewing}"}),
    "create_run": Ask({"date": "{today}", "contracts": ["{contract}"]}),
    "retry_run": Ask(places={"run": "{run_with_errors}"}),
    "bill_upcoming": Ask({"periods": 2}, places={"contract": "{ahead}"}),
    "create_credit_note": Ask({"invoice": "{invoice}", "percent": "10", "note": "Sorry"}),
    "create_goodwill": Ask({"amount": "12.50", "name": "Sorry"}),
    "make_statements": Ask(),
    "send_events": Ask({"events": [_EVENT]}),
    "simulate_usage": Ask({"calculator": "{calculator}", "quantity": "1000"}),
    "create_endpoint": Ask(
        {"name": "CRM", "url": "https://crm.example/hook", "events": ["contract.created"]}
    ),
    "rotate_secret": Ask(),
    "replay_endpoint": Ask({"since": "{begin}T00:00:00Z"}),
    "replay_delivery": Ask(),
    # Change.
    "update_customer": Ask({"city": "Lyon", "zip": "69001"}),
    "update_product": Ask({"price": "110.00"}),
    "update_pricelist": Ask({"name": "Resellers"}),
    "update_price": Ask({"fixed_price": "95.00"}),
    "update_tier_path": Ask({"active": False}),
    "update_template": Ask({"name": "Basic Plan"}),
    "update_template_item": Ask({"price_unit": "35.00"}, places={"item": "{template_item}"}),
    "update_contract": Ask({"client_ref": "PO-4711"}, places={"contract": "{to_change}"}),
    "update_endpoint": Ask({"events": ["contract.active"], "enabled": True}),
    # Delete.
    "delete_template_item": Ask(places={"item": "{template_item_to_delete}"}),
    "delete_endpoint": Ask(places={"endpoint": "{endpoint_to_delete}"}),
}
