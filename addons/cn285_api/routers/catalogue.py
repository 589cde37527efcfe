"""Products, price lists and tier paths: read, made and changed."""

from typing import Annotated

from fastapi import Query, Request
from odoo.addons.cn285_contract.models.importing.catalogue_kinds import complete_product
from odoo.fields import Domain

from ..core.call import CurrentCall
from ..core.changing import changed, tagged
from ..core.external import give_external
from ..core.problems import invalid
from ..core.records import find, named, page
from ..core.representing import expansions
from ..core.route import answer, new_router, operation
from ..core.values import currency_id, given, orm, put_references
from ..schemas.catalogue import (
    PriceIn,
    PricelistIn,
    PricelistOut,
    PricelistPage,
    PricelistPatch,
    PriceOut,
    PricePage,
    PricePatch,
    ProductIn,
    ProductOut,
    ProductPage,
    ProductPatch,
    ProductQuery,
    TierPathIn,
    TierPathOut,
    TierPathPage,
    TierPathPatch,
)
from ..schemas.common import IfMatch, IfNoneMatch, ListQuery, RefPath
from .catalogue_views import show_paths, show_pricelists, show_prices, show_products

router = new_router("Catalogue")
SOLD = [("sale_ok", "=", True)]
PRODUCT, PRICELIST, RULE = "product.product", "product.pricelist", "product.pricelist.item"
PATH = "cn285.tier.path"
# Fields of products by their names in the API.
PRODUCT_FIELDS = {"code": "default_code", "price": "lst_price", "description": "description_sale"}
PRICE_FIELDS = {
    "fixed_price": "fixed_price",
    "percent": "percent_price",
    "min_quantity": "min_quantity",
    "valid_from": "date_start",
    "valid_until": "date_end",
}
KINDS = {"fixed_price": "fixed", "percent": "percentage"}


def _paged(page_type, call, model, domain, query, show):
    """A page of one kind of records."""
    expansions(call, query.expand, ())
    records, following = page(call, model, domain, query)
    return page_type(data=show(records), has_more=following is not None, next_cursor=following)


def _made(call, record, body, show, path):
    """The answer that shows a new record, which gets its external id."""
    if body.external_id:
        give_external(record, body.external_id)
    call.env.flush_all()
    return answer(show(record)[0], 201, {"Location": f"/cn285/v1{path}/{record.id}"})


# === PRODUCTS === #


@router.get("/products", summary="List products", **operation("products:read"))
def list_products(call: CurrentCall, query: Annotated[ProductQuery, Query()]) -> ProductPage:
    """Products that can be sold, each variant by itself."""
    domain = Domain(SOLD)
    if query.code:
        domain &= Domain("default_code", "=", query.code)
    return _paged(ProductPage, call, PRODUCT, domain, query, show_products)


@router.get("/products/{product}", summary="Read a product", **operation("products:read", 404))
def get_product(
    call: CurrentCall, request: Request, product: RefPath, if_none_match: IfNoneMatch = None
) -> ProductOut:
    """One product; its ``ETag`` is what a change of it sends back as ``If-Match``."""
    return tagged(call, request, show_products(find(call, PRODUCT, product, SOLD))[0])


@router.post("/products", summary="Make a product", **operation("products:write", status_code=201))
def create_product(call: CurrentCall, body: ProductIn) -> ProductOut:
    """A product of the key's company, a service where nothing else is said. Taxes and the income
    account that are left out follow its type, as in the import."""
    values = _product_values(call, call.env[PRODUCT], given(body, "external_id"))
    product = call.env[PRODUCT].create({**values, "company_id": call.company.id})
    return _made(call, product, body, show_products, "/products")


@router.patch(
    "/products/{product}", summary="Change a product", **operation("products:write", 404, 412)
)
def update_product(
    call: CurrentCall,
    request: Request,
    product: RefPath,
    body: ProductPatch,
    if_match: IfMatch = None,
) -> ProductOut:
    """What the body names is changed, and nothing else. A price holds for what is billed from now
    on where no price list says another one; contracts with prices of their own keep them."""
    record = find(call, PRODUCT, product, SOLD)
    return changed(
        call,
        request,
        record,
        show_products,
        lambda: record.write(_product_values(call, record, given(body))),
    )


def _product_values(call, product, values):
    """Values of a body for the ORM; ``product`` is empty where it is new."""
    # What cannot be empty stays as it is.
    values = {
        name: value
        for name, value in values.items()
        if value is not None or name in ("code", "description")
    }
    names = values.pop("taxes", None)
    put_references(call, values, {"category": ("categ_id", "product.category")})
    kept = {PRODUCT_FIELDS.get(name, name): orm(value) for name, value in values.items()}
    if not product:
        kept.setdefault("type", "service")
    if not product or "type" in kept or names is not None:
        cells = {} if names is None else {"taxes": _taxes(call, names)}
        complete_product(product, kept, cells)
    return kept


def _taxes(call, names):
    """Sales taxes by their names, a recordset for each."""
    taxes = call.env["account.tax"]
    found = []
    for place, name in enumerate(names):
        domain = [
            *taxes._check_company_domain(call.company),
            ("type_tax_use", "=", "sale"),
            ("name", "=", name),
        ]
        tax = taxes.search(domain, limit=1)
        if not tax:
            detail = call.env._("There is no sales tax “%s”.", name)
            raise invalid(f"/taxes/{place}", "unknown_reference", detail)
        found.append(tax)
    return found


# === PRICES === #


