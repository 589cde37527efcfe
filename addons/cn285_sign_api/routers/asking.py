"""From a signature that a body asks for to a provider and signers, by what may be."""

from typing import Any, NamedTuple

from odoo.addons.cn285_api.core.problems import invalid
from odoo.addons.cn285_api.core.records import named
from odoo.tools import email_normalize


class Asked(NamedTuple):
    """A signature that was asked for; no remote call can make one."""

    provider: Any
    #: Values of those who sign; None: as the company's rules have it.
    signers: list | None


def asked_of(call, target, signature, pointer):
    """By what, and by whom a signature that is asked for is made: an ``Asked``.

    :param target: a contract, or a change
    :param signature: a ``SignatureIn``
    :param pointer: where it stands in the body
    :raises Problem: naming the place: no such provider, or one that may not sign
    """
    contract = target if target._name == "cn285.contract" else target.contract_id
    provider = _provider(call, target, contract, signature.mode, f"{pointer}/mode")
    if signature.signers is None:
        return Asked(provider, None)
    signers = [
        _signer(call, contract, signer, place, f"{pointer}/signers/{place}")
        for place, signer in enumerate(signature.signers)
    ]
    if all(signer["role"] != "customer" for signer in signers):
        detail = call.env._("Somebody has to sign for the customer.")
        raise invalid(f"{pointer}/signers", "missing", detail)
    return Asked(provider, signers)


def _provider(call, target, contract, mode, pointer):
    """The provider of a code; where a rule asks for the signature, the rule's and no other."""
    rule = target._sign_rule()
    if rule:
        if rule.provider_id.code != mode:
            detail = call.env._(
                "The company's rules have this signed by way of “%s”.", rule.provider_id.name
            )
            raise invalid(pointer, "not_allowed", detail)
        return rule.provider_id
    # sudo: which provider there is is no secret.
    providers = call.env["cn285.sign.provider"].sudo()
    found = providers.search(
        [("company_id", "=", contract.company_id.id), ("code", "=", mode)], limit=1
    )
    if not found:
        detail = call.env._("There is no signature provider “%s” here.", mode)
        raise invalid(pointer, "not_a_choice", detail)
    return found


def _signer(call, contract, signer, place, pointer):
    contact = named(call, "res.partner", signer.contact, f"{pointer}/contact")
    email = email_normalize(contact.email)
    if not email:
        detail = call.env._(
            "%s has no e-mail address, or not a single one: the code for the signature goes there.",
            contact.display_name,
        )
        raise invalid(f"{pointer}/contact", "no_email", detail)
    if not _may_sign(contract, contact, signer.role):
        detail = call.env._(
            "%s does not sign for them: name a contact of the customer, or a colleague.",
            contact.display_name,
        )
        raise invalid(f"{pointer}/contact", "not_allowed", detail)
    return {
        "partner_id": contact.id,
        "name": contact.name or email,
        "email": email,
        "role": signer.role,
        "order": signer.order or place + 1,
    }


def _may_sign(contract, contact, role):
    """Whether a contact signs for a side: nobody is shown the contract of another customer."""
    # sudo: of which customer a contact is, and whether he is a colleague.
    contact, contract = contact.sudo(), contract.sudo()
    if role == "customer":
        sides = contract.partner_id | contract.payer_id
        return contact.commercial_partner_id in sides.commercial_partner_id
    colleagues = contact.user_ids.filtered(
        lambda user: user._is_internal() and contract.company_id in user.company_ids
    )
    return bool(colleagues) or contact.commercial_partner_id == contract.company_id.partner_id
