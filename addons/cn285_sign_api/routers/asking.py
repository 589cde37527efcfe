"""From a signature that a body asks for to a provider and signers, by what may be."""

from typing import Any, NamedTuple

from odoo.addons.cn285_api.core.problems import invalid
from odoo.addons.cn285_api.core.records import named
from odoo.addons.cn285_sign.engine.words import LONGEST_NAME, one_line
from odoo.tools import email_normalize

#: What a key needs to have anything signed, by whatever operation it asks.
SCOPE = "signatures:write"


class Asked(NamedTuple):
    """A signature that was asked for; no remote call can make one."""

    provider: Any
    #: Values of those who sign; None: as the company's rules have it.
    signers: list | None


class Side(NamedTuple):
    """What is asked of a target: ``_api_sign_side`` of its model says it."""

    #: The ``cn285.sign.rule`` that wants it signed, or none.
    rule: Any
    company: Any
    #: Customer and payer: they and their people sign for the customer.
    customers: Any


def asked_of(call, target, signature, pointer):
    """By what, and by whom a signature that is asked for is made: an ``Asked``.

    :param target: a contract, a change, or what else is signed (``_api_sign_side``)
    :param signature: a ``SignatureIn``
    :param pointer: where it stands in the body
    :raises Problem: naming the place: no such provider, or one that may not sign; or a key that
        has nothing signed
    """
    call.need(SCOPE)
    side = target._api_sign_side()
    provider = _provider(call, side, signature.mode, f"{pointer}/mode")
    if signature.signers is None:
        return Asked(provider, None)
    signers = [
        _signer(call, side, signer, place, f"{pointer}/signers/{place}")
        for place, signer in enumerate(signature.signers)
    ]
    if all(signer["role"] != "customer" for signer in signers):
        detail = call.env._("Somebody has to sign for the customer.")
        raise invalid(f"{pointer}/signers", "missing", detail)
    return Asked(provider, signers)


def _provider(call, side, mode, pointer):
    """The provider of a code; where a rule asks for the signature, the rule's and no other."""
    rule = side.rule
    if rule:
        if rule.provider_id.code != mode:
            detail = call.env._(
                "The company's rules have this signed by way of “%s”.", rule.provider_id.name
            )
            raise invalid(pointer, "not_allowed", detail)
        return rule.provider_id
    # sudo: which provider there is is no secret.
    providers = call.env["cn285.sign.provider"].sudo()
    found = providers.search([("company_id", "=", side.company.id), ("code", "=", mode)], limit=1)
    if not found:
        detail = call.env._("There is no signature provider “%s” here.", mode)
        raise invalid(pointer, "not_a_choice", detail)
    return found


def _signer(call, side, signer, place, pointer):
    contact = named(call, "res.partner", signer.contact, f"{pointer}/contact")
    email = email_normalize(contact.email)
    if not email:
        detail = call.env._(
            "%s has no e-mail address, or not a single one: the code for the signature goes there.",
            contact.display_name,
        )
        raise invalid(f"{pointer}/contact", "no_email", detail)
    if not _may_sign(side, contact, signer.role):
        detail = call.env._(
            "%s does not sign for them: name a contact of the customer, or a colleague.",
            contact.display_name,
        )
        raise invalid(f"{pointer}/contact", "not_allowed", detail)
    return {
        "partner_id": contact.id,
        "name": one_line(contact.name or email, LONGEST_NAME),
        "email": email,
        "role": signer.role,
        "order": signer.order or place + 1,
    }


def _may_sign(side, contact, role):
    """Whether a contact signs for a side: nobody is shown the contract of another customer."""
    # sudo: of which customer a contact is, and whether he is a colleague.
    contact, company = contact.sudo(), side.company.sudo()
    if role == "customer":
        return contact.commercial_partner_id in side.customers.sudo().commercial_partner_id
    colleagues = contact.user_ids.filtered(
        lambda user: user._is_internal() and company in user.company_ids
    )
    return bool(colleagues) or contact.commercial_partner_id == company.partner_id
