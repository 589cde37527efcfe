"""Means of payment: whose, by which contracts are paid; removed, chosen, asked for anew."""

from typing import Annotated

from fastapi import Query
from odoo.addons.cn285_api.core.call import CurrentCall
from odoo.addons.cn285_api.core.records import find, named, page
from odoo.addons.cn285_api.core.representing import Names, day, expansions, text
from odoo.addons.cn285_api.core.route import new_router, operation
from odoo.addons.cn285_api.schemas.common import RefPath
from odoo.addons.cn285_contract.models.common import LIVE_STATES
from odoo.fields import Domain

from ..schemas.payments import (
    ContractCollection,
    ContractCollectionIn,
    CustomerMethod,
    CustomerMethodIn,
    LinkSent,
    MethodOut,
    MethodPage,
    MethodQuery,
)

router = new_router("Payment methods")
MODEL = "payment.token"


@router.get("/payment-methods", summary="List means of payment", **operation("payments:read"))
def list_payment_methods(call: CurrentCall, query: Annotated[MethodQuery, Query()]) -> MethodPage:
    """Cards and mandates that can be charged, or could."""
    expansions(call, query.expand, ())
    domain = Domain.TRUE
    if query.customer:
        customer = named(call, "res.partner", query.customer, "customer")
        domain &= Domain("partner_id", "child_of", customer.commercial_partner_id.id)
    if query.state:
        domain &= Domain("cn285_state", "=", query.state)
    if query.active is not None:
        domain &= Domain("active", "=", query.active)
    tokens, following = page(call, MODEL, domain, query)
    return MethodPage(
        data=show_methods(tokens), has_more=following is not None, next_cursor=following
    )


@router.get(
    "/payment-methods/{payment_method}",
    summary="Read a means of payment",
    **operation("payments:read", 404),
)
def get_payment_method(call: CurrentCall, payment_method: RefPath) -> MethodOut:
    """With the running contracts that are paid by it: what hangs on it before it is removed."""
    return _shown_alone(find(call, MODEL, payment_method))


@router.post(
    "/payment-methods/{payment_method}/remove",
    summary="Remove a means of payment",
    **operation("payments:write", 404),
)
def remove_payment_method(call: CurrentCall, payment_method: RefPath) -> MethodOut:
    """It is charged no more, and its provider is told. By billing managers."""
    token = find(call, MODEL, payment_method)
    if not token.active:
        raise call.conflict(call.env._("%s was removed already.", token.display_name))
    token.action_cn285_remove()
    call.env.flush_all()
    return _shown_alone(token)


@router.get(
    "/customers/{customer}/payment-method",
    summary="Read a customer's primary means of payment",
    **operation("payments:read", 404),
)
def get_customer_method(call: CurrentCall, customer: RefPath) -> CustomerMethod:
    """By what his contracts are paid that have no means of their own, in the key's company."""
    call.env["cn285.contract"].check_access("read")
    return _customer(call, find(call, "res.partner", customer))


@router.patch(
    "/customers/{customer}/payment-method",
    summary="Choose a customer's primary means of payment",
    **operation("payments:write", 404),
)
def set_customer_method(
    call: CurrentCall, customer: RefPath, body: CustomerMethodIn
) -> CustomerMethod:
    """One of his own, or of his company. What is due and was not collected is tried by it."""
    partner = find(call, "res.partner", customer)
    token = named(call, MODEL, body.payment_method, "/payment_method")
    partner.with_company(call.company).write({"cn285_payment_token_id": token.id})
    call.env.flush_all()
    return _customer(call, partner)


def _customer(call, partner):
    token = partner.with_company(call.company).cn285_payment_token_id
    names = Names(call.env, partner, token)
    return CustomerMethod(customer=names.ref(partner), payment_method=names.ref(token))


@router.get(
    "/contracts/{contract}/collection",
    summary="How is a contract collected?",
    **operation("payments:read", 404),
)
def get_contract_collection(call: CurrentCall, contract: RefPath) -> ContractCollection:
    """By itself or by transfer, and by which means."""
    return _contract(call, find(call, "cn285.contract", contract))


@router.patch(
    "/contracts/{contract}/collection",
    summary="Say how a contract is collected",
    **operation("payments:write", 404),
)
def set_contract_collection(
    call: CurrentCall, contract: RefPath, body: ContractCollectionIn
) -> ContractCollection:
    """Only means of its payer are taken. What is due and was not collected is tried by them."""
    record = find(call, "cn285.contract", contract)
    record.lock_for_update(allow_referencing=True)
    values = {}
    if body.mode is not None:
        values["collection_mode"] = body.mode
    if "payment_method" in body.model_fields_set:
        token = named(call, MODEL, body.payment_method, "/payment_method")
        values["payment_token_id"] = token.id
    record.write(values)
    call.env.flush_all()
    return _contract(call, record)


def _contract(call, contract):
    own, charged = contract.payment_token_id, contract._payment_token()
    names = Names(call.env, contract, contract.payer_id, own, charged)
    return ContractCollection(
        contract=names.ref(contract),
        payer=names.ref(contract.payer_id),
        mode=contract.collection_mode,
        payment_method=names.ref(own),
        charged_method=names.ref(charged),
    )


@router.post(
    "/contracts/{contract}/payment-method/update-link",
    summary="Send the payer a link to renew his means of payment",
    **operation("payments:write", 404),
)
def send_update_link(call: CurrentCall, contract: RefPath) -> LinkSent:
    """By mail, to the page on which he keeps them; whoever opens it logs in there."""
    record = find(call, "cn285.contract", contract)
    record.action_send_means_link()
    call.env.flush_all()
    return LinkSent(sent_to=record.payer_id.email)


# === SHOWN === #


def show_methods(tokens, contracts=None):
    """Means as the API shows them; never the reference by which a provider charges them."""
    names = Names(tokens.env, tokens, tokens.partner_id)
    return [
        MethodOut(
            id=token.id,
            external_id=names.external_id(token),
            customer=names.ref(token.partner_id),
            name=token.display_name or "",
            # sudo: providers are the administrators'; what kind of means it is is no secret.
            kind=token.sudo().payment_method_id.code or "",
            provider=token.sudo().provider_id.code,
            brand=text(token.cn285_brand),
            last_digits=text(token.cn285_last4),
            valid_until=day(token.cn285_expiry_date),
            state=token.cn285_state,
            active=token.active,
            mandate_reference=text(token.cn285_mandate_ref),
            created_at=token.create_date,
            updated_at=token.write_date,
            contracts=contracts,
        )
        for token in tokens
    ]


def _shown_alone(token):
    paid = token._cn285_paid_contracts().filtered(lambda one: one.state in LIVE_STATES)
    readable = paid.with_env(token.env)._filtered_access("read")
    names = Names(token.env, readable)
    return show_methods(token, [names.ref(contract) for contract in readable])[0]
