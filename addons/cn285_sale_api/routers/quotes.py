"""Quotations: read, made, changed while they are drafts; what they come to."""

from typing import Annotated

from fastapi import Query, Request, Response
from odoo.addons.cn285_api.core.call import CurrentCall
from odoo.addons.cn285_api.core.changing import tagged, tagged_now
from odoo.addons.cn285_api.core.external import give_external
from odoo.addons.cn285_api.core.files import attachment
from odoo.addons.cn285_api.core.problems import invalid
from odoo.addons.cn285_api.core.records import check_match, find, named, page, undone
from odoo.addons.cn285_api.core.representing import expansions
from odoo.addons.cn285_api.core.route import answer, new_router, operation
from odoo.addons.cn285_api.core.values import given, orm, put_references
from odoo.addons.cn285_api.schemas.common import DryRun, IfMatch, IfNoneMatch, ReferenceIn, RefPath
from odoo.addons.cn285_contract.models.common import in_language_of
from odoo.addons.cn285_print.report.document_pdf import document_pdf
from odoo.fields import Command, Domain

from ..schemas.quotes import (
    ContractQuoteIn,
    QuoteComparison,
    QuoteFigures,
    QuoteIn,
    QuoteOut,
    QuotePage,
    QuotePatch,
    QuoteQuery,
    QuoteTried,
    QuoteVersions,
)
from .quote_lines import change_items, new_lines, replace_steps, take_components
from .quote_views import STATES, show_comparison, show_figures, show_quotes

router = new_router("Quotations")
MODEL = "sale.order"
# Orders that are no contract's are Odoo's matter.
OURS = Domain("cn285_kind", "!=", False)
EXPANDED = ("lines", "signature_request")
WHOLE = frozenset(EXPANDED)
FILE = {
    200: {
        "description": "The file",
        "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
    }
}
LINKS = {
    "customer": ("partner_id", "res.partner"),
    "template": ("cn285_template_id", "cn285.contract.template"),
    "pricelist": ("pricelist_id", "product.pricelist"),
    "payment_terms": ("payment_term_id", "account.payment.term"),
}
NAMES = {
    "client_ref": "client_order_ref",
    "date_start": "cn285_date_start",
    "valid_until": "validity_date",
    "takes_effect": "cn285_date_effective",
}
# What can be emptied; of all else null means that nothing is said.
EMPTIED = ("client_ref", "date_start", "valid_until", "takes_effect")


# === READ === #


@router.get("/quotes", summary="List quotations", **operation("quotes:read"))
def list_quotes(call: CurrentCall, query: Annotated[QuoteQuery, Query()]) -> QuotePage:
    """Quotations of contracts that the key's user may read, in the order of their numbers."""
    domain = OURS
    if query.state:
        [state] = [kept for kept, shown in STATES.items() if shown == query.state]
        domain &= Domain("state", "=", state)
    if query.kind:
        domain &= Domain("cn285_kind", "=", query.kind)
    if query.activation:
        domain &= Domain("cn285_activation", "=", query.activation)
    if query.current:
        domain &= Domain("cn285_superseded_by_id", "=", False)
    for name, field, model in (
        ("customer", "partner_id", "res.partner"),
        ("contract", "cn285_contract_id", "cn285.contract"),
    ):
        reference = getattr(query, name)
        if reference:
            domain &= Domain(field, "=", named(call, model, reference, name).id)
    expand = expansions(call, query.expand, EXPANDED)
    quotes, following = page(call, MODEL, domain, query)
    return QuotePage(
        data=show_quotes(quotes, expand), has_more=following is not None, next_cursor=following
    )


@router.get("/quotes/{quote}", summary="Read a quotation", **operation("quotes:read", 404))
def get_quote(
    call: CurrentCall,
    request: Request,
    quote: RefPath,
    expand: Annotated[str | None, Query(max_length=200)] = None,
    if_none_match: IfNoneMatch = None,
) -> QuoteOut:
    """One quotation; its ``ETag`` is what a change of it sends back as ``If-Match``."""
    wanted = expansions(call, expand, EXPANDED)
    record = find_quote(call, quote)
    [plain] = show_quotes(record, ())
    response = tagged(call, request, plain)
    if not wanted or response.status_code != 200:
        return response
    return answer(show_quotes(record, wanted)[0], headers={"ETag": response.headers["ETag"]})


@router.get(
    "/quotes/{quote}/first-invoice",
    summary="What does a quotation come to?",
    **operation("quotes:read", 404),
)
def get_quote_figures(call: CurrentCall, quote: RefPath) -> QuoteFigures:
    """The first invoice, if it is accepted today, what each rhythm costs then, recurring revenue,
    and the value over the term; by the engine that will bill it."""
    return show_figures(find_quote(call, quote))


@router.get(
    "/quotes/{quote}/versions",
    summary="List the versions of a quotation",
    **operation("quotes:read", 404),
)
def list_quote_versions(call: CurrentCall, quote: RefPath) -> QuoteVersions:
    """The first one first; the last one holds."""
    versions = find_quote(call, quote).cn285_version_ids
    return QuoteVersions(data=show_quotes(versions.sorted("cn285_version"), ()))


@router.get(
    "/quotes/{quote}/comparison",
    summary="Compare two versions of a quotation",
    **operation("quotes:read", 404),
)
def compare_quotes(
    call: CurrentCall,
    quote: RefPath,
    base: Annotated[
        ReferenceIn | None,
        Query(description="Compared with this version; left out: with the one before."),
    ] = None,
) -> QuoteComparison:
    """What a version adds, takes away and changes; what recurs more or less by it."""
    record = find_quote(call, quote)
    if base is None:
        before = record.cn285_previous_id
        if not before:
            raise call.conflict(call.env._("%s is the first version.", record.name))
    else:
        before = named(call, MODEL, base, "base", [("id", "in", record.cn285_version_ids.ids)])
    return show_comparison(record, before)


