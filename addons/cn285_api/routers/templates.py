"""Contract templates and their items: read, made and changed."""

from typing import Annotated

from fastapi import Query, Request, Response
from odoo.fields import Command, Domain

from ..core.call import CurrentCall
from ..core.changing import changed, tagged
from ..core.external import give_external
from ..core.records import find, page
from ..core.representing import expansions
from ..core.route import answer, new_router, operation
from ..core.values import currency_id, given, orm, put_references
from ..schemas.catalogue import (
    TemplateIn,
    TemplateItemIn,
    TemplateItemOut,
    TemplateItemPatch,
    TemplateOut,
    TemplatePage,
    TemplatePatch,
    TemplateQuery,
)
from ..schemas.common import IfMatch, IfNoneMatch, RefPath
from .catalogue_views import show_template_items, show_templates
from .contracts import find_tags

router = new_router("Templates")
TEMPLATE, ITEM = "cn285.contract.template", "cn285.contract.template.item"
LINKS = {"pricelist": ("pricelist_id", "product.pricelist")}
ITEM_LINKS = {"product": ("product_id", "product.product")}
# What null empties; other values stay as they are.
EMPTIED = ("code", "note", "pricelist", "pricelist_id")


@router.get("/templates", summary="List contract templates", **operation("templates:read"))
def list_templates(call: CurrentCall, query: Annotated[TemplateQuery, Query()]) -> TemplatePage:
    """Templates of the key's company, and of all companies, with their items."""
    expansions(call, query.expand, ())
    domain = Domain("code", "=", query.code) if query.code else Domain.TRUE
    templates, following = page(call, TEMPLATE, domain, query)
    return TemplatePage(
        data=show_templates(templates), has_more=following is not None, next_cursor=following
    )


@router.get(
    "/templates/{template}", summary="Read a contract template", **operation("templates:read", 404)
)
def get_template(
    call: CurrentCall, request: Request, template: RefPath, if_none_match: IfNoneMatch = None
) -> TemplateOut:
    """One template, with its items, their terms and their calculators."""
    return tagged(call, request, show_templates(find(call, TEMPLATE, template))[0])


@router.post(
    "/templates",
    summary="Make a contract template",
    **operation("templates:write", status_code=201),
)
def create_template(call: CurrentCall, body: TemplateIn) -> TemplateOut:
    """A template of the key's company, with its items."""
    values = _template_values(call, given(body, "items", "external_id"))
    values["item_ids"] = [
        Command.create(_item_values(call, given(item, "external_id"), f"/items/{place}"))
        for place, item in enumerate(body.items)
    ]
    template = call.env[TEMPLATE].create({**values, "company_id": call.company.id})
    if body.external_id:
        give_external(template, body.external_id)
    for item, record in zip(body.items, template.item_ids, strict=True):
        if item.external_id:
            give_external(record, item.external_id)
    call.env.flush_all()
    location = {"Location": f"/cn285/v1/templates/{template.id}"}
    return answer(show_templates(template)[0], 201, location)


@router.patch(
    "/templates/{template}",
    summary="Change a contract template",
    **operation("templates:write", 404, 412),
)
def update_template(
    call: CurrentCall,
    request: Request,
    template: RefPath,
    body: TemplatePatch,
    if_match: IfMatch = None,
) -> TemplateOut:
    """For contracts that are made from it from now on; those that there are keep their terms."""
    record = find(call, TEMPLATE, template)
    return changed(
        call,
        request,
        record,
        show_templates,
        lambda: record.write(_template_values(call, given(body))),
    )


def _template_values(call, values):
    """Values of a body for the ORM."""
    values = {name: value for name, value in values.items() if value is not None or name in EMPTIED}
    put_references(call, values, LINKS)
    if "currency" in values:
        values["currency_id"] = currency_id(call, values.pop("currency"))
    if "tags" in values:
        values["tag_ids"] = [Command.set(find_tags(call, values.pop("tags")).ids)]
    return {name: orm(value) for name, value in values.items()}


# === ITEMS === #


@router.post(
    "/templates/{template}/items",
    summary="Add an item to a contract template",
    **operation("templates:write", 404, status_code=201),
)
def create_template_item(
    call: CurrentCall, template: RefPath, body: TemplateItemIn
) -> TemplateItemOut:
    """Contracts that are made from the template from now on have it."""
    record = find(call, TEMPLATE, template)
    values = _item_values(call, given(body, "external_id"))
    item = call.env[ITEM].create({**values, "template_id": record.id})
    if body.external_id:
        give_external(item, body.external_id)
    call.env.flush_all()
    location = {"Location": f"/cn285/v1/templates/{record.id}"}
    return answer(show_template_items(item)[0], 201, location)


@router.patch(
    "/templates/{template}/items/{item}",
    summary="Change an item of a contract template",
    **operation("templates:write", 404),
)
def update_template_item(
    call: CurrentCall, request: Request, template: RefPath, item: RefPath, body: TemplateItemPatch
) -> TemplateItemOut:
    """``price_unit`` null: the price list decides again."""
    record = _item(call, template, item)
    return changed(
        call,
        request,
        record,
        show_template_items,
        lambda: record.write(_item_values(call, given(body))),
    )


@router.delete(
    "/templates/{template}/items/{item}",
    summary="Delete an item of a contract template",
    response_class=Response,
    **operation("templates:write", 404, status_code=204),
)
def delete_template_item(call: CurrentCall, template: RefPath, item: RefPath) -> Response:
    """Contracts that were made with it keep theirs."""
    record = _item(call, template, item)
    record.check_access("unlink")
    record.unlink()
    return Response(status_code=204)


def _item(call, template, item):
    record = find(call, TEMPLATE, template)
    return find(call, ITEM, item, [("template_id", "=", record.id)])


def _item_values(call, values, pointer=""):
    if "price_unit" in values and values["price_unit"] is None:
        values["price_source"] = "pricelist"
    values = {name: value for name, value in values.items() if value is not None}
    put_references(call, values, ITEM_LINKS, pointer)
    return {name: orm(value) for name, value in values.items()}
