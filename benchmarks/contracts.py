"""Contracts to bill, for the benchmarks: ours, OCA's, and customers for invoices without one.

The first is what all sides bill alike: three services with one 20 % tax, at prices that differ from
contract to contract.
"""

from datetime import date

DAY = date.today().replace(day=1)
PRICES = (19.9, 49.0, 7.35)


def services(env):
    """Three services with the company's 20 % tax, the same for all."""
    products = env["product.product"].search([("default_code", "=like", "BENCH%")], order="id")
    if products:
        return products
    tax = env["account.tax"].search(
        [
            ("type_tax_use", "=", "sale"),
            ("amount_type", "=", "percent"),
            ("amount", "=", 20),
            ("price_include", "=", False),
            ("company_id", "=", env.company.id),
        ],
        limit=1,
    )
    return env["product.product"].create(
        [
            {
                "name": f"Service {index}",
                "default_code": f"BENCH{index}",
                "type": "service",
                "list_price": amount,
                "taxes_id": [(6, 0, tax.ids)],
            }
            for index, amount in enumerate(PRICES)
        ]
    )


def _partners(env, count, label):
    return env["res.partner"].create(
        [
            {"name": f"{label} {number}", "country_id": env.company.country_id.id}
            for number in range(count)
        ]
    )


def price(number, index):
    """Contracts differ in price, so that nothing can be worked out once for all of them."""
    return round(PRICES[index] + number % 997 / 100, 2)


def chunks(records, size=500):
    for start in range(0, len(records), size):
        yield start, records[start : start + size]


def seed(env, count, tag, since=DAY):
    """Make and confirm contracts of this product, due on ``since``."""
    env.company.cn285_horizon_months = 2
    label = env["cn285.contract.tag"].create({"name": tag})
    products = services(env)
    for start, partners in chunks(_partners(env, count, tag)):
        contracts = env["cn285.contract"].create(
            [
                {
                    "partner_id": partner.id,
                    "date_start": since,
                    "tag_ids": [(6, 0, label.ids)],
                    "item_ids": [
                        (
                            0,
                            0,
                            {
                                "product_id": product.id,
                                "name": product.name,
                                "price_unit": price(number, index),
                                "sequence": index + 1,
                            },
                        )
                        for index, product in enumerate(products)
                    ],
                }
                for number, partner in enumerate(partners, start)
            ]
        )
        contracts.action_confirm()
        env.cr.commit()
        env.invalidate_all()
    return {}


def seed_not_due(env, count):
    """Multiply one contract, planned for later only, in SQL."""
    products = services(env)
    pattern = env["cn285.contract"].create(
        {
            "partner_id": _partners(env, 1, "not due").id,
            "date_start": DAY,
            "item_ids": [
                (
                    0,
                    0,
                    {
                        "product_id": product.id,
                        "name": product.name,
                        "price_unit": 1.0,
                        "sequence": index,
                        "timing": "arrears",
                    },
                )
                for index, product in enumerate(products, 1)
            ],
        }
    )
    pattern.action_confirm()
    env.flush_all()
    cr = env.cr

    def columns(table, *own):
        cr.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table]
        )
        return [f'"{name}"' for (name,) in cr.fetchall() if name not in ("id", *own)]

    kept = columns("cn285_contract", "name")
    cr.execute(
        f"""CREATE TEMP TABLE fresh AS WITH made AS (
                INSERT INTO cn285_contract (name, {",".join(kept)})
                SELECT 'BENCH/' || number, {",".join(kept)}
                  FROM cn285_contract, generate_series(1, %s) number WHERE id = %s
             RETURNING id) SELECT id FROM made""",
        [count - 1, pattern.id],
    )
    kept = columns("cn285_contract_item", "contract_id")
    cr.execute(
        f"""INSERT INTO cn285_contract_item (contract_id, {",".join(kept)})
            SELECT fresh.id, {",".join(f"item.{name}" for name in kept)}
              FROM cn285_contract_item item, fresh WHERE item.contract_id = %s""",
        [pattern.id],
    )
    kept = columns("cn285_billing_schedule", "contract_id", "item_id")
    cr.execute(
        f"""INSERT INTO cn285_billing_schedule (contract_id, item_id, {",".join(kept)})
            SELECT item.contract_id, item.id, {",".join(f"row.{name}" for name in kept)}
              FROM cn285_billing_schedule row
              JOIN cn285_contract_item own ON own.id = row.item_id
              JOIN cn285_contract_item item ON item.sequence = own.sequence
              JOIN fresh ON fresh.id = item.contract_id
             WHERE row.contract_id = %s""",
        [pattern.id],
    )
    return {}


def seed_oca(env, count):
    """Make the same contracts in OCA contract."""
    products = services(env)
    for start, partners in chunks(_partners(env, count, "oca")):
        env["contract.contract"].create(
            [
                {
                    "name": f"Contract {number}",
                    "partner_id": partner.id,
                    "line_recurrence": True,
                    "contract_line_ids": [
                        (
                            0,
                            0,
                            {
                                "product_id": product.id,
                                "name": product.name,
                                "quantity": 1,
                                "uom_id": product.uom_id.id,
                                "price_unit": price(number, index),
                                "recurring_rule_type": "monthly",
                                "recurring_interval": 1,
                                "date_start": DAY,
                                "recurring_next_date": DAY,
                            },
                        )
                        for index, product in enumerate(products)
                    ],
                }
                for number, partner in enumerate(partners, start)
            ]
        )
        env.cr.commit()
        env.invalidate_all()
    return {}


def seed_bare(env, count):
    """Make customers for invoices without a contract."""
    services(env)
    _partners(env, count, "bare")
    return {}
