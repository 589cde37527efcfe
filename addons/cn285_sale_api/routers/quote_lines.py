"""Lines of quotations as bodies tell them: services, bundles, items of a contract, steps."""

from odoo.addons.cn285_api.core.problems import invalid, said_twice
from odoo.addons.cn285_api.core.records import named
from odoo.addons.cn285_api.core.values import given, orm, put_references
from odoo.fields import Command

ITEM = "cn285.contract.template.item"
LINKS = {
    "product": ("product_id", "product.product"),
    "offer": ("cn285_template_item_id", ITEM),
    "beneficiary": ("cn285_beneficiary_id", "res.partner"),
}
NAMES = {"quantity": "product_uom_qty"}
BOUNDED = ("quantity", "price_unit", "discount")
# Percentage off a price.
LEAST_DISCOUNT, MOST_DISCOUNT = 0, 100


def new_lines(call, lines):
    """Commands that make these lines."""
    return [
        Command.create(_line_values(call, line, f"/lines/{place}"))
        for place, line in enumerate(lines)
    ]


def _within_bounds(call, values, pointer):
    """Refuse what no item of a contract may have, before it is calculated with."""
    numbers = {name: orm(values[name]) for name in BOUNDED if values.get(name) is not None}
    call.env["cn285.contract.item"]._within_bounds(numbers)
    if not LEAST_DISCOUNT <= numbers.get("discount", LEAST_DISCOUNT) <= MOST_DISCOUNT:
        detail = call.env._("A discount lies between 0 and 100 %.")
        raise invalid(f"{pointer}/discount", "out_of_range", detail)


def _plain(values):
    return {
        NAMES.get(name, name): orm(value) for name, value in values.items() if value is not None
    }


def _line_values(call, line, pointer):
    values = given(line, "components")
    _within_bounds(call, values, pointer)
    put_references(call, values, LINKS, pointer)
    product = call.env["product.product"].browse(values["product_id"])
    offer = call.env[ITEM].browse(values.get("cn285_template_item_id") or [])
    if offer and offer.product_id != product:
        detail = call.env._("This offer is of another product.")
        raise invalid(f"{pointer}/offer", "not_allowed", detail)
    if not offer:
        values.pop("cn285_template_item_id", None)
    is_bundle = product.type == "combo" and product.cn285_is_bundle
    if is_bundle and "price_unit" in values:
        # A bundle's line has no price in Odoo: it is spread over its components.
        values["cn285_bundle_price"] = values.pop("price_unit")
    if line.components and not is_bundle:
        detail = call.env._("“%s” is no bundle.", product.display_name)
        raise invalid(f"{pointer}/components", "not_allowed", detail)
    return _plain(values)


def take_components(call, quote, lines):
    """Let the bundles among new lines consist of what was chosen.

    :param lines: the body's, all that stand for no item of a contract
    """
    made = quote.order_line.filtered(
        lambda line: line.product_id and not line.cn285_base and not line._cn285_bundle_line()
    )
    made = made.sorted(lambda line: (line.sequence, line.id))
    for place, (line, body) in enumerate(zip(made, lines, strict=True)):
        if body.components:
            line._cn285_take(_counts(call, line, body.components, f"/lines/{place}/components"))
    # Components stand below their bundle.
    call.env.flush_all()
    quote.invalidate_recordset(["order_line"])


def _counts(call, line, components, pointer):
    """``{choice: how often}`` of what a body chooses of a bundle."""
    bundle = line.product_id.product_tmpl_id
    offered = {choice.product_id.id: choice for choice in bundle._cn285_choices()}
    counts = {}
    for place, one in enumerate(components):
        where = f"{pointer}/{place}/product"
        product = named(call, "product.product", one.product, where)
        if product.id not in offered:
            detail = call.env._(
                "%(bundle)s does not offer %(product)s.",
                bundle=bundle.display_name,
                product=product.display_name,
            )
            raise invalid(where, "not_allowed", detail)
        if offered[product.id] in counts:
            raise said_twice(call.env, where)
        counts[offered[product.id]] = one.count
    return counts


def change_items(call, quote, items):
    """Write what is different of the contract's items on the lines that stand for them."""
    lines = {line.cn285_item_id.id: line for line in quote.order_line if line.cn285_base}
    said = set()
    for place, item in enumerate(items):
        pointer = f"/items/{place}"
        if item.item not in lines:
            detail = call.env._("No line of this quotation stands for item %s.", item.item)
            raise invalid(f"{pointer}/item", "unknown_reference", detail)
        if item.item in said:
            raise said_twice(call.env, f"{pointer}/item")
        said.add(item.item)
        line, values = lines[item.item], given(item, "item", "components")
        _within_bounds(call, values, pointer)
        put_references(call, values, {"product": LINKS["product"]}, pointer)
        values = _plain(values)
        if line._cn285_is_bundle() and "price_unit" in values:
            values["cn285_bundle_price"] = values.pop("price_unit")
        line.write(values)
        if item.components:
            _take_of_running(call, line, item.components, f"{pointer}/components")


def _take_of_running(call, line, components, pointer):
    """Let a running bundle consist of these components, and no others."""
    if not line._cn285_is_bundle():
        detail = call.env._("“%s” is no bundle.", line.product_id.display_name)
        raise invalid(pointer, "not_allowed", detail)
    counts = _counts(call, line, components, pointer)
    line._cn285_take({**dict.fromkeys(line._cn285_taken(), 0), **counts})


def replace_steps(call, quote, steps):
    """Give a quotation these steps, in place of those that it has."""
    quote.cn285_step_ids.unlink()
    lines = {line.id: line for line in quote.order_line}
    vals_list, said = [], set()
    for place, step in enumerate(steps):
        line = lines.get(step.line)
        if not line:
            detail = call.env._("This quotation has no line %s.", step.line)
            raise invalid(f"/steps/{place}/line", "unknown_reference", detail)
        since = (step.line, step.date, step.months)
        if since in said:
            raise said_twice(call.env, f"/steps/{place}")
        said.add(since)
        values = given(step, "line")
        _within_bounds(call, values, f"/steps/{place}")
        vals_list.append(
            {
                "line_id": line.id,
                "quantity": line.product_uom_qty,
                "price_unit": line.price_unit,
                "discount": line.discount,
                **{name: orm(value) for name, value in values.items() if value is not None},
            }
        )
    quote.cn285_step_ids = [Command.create(vals) for vals in vals_list]
