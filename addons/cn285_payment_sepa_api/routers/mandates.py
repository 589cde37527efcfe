"""SEPA mandates: read, taken over from paper with proof, revoked."""

import base64
from typing import Annotated

from fastapi import Query
from odoo.addons.cn285_api.core.call import CurrentCall
from odoo.addons.cn285_api.core.external import give_external
from odoo.addons.cn285_api.core.problems import invalid
from odoo.addons.cn285_api.core.records import find, named, page
from odoo.addons.cn285_api.core.representing import Names, day, expansions, text
from odoo.addons.cn285_api.core.route import answer, new_router, operation
from odoo.addons.cn285_api.schemas.common import RefPath
from odoo.addons.cn285_renewal.engine.evidence import check_evidence
from odoo.fields import Domain

from ..schemas.mandates import MandateIn, MandateOut, MandatePage, MandateQuery, RevokeIn

router = new_router("Mandates")
MODEL = "cn285.sepa.mandate"


@router.get("/mandates", summary="List SEPA mandates", **operation("mandates:read"))
def list_mandates(call: CurrentCall, query: Annotated[MandateQuery, Query()]) -> MandatePage:
    """Those that are revoked too."""
    expansions(call, query.expand, ())
    domain = Domain.TRUE
    if query.customer:
        customer = named(call, "res.partner", query.customer, "customer")
        domain &= Domain("partner_id", "child_of", customer.commercial_partner_id.id)
    if query.state:
        domain &= Domain("state", "=", query.state)
    mandates, following = page(call, MODEL, domain, query)
    return MandatePage(
        data=show_mandates(mandates), has_more=following is not None, next_cursor=following
    )


@router.get("/mandates/{mandate}", summary="Read a mandate", **operation("mandates:read", 404))
def get_mandate(call: CurrentCall, mandate: RefPath) -> MandateOut:
    """One mandate."""
    return show_mandates(find(call, MODEL, mandate))[0]


@router.post(
    "/mandates",
    summary="Take over a mandate signed on paper",
    **operation("mandates:write", status_code=201),
)
def create_mandate(call: CurrentCall, body: MandateIn) -> MandateOut:
    """It is a means of payment at once, and the customer's primary one where he has none. The scan
    is kept with the mandate."""
    customer = named(call, "res.partner", body.customer, "/customer")
    proof = _proof(call, body.proof)
    values = {
        "partner_id": customer.id,
        "iban": body.iban,
        "bic": body.bic or False,
        "holder": body.holder or False,
        "scheme": body.scheme,
        "one_off": body.used_once,
        "signed_on": body.signed_on,
    }
    if body.reference:
        values["reference"] = body.reference
    if body.notice_days is not None:
        values["notice_days"] = body.notice_days
    mandate = call.env[MODEL].create(values)
    if body.external_id:
        give_external(mandate, body.external_id)
    if proof:
        mandate.message_post(
            body=call.env._("The mandate as it was signed on paper."),
            attachments=[(proof.name, proof.content)],
        )
    mandate.action_sign()
    call.env.flush_all()
    [shown] = show_mandates(mandate)
    return answer(shown, 201, {"Location": f"/cn285/v1/mandates/{mandate.id}"})


def _proof(call, proof):
    """The scan as it is kept; None where there is none.

    :raises Problem: for what is not taken
    """
    if proof is None:
        return None
    checked = check_evidence(proof.file_name, base64.b64decode(proof.content))
    if isinstance(checked, str):
        detail = call.env._("The proof is a PDF, PNG or JPEG of at most 10 MB.")
        raise invalid("/proof/content", checked, detail)
    return checked


@router.post(
    "/mandates/{mandate}/revoke",
    summary="Revoke a mandate",
    **operation("mandates:write", 404),
)
def revoke_mandate(call: CurrentCall, mandate: RefPath, body: RevokeIn) -> MandateOut:
    """Nothing is debited any more; debits that did not leave are called off."""
    record = find(call, MODEL, mandate)
    record.check_access("write")
    record.lock_for_update(allow_referencing=True)
    if record.state not in ("draft", "active"):
        raise call.conflict(call.env._("%s is not in use.", record.display_name))
    if body.reason:
        record._revoke(body.reason)
    else:
        record.action_revoke()
    call.env.flush_all()
    return show_mandates(record)[0]


def show_mandates(mandates):
    """Mandates as the API shows them: of the account its country and last digits."""
    # sudo: of the token only its number, of mandates that the user may read.
    names = Names(mandates.env, mandates, mandates.partner_id, mandates.sudo().token_id)
    return [
        MandateOut(
            id=mandate.id,
            external_id=names.external_id(mandate),
            reference=text(mandate.reference),
            customer=names.ref(mandate.partner_id),
            holder=text(mandate.holder),
            account=mandate.account_shown or "",
            scheme=mandate.scheme,
            used_once=mandate.one_off,
            state=mandate.state,
            signed_on=day(mandate.signed_on),
            signed_by=text(mandate.signed_by),
            signed_how=text(mandate.signed_how),
            notice_days=mandate.notice_days,
            # sudo: the means that the mandate is, by its name.
            payment_method=names.ref(mandate.sudo().token_id),
            last_debit_on=day(mandate.last_debit_on),
            usable_until=day(mandate.lapses_on),
            revoked_on=day(mandate.revoked_on),
            revoked_because=text(mandate.revoked_reason),
            created_at=mandate.create_date,
            updated_at=mandate.write_date,
        )
        for mandate in mandates
    ]
