"""Signature requests: sent, read, reminded, cancelled; their log, and what they leave as proof."""

from typing import Annotated

from fastapi import Query, Request, Response
from odoo.addons.cn285_api.core.call import CurrentCall
from odoo.addons.cn285_api.core.records import find, named, page
from odoo.addons.cn285_api.core.representing import Names, day, expansions, text
from odoo.addons.cn285_api.core.route import answer, new_router, operation
from odoo.addons.cn285_api.schemas.common import RefPath
from odoo.addons.cn285_document_api.routers.documents import document_file, file_options
from odoo.fields import Domain

from ..schemas.signatures import (
    RequestIn,
    RequestOut,
    RequestPage,
    RequestQuery,
    SignerOut,
    SignEventOut,
    SignEventPage,
    SignEventQuery,
)
from .asking import asked_of

router = new_router("Signatures")
MODEL = "cn285.sign.request"


# === READ === #


@router.get(
    "/signature-requests", summary="List signature requests", **operation("signatures:read")
)
def list_signature_requests(
    call: CurrentCall, query: Annotated[RequestQuery, Query()]
) -> RequestPage:
    """What is being signed, and was."""
    expansions(call, query.expand, ())
    domain = Domain.TRUE
    if query.contract:
        contract = named(call, "cn285.contract", query.contract, "contract")
        domain &= Domain("contract_id", "=", contract.id)
    if query.change:
        change = named(call, "cn285.contract.change", query.change, "change")
        domain &= Domain("change_id", "=", change.id)
    if query.state:
        domain &= Domain("state", "=", query.state)
    requests, following = page(call, MODEL, domain, query)
    return RequestPage(
        data=show_requests(requests), has_more=following is not None, next_cursor=following
    )


@router.get(
    "/signature-requests/{signature_request}",
    summary="Read a signature request",
    **operation("signatures:read", 404),
)
def get_signature_request(call: CurrentCall, signature_request: RefPath) -> RequestOut:
    """Who has signed, and what it has come to."""
    return show_requests(find(call, MODEL, signature_request))[0]


@router.get(
    "/signature-requests/{signature_request}/events",
    summary="Read the log of a signature request",
    **operation("signatures:read", 404),
)
def list_signature_events(
    call: CurrentCall,
    signature_request: RefPath,
    query: Annotated[SignEventQuery, Query()],
) -> SignEventPage:
    """Each entry's hash covers those before: a log that was altered does not fit."""
    expansions(call, query.expand, ())
    record = find(call, MODEL, signature_request)
    events, following = page(call, "cn285.sign.event", Domain("request_id", "=", record.id), query)
    return SignEventPage(
        data=[
            SignEventOut(
                id=event.id,
                kind=event.kind,
                at=event.at,
                signer_id=event.signer_id.id or None,
                data=event.data or {},
                hash=event.hash,
                previous_hash=event.previous_hash,
            )
            for event in events
        ],
        has_more=following is not None,
        next_cursor=following,
    )


@router.get(
    "/signature-requests/{signature_request}/signed-document",
    summary="Get the signed document",
    **file_options("signatures:read", 404),
)
def get_signed_document(
    call: CurrentCall, request: Request, signature_request: RefPath
) -> Response:
    """The pages that were signed, those of the proof, and the seal; made soon after the last
    signature: until then 409."""
    record = find(call, MODEL, signature_request)
    return _proof(call, request, record, record.proof_id)


@router.get(
    "/signature-requests/{signature_request}/evidence",
    summary="Get the evidence of a signature",
    **file_options("signatures:read", 404),
)
def get_signature_evidence(
    call: CurrentCall, request: Request, signature_request: RefPath
) -> Response:
    """All that is known of it, its log included, as it was filed; until then 409."""
    record = find(call, MODEL, signature_request)
    source = f"{MODEL},{record.id}:evidence"
    return _proof(
        call, request, record, call.env["cn285.document"].search([("source", "=", source)])
    )


def _proof(call, request, record, document):
    if not document:
        raise call.conflict(
            call.env._("There is no proof of %s: it is not signed, or not filed yet.", record.name)
        )
    document.check_access("read")
    return document_file(call, request, document)