@router.get(
    "/quotes/{quote}/pdf",
    summary="Get a quotation as PDF",
    **{
        **operation("quotes:read", 404),
        "responses": {**operation("quotes:read", 404)["responses"], **FILE},
        "response_class": Response,
    },
)
def get_quote_pdf(call: CurrentCall, quote: RefPath) -> Response:
    """As it is printed and mailed, in the customer's language."""
    record = find_quote(call, quote)
    # sudo: its own user reads the quotation; printing it reads companies and taxes.
    printed = in_language_of(record.sudo(), record.partner_id)
    content = document_pdf(
        printed._cn285_document(), record.company_id.sudo()._cn285_document_fonts()
    )
    return attachment(content, f"{record.name.replace('/', '-')}.pdf", "application/pdf")


def find_quote(call, text):
    """The quotation that a path names."""
    return find(call, MODEL, text, OURS)


# === WRITE === #


def tried():
    """Options of an operation that may be tried first."""
    options = operation("quotes:write", status_code=201)
    also = {200: {"model": QuoteTried, "description": "What it would be (`dry_run`)"}}
    return {**options, "responses": {**options["responses"], **also}}


@router.post("/quotes", summary="Make a quotation", response_model=QuoteOut, **tried())
def create_quote(call: CurrentCall, body: QuoteIn, dry_run: DryRun = False) -> QuoteOut:
    """A draft. With ``dry_run`` nothing is written: it is shown as it would be, with its first
    invoice."""
    if dry_run:
        return answer(undone(call, lambda: show_tried(make_quote(call, body))))
    quote = make_quote(call, body)
    return made(quote, 201)


def make_quote(call, body, customer=None):
    """A new draft.

    :param customer: the one that the body does not name
    :raises Problem: where nothing on it is a contract's
    """
    values = _values(call, given(body, "lines", "external_id", "new_customer", "signature"))
    if customer:
        values["partner_id"] = customer.id
    if body.lines is not None:
        values["order_line"] = new_lines(call, body.lines)
    quote = call.env[MODEL].create({**values, "company_id": call.company.id})
    if body.lines is not None:
        take_components(call, quote, body.lines)
    if not quote.cn285_kind:
        detail = call.env._("Nothing of it recurs: name a contract template, or how often.")
        raise invalid("/lines", "nothing_recurs", detail)
    if body.external_id:
        give_external(quote, body.external_id)
    call.env.flush_all()
    return quote


def show_tried(quote):
    return QuoteTried(quote=show_quotes(quote, WHOLE)[0], figures=show_figures(quote))


def made(quote, status):
    """The answer of something that is new."""
    headers = {"Location": f"/cn285/v1/quotes/{quote.id}"}
    return answer(show_quotes(quote, WHOLE)[0], status, headers)


@router.post(
    "/contracts/{contract}/quotes",
    summary="Make a quotation that changes a contract",
    response_model=QuoteOut,
    **operation("quotes:write", 404, status_code=201),
)
def create_contract_quote(call: CurrentCall, contract: RefPath, body: ContractQuoteIn) -> QuoteOut:
    """A draft with the running items of a contract, nothing being different yet; of a renewal at
    the prices of the next term. Say what is different by changing the draft; accepted, the
    differences are contract changes, all of them or none."""
    running = find(call, "cn285.contract", contract)
    quote = running._cn285_quote(body.kind)
    call.env.flush_all()
    return made(quote, 201)


@router.patch(
    "/quotes/{quote}",
    summary="Change a draft",
    **operation("quotes:write", 404, 412),
)
def update_quote(
    call: CurrentCall,
    request: Request,
    quote: RefPath,
    body: QuotePatch,
    if_match: IfMatch = None,
) -> QuoteOut:
    """A draft is changed freely. What was sent stays: a new version takes its place."""
    record = locked(call, quote)
    check_match(call, request.headers, show_quotes(record, ())[0].model_dump_json().encode())
    if record.state != "draft":
        raise call.conflict(call.env._("%s is no draft: make a new version of it.", record.name))
    amends = record._cn285_amends()
    for name in ("items", "takes_effect") if not amends else ():
        if name in body.model_fields_set:
            detail = call.env._("%s changes no running contract.", record.name)
            raise invalid(f"/{name}", "not_allowed", detail)
    values = _values(call, given(body, "lines", "items", "steps"))
    if body.lines is not None:
        gone = record._cn285_added_lines() if amends else record.order_line
        values["order_line"] = [
            *(Command.delete(line.id) for line in gone if not line._cn285_bundle_line()),
            *new_lines(call, body.lines),
        ]
    record.write(values)
    if body.lines is not None:
        take_components(call, record, body.lines)
    change_items(call, record, body.items or ())
    if body.steps is not None:
        replace_steps(call, record, body.steps)
    if not record.cn285_kind:
        detail = call.env._("Nothing of it recurs: name a contract template, or how often.")
        raise invalid("/lines", "nothing_recurs", detail)
    call.env.flush_all()
    return tagged_now(show_quotes(record, ())[0])


def locked(call, text):
    """The quotation of a path, which nobody else changes meanwhile; for who sells.

    Accounting may write orders, to invoice them: it makes none, and neither sends nor accepts any.
    """
    record = find_quote(call, text)
    call.env[MODEL].check_access("create")
    record.check_access("write")
    record.lock_for_update(allow_referencing=True)
    record.invalidate_recordset()
    return record


def _values(call, values):
    put_references(call, values, LINKS)
    return {
        NAMES.get(name, name): orm(value)
        for name, value in values.items()
        if value is not None or name in EMPTIED
    }
