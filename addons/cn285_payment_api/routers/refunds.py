"""Credit notes that are paid back to the means that paid."""

from typing import Annotated

from fastapi import Query, Response
from odoo.addons.cn285_api.core.call import CurrentCall
from odoo.addons.cn285_api.core.records import find, named, page
from odoo.addons.cn285_api.core.representing import Names, expansions, money, text
from odoo.addons.cn285_api.core.route import new_router, operation
from odoo.addons.cn285_api.routers.billing import ordered_job
from odoo.addons.cn285_api.schemas.billing import JobOut
from odoo.addons.cn285_api.schemas.common import RefPath
from odoo.addons.cn285_payment.models.collection.attempt_actions import check_manager
from odoo.fields import Domain

from ..schemas.payments import RefundOut, RefundPage, RefundQuery

router = new_router("Refunds")
MODEL = "cn285.payment.refund"
NOTES = [("move_type", "=", "out_refund")]


@router.get("/refunds", summary="List refunds", **operation("payments:read"))
def list_refunds(call: CurrentCall, query: Annotated[RefundQuery, Query()]) -> RefundPage:
    """What was paid back to means of payment, or is on its way."""
    expansions(call, query.expand, ())
    domain = Domain.TRUE
    if query.credit_note:
        note = named(call, "account.move", query.credit_note, "credit_note", NOTES)
        domain &= Domain("move_id", "=", note.id)
    if query.state:
        domain &= Domain("state", "=", query.state)
    refunds, following = page(call, MODEL, domain, query)
    return RefundPage(
        data=show_refunds(refunds), has_more=following is not None, next_cursor=following
    )


@router.get("/refunds/{refund}", summary="Read a refund", **operation("payments:read", 404))
def get_refund(call: CurrentCall, refund: RefPath) -> RefundOut:
    """One refund."""
    return show_refunds(find(call, MODEL, refund))[0]


@router.post(
    "/invoices/{invoice}/refund",
    summary="Pay a credit note back",
    response_model=JobOut,
    **operation("payments:write", 404, status_code=202),
)
def refund_credit_note(call: CurrentCall, invoice: RefPath) -> Response:
    """What is open of a credit note (``invoice`` is its number or id) goes back to the means that
    paid what it credits, by a job, once. What came of it says ``/refunds``. By billing managers."""
    note = find(call, "account.move", invoice, NOTES)
    check_manager(note)
    if note.state != "posted" or note.currency_id.compare_amounts(note.amount_residual, 0) <= 0:
        raise call.conflict(call.env._("Nothing of %s is open.", note.display_name))
    if note._cn285_refunds_under_way():
        raise call.conflict(call.env._("%s is being refunded.", note.display_name))
    job = (
        call.env["cn285.collection"]
        .with_delay(
            channel="root.collection", description=call.env._("Refund %s", note.display_name)
        )
        ._job_refund(note.ids)
    )
    return ordered_job(call, job)


def show_refunds(refunds):
    """Refunds as the API shows them."""
    names = Names(refunds.env, refunds, refunds.move_id)
    return [
        RefundOut(
            id=refund.id,
            external_id=names.external_id(refund),
            reference=refund.name,
            credit_note=names.ref(refund.move_id),
            payment_id=refund.attempt_id.id,
            amount=money(refund.currency_id, refund.amount),
            currency=refund.currency_id.name,
            state=refund.state,
            message=text(refund.message),
            sent_at=refund.sent_at or None,
            updated_at=refund.write_date,
        )
        for refund in refunds
    ]