# === WRITE === #


@router.post(
    "/signature-requests",
    summary="Send a contract or a change for signature",
    **operation("signatures:write", status_code=201),
)
def create_signature_request(call: CurrentCall, body: RequestIn) -> RequestOut:
    """A draft; it takes effect, once, in the transaction of the last signature."""
    contract = named(call, "cn285.contract", body.contract, "/contract")
    target = contract or named(call, "cn285.contract.change", body.change, "/change")
    target.check_access("write")
    target.lock_for_update(allow_referencing=True)
    if target.state != "draft":
        raise call.conflict(call.env._("%s is no draft any more.", target.display_name))
    target._api_send(asked_of(call, target, body, ""))
    return _sent(call, target)


def _sent(call, target):
    """The answer of the request that was just sent."""
    call.env.flush_all()
    record = target._api_signatures()[target.id].with_env(call.env)
    [shown] = show_requests(record)
    return answer(shown, 201, {"Location": f"/cn285/v1/signature-requests/{record.id}"})


@router.post(
    "/signature-requests/{signature_request}/send",
    summary="Send for signature anew",
    **operation("signatures:write", 404, status_code=201),
)
def resend_signature_request(call: CurrentCall, signature_request: RefPath) -> RequestOut:
    """One that was declined, has expired, was cancelled or replaced: a new request of what holds
    now."""
    record = _managed(call, signature_request)
    if record.state in ("draft", "sent", "signed"):
        raise call.conflict(call.env._("%s is not over, or was signed.", record.name))
    record.action_send_anew()
    return _sent(call, record._target())


@router.post(
    "/signature-requests/{signature_request}/remind",
    summary="Remind who has not signed",
    **operation("signatures:write", 404),
)
def remind_signers(call: CurrentCall, signature_request: RefPath) -> RequestOut:
    """Those whose turn it is are asked once more."""
    record = _managed(call, signature_request)
    if record.state != "sent":
        raise call.conflict(call.env._("%s is not to be signed any more.", record.name))
    record.action_remind()
    call.env.flush_all()
    return show_requests(record)[0]


@router.post(
    "/signature-requests/{signature_request}/cancel",
    summary="Cancel a signature request",
    **operation("signatures:write", 404),
)
def cancel_signature_request(call: CurrentCall, signature_request: RefPath) -> RequestOut:
    """Nobody signs any more; the contract or change stays a draft."""
    record = _managed(call, signature_request)
    if record.state not in ("draft", "sent"):
        raise call.conflict(call.env._("%s is not to be signed any more.", record.name))
    record.action_cancel()
    call.env.flush_all()
    return show_requests(record)[0]


def _managed(call, reference):
    """The request of a path, locked: two at once do not both go on from one state."""
    record = find(call, MODEL, reference)
    record._check_may_manage()
    record.lock_for_update(allow_referencing=True)
    return record


# === SHOWN === #


def show_requests(requests):
    """Requests as the API shows them; never what a signer's link or code is made of."""
    signers = requests.signer_ids
    names = Names(requests.env, requests, requests.contract_id, signers.partner_id)
    return [
        RequestOut(
            id=request.id,
            external_id=names.external_id(request),
            number=request.name,
            contract=names.ref(request.contract_id),
            change_id=request.change_id.id or None,
            mode=request.provider_id.code,
            level=text(request.provider_id.level),
            state=request.state,
            signers=[_show_signer(names, signer) for signer in request.signer_ids],
            document_id=request.document_id.id or None,
            document_sha256=text(request.document_id.sha256),
            signed_document_id=request.proof_id.id or None,
            seal=text(request.seal),
            expires_on=day(request.expires_on),
            took_effect=request.is_done,
            error=text(request.error),
            created_at=request.create_date,
            updated_at=request.write_date,
        )
        for request in requests
    ]


def _show_signer(names, signer):
    return SignerOut(
        id=signer.id,
        contact=names.ref(signer.partner_id),
        name=signer.name,
        email=signer.email,
        role=signer.role,
        order=signer.order,
        state=signer.state,
        signed_name=text(signer.signed_name),
        signed_at=signer.signed_at or None,
        declined_reason=text(signer.declined_reason),
    )
