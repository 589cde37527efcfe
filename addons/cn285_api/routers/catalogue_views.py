"""Products, prices, tier paths and templates as the API shows them."""

from ..core.representing import Names, number, text
from ..schemas.catalogue import (
    CalculatorRef,
    PricelistOut,
    PriceOut,
    ProductOut,
    TemplateItemOut,
    TemplateOut,
    TierPathOut,
)
from .contract_views import show_terms


def show_products(products):
    names = Names(products.env, products, products.categ_id)
    company = products.env.company
    return [
        ProductOut(
            id=product.id,
            external_id=names.external_id(product),
            name=product.display_name,
            code=text(product.default_code),
            type=product.type,
            price=number(product.lst_price),
            currency=product.currency_id.name,
            unit=product.uom_id.name,
            category=names.ref(product.categ_id),
            taxes=product.taxes_id.filtered_domain(
                product.taxes_id._check_company_domain(company)
            ).mapped("name"),
            active=product.active,
            updated_at=product.write_date,
        )
        for product in products
    ]


def show_pricelists(pricelists):
    names = Names(pricelists.env, pricelists)
    return [
        PricelistOut(
            id=pricelist.id,
            external_id=names.external_id(pricelist),
            name=pricelist.name,
            currency=pricelist.currency_id.name,
            active=pricelist.active,
            updated_at=pricelist.write_date,
        )
        for pricelist in pricelists
    ]


def show_prices(rules):
    names = Names(rules.env, rules, rules.product_id)
    return [
        PriceOut(
            id=rule.id,
            external_id=names.external_id(rule),
            applies_to=rule.name or "",
            product=names.ref(rule.product_id),
            kind=rule.compute_price,
            fixed_price=number(rule.fixed_price) if rule.compute_price == "fixed" else None,
            percent=number(rule.percent_price) if rule.compute_price == "percentage" else None,
            min_quantity=number(rule.min_quantity),
            valid_from=rule.date_start or None,
            valid_until=rule.date_end or None,
            updated_at=rule.write_date,
        )
        for rule in rules
    ]


def show_paths(paths):
    names = Names(paths.env, paths, paths.product_from_id, paths.product_to_id)
    return [
        TierPathOut(
            id=path.id,
            external_id=names.external_id(path),
            product_from=names.ref(path.product_from_id),
            product_to=names.ref(path.product_to_id),
            direction=path.kind,
            active=path.active,
            updated_at=path.write_date,
        )
        for path in paths
    ]


def show_templates(templates):
    items = templates.item_ids
    shown = dict(zip(items, show_template_items(items), strict=True))
    names = Names(templates.env, templates)
    return [
        TemplateOut(
            id=template.id,
            external_id=names.external_id(template),
            name=template.name,
            code=text(template.code),
            currency=text(template.currency_id.name),
            invoice_separately=template.invoice_separately,
            line_grouping=template.line_grouping,
            sending=template.sending,
            tags=template.tag_ids.mapped("name"),
            active=template.active,
            updated_at=template.write_date,
            items=[shown[item] for item in template.item_ids],
        )
        for template in templates
    ]


def show_template_items(items):
    names = Names(items.env, items, items.product_id)
    return [
        TemplateItemOut(
            id=item.id,
            external_id=names.external_id(item),
            calculators=_show_calculators(item),
            **show_terms(names, item),
        )
        for item in items
    ]


def _show_calculators(item):
    """Those of a template's item, where usage is installed."""
    if "calculator_ids" not in item._fields:
        return []
    return [
        CalculatorRef(
            id=calculator.id,
            name=calculator.display_name,
            metric=text(calculator.metric_id.code),
            charge_model=calculator.charge_model,
        )
        for calculator in item.calculator_ids
    ]
