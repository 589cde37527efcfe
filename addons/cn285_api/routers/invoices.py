"""Invoices and credit notes, their lines and files; credit notes made, or tried."""

from typing import Annotated, Literal

from fastapi import Query, Response
from odoo.fields import Domain

from ..core.call import CurrentCall
from ..core.files import attachment
from ..core.problems import Problem
from ..core.records import find, named, page, undone
from ..core.representing import Names, expansions, money, number, text
from ..core.route import answer, new_router, operation
from ..schemas.billing import (
    Creditable,
    CreditableLine,
    CreditableRow,
    CreditNoteIn,
    CreditTried,
    GoodwillIn,
    InvoiceLineOut,
    InvoiceOut,
    InvoicePage,
    InvoiceQuery,
    StatementFile,
    StatementFiles,
)
from ..schemas.common import DryRun, RefPath

router = new_router("Invoices and credit notes")
KINDS = {"invoice": "out_invoice", "credit_note": "out_refund"}
OURS = [("move_type", "in", tuple(KINDS.values()))]
EXPANDED = ("lines",)
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
FILE = {
    200: {
        "description": "The file",
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}}
            for kind in MEDIA_TYPES.values()
        },
    }
}


def _files(*statuses):
    """Options of an operation that answers a file."""
    options = operation("invoices:read", *statuses)
    return {
        **options,
        "responses": {**options["responses"], **FILE},
        "response_class": Response,
    }


# === READ === #


@router.get("/invoices", summary="List invoices and credit notes", **operation("invoices:read"))
def list_invoices(call: CurrentCall, query: Annotated[InvoiceQuery, Query()]) -> InvoicePage:
    """Customer invoices and credit notes that the key's user may read."""
    expand = expansions(call, query.expand, EXPANDED)
    domain = Domain(OURS)
    if query.kind:
        domain &= Domain("move_type", "=", KINDS[query.kind])
    if query.state:
        domain &= Domain("state", "=", query.state)
    if query.number:
        domain &= Domain("name", "=", query.number)
    for name, field, model in (
        ("contract", "cn285_contract_ids", "cn285.contract"),
        ("customer", "partner_id", "res.partner"),
        ("billing_run", "cn285_run_id", "cn285.billing.run"),
    ):
        reference = getattr(query, name)
        if reference:
            domain &= Domain(field, "in", named(call, model, reference, name).ids)
    invoices, following = page(call, "account.move", domain, query)
    return InvoicePage(
        data=show_invoices(invoices, expand),
        has_more=following is not None,
        next_cursor=following,
    )


@router.get("/invoices/{invoice}", summary="Read an invoice", **operation("invoices:read", 404))
def get_invoice(
    call: CurrentCall,
    invoice: RefPath,
    expand: Annotated[str | None, Query(max_length=200)] = None,
) -> InvoiceOut:
    """One invoice or credit note."""
    wanted = expansions(call, expand, EXPANDED)
    return show_invoices(_invoice(call, invoice), wanted)[0]


@router.get(
    "/invoices/{invoice}/creditable",
    summary="What can still be credited?",
    **operation("invoices:read", 404),
)
def get_creditable(call: CurrentCall, invoice: RefPath) -> Creditable:
    """Line by line, and by the rows of the schedule that each bills."""
    record = _invoice(call, invoice)
    currency = record.currency_id
    return Creditable(
        data=[
            CreditableLine(
                line_id=line["line_id"],
                name=line["name"] or "",
                rows=[
                    CreditableRow(
                        row_id=row["schedule_id"],
                        name=row["name"],
                        **_amounts(currency, row, ("charged", "credited", "remaining")),
                    )
                    for row in line["rows"]
                ],
                **_amounts(currency, line, ("charged", "credited", "remaining", "remaining_total")),
            )
            for line in record.cn285_creditable()
        ]
    )


@router.get("/invoices/{invoice}/pdf", summary="Get an invoice as PDF", **_files(404, 409))
def get_invoice_pdf(call: CurrentCall, invoice: RefPath) -> Response:
    """The invoice as it was sent, else as it is printed now."""
    record = _invoice(call, invoice)
    if record.state != "posted":
        raise call.conflict(call.env._("%s is not posted.", record.display_name))
    # sudo: its own user reads the invoice; printing it reads companies, banks and templates.
    document = record.sudo()._get_invoice_legal_documents("pdf", allow_fallback=True)
    if not document or not document["content"]:
        raise Problem("unavailable", call.env._("The invoice cannot be printed here."))
    return attachment(document["content"], document["filename"], MEDIA_TYPES["pdf"])


@router.get(
    "/invoices/{invoice}/statements",
    summary="List the statements of an invoice",
    **operation("invoices:read", 404),
)
def list_statements(call: CurrentCall, invoice: RefPath) -> StatementFiles:
    """The files that explain its usage; ``POST`` makes those that are missing."""
    return _show_files(_invoice(call, invoice))


@router.post(
    "/invoices/{invoice}/statements",
    summary="Make the statements of an invoice",
    **operation("invoices:write", 404),
)
def make_statements(call: CurrentCall, invoice: RefPath) -> StatementFiles:
    """Those that are missing: of posted invoices with usage, whose contract has a layout."""
    record = _invoice(call, invoice)
    if "cn285_statement_ids" in record._fields:
        record.action_make_usage_statements()
        call.env.flush_all()
    return _show_files(record)


@router.get("/invoices/{invoice}/statement", summary="Get a statement of an invoice", **_files(404))
def get_statement(
    call: CurrentCall,
    invoice: RefPath,
    format: Annotated[Literal["pdf", "xlsx", "csv"], Query()] = "pdf",
) -> Response:
    """The first of its statements in a format."""
    for file in _statement_files(_invoice(call, invoice)):
        if file.name.lower().endswith(f".{format}"):
            return attachment(file.raw, file.name, MEDIA_TYPES[format])
    raise Problem("not_found", call.env._("The invoice has no statement as %s.", format))


