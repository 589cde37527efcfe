"""A request for each operation on quotations: see the file of this name of cn285_api."""


def seed(env, names):
    """Quotations in every state that something can be done in; the offers that they are of."""
    env.company.email = "ventes@cn285.example"
    seller = env.ref("sales_team.group_sale_salesman_all_leads")
    user = env["res.users"].browse(names["user"])
    user.group_ids = [(4, seller.id)]
    products = env["product.product"].create(
        [
            {
                "name": name,
                "type": "service",
                "default_code": code,
                "taxes_id": [(6, 0, env.company.account_sale_tax_id.ids)],
                "company_id": env.company.id,
            }
            for name, code in (("Hosting", "HOSTING"), ("Backup", "BACKUP"))
        ]
    )
    template = env["cn285.contract.template"].create(
        {
            "name": "Hosting",
            "code": "HOSTING",
            "company_id": env.company.id,
            "item_ids": [
                (0, 0, {"product_id": product.id, "price_unit": price, "alignment": "calendar"})
                for product, price in zip(products, (31.0, 6.2), strict=True)
            ],
        }
    )
    for item in template.item_ids:
        item.product_id.product_tmpl_id.cn285_template_item_id = item
    hosting, backup = products

    def quote(**values):
        made = (
            env["sale.order"]
            .with_user(user)
            .create(
                {
                    "partner_id": names["customer"],
                    "cn285_date_start": names["soon"],
                    "order_line": [(0, 0, {"product_id": hosting.id, "product_uom_qty": 2})],
                    **values,
                }
            )
        )
        return made.sudo()

    first = quote(client_order_ref="PO-1")
    newer = env["sale.order"].browse(first.action_cn285_new_version()["res_id"])
    newer.order_line.product_uom_qty = 3
    sent = [quote() for _name in range(3)]
    for order in sent:
        order.action_quotation_sent()
    # Accepted, and what kept its contract from being made is out of the way by now.
    waiting = quote()
    waiting.write({"state": "sale", "cn285_activation": "waiting"})
    return {
        "hosting": hosting.id,
        "backup": backup.id,
        "offer": template.item_ids[0].id,
        "hosting_template": template.id,
        "quote": quote(client_order_ref="PO-2").id,
        "newer_quote": newer.id,
        "quote_to_send": quote().id,
        "quote_to_accept": sent[0].id,
        "quote_to_decline": sent[1].id,
        "quote_to_replace": sent[2].id,
        "quote_to_cancel": quote().id,
        "quote_to_activate": waiting.id,
    }


_LINES = [
    {"product": "{hosting}", "quantity": "2"},
    {"product": "{backup}", "price_unit": "5.00"},
]

ASKS = {
    "list_offers": {"query": "customer={customer}&limit=1"},
    "list_quotes": {"query": "customer={customer}&state=draft&limit=1"},
    "get_quote": {"query": "expand=lines"},
    "get_quote_figures": {},
    "list_quote_versions": {"places": {"quote": "{newer_quote}"}},
    "compare_quotes": {"places": {"quote": "{newer_quote}"}},
    "get_quote_pdf": {},
    "create_quote": {
        "body": {
            "customer": "{customer}",
            "date_start": "{soon}",
            "term_length": 12,
            "external_id": "Q-1",
            "lines": _LINES,
        }
    },
    "update_quote": {"body": {"client_ref": "PO-4711"}},
    "create_contract_quote": {"body": {"kind": "amendment"}},
    "send_quote": {"body": {"email": True}, "places": {"quote": "{quote_to_send}"}},
    "create_quote_version": {"places": {"quote": "{quote_to_replace}"}},
    "accept_quote": {"places": {"quote": "{quote_to_accept}"}},
    "activate_quote": {"places": {"quote": "{quote_to_activate}"}},
    "decline_quote": {
        "body": {"reason": "Not this year"},
        "places": {"quote": "{quote_to_decline}"},
    },
    "cancel_quote": {"places": {"quote": "{quote_to_cancel}"}},
    "create_order": {
        "body": {
            "new_customer": {
                "name": "Fleuriste Rose",
                "country": "FR",
                "email": "rose@fleuriste.example",
                "external_id": "C-2",
            },
            "lines": [{"product": "{hosting}"}],
            "date_start": "{soon}",
            "external_id": "ORDER-1",
            "signature": {"mode": "builtin"},
        }
    },
}
