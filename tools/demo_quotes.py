"""A pipeline of quotations in the demonstration: ``demo_quotes.offer(env, until)``.

One in each state: a draft, sent, viewed, replaced by a second version, accepted, accepted and not
activated, accepted and not paid, signed, declined with a reason, expired. What they offer begins
after the days that the demonstration bills: no figure of those changes.
"""

from datetime import date, timedelta

import demo_sign
from import_tools import out, print_figures

# What is offered begins on this day, behind what is billed here and what `make travel` bills.
BEGINS = date(2028, 7, 1)
NOTE = "Devis (démonstration)"
# How the opportunity is called, and what becomes of its quotation.
OFFERS = (
    ("Hébergement managé", "draft"),
    ("Supervision du parc", "sent"),
    ("Messagerie de l'équipe", "viewed"),
    ("Extension de l'hébergement", "replaced"),
    ("Nouvelle filiale", "accepted"),
    ("Site marchand", "waiting"),
    ("Souscription en ligne", "unpaid"),
    ("Contrat-cadre", "signed"),
    ("Archivage", "declined"),
    ("Sauvegarde externalisée", "expired"),
)
PRODUCT, OTHER, PRICE, SET_UP = "SUP", "HEB", 29.0, 90.0


def offer(env, until):
    """Make the opportunities and their quotations, once. Run again, it makes nothing.

    :param until: the day of the demonstration as text, such as "2026-06-30"
    """
    if "cn285.quote.discount" not in env:
        return
    orders, last = env["sale.order"], date.fromisoformat(until)
    if not orders.search_count([("client_order_ref", "=", NOTE)], limit=1):
        env.ref("base.user_admin").group_ids += env.ref("crm.group_use_recurring_revenues")
        for number, (name, state) in enumerate(OFFERS):
            _reach(state, _quote(env, _lead(env, name, number), state, last))
            env.cr.commit()
        # No mail leaves the demonstration.
        models = ("sale.order", "crm.lead", "cn285.sign.signer", "cn285.prepayment")
        env["mail.mail"].search([("model", "in", models), ("state", "=", "outgoing")]).cancel()
        env.cr.commit()
    found = orders.search([("client_order_ref", "=", NOTE)])
    labels = dict(orders._fields["state"]._description_selection(env))
    counts = {}
    for order in found:
        told = _told(order, labels)
        counts[told] = counts.get(told, 0) + 1
    print_figures("Quotations", [(told, str(count)) for told, count in counts.items()])
    open_leads = found.opportunity_id.filtered(lambda lead: lead.active and lead.probability < 100)
    mrr = env.company.currency_id.format(sum(open_leads.mapped("recurring_revenue")))
    out.print(f"Open opportunities: {mrr} of recurring revenue a month.", markup=False)


def _told(order, labels):
    """What became of a quotation, in a word or two."""
    if order.cn285_superseded_by_id:
        return "replaced"
    if order.cn285_activation in ("waiting", "unpaid"):
        activations = dict(order._fields["cn285_activation"]._description_selection(order.env))
        return activations[order.cn285_activation].lower()
    if order.state == "sale":
        return "signed" if order.signed_by else "accepted"
    if order.cn285_lost_reason_id:
        return "declined"
    if order.is_expired:
        return "expired"
    viewed = order.env.ref("sale.mt_order_viewed")
    if viewed in order.message_ids.subtype_id:
        return "viewed"
    return labels[order.state].lower()


def _lead(env, name, number):
    contracts = env["cn285.contract"].search([("state", "=", "active")], order="name, id")
    customers = contracts.partner_id.filtered("email").sorted(lambda one: (one.name, one.id))
    return env["crm.lead"].create(
        {
            "name": name,
            "type": "opportunity",
            "partner_id": customers[20 + number].id,
            "user_id": env.ref("base.user_admin").id,
            "expected_revenue": 0.0,
        }
    )


def _quote(env, lead, state, last):
    paid_first = {"cn285_initiation": "paid"} if state == "unpaid" else {}
    if "cn285_initiation" not in env["sale.order"]._fields:
        paid_first = {}
    return env["sale.order"].create(
        {
            "partner_id": lead.partner_id.id,
            "opportunity_id": lead.id,
            "user_id": lead.user_id.id,
            "client_order_ref": NOTE,
            "cn285_date_start": BEGINS,
            "date_order": last - timedelta(days=20),
            "validity_date": last + timedelta(days=-5 if state == "expired" else 3650),
            "term_length": 12,
            "require_signature": state != "unpaid",
            "require_payment": False,
            "order_line": [
                (
                    0,
                    0,
                    {
                        "product_id": _product(env, PRODUCT).id,
                        "product_uom_qty": 1 + lead.id % 3,
                        "price_unit": PRICE,
                        "billing_type": "fixed",
                        "recurring_unit": "month",
                        "cn285_discount_ids": [(0, 0, {"percent": 50.0, "month_count": 3})],
                    },
                ),
                (
                    0,
                    0,
                    {
                        "product_id": _product(env, OTHER).id,
                        "name": "Mise en service",
                        "price_unit": SET_UP,
                    },
                ),
            ],
            **paid_first,
        }
    )


def _product(env, code):
    return env["product.product"].search([("default_code", "=", code)], limit=1)


def _reach(state, order):
    """Live through what brings a quotation into a state."""
    if state == "draft":
        return
    order.action_quotation_sent()
    if state == "viewed":
        order.message_post(
            body=order.env._("Quotation viewed by customer %s", order.partner_id.name),
            message_type="notification",
            subtype_xmlid="sale.mt_order_viewed",
        )
    elif state == "replaced":
        second = order.browse(order.action_cn285_new_version()["res_id"])
        second.client_order_ref = NOTE
        second.order_line[0].product_uom_qty += 2
        second.action_quotation_sent()
    elif state in ("accepted", "unpaid"):
        order.action_confirm()
    elif state == "waiting":
        _accept_without_account(order)
    elif state == "signed":
        _sign(order)
    elif state == "declined":
        reasons = order._cn285_lost_reasons()
        order._cn285_declined("Nous avons retenu une autre offre.", reasons[:1])


def _accept_without_account(order):
    """Accepted while one product excludes the other: the contract cannot be made."""
    first, second = order.order_line.product_id.product_tmpl_id
    first.cn285_excludes_ids = second
    order.action_confirm()
    first.cn285_excludes_ids = False


def _sign(order):
    """Signed on line by the customer, which accepts it."""
    demo_sign.rule(order.env)  # there is a provider
    order.action_cn285_send_for_signature()
    for signer in order._cn285_signatures().signer_ids.sorted("order"):
        demo_sign.sign(signer)
