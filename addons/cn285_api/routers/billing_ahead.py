"""Subscriptions billed before they are due: the customer pays ahead."""

from odoo.addons.cn285_contract.models.common import LIVE_STATES

from ..core.call import CurrentCall
from ..core.records import find, undone
from ..core.route import answer, new_router, operation
from ..schemas.billing import BillAheadIn, InvoicesMade, InvoicesTried
from ..schemas.common import DryRun, RefPath
from .invoices import show_invoices, show_tried

router = new_router("Billing runs")


def _tried():
    options = operation("billing:write", 404, status_code=201)
    tried = {200: {"model": InvoicesTried, "description": "What it would come to (`dry_run`)"}}
    return {**options, "responses": {**options["responses"], **tried}}


@router.post(
    "/contracts/{contract}/bill-upcoming",
    summary="Bill what is to come",
    response_model=InvoicesMade,
    **_tried(),
)
def bill_upcoming(
    call: CurrentCall, contract: RefPath, body: BillAheadIn, dry_run: DryRun = False
) -> InvoicesMade:
    """The next periods of each item, or all periods that begin up to a day, billed today by a run
    of their own; what is due already goes along, usage waits for its day. It is done when it is
    answered. With ``dry_run`` nothing is written."""
    record = find(call, "cn285.contract", contract)
    record.lock_for_update(allow_referencing=True)
    if record.state not in LIVE_STATES:
        raise call.conflict(call.env._("Contract %s does not run.", record.name))

    def bill():
        numbers = record.bill_ahead(body.periods, body.until)
        return call.env["account.move"].browse(numbers)

    if dry_run:
        return answer(undone(call, lambda: InvoicesTried(data=[show_tried(one) for one in bill()])))
    invoices = bill()
    call.env.flush_all()
    return answer(InvoicesMade(data=show_invoices(invoices, {"lines"})), 201)
