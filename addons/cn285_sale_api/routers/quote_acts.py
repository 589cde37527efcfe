"""What is done with quotations: sent, replaced by a new version, accepted, declined, cancelled."""

from odoo.addons.cn285_api.core.call import CurrentCall
from odoo.addons.cn285_api.core.problems import invalid
from odoo.addons.cn285_api.core.route import new_router, operation
from odoo.addons.cn285_api.schemas.common import RefPath
from odoo.addons.cn285_sign_api.routers.asking import asked_of

from ..schemas.quotes import DeclineIn, QuoteOut, SendIn
from .quote_views import show_quotes
from .quotes import WHOLE, locked, made

router = new_router("Quotations")
OPEN = ("draft", "sent")


@router.post("/quotes/{quote}/send", summary="Send a quotation", **operation("quotes:write", 404))
def send_quote(call: CurrentCall, quote: RefPath, body: SendIn) -> QuoteOut:
    """By mail, as the seller sends it; or for signature: the last signature accepts it, once."""
    record = _open(call, quote)
    record._api_send(asked_for(call, record, body.signature), body.email)
    return _shown(call, record)


def asked_for(call, quote, signature, pointer="/signature"):
    """The signature that a body asks for; None where it leaves that to the company's rules.

    :raises Problem: naming the place
    """
    if signature is None:
        return None
    if signature.mode != "none":
        return asked_of(call, quote, signature, pointer)
    rule = quote._cn285_sign_rule()
    if rule:
        detail = call.env._(
            "The company's rules have this signed by way of “%s”.", rule.provider_id.name
        )
        raise invalid(f"{pointer}/mode", "not_allowed", detail)
    return None


@router.post(
    "/quotes/{quote}/versions",
    summary="Make a new version of a quotation",
    **operation("quotes:write", 404, status_code=201),
)
def create_quote_version(call: CurrentCall, quote: RefPath) -> QuoteOut:
    """A draft with the same lines; the old one stays readable and is never accepted. Whoever was
    asked to sign it is not asked any more."""
    record = locked(call, quote)
    if record.state == "sale":
        raise call.conflict(call.env._("%s was accepted: change its contract.", record.name))
    if record.cn285_superseded_by_id:
        raise call.conflict(
            call.env._(
                "%(quote)s was replaced by %(current)s: make the new version of that one.",
                quote=record.name,
                current=record._cn285_current().name,
            )
        )
    version = call.env["sale.order"].browse(record.action_cn285_new_version()["res_id"])
    call.env.flush_all()
    return made(version, 201)


@router.post(
    "/quotes/{quote}/accept",
    summary="Accept a quotation",
    **operation("quotes:accept", 404),
)
def accept_quote(call: CurrentCall, quote: RefPath) -> QuoteOut:
    """The customer has said yes to you: the contract is made and confirmed at once, and once. Where
    it cannot be, the acceptance stays: ``activation`` is ``waiting``. What has to be signed is
    accepted by its signature alone."""
    record = _open(call, quote)
    record._api_accept()
    return _shown(call, record)


@router.post(
    "/quotes/{quote}/activate",
    summary="Try again to make the contract of what was accepted",
    **operation("quotes:accept", 404),
)
def activate_quote(call: CurrentCall, quote: RefPath) -> QuoteOut:
    """Once what was in the way is mended; it is tried each day besides."""
    record = locked(call, quote)
    if record.state != "sale" or record.cn285_activation != "waiting":
        raise call.conflict(call.env._("%s has nothing to be activated.", record.name))
    record.action_cn285_activate()
    return _shown(call, record)


@router.post(
    "/quotes/{quote}/decline",
    summary="Decline a quotation",
    **operation("quotes:accept", 404),
)
def decline_quote(call: CurrentCall, quote: RefPath, body: DeclineIn) -> QuoteOut:
    """The customer does not want it."""
    record = _open(call, quote)
    record._api_decline(body.reason)
    return _shown(call, record)


@router.post(
    "/quotes/{quote}/cancel",
    summary="Cancel a quotation",
    **operation("quotes:write", 404),
)
def cancel_quote(call: CurrentCall, quote: RefPath) -> QuoteOut:
    """The company takes it back; after it was accepted as long as its contract has not begun."""
    record = locked(call, quote)
    if record.state not in (*OPEN, "sale"):
        raise call.conflict(call.env._("%s is cancelled already.", record.name))
    record.action_cancel()
    return _shown(call, record)


def _open(call, text):
    """A quotation that is neither accepted nor over."""
    record = locked(call, text)
    if record.state not in OPEN:
        raise call.conflict(call.env._("%s is accepted, or over.", record.name))
    return record


def _shown(call, record):
    call.env.flush_all()
    return show_quotes(record, WHOLE)[0]
