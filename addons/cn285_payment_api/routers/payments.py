"""Attempts to collect, and where the collection of an invoice stands; collected now."""

from typing import Annotated

from fastapi import Query, Response
from odoo.addons.cn285_api.core.call import CurrentCall
from odoo.addons.cn285_api.core.problems import Problem
from odoo.addons.cn285_api.core.records import find, named, page
from odoo.addons.cn285_api.core.representing import Names, day, expansions, money, text
from odoo.addons.cn285_api.core.route import new_router, operation
from odoo.addons.cn285_api.routers.billing import ordered_job
from odoo.addons.cn285_api.schemas.billing import JobOut
from odoo.addons.cn285_api.schemas.common import RefPath
from odoo.addons.cn285_payment.models.collection.attempt_actions import check_manager
from odoo.addons.cn285_payment.models.collection.collection import BY_HAND
from odoo.fields import Domain

from ..schemas.payments import InvoiceCollection, PaymentOut, PaymentPage, PaymentQuery

router = new_router("Payments")
MODEL = "cn285.payment.attempt"
INVOICES = [("move_type", "=", "out_invoice")]


@router.get("/payments", summary="List payments", **operation("payments:read"))
def list_payments(call: CurrentCall, query: Annotated[PaymentQuery, Query()]) -> PaymentPage:
    """Attempts to collect invoices, those that were refused too."""
    expansions(call, query.expand, ())
    domain = Domain.TRUE
    for name, field, model in (
        ("invoice", "move_id", "account.move"),
        ("contract", "move_id.cn285_contract_ids", "cn285.contract"),
        ("customer", "partner_id", "res.partner"),
    ):
        reference = getattr(query, name)
        if reference:
            domain &= Domain(field, "in", named(call, model, reference, name).ids)
    if query.state:
        domain &= Domain("state", "=", query.state)
    attempts, following = page(call, MODEL, domain, query)
    return PaymentPage(
        data=show_payments(attempts), has_more=following is not None, next_cursor=following
    )


@router.get("/payments/{payment}", summary="Read a payment", **operation("payments:read", 404))
def get_payment(call: CurrentCall, payment: RefPath) -> PaymentOut:
    """One attempt."""
    return show_payments(find(call, MODEL, payment))[0]


@router.get(
    "/invoices/{invoice}/collection",
    summary="Where does the collection of an invoice stand?",
    **operation("payments:read", 404),
)
def get_invoice_collection(call: CurrentCall, invoice: RefPath) -> InvoiceCollection:
    """What is open, what was tried, what comes next, and what stands in the way."""
    record = find(call, "account.move", invoice, INVOICES)
    attempts = call.env[MODEL].search([("move_id", "=", record.id)], order="number")
    token = _token(record)
    names = Names(call.env, record, token)
    return InvoiceCollection(
        invoice=names.ref(record),
        currency=record.currency_id.name,
        amount_due=money(record.currency_id, record.amount_residual),
        automatic=record._cn285_is_automatic(),
        collectable=bool(record._cn285_collectable()),
        in_dispute=record.cn285_dunning_blocked,
        charged_method=names.ref(token),
        not_collected_because=text(record.cn285_not_collected),
        next_attempt=day(attempts[-1:].retry_date),
        payments=show_payments(attempts),
    )


def _token(invoice):
    """By which means an invoice is charged; none where its contracts have none."""
    contracts = invoice.cn285_contract_ids
    if not contracts:
        return invoice.env["payment.token"]
    return invoice._cn285_token(contracts._payment_tokens()) or invoice.env["payment.token"]


@router.post(
    "/invoices/{invoice}/collect",
    summary="Collect an invoice now",
    response_model=JobOut,
    **operation("payments:write", 404, status_code=202),
)
def collect_invoice(call: CurrentCall, invoice: RefPath) -> Response:
    """Its means are charged by a job, whatever the days of retries say; customers' credit comes
    first. What came of it says ``/invoices/{invoice}/collection``. By billing managers."""
    record = find(call, "account.move", invoice, INVOICES)
    check_manager(record)
    if not record._cn285_collectable() or not _token(record):
        raise Problem("refused", record._cn285_why_not())
    job = (
        call.env["cn285.collection"]
        .with_delay(
            channel="root.collection", description=call.env._("Collect %s", record.display_name)
        )
        ._job_collect(record.ids, BY_HAND)
    )
    return ordered_job(call, job)


def show_payments(attempts):
    """Attempts as the API shows them."""
    names = Names(attempts.env, attempts, attempts.move_id, attempts.partner_id, attempts.token_id)
    return [
        PaymentOut(
            id=attempt.id,
            external_id=names.external_id(attempt),
            reference=attempt.name,
            invoice=names.ref(attempt.move_id),
            customer=names.ref(attempt.partner_id),
            payment_method=names.ref(attempt.token_id),
            provider=text(attempt.provider_code),
            amount=money(attempt.currency_id, attempt.amount),
            currency=attempt.currency_id.name,
            number=attempt.number,
            asked_by=text(attempt.origin),
            state=attempt.state,
            outcome=text(attempt.outcome),
            code=text(attempt.code),
            message=text(attempt.message),
            date=attempt.date,
            sent_at=attempt.sent_at or None,
            answered_at=attempt.answered_at or None,
            returned_on=day(attempt.returned_on),
            next_attempt=day(attempt.retry_date),
            no_next_because=text(attempt.retry_reason),
            updated_at=attempt.write_date,
        )
        for attempt in attempts
    ]
