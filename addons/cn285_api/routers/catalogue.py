"""Products, price lists, tier paths and templates: read."""

from typing import Annotated

from fastapi import Query
from odoo.fields import Domain

from ..core.call import CurrentCall
from ..core.records import find, page
from ..core.representing import Names, expansions, number, text
from ..core.route import new_router, operation
from ..schemas.catalogue import (
    CalculatorRef,
    PricelistOut,
    PricelistPage,
    PriceOut,
    PricePage,
    ProductOut,
    ProductPage,
    ProductQuery,
    TemplateItemOut,
    TemplateOut,
    TemplatePage,
    TemplateQuery,
    TierPathOut,
    TierPathPage,
)
from ..schemas.common import ListQuery, RefPath
from .contract_views import show_terms

router = new_router("Catalogue")
SOLD = [("sale_ok", "=", True)]


def _paged(page_type, call, model, domain, query, show):
    """A page of one kind of records."""
    expansions(call, query.expand, ())
    records, following = page(call, model, domain, query)
    return page_type(data=show(records), has_more=following is not None, next_cursor=following)


# === PRODUCTS === #


@router.get("/products", summary="List products", **operation("products:read"))
def list_products(call: CurrentCall, query: Annotated[ProductQuery, Query()]) -> ProductPage:
    """Products that can be sold, each variant by itself."""
    domain = Domain(SOLD)
    if query.code:
        domain &= Domain("default_code", "=", query.code)
    return _paged(ProductPage, call, "product.product", domain, query, _show_products)


@router.get("/products/{product}", summary="Read a product", **operation("products:read", 404))
def get_product(call: CurrentCall, product: RefPath) -> ProductOut:
    """One product."""
    return _show_products(find(call, "product.product", product, SOLD))[0]


def _show_products(products):
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


# === PRICES === #


@router.get("/pricelists", summary="List price lists", **operation("products:read"))
def list_pricelists(call: CurrentCall, query: Annotated[ListQuery, Query()]) -> PricelistPage:
    """Price lists of the key's company, and of all companies."""
    return _paged(PricelistPage, call, "product.pricelist", Domain.TRUE, query, _show_pricelists)


@router.get(
    "/pricelists/{pricelist}/prices",
    summary="List the rules of a price list",
    **operation("products:read", 404),
)
def list_prices(
    call: CurrentCall, pricelist: RefPath, query: Annotated[ListQuery, Query()]
) -> PricePage:
    """Rules as they are kept; what a contract pays is in its schedule and its previews."""
    record = find(call, "product.pricelist", pricelist)
    domain = Domain("pricelist_id", "=", record.id)
    return _paged(PricePage, call, "product.pricelist.item", domain, query, _show_prices)


def _show_pricelists(pricelists):
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


def _show_prices(rules):
    names = Names(rules.env, rules.product_id)
    return [
        PriceOut(
            id=rule.id,
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


@router.get("/tier-paths", summary="List tier paths", **operation("products:read"))
def list_tier_paths(call: CurrentCall, query: Annotated[ListQuery, Query()]) -> TierPathPage:
    """From which product a contract may go over to which: upsell, downsell, cross-sell."""
    return _paged(TierPathPage, call, "cn285.tier.path", Domain.TRUE, query, _show_paths)


def _show_paths(paths):
    names = Names(paths.env, paths.product_from_id, paths.product_to_id)
    return [
        TierPathOut(
            id=path.id,
            product_from=names.ref(path.product_from_id),
            product_to=names.ref(path.product_to_id),
            direction=path.kind,
            updated_at=path.write_date,
        )
        for path in paths
    ]


# === TEMPLATES === #


@router.get("/templates", summary="List contract templates", **operation("templates:read"))
def list_templates(call: CurrentCall, query: Annotated[TemplateQuery, Query()]) -> TemplatePage:
    """Templates of the key's company, and of all companies, with their items."""
    domain = Domain("code", "=", query.code) if query.code else Domain.TRUE
    return _paged(TemplatePage, call, "cn285.contract.template", domain, query, _show_templates)


@router.get(
    "/templates/{template}", summary="Read a contract template", **operation("templates:read", 404)
)
def get_template(call: CurrentCall, template: RefPath) -> TemplateOut:
    """One template, with its items, their terms and their calculators."""
    return _show_templates(find(call, "cn285.contract.template", template))[0]


def _show_templates(templates):
    items = templates.item_ids
    names = Names(templates.env, templates, items, items.product_id)
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
            items=[
                TemplateItemOut(
                    id=item.id,
                    external_id=names.external_id(item),
                    calculators=_show_calculators(item),
                    **show_terms(names, item),
                )
                for item in template.item_ids
            ],
        )
        for template in templates
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
