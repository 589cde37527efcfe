"""The catalogue: what may be ordered, at what price, from when."""

from typing import Annotated

from fastapi import Query
from odoo.addons.cn285_api.core.call import CurrentCall
from odoo.addons.cn285_api.core.records import named, page
from odoo.addons.cn285_api.core.representing import Names, expansions, money, number
from odoo.addons.cn285_api.core.route import new_router, operation
from odoo.addons.cn285_api.routers.contract_views import show_terms
from odoo.fields import Command, Domain

from ..schemas.offers import ChoiceOut, OfferOut, OfferPage, OfferQuery, SlotOut

router = new_router("Quotations")
ITEM = "cn285.contract.template.item"


@router.get("/catalogue", summary="What may be ordered?", **operation("quotes:read"))
def list_offers(call: CurrentCall, query: Annotated[OfferQuery, Query()]) -> OfferPage:
    """Services by the terms by which they are sold, with the prices that a quotation of today would
    have, and from when they may begin. Name an offer in a line of a quotation or an order."""
    call.env["sale.order"].check_access("read")
    expansions(call, query.expand, ())
    customer = named(call, "res.partner", query.customer, "customer")
    pricelist = named(call, "product.pricelist", query.pricelist, "pricelist")
    items, following = page(call, ITEM, _offered(call, query), query)
    return OfferPage(
        data=show_offers(call, items, customer, pricelist, _first_day(call, query)),
        has_more=following is not None,
        next_cursor=following,
    )


def _offered(call, query):
    """Which items of templates are offers."""
    domain = Domain("product_id.sale_ok", "=", True) & Domain("product_id.active", "=", True)
    domain &= Domain("template_id.active", "=", True)
    if query.template:
        template = named(call, "cn285.contract.template", query.template, "template")
        domain &= Domain("template_id", "=", template.id)
    else:
        sold = [("cn285_template_item_id", "!=", False), ("sale_ok", "=", True)]
        usual = call.env["product.template"].search(sold).cn285_template_item_id
        domain &= Domain("id", "in", usual.ids)
    if query.product:
        product = named(call, "product.product", query.product, "product")
        domain &= Domain("product_id", "=", product.id)
    return domain


def _first_day(call, query):
    """From when what is ordered now may begin; None where a contract's rules do not allow it."""
    contract = named(call, "cn285.contract", query.contract, "contract")
    if not contract:
        return call.today()
    changes = call.env["cn285.contract.change"]
    return changes.first_allowed_date(contract.id, "add_item") or None


def show_offers(call, items, customer, pricelist, first_day):
    """Items of templates with what a quotation would say of them."""
    # sudo: what a bundle offers is the same for all who sell it.
    choices = items.product_id.sudo().filtered("cn285_is_bundle").combo_ids.combo_item_ids
    own = choices.product_id | choices.cn285_requires_ids | choices.cn285_excludes_ids
    names = Names(items.env, items, items.template_id, items.product_id, own)
    shown = []
    for item, line in zip(items, _imagined_lines(call, items, customer, pricelist), strict=True):
        currency, is_bundle = line.currency_id or call.company.currency_id, line._cn285_is_bundle()
        terms = {**show_terms(names, item), "discount": number(line.discount)}
        terms["price_unit"] = number(line.cn285_bundle_price if is_bundle else line.price_unit)
        amounts = _bundle_amounts(line, currency) if is_bundle else _amounts(line, currency)
        shown.append(
            OfferOut(
                id=item.id,
                external_id=names.external_id(item),
                template=names.ref(item.template_id),
                currency=currency.name,
                amount_untaxed=money(currency, amounts["total_excluded"]),
                amount_total=money(currency, amounts["total_included"]),
                available_from=first_day,
                slots=_slots(call, names, line, currency) if is_bundle else None,
                **terms,
            )
        )
    return shown


def _amounts(line, currency):
    """What a full period costs; Odoo's own totals of a line look for its analytic account, each."""
    return line.tax_ids.compute_all(
        line.price_unit * (1 - line.discount / 100),
        currency=currency,
        quantity=line.product_uom_qty,
        product=line.product_id,
        partner=line.order_id.partner_id,
    )


def _bundle_amounts(line, currency):
    """What a full period of a bundle costs with its usual components, each by its own taxes."""
    bundle, order = line.product_id.product_tmpl_id, line.order_id
    counts, terms = bundle._cn285_defaults(), line._cn285_price_terms()
    prices = bundle._cn285_component_prices(line.cn285_bundle_price, counts, **terms)
    sums = {"total_excluded": 0.0, "total_included": 0.0}
    for choice, price in prices.items():
        product = choice.product_id.with_company(terms["company"])
        taxes = product.taxes_id._filter_taxes_by_company(terms["company"])
        found = order.fiscal_position_id.map_tax(taxes).compute_all(
            price * (1 - line.discount / 100),
            currency=currency,
            quantity=line.product_uom_qty * choice.cn285_quantity * counts[choice],
            product=product,
            partner=order.partner_id,
        )
        for name in sums:
            sums[name] += found[name]
    return sums


def _slots(call, names, line, currency):
    """What is chosen of a bundle, by its rules."""
    bundle = line.product_id.product_tmpl_id
    usual, terms = bundle._cn285_defaults(), line._cn285_price_terms()
    shown = []
    # sudo: see show_offers.
    for slot in bundle.sudo().combo_ids:
        choices = slot.combo_item_ids.filtered("product_id.active")
        shown.append(
            SlotOut(
                id=slot.id,
                name=slot.name,
                min=slot.cn285_min,
                max=slot.cn285_max or None,
                choices=[
                    ChoiceOut(
                        product=names.ref(choice.product_id),
                        quantity=number(choice.cn285_quantity),
                        extra_price=number(
                            choice._cn285_extra(terms["company"], currency, terms["day"])
                        ),
                        default=usual.get(choice, 0),
                        no_billing=choice.cn285_no_billing,
                        requires=[names.ref(one) for one in choice.cn285_requires_ids],
                        excludes=[names.ref(one) for one in choice.cn285_excludes_ids],
                    )
                    for choice in choices
                ],
            )
        )
    return shown


def _imagined_lines(call, items, customer, pricelist):
    """Lines of a quotation in memory that has all of these: nothing is kept."""
    orders = call.env["sale.order"]
    lines = orders.order_line
    values = {"company_id": call.company.id, "partner_id": customer.id}
    if pricelist:
        values["pricelist_id"] = pricelist.id
    order = orders.new(values)
    rules = _rules(order, items)
    order.order_line = [
        Command.create({**lines._cn285_values_from(item), "pricelist_item_id": rules.get(item.id)})
        for item in items
    ]
    return order.order_line


def _rules(order, items):
    """``{id of an item: rule of the price list}``: a search for each quantity, not each item."""
    found = {}
    if not order.pricelist_id:
        return found
    for quantity, some in items.grouped("quantity").items():
        rules = order.pricelist_id._compute_price_rule(
            some.product_id, quantity or 1.0, date=order.date_order, compute_price=False
        )
        found.update({item.id: rules[item.product_id.id][1] for item in some})
    return found
