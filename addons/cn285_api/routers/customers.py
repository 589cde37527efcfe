"""Customers, their addresses and persons."""

from typing import Annotated

from fastapi import Query, Request, Response
from odoo.fields import Domain

from ..core.call import CurrentCall
from ..core.external import give_external
from ..core.problems import invalid
from ..core.records import check_match, find, is_known, named, page
from ..core.representing import Names, expansions, text
from ..core.route import answer, new_router, operation
from ..core.values import given, orm, put_references
from ..engine.headers import entity_tag
from ..schemas.catalogue import (
    CustomerIn,
    CustomerOut,
    CustomerPage,
    CustomerPatch,
    CustomerQuery,
)
from ..schemas.common import IfMatch, IfNoneMatch, RefPath

router = new_router("Customers")
PLAIN = (
    "ref",
    "email",
    "phone",
    "street",
    "street2",
    "zip",
    "city",
    "vat",
    "company_registry",
    "lang",
)
TYPES = ("contact", "invoice", "delivery")
LINKS = {
    "parent": ("parent_id", "res.partner"),
    "payment_terms": ("property_payment_term_id", "account.payment.term"),
}


def _customers(call):
    """Which partners are customers: neither colleagues nor the company itself."""
    return Domain("partner_share", "=", True) & Domain("id", "!=", call.company.partner_id.id)


@router.get("/customers", summary="List customers", **operation("customers:read"))
def list_customers(call: CurrentCall, query: Annotated[CustomerQuery, Query()]) -> CustomerPage:
    """Customers, and the addresses and persons of customers; not the company's own users."""
    expansions(call, query.expand, ())
    domain = _customers(call)
    for name in ("email", "vat", "ref"):
        value = getattr(query, name)
        if value is not None:
            domain &= Domain(name, "=", value)
    if query.parent:
        parent = named(call, "res.partner", query.parent, "parent")
        domain &= Domain("parent_id", "=", parent.id)
    customers, following = page(call, "res.partner", domain, query)
    return CustomerPage(
        data=show_customers(customers), has_more=following is not None, next_cursor=following
    )


@router.get("/customers/{customer}", summary="Read a customer", **operation("customers:read", 404))
def get_customer(
    call: CurrentCall, request: Request, customer: RefPath, if_none_match: IfNoneMatch = None
) -> CustomerOut:
    """One customer; its ``ETag`` is what a change of it sends back as ``If-Match``."""
    [shown] = show_customers(find(call, "res.partner", customer, _customers(call)))
    plain = shown.model_dump_json().encode()
    tag = {"ETag": entity_tag(plain)}
    if is_known(call, request.headers, plain):
        return Response(status_code=304, headers=tag)
    return answer(shown, headers=tag)


@router.post(
    "/customers", summary="Make a customer", **operation("customers:write", status_code=201)
)
def create_customer(call: CurrentCall, body: CustomerIn) -> CustomerOut:
    """A customer of the key's company; with ``parent`` an address or a person of another one."""
    customer = make_customer(call, body)
    call.env.flush_all()
    [shown] = show_customers(customer)
    return answer(shown, 201, {"Location": f"/cn285/v1/customers/{customer.id}"})


def make_customer(call, body, pointer=""):
    """A new customer.

    :param pointer: where the ``CustomerIn`` stands in the body
    """
    values = _values(call, given(body, "external_id"), pointer)
    customer = call.env["res.partner"].create({**values, "company_id": call.company.id})
    if body.external_id:
        give_external(customer, body.external_id, pointer)
    return customer


@router.patch(
    "/customers/{customer}",
    summary="Change a customer",
    **operation("customers:write", 404, 412),
)
def update_customer(
    call: CurrentCall,
    request: Request,
    customer: RefPath,
    body: CustomerPatch,
    if_match: IfMatch = None,
) -> CustomerOut:
    """What the body names is changed, and nothing else."""
    record = find(call, "res.partner", customer, _customers(call))
    record.lock_for_update()
    [shown] = show_customers(record)
    check_match(call, request.headers, shown.model_dump_json().encode())
    record.write(_values(call, given(body)))
    call.env.flush_all()
    [shown] = show_customers(record)
    return answer(shown, headers={"ETag": entity_tag(shown.model_dump_json().encode())})


def _values(call, values, pointer=""):
    put_references(call, values, LINKS, pointer)
    if "country" in values:
        values["country_id"] = _country_id(call, values.pop("country"), pointer)
    if values.get("lang"):
        _check_lang(call, values["lang"], pointer)
    return {name: orm(value) for name, value in values.items()}


def _country_id(call, code, pointer):
    if code is None:
        return False
    country = call.env["res.country"].search([("code", "=", code)], limit=1)
    if not country:
        detail = call.env._("There is no country “%s”.", code)
        raise invalid(f"{pointer}/country", "unknown_reference", detail)
    return country.id


def _check_lang(call, lang, pointer):
    if lang not in dict(call.env["res.lang"].get_installed()):
        detail = call.env._("The language “%s” is not installed.", lang)
        raise invalid(f"{pointer}/lang", "unknown_reference", detail)


def show_customers(customers):
    """Customers as the API shows them."""
    names = Names(customers.env, customers, customers.parent_id, customers.property_payment_term_id)
    return [
        CustomerOut(
            id=customer.id,
            external_id=names.external_id(customer),
            name=customer.name or customer.display_name or "",
            is_company=customer.is_company,
            parent=names.ref(customer.parent_id),
            type=customer.type if customer.type in TYPES else "other",
            country=text(customer.country_id.code),
            payment_terms=names.ref(customer.property_payment_term_id),
            active=customer.active,
            created_at=customer.create_date,
            updated_at=customer.write_date,
            **{name: text(customer[name]) for name in PLAIN},
        )
        for customer in customers
    ]