def _invoice(call, text):
    return find(call, "account.move", text, OURS)


def _statement_files(invoice):
    has_usage = "cn285_statement_ids" in invoice._fields
    return invoice._statement_files() if has_usage else invoice.env["ir.attachment"]


def _show_files(invoice):
    return StatementFiles(
        data=[
            StatementFile(id=file.id, name=file.name, media_type=file.mimetype, size=file.file_size)
            for file in _statement_files(invoice)
        ]
    )


# === CREDIT NOTES === #


def _tried():
    options = operation("invoices:write", 404, status_code=201)
    tried = {200: {"model": CreditTried, "description": "What it would come to (`dry_run`)"}}
    return {**options, "responses": {**options["responses"], **tried}}


@router.post("/credit-notes", summary="Credit an invoice", response_model=InvoiceOut, **_tried())
def create_credit_note(
    call: CurrentCall, body: CreditNoteIn, dry_run: DryRun = False
) -> InvoiceOut:
    """All that is left of an invoice, a percentage of it, lines, or rows; never more than is still
    invoiced, tax included. It is posted and reconciled with the invoice, as far as that is unpaid.
    With ``dry_run`` nothing is written."""
    invoice = named(call, "account.move", body.invoice, "/invoice", OURS)
    reason = named(call, "cn285.credit.reason", body.reason, "/reason")
    options = {
        "percent": None if body.percent is None else float(body.percent),
        "lines": _parts(body.lines),
        "rows": _parts(body.rows),
        "reason_id": reason.id,
        "date": body.date,
        "note": body.note,
    }
    return _credit(
        call, lambda post: invoice.cn285_credit(**options, post=post), body.post, dry_run
    )


@router.post(
    "/contracts/{contract}/goodwill",
    summary="Credit a gesture of goodwill",
    response_model=InvoiceOut,
    **_tried(),
)
def create_goodwill(
    call: CurrentCall, contract: RefPath, body: GoodwillIn, dry_run: DryRun = False
) -> InvoiceOut:
    """A credit note that no invoice stands behind."""
    record = find(call, "cn285.contract", contract)
    reason = named(call, "cn285.credit.reason", body.reason, "/reason")

    def credit(post):
        return record.credit_goodwill(
            float(body.amount),
            reason.id,
            body.name,
            date=body.date,
            note=body.note,
            post=post,
        )

    return _credit(call, credit, True, dry_run)


def _parts(parts):
    """Lines or rows as :meth:`account.move.cn285_credit` takes them."""
    if parts is None:
        return None
    return {
        part.id: {"percent": float(part.percent)}
        if part.percent is not None
        else {"amount": float(part.amount)}
        for part in parts
    }


def _credit(call, credit, post, dry_run):
    moves = call.env["account.move"]
    if dry_run:
        # A draft: no number is taken while others wait for theirs.
        return answer(undone(call, lambda: show_tried(moves.browse(credit(False)["id"]))))
    refund = moves.browse(credit(post)["id"])
    call.env.flush_all()
    [shown] = show_invoices(refund, {"lines"})
    return answer(shown, 201, {"Location": f"/cn285/v1/invoices/{refund.id}"})


def show_tried(refund):
    """What a document comes to."""
    names = ("amount_untaxed", "amount_tax", "amount_total")
    return CreditTried(
        currency=refund.currency_id.name, **_amounts(refund.currency_id, refund, names)
    )


def _amounts(currency, source, names):
    return {name: money(currency, source[name]) for name in names}


# === SHOWN === #


def show_invoices(invoices, expand):
    """:param expand: names of links to be shown whole: ``lines``"""
    contracts = invoices.cn285_contract_ids
    lines = invoices.invoice_line_ids if "lines" in expand else invoices.invoice_line_ids.browse()
    names = Names(invoices.env, invoices.partner_id, contracts, lines.product_id)
    by_type = {move_type: kind for kind, move_type in KINDS.items()}
    return [
        InvoiceOut(
            id=invoice.id,
            kind=by_type[invoice.move_type],
            number=invoice.name if invoice.name not in (False, "/") else None,
            state=invoice.state,
            customer=names.ref(invoice.partner_id),
            contracts=[names.ref(contract) for contract in invoice.cn285_contract_ids],
            date=invoice.invoice_date or None,
            date_due=invoice.invoice_date_due or None,
            currency=invoice.currency_id.name,
            payment_state=invoice.payment_state,
            credits_invoice_id=invoice.reversed_entry_id.id or None,
            billing_run_id=invoice.cn285_run_id.id or None,
            statement_files=len(_statement_files(invoice)),
            updated_at=invoice.write_date,
            lines=_show_lines(names, invoice) if "lines" in expand else None,
            **_amounts(
                invoice.currency_id,
                invoice,
                ("amount_untaxed", "amount_tax", "amount_total", "amount_residual"),
            ),
        )
        for invoice in invoices
    ]


def _show_lines(names, invoice):
    currency = invoice.currency_id
    return [
        InvoiceLineOut(
            id=line.id,
            name=text(line.name) or "",
            product=names.ref(line.product_id),
            quantity=number(line.quantity),
            price_unit=number(line.price_unit),
            discount=number(line.discount),
            taxes=line.tax_ids.mapped("name"),
            amount_untaxed=money(currency, line.price_subtotal),
            amount_total=money(currency, line.price_total),
        )
        for line in invoice.invoice_line_ids
        if line.display_type == "product"
    ]
