"""Contracts of the demonstration that wait for their customers: ``demo_prepayment.ask(env)``.

One is paid first, one waits for a means of payment. Whoever opens the link pays as its customer
would, by Odoo's provider for demonstrations, and the contract starts by itself.
"""

from import_tools import money, out, print_figures

NAMES = {"paid": "Souscription en ligne, payée d'avance", "means": "Souscription en ligne"}
PRODUCT, FEE, PRICE, SET_UP = "SUP", "HEB", 29.0, 90.0


def ask(env):
    """Make the drafts and their links where there are none yet.

    No mail is sent. Run again, it makes nothing.
    """
    if "cn285.prepayment" not in env:
        return
    for number, (initiation, name) in enumerate(NAMES.items()):
        if not env["cn285.contract.template"].search_count([("name", "=", name)], limit=1):
            contract = _contract(env, _template(env, initiation, name), number)
            env["cn285.prepayment"]._start(contract)
    env.cr.commit()


def tell(env):
    """Print what waits, and its links."""
    if "cn285.prepayment" not in env:
        return
    found = env["cn285.prepayment"].search(
        [("contract_id.template_id.name", "in", list(NAMES.values()))], order="id"
    )
    states = dict(found._fields["state"]._description_selection(env))
    rows = [
        (f"{one.contract_id.name}: {states[one.state].lower()}", money(env, one.amount))
        for one in found
    ]
    print_figures("Contracts that start with a payment, or with means", rows)
    for one in found.filtered(lambda one: one.state == "open"):
        out.print(f"as its customer: {one._url()}", markup=False, soft_wrap=True)


def _template(env, initiation, name):
    return env["cn285.contract.template"].create(
        {
            "name": name,
            "initiation": initiation,
            "collection_mode": "automatic",
            "item_ids": [
                (0, 0, {"product_id": _product(env, PRODUCT).id, "price_unit": PRICE}),
                (
                    0,
                    0,
                    {
                        "product_id": _product(env, FEE).id,
                        "name": "Mise en service",
                        "billing_type": "one_shot",
                        "price_unit": SET_UP,
                    },
                ),
            ],
        }
    )


def _contract(env, template, number):
    """A draft of one of the last customers by name, from the template."""
    contracts = env["cn285.contract"].search(
        [("state", "=", "active"), ("currency_id", "=", env.company.currency_id.id)]
    )
    payers = contracts.payer_id.commercial_partner_id.sorted(lambda one: (one.name, one.id))
    return env["cn285.contract"].create(
        {"partner_id": payers[-1 - number].id, "template_id": template.id}
    )


def _product(env, code):
    return env["product.product"].search([("default_code", "=", code)], limit=1)