@router.get("/pricelists", summary="List price lists", **operation("products:read"))
def list_pricelists(call: CurrentCall, query: Annotated[ListQuery, Query()]) -> PricelistPage:
    """Price lists of the key's company, and of all companies."""
    return _paged(PricelistPage, call, PRICELIST, Domain.TRUE, query, show_pricelists)


@router.get(
    "/pricelists/{pricelist}", summary="Read a price list", **operation("products:read", 404)
)
def get_pricelist(
    call: CurrentCall, request: Request, pricelist: RefPath, if_none_match: IfNoneMatch = None
) -> PricelistOut:
    """One price list, without its rules."""
    return tagged(call, request, show_pricelists(find(call, PRICELIST, pricelist))[0])


@router.post(
    "/pricelists", summary="Make a price list", **operation("products:write", status_code=201)
)
def create_pricelist(call: CurrentCall, body: PricelistIn) -> PricelistOut:
    """A price list of the key's company, without rules yet."""
    values = {"name": body.name, "company_id": call.company.id}
    if body.currency:
        values["currency_id"] = currency_id(call, body.currency)
    pricelist = call.env[PRICELIST].create(values)
    return _made(call, pricelist, body, show_pricelists, "/pricelists")


@router.patch(
    "/pricelists/{pricelist}",
    summary="Change a price list",
    **operation("products:write", 404, 412),
)
def update_pricelist(
    call: CurrentCall,
    request: Request,
    pricelist: RefPath,
    body: PricelistPatch,
    if_match: IfMatch = None,
) -> PricelistOut:
    """Its name, and whether it is offered. Its currency stays: contracts are in it."""
    record = find(call, PRICELIST, pricelist)
    values = {name: value for name, value in given(body).items() if value is not None}
    return changed(call, request, record, show_pricelists, lambda: record.write(values))


@router.get(
    "/pricelists/{pricelist}/prices",
    summary="List the rules of a price list",
    **operation("products:read", 404),
)
def list_prices(
    call: CurrentCall, pricelist: RefPath, query: Annotated[ListQuery, Query()]
) -> PricePage:
    """Rules as they are kept; what a contract pays is in its schedule and its previews."""
    record = find(call, PRICELIST, pricelist)
    domain = Domain("pricelist_id", "=", record.id)
    return _paged(PricePage, call, RULE, domain, query, show_prices)


@router.post(
    "/pricelists/{pricelist}/prices",
    summary="Add a rule to a price list",
    **operation("products:write", 404, status_code=201),
)
def create_price(call: CurrentCall, pricelist: RefPath, body: PriceIn) -> PriceOut:
    """A price, or a discount, of a product or of all products."""
    record = find(call, PRICELIST, pricelist)
    product = named(call, PRODUCT, body.product, "/product", SOLD)
    values = {
        "pricelist_id": record.id,
        "product_id": product.id,
        "applied_on": "0_product_variant" if product else "3_global",
        **_price_values(given(body, "external_id", "product")),
    }
    rule = call.env[RULE].create(values)
    return _made(call, rule, body, show_prices, f"/pricelists/{record.id}/prices")


@router.patch(
    "/pricelists/{pricelist}/prices/{price}",
    summary="Change a rule of a price list",
    **operation("products:write", 404),
)
def update_price(
    call: CurrentCall, request: Request, pricelist: RefPath, price: RefPath, body: PricePatch
) -> PriceOut:
    """A rule ends by ``valid_until``: what was billed by it stays as it is."""
    record = find(call, PRICELIST, pricelist)
    rule = find(call, RULE, price, [("pricelist_id", "=", record.id)])
    if rule.compute_price == "formula":
        raise call.conflict(call.env._("A rule with a formula is changed in Odoo alone."))
    return changed(call, request, rule, show_prices, lambda: rule.write(_price_values(given(body))))


def _price_values(values):
    """Values of a body for the ORM: a price that is given makes the rule one of a price."""
    kept = {}
    for name, value in values.items():
        if value is None and name not in ("valid_from", "valid_until"):
            continue
        moment = name.startswith("valid_") and value is not None
        kept[PRICE_FIELDS[name]] = value.replace(tzinfo=None) if moment else orm(value)
        if name in KINDS:
            kept["compute_price"] = KINDS[name]
    return kept


# === TIER PATHS === #


@router.get("/tier-paths", summary="List tier paths", **operation("products:read"))
def list_tier_paths(call: CurrentCall, query: Annotated[ListQuery, Query()]) -> TierPathPage:
    """From which product a contract may go over to which: upsell, downsell, cross-sell."""
    return _paged(TierPathPage, call, PATH, Domain.TRUE, query, show_paths)


@router.post(
    "/tier-paths", summary="Make a tier path", **operation("products:write", status_code=201)
)
def create_tier_path(call: CurrentCall, body: TierPathIn) -> TierPathOut:
    """One that holds in the key's company."""
    values = {
        "product_from_id": named(call, PRODUCT, body.product_from, "/product_from").id,
        "product_to_id": named(call, PRODUCT, body.product_to, "/product_to").id,
        "kind": body.direction,
        "company_id": call.company.id,
    }
    return _made(call, call.env[PATH].create(values), body, show_paths, "/tier-paths")


@router.patch(
    "/tier-paths/{path}", summary="Change a tier path", **operation("products:write", 404)
)
def update_tier_path(
    call: CurrentCall, request: Request, path: RefPath, body: TierPathPatch
) -> TierPathOut:
    """Whether it is open to customers; where it leads stays."""
    record = find(call, PATH, path)
    values = {name: value for name, value in given(body).items() if value is not None}
    return changed(call, request, record, show_paths, lambda: record.write(values))
