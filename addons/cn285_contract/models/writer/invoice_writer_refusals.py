"""What the quick writer leaves to Odoo where one of the modules in COVERED would do something."""

from odoo.http import request

from .invoice_writer_reasons import NotQuick


def refuse_request(env):
    """Refuse all invoices of a web request whose cookies `utm` would write on them."""
    if not request or "utm.mixin" not in env:
        return
    cookies = (cookie for _param, _name, cookie in env["utm.mixin"].tracking_fields())
    if any(request.cookies.get(cookie) for cookie in cookies):
        raise NotQuick("cookies")


def has_formats(journal):
    """Return whether `account_edi` makes documents for the journal's invoices."""
    return "edi_format_ids" in journal and bool(journal.edi_format_ids)


def refuse_product(product):
    """Refuse a product for which `stock_account` adds items or `product_email_template` mails."""
    # landed costs are services that `stock_landed_costs` treats as goods
    goods = any(name in product and product[name] for name in ("is_storable", "landed_cost_ok"))
    if goods and "valuation" in product and product.valuation == "real_time":
        raise NotQuick("stock_valuation")
    if "email_template_id" in product and product.email_template_id:
        raise NotQuick("product_mail")


def refuse_reinvoicing(product, has_analytic, balance):
    """Refuse a line that is a cost with analytics, which `sale` sells again on an order."""
    if balance < 0 or not has_analytic or "expense_policy" not in product:
        return
    if product.expense_policy not in (False, "no"):
        raise NotQuick("reinvoiced")
