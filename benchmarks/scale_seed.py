"""The pattern of the large database, made through the models: see scale.py.

Contracts of three items, one with its own price, one by pricelist, one of usage in tiers, of
customers with five contracts each. They began five months ago: five invoices each are posted, with
their revenue schedules, and what the present month owes is due.
"""

import sys
from datetime import date, datetime, time, timedelta

from dateutil.relativedelta import relativedelta
from scale_copy import highest, multiply

THIS_MONTH = date.today().replace(day=1)
MONTHS = 5
FIRST = THIS_MONTH - relativedelta(months=MONTHS)
CONTRACTS_PER_CUSTOMER = 5
EVENTS_PER_MONTH = 10
SALESPEOPLE = 5
# The most that the models make; the rest is copied.
PATTERN = 200
# What the customer with many contracts has.
LARGEST_CUSTOMER = 5_000
PASSWORD = "scale-scale"
GROUPS = {
    "manager": "cn285_contract.group_billing_manager,account.group_account_manager,"
    "cn285_usage.group_usage_recorder,cn285_revrec.group_revrec_manager",
    "seller": "cn285_contract.group_contract_user_own",
    "reader": "cn285_contract.group_contract_user",
}


def seed(env, contracts):
    """Make the pattern through the models, bill it month by month, and copy it in SQL."""
    pattern = min(PATTERN, contracts)
    users = _users(env)
    products, pricelist, metric = _catalogue(env)
    env.cr.commit()
    before = highest(env.cr)
    made = _contracts(env, pattern, products, pricelist, metric, users)
    env.cr.commit()
    for month in range(MONTHS):
        _use(env, made, metric, FIRST + relativedelta(months=month))
        _bill(env, FIRST + relativedelta(months=month + 1, days=-1))
    reasons = env["cn285.revrec.source"]._sync(env.company, THIS_MONTH - timedelta(days=1))
    if reasons:
        sys.exit(f"no revenue schedule: {list(reasons.values())[:3]}")
    env.flush_all()
    env.cr.commit()
    report = {"tables": {}, "pattern": pattern}

    def tell(table, rows, seconds):
        report["tables"][table] = rows, round(seconds, 1)
        print(f"{table}: {rows:,} rows, {seconds:.0f} s", file=sys.stderr, flush=True)

    multiply(env.cr, before, contracts // pattern - 1, tell)
    _large_customer(env, made, contracts)
    env.cr.commit()
    return report


def _users(env):
    def user(login, groups):
        ids = [env.ref(name).id for name in groups.split(",")]
        return env["res.users"].create(
            {"name": login, "login": login, "password": PASSWORD, "group_ids": [(6, 0, ids)]}
        )

    env = env(context={**env.context, "no_reset_password": True})
    made = {name: user(f"scale_{name}", groups) for name, groups in GROUPS.items()}
    sellers = [user(f"scale_seller_{n}", GROUPS["seller"]) for n in range(1, SALESPEOPLE)]
    made["sellers"] = [made["seller"], *sellers]
    return made


def _catalogue(env):
    company = env.company
    company._cn285_revrec_setup()
    company.cn285_invoice_dating = "schedule"
    company.cn285_daily_billing = False
    rule = env["cn285.revrec.rule"].create({"name": "By day", "method": "daily"})
    tax = [(6, 0, company.account_sale_tax_id.ids)]
    products = env["product.product"].create(
        [
            {
                "name": name,
                "type": "service",
                "list_price": price,
                "taxes_id": tax,
                "cn285_revrec_rule_id": kind == "fixed" and rule.id,
            }
            for name, price, kind in (
                ("Access", 39.0, "fixed"),
                ("Support", 12.5, "fixed"),
                ("Traffic", 0.0, "usage"),
            )
        ]
    )
    pricelist = env["product.pricelist"].create(
        {
            "name": "Scale",
            "company_id": company.id,
            "item_ids": [
                (
                    0,
                    0,
                    {
                        "applied_on": "0_product_variant",
                        "product_id": products[1].id,
                        "compute_price": "fixed",
                        "fixed_price": 11.0,
                    },
                )
            ],
        }
    )
    metric = env["cn285.usage.metric"].create({"code": "traffic", "name": "Traffic"})
    return products, pricelist, metric


def _contracts(env, count, products, pricelist, metric, users):
    partners = env["res.partner"].create(
        [
            {"name": f"Customer {number}", "country_id": env.company.country_id.id}
            for number in range(max(count // CONTRACTS_PER_CUSTOMER, 1))
        ]
    )
    tiers = [
        (0, 0, {"up_to": 1_000, "price_unit": 0.02}),
        (0, 0, {"up_to": 3_000, "price_unit": 0.015}),
        (0, 0, {"price_unit": 0.01}),
    ]
    calculator = {"metric_id": metric.id, "charge_model": "graduated", "tier_ids": tiers}
    usage = {
        "product_id": products[2].id,
        "billing_type": "usage",
        "timing": "arrears",
        "price_unit": 0.0,
        "calculator_ids": [(0, 0, calculator)],
    }
    contracts = env["cn285.contract"].create(
        [
            {
                "partner_id": partners[number % len(partners)].id,
                "date_start": FIRST,
                "pricelist_id": pricelist.id,
                "invoice_separately": True,
                "user_id": users["sellers"][number % SALESPEOPLE].id,
                "item_ids": [
                    (0, 0, {"product_id": products[0].id, "price_unit": 20 + number % 97 / 4}),
                    (0, 0, {"product_id": products[1].id}),
                    (0, 0, usage),
                ],
            }
            for number in range(count)
        ]
    )
    contracts.action_confirm()
    return contracts


def _use(env, contracts, metric, month):
    items = contracts.item_ids.filtered(lambda item: item.billing_type == "usage").sorted("id")
    start = datetime.combine(month, time(3))
    rows = [
        {
            "source": "meter",
            "transaction_id": f"{month:%y%m}-{place}-{number}",
            "item_id": item.id,
            "metric_id": metric.id,
            "occurred_at": start + timedelta(hours=(place * 7 + number * 61) % 640),
            "quantity": 50 + (place * 31 + number * 17) % 400,
        }
        for place, item in enumerate(items)
        for number in range(EVENTS_PER_MONTH)
    ]
    result = env["cn285.usage.event"]._ingest_committed(rows)
    if result["accepted"] != len(rows):
        sys.exit(f"not all events were accepted: {result}")


def _bill(env, day):
    run = env["cn285.billing.run"].create({"date": day})
    run.action_run()
    if run.issue_ids or run.state != "done":
        sys.exit(f"not billed: {run.state} {run.issue_ids[:1].reason}")
    env.invalidate_all()


def _large_customer(env, pattern, contracts):
    """One customer gets many of the copied contracts, and a user for the portal."""
    partner = env["res.partner"].create({"name": "Large Customer", "email": "large@example.com"})
    env["res.users"].with_context(no_reset_password=True).create(
        {
            "name": "Large Customer",
            "login": "scale_portal",
            "password": PASSWORD,
            "partner_id": partner.id,
            "group_ids": [(6, 0, env.ref("base.group_portal").ids)],
        }
    )
    env.flush_all()
    cr = env.cr
    many = min(LARGEST_CUSTOMER, contracts // 4)
    cr.execute(
        """UPDATE cn285_contract SET partner_id = %(to)s, payer_id = %(to)s,
                  partner_invoice_id = %(to)s
            WHERE id IN (SELECT id FROM cn285_contract ORDER BY id DESC LIMIT %(many)s)""",
        {"to": partner.id, "many": many},
    )
    cr.execute(
        """UPDATE cn285_billing_schedule row SET partner_id = %(to)s FROM cn285_contract contract
            WHERE contract.id = row.contract_id AND contract.partner_id = %(to)s""",
        {"to": partner.id},
    )
