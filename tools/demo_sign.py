"""Contracts and amendments to be signed, in the demonstration: ``demo_sign.send(env, until)``.

In each state that a signature can be in, with the papers that it makes: sent, signed by the
customer and waiting for the company, signed, declined, expired, cancelled, replaced. What they are
about begins after the days that the demonstration bills: no figure of those changes.
"""

from datetime import date, timedelta
from unittest.mock import patch

from import_tools import out

NOTE = "À signer en ligne (démonstration)"
# What is signed begins on this day, far behind what is billed here.
BEGINS = date(2027, 1, 1)
CODE = "285285"
# The states of the contracts; and those of the amendments of contracts that run.
CONTRACTS = ("sent", "half", "signed", "declined", "expired", "cancelled", "replaced")
AMENDMENTS = ("sent", "half", "signed", "declined")


def send(env, until):
    """Send, sign, decline and let expire, once. Run again, it makes nothing.

    :param until: the day of the demonstration as text, such as "2026-06-30"
    """
    if "cn285.sign.request" not in env:
        return
    requests = env["cn285.sign.request"]
    if not requests.search_count([], limit=1):
        last, company = date.fromisoformat(until), env.company
        running = _running(env)
        customers = running.partner_id.sorted(lambda one: (one.name, one.id))
        for state, customer in zip(CONTRACTS, customers[len(AMENDMENTS) :], strict=False):
            _reach(state, _contract(env, customer), company, last)
        for state, customer in zip(AMENDMENTS, customers, strict=False):
            contract = running.filtered(lambda one, c=customer: one.partner_id == c)[:1]
            _reach(state, _amendment(env, contract), company, last)
        # No mail leaves the demonstration.
        env["mail.mail"].search(
            [("model", "=", "cn285.sign.signer"), ("state", "=", "outgoing")]
        ).cancel()
        company.cn285_clock_date = last
        env.cr.commit()
    labels = dict(requests._fields["state"]._description_selection(env))
    told = ", ".join(
        f"{count} {labels[state].lower()}"
        for state, count in requests._read_group([], ["state"], ["__count"])
    )
    out.print(f"Signatures (Contracts > Signatures): {told}.", markup=False)


def rule(env):
    """The provider built in; the administrator signs for the company. It is not kept: nothing
    else of the demonstration has to be signed."""
    provider = env["cn285.sign.provider"].search([("company_id", "=", env.company.id)], limit=1)
    if not provider:
        provider = env["cn285.sign.provider"].create(
            {"name": "Signature en ligne", "company_id": env.company.id}
        )
    partner = env.ref("base.user_admin").partner_id
    partner.email = partner.email or "direction@cn285.example"
    return env["cn285.sign.rule"].new(
        {
            "company_id": env.company.id,
            "provider_id": provider.id,
            "countersigner_id": env.ref("base.user_admin").id,
        }
    )


def _running(env):
    """Contracts that run, of customers with an e-mail address, with one item to be amended."""
    contracts = env["cn285.contract"].search(
        [("state", "=", "active"), ("date_end", "=", False), ("item_ids.state", "=", "active")],
        order="name, id",
    )
    return contracts.filtered(
        lambda one: one.partner_id.email and len(one.item_ids) == 1 and one.item_ids.quantity == 1
    )


def _contract(env, customer):
    item = env["cn285.contract"].search([("state", "=", "active")], order="name", limit=1).item_ids
    return env["cn285.contract"].create(
        {
            "partner_id": customer.id,
            "date_start": BEGINS,
            "user_id": env.ref("base.user_admin").id,
            "client_ref": NOTE,
            "item_ids": [(0, 0, {"product_id": item[:1].product_id.id, "price_unit": 49.0})],
        }
    )


def _amendment(env, contract):
    return env["cn285.contract.change"].create(
        {
            "contract_id": contract.id,
            "item_id": contract.item_ids.id,
            "type": "quantity",
            "date_effective": BEGINS,
            "values": {"quantity": 2.0},
            "description": NOTE,
        }
    )


def _reach(state, target, company, last):
    """Send a contract or change, and live through what brings it into a state."""
    company.cn285_clock_date = last - timedelta(days=40 if state == "expired" else 3)
    requests = target.env["cn285.sign.request"]
    request = requests._make(target, rule(target.env))
    company.cn285_clock_date = last
    customer, seller = request.signer_ids.sorted("order")
    if state == "declined":
        customer._decline("Nous avons retenu une autre offre.", "192.0.2.1")
    elif state == "expired":
        request._daily(last)
    elif state == "cancelled":
        request.action_cancel()
    elif state == "replaced":
        target.item_ids.price_unit = 59.0
        requests._make(target, rule(target.env))
    elif state in ("half", "signed"):
        sign(customer)
        if state == "signed":
            sign(seller)
            request._job_file_proof()
    target.env.cr.commit()


def sign(signer):
    """The signer signs with a code; the request's last signature takes effect."""
    # Odoo's addons are found once it is loaded.
    from odoo.addons.cn285_sign.models import sign_signer_signing as signing

    with patch.object(signing, "new_code", return_value=CODE):
        signer._send_code("192.0.2.1")
    refused = signer._sign(
        signing.Signing(
            sha256=signer.request_id.document_id.sha256,
            code=CODE,
            name=signer.name,
            consent=True,
            address="192.0.2.1",
            agent="Mozilla/5.0 (démonstration)",
        )
    )
    if refused:
        raise RuntimeError(refused)
