"""Bundles of the demonstration: ``demo_bundles.sell(env)``.

A fixed one and a flexible one, a contract with the flexible one, and a quotation of the fixed one.
What is sold begins after the days that the demonstration bills: no figure of those changes. Run
again, it makes nothing.
"""

from datetime import date

from import_tools import out

BEGINS = date(2027, 1, 1)
REFERENCE = "Offres groupées (démonstration)"
# Name, price alone.
SERVICES = (
    ("Ligne fixe", 20.0),
    ("Accès internet", 15.0),
    ("Télécopie par courriel", 10.0),
    ("Forfait mobile", 30.0),
    ("Revue de presse", 10.0),
    ("Assistance", 5.0),
)


def sell(env):
    """Make the bundles, sell them, and tell what came of it."""
    if "cn285_bundle_price" not in env["sale.order.line"]._fields:
        return
    orders = env["sale.order"]
    if not orders.search_count([("client_order_ref", "=", REFERENCE)], limit=1):
        products = {name: _service(env, name, price) for name, price in SERVICES}
        fixed, flexible = _fixed(env, products), _flexible(env, products)
        customers = env["cn285.contract"].search([("state", "=", "active")], order="id").partner_id
        _quote(env, customers[0], fixed)
        order = _quote(env, customers[1], flexible)
        wanted = {"Forfait mobile": 2, "Accès internet": 1, "Revue de presse": 1, "Assistance": 1}
        choices = {
            choice.product_id.name: choice for choice in flexible.product_tmpl_id._cn285_choices()
        }
        order.order_line[0]._cn285_take({choices[name]: count for name, count in wanted.items()})
        order.action_confirm()
        env.cr.commit()
    sold = orders.search([("client_order_ref", "=", REFERENCE)], order="id")
    told = ", ".join(f"{order.name} ({order.cn285_mrr:,.2f} a month)" for order in sold)
    out.print(f"Bundles (Sales > Orders): {told}.", markup=False)


def _service(env, name, price):
    return env["product.product"].create({"name": name, "type": "service", "list_price": price})


def _slot(env, name, choices, least=1, most=1):
    return env["product.combo"].create(
        {
            "name": name,
            "cn285_min": least,
            "cn285_max": most,
            "combo_item_ids": [
                (0, 0, {"product_id": product.id, **values}) for product, values in choices
            ],
        }
    )


def _bundle(env, name, price, slots, **values):
    """A bundle that is billed each calendar month."""
    bundle = env["product.product"].create(
        {
            "name": name,
            "type": "combo",
            "list_price": price,
            "cn285_is_bundle": True,
            "combo_ids": [(6, 0, [slot.id for slot in slots])],
            **values,
        }
    )
    template = env["cn285.contract.template"].create(
        {
            "name": name,
            "item_ids": [
                (0, 0, {"product_id": bundle.id, "price_unit": price, "alignment": "calendar"})
            ],
        }
    )
    bundle.product_tmpl_id.cn285_template_item_id = template.item_ids
    return bundle


def _fixed(env, products):
    names = ("Ligne fixe", "Télécopie par courriel", "Accès internet")
    slots = [_slot(env, name, [(products[name], {})]) for name in names]
    return _bundle(env, "Pack Bureau", 35.0, slots, cn285_bundle_invoice="all")


def _flexible(env, products):
    mobile = products["Forfait mobile"]
    lines = _slot(
        env,
        "Lignes",
        [
            (products["Ligne fixe"], {"cn285_default_count": 1}),
            (mobile, {"extra_price": 12.0}),
        ],
        most=5,
    )
    options = _slot(
        env,
        "Options",
        [
            (products["Accès internet"], {"cn285_default_count": 1}),
            (products["Revue de presse"], {"cn285_requires_ids": [(6, 0, mobile.ids)]}),
            (products["Assistance"], {"cn285_no_billing": True, "cn285_default_count": 1}),
        ],
        least=0,
        most=3,
    )
    return _bundle(env, "Pack Équipe", 60.0, [lines, options])


def _quote(env, customer, bundle):
    return env["sale.order"].create(
        {
            "partner_id": customer.id,
            "client_order_ref": REFERENCE,
            "cn285_date_start": BEGINS,
            "order_line": [(0, 0, {"product_id": bundle.id})],
        }
    )
