"""An order in one call: who, what, and how it is signed."""

from odoo.addons.cn285_api.core.call import CurrentCall
from odoo.addons.cn285_api.core.records import named, undone
from odoo.addons.cn285_api.core.route import answer, new_router, operation
from odoo.addons.cn285_api.routers.customers import make_customer
from odoo.addons.cn285_api.schemas.common import DryRun

from ..schemas.quotes import OrderIn, QuoteOut, QuoteTried
from .quote_acts import asked_for
from .quotes import made, make_quote, show_tried

router = new_router("Quotations")
OPTIONS = operation("quotes:accept", status_code=202)
TRIED = {200: {"model": QuoteTried, "description": "What it would be (`dry_run`)"}}


@router.post(
    "/orders",
    summary="Order in one call",
    response_model=QuoteOut,
    **{**OPTIONS, "responses": {**OPTIONS["responses"], **TRIED}},
)
def create_order(call: CurrentCall, body: OrderIn, dry_run: DryRun = False) -> QuoteOut:
    """Customer, quotation and what follows, all or nothing: without a signature it is accepted and
    its contract made at once; else it is sent to who signs, and the last signature does that. Ask
    ``/quotes/{quote}`` how far it is, or be told by webhooks: ``quote.accepted``,
    ``quote.activated``. A new customer needs the scope ``customers:write`` too."""
    if body.new_customer:
        call.need("customers:write")
    if dry_run:
        return answer(undone(call, lambda: _tried(call, body)))
    quote, asked = _quote(call, body)
    if asked or quote._cn285_sign_rule():
        quote._api_send(asked)
    else:
        quote._api_accept()
    call.env.flush_all()
    return made(quote, 202)


def _tried(call, body):
    """What an order would be; refused where the order itself would be."""
    quote, asked = _quote(call, body)
    quote._api_check(signed=bool(asked or quote._cn285_sign_rule()))
    return show_tried(quote)


def _quote(call, body):
    """The draft of an order, and the signature that is asked for."""
    if body.new_customer:
        customer = make_customer(call, body.new_customer, "/new_customer")
    else:
        customer = named(call, "res.partner", body.customer, "/customer")
    quote = make_quote(call, body, customer)
    return quote, asked_for(call, quote, body.signature)
