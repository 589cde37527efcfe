"""What the matrix of access needs to try the operations on quotations."""


def samples(case):
    """Add a quotation of the company's, a draft, and an offer."""
    template = case.env["cn285.contract.template"].create(
        {
            "name": "Sold",
            "company_id": case.company.id,
            "item_ids": [(0, 0, {"product_id": case.subscription.id, "price_unit": 31.0})],
        }
    )
    case.subscription.product_tmpl_id.cn285_template_item_id = template.item_ids
    case.customer.email = "client@cn285.example"
    quote = case.env["sale.order"].create(
        {
            "partner_id": case.customer.id,
            "order_line": [(0, 0, {"product_id": case.subscription.id})],
        }
    )
    case.ids["quote"] = quote.id
    lines = [{"product": str(case.subscription.id)}]
    case.bodies |= {
        "create_quote": {"customer": str(case.customer.id), "lines": lines},
        "create_order": {"customer": str(case.customer.id), "lines": lines},
        "update_quote": {"client_ref": "x"},
        "create_contract_quote": {},
        "send_quote": {"email": False},
        "decline_quote": {},
    }
    case.tables += ["sale_order", "sale_order_line"]
