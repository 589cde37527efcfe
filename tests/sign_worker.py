"""Contracts and amendments signed in real processes: at once, clicked twice, and killed anywhere.

``python sign_worker.py DATABASE seed|once|twice|both|stale|kill``; prints a JSON object.
"""

from collections import Counter
from datetime import timedelta

import forks
from change_worker import again_and_again
from forks import at_once, environment

CONTRACTS, CHANGES = 3, 2
CODE = "285285"


def seed(env):
    """Contracts and changes that wait for the customer's signature, then the company's."""
    # Odoo is loaded by now, and its addons can be imported.
    from odoo.addons.cn285_sign.tests.certificates import make_certificate

    company = env.company
    provider = env["cn285.sign.provider"].search([("company_id", "=", company.id)], limit=1)
    if not provider:
        provider = env["cn285.sign.provider"].create({"name": "Built in", "company_id": company.id})
    provider.seal_certificate_id = make_certificate(company)
    boss = env.ref("base.user_admin")
    boss.partner_id.email = "boss@cn285.example"
    for what in ("contract", "quantity"):
        env["cn285.sign.rule"].create(
            {
                "what": what,
                "provider_id": provider.id,
                "company_id": company.id,
                "countersigner_id": boss.id,
            }
        )
    product = env["product.product"].create({"name": "Service", "type": "service"})
    start = company._cn285_today().replace(day=1)
    for number in range(CONTRACTS + CHANGES):
        partner = env["res.partner"].create(
            {"name": f"Customer {number}", "email": f"c{number}@customer.example"}
        )
        contract = env["cn285.contract"].create(
            {
                "partner_id": partner.id,
                "date_start": start,
                "item_ids": [(0, 0, {"product_id": product.id, "price_unit": 31.0})],
            }
        )
        if number < CONTRACTS:
            contract.action_send_for_signature()
        else:
            _running_with_change(env, contract)


def _running_with_change(env, contract):
    """A contract that runs, and a change of it that is to be signed."""
    rules = env["cn285.sign.rule"].search([("what", "=", "contract")])
    rules.active = False
    contract.action_confirm()
    rules.active = True
    change = env["cn285.contract.change"].create(
        {
            "contract_id": contract.id,
            "item_id": contract.item_ids.id,
            "type": "quantity",
            "date_effective": env.company._cn285_today() + timedelta(days=1),
            "values": {"quantity": 5.0},
        }
    )
    change.action_schedule()


# --- signing ---------------------------------------------------------------------------------


def everything(database):
    """Each signer signs, one after the other; then jobs make the signed documents."""
    with environment(database) as env:
        for request in env["cn285.sign.request"].search([], order="id"):
            for signer in request.signer_ids.sorted("order"):
                sign(env, signer)
        seal(env)


def seal(env):
    """What the jobs do, that were ordered by the last signatures."""
    for request in env["cn285.sign.request"].search([], order="id"):
        again_and_again(request._job_file_proof, env)


def sign(env, signer):
    """Ask for the code and sign, as two clicks on the page; done already: nothing."""
    # Odoo is loaded by now.
    from odoo.addons.cn285_sign.models import sign_signer_signing as signing
    from odoo.exceptions import UserError

    signing.new_code = lambda: CODE

    def click(step):
        def attempt():
            try:
                step()
            except UserError:
                # Somebody else was quicker: then it is signed, and said so.
                env.cr.rollback()
                env.invalidate_all()
                if signer.state != "signed":
                    raise

        again_and_again(attempt, env)

    def ask():
        if signer.state == "waiting" and not signer.code_hash:
            signer._send_code("192.0.2.7")

    def agree():
        refused = signer._sign(
            signing.Signing(
                sha256=signer.request_id.document_id.sha256,
                code=CODE,
                name=signer.name,
                consent=True,
                address="192.0.2.7",
            )
        )
        if refused:
            raise RuntimeError(refused)

    click(ask)
    click(agree)


def both(database):
    """Customer and company sign at the same moment, without an order between them."""
    with environment(database) as env:
        signers = env["cn285.sign.signer"].search([])
        signers._write_inside({"order": 1})
    report = at_once((_of_role, database, "customer"), (_of_role, database, "company"))
    with environment(database) as env:
        seal(env)
    return report


def stale(database):
    """Two transactions note in one log, the second of which began before the first was through."""
    # Odoo is loaded by now.
    from psycopg2.errors import SerializationFailure

    refused = 0
    with environment(database) as old:
        request = old["cn285.sign.request"].search([], order="id", limit=1)
        request.event_ids.mapped("hash")  # what it knows of the log from now on
        with environment(database) as quick:
            there = quick["cn285.sign.request"].browse(request.id)
            quick["cn285.sign.event"]._note_opened(there, there.signer_ids[:1], "192.0.2.1")
        try:
            old["cn285.sign.event"]._note_opened(request, request.signer_ids[1:], "192.0.2.2")
        except SerializationFailure:
            old.cr.rollback()  # Odoo begins anew with such a request
            refused = 1
    return {"refused": refused}


def _of_role(database, role):
    with environment(database) as env:
        for signer in env["cn285.sign.signer"].search([("role", "=", role)], order="id"):
            sign(env, signer)


# --- what came of it -------------------------------------------------------------------------


def result(env):
    contracts = env["cn285.contract"].search([("sign_request_ids", "!=", False)], order="id")
    requests = contracts.sign_request_ids.sorted("id")
    events = requests.event_ids
    rows = Counter(
        (row.contract_id.id, row.item_id.id, row.period_start) for row in contracts.schedule_ids
    )
    mails = env["mail.mail"].search([("model", "=", "cn285.sign.signer")])
    papers = contracts.document_ids
    return {
        "contracts": [contract.state for contract in contracts],
        "rows": [len(contract.schedule_ids) for contract in contracts],
        "rows_twice": sum(count - 1 for count in rows.values()),
        "changes": contracts.change_ids.sorted("id").mapped("state"),
        "requests": [(one.state, one.is_done, one.seal, one.error) for one in requests],
        "papers": [
            sorted(f"{paper.kind} {paper.version} {paper.state}" for paper in one.document_ids)
            for one in contracts
        ],
        "filed_twice": len(papers) - len(set(papers.mapped("sha256"))),
        "log": {
            kind: sum(event.kind == kind for event in events)
            for kind in ("sent", "signed", "completed", "sealed")
        },
        "broken": [one.name for one in requests if one.event_ids.sorted("id")._first_broken()],
        "done_mails": len(mails.filtered("attachment_ids")),
    }


COMMANDS = {
    "seed": forks.seed(seed),
    "once": lambda database: forks.once(everything, database),
    "twice": lambda database: at_once((everything, database), (everything, database)),
    "both": both,
    "stale": stale,
    "kill": lambda database, steps: forks.kill_again_and_again(steps, everything, database),
}

if __name__ == "__main__":
    forks.main(COMMANDS, result)
