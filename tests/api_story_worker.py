"""The story of a contract, told by a program that uses only the client generated from OpenAPI.

``python api_story_worker.py DATABASE story``; prints a JSON object. The API is served by this
process over a socket, and so are jobs; the receiver of webhooks refuses one message in five. The
customer signs in French, in a real browser, with what was mailed to him.
"""

import importlib
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import forks
from browser import Browser
from dateutil.relativedelta import relativedelta
from forks import environment

ROOT = Path(__file__).parents[1]
SPECIFICATION = ROOT / "addons" / "cn285_api" / "static" / "openapi.json"
PACKAGE = "cn285_story_client"
EVENTS = int(os.environ.get("CN285_API_EVENTS", "5000"))
AT_A_TIME = 10_000
# So often jobs are looked for until nothing waits any more.
ROUNDS = 200


def seed(env):
    """What people set up: a product, a metric, a template with a calculator, a program's key."""
    env.company._cn285_mark_test_database()
    env.company.cn285_invoice_dating = "schedule"
    parameters = env["ir.config_parameter"]
    parameters.set_param("cn285_api.private_webhooks", "1")
    parameters.set_param("cn285_api.calls_per_second", "0")
    product = env["product.product"].create(
        {
            "name": "Access",
            "type": "service",
            "taxes_id": [(6, 0, env.company.account_sale_tax_id.ids)],
        }
    )
    metric = env["cn285.usage.metric"].create({"name": "Calls", "code": "calls"})
    layout = env["cn285.statement.layout"].create(
        {"name": "Calls", "column_ids": [(0, 0, {"field": "quantity", "total": "sum"})]}
    )
    calculator = {"name": "Calls", "metric_id": metric.id, "price_unit": 0.01}
    template = env["cn285.contract.template"].create(
        {
            "name": "Access and Calls",
            "company_id": env.company.id,
            "statement_layout_id": layout.id,
            "item_ids": [
                (0, 0, {"product_id": product.id, "price_unit": 100.0}),
                (
                    0,
                    0,
                    {
                        "product_id": product.id,
                        "billing_type": "usage",
                        "timing": "arrears",
                        "calculator_ids": [(0, 0, calculator)],
                    },
                ),
            ],
        }
    )
    groups = ("cn285_contract.group_billing_manager", "base.group_partner_manager")
    user = env["res.users"].create(
        {
            "name": "Program",
            "login": "program",
            "group_ids": [
                (4, env.ref(group).id) for group in (*groups, "cn285_usage.group_usage_recorder")
            ],
        }
    )
    _speak_french(env)
    key = env["cn285.api.key"].create(
        {
            "name": "Story",
            "user_id": user.id,
            "scope_ids": [(6, 0, env["cn285.api.scope"].search([]).ids)],
        }
    )
    return {"key": key._make(), "template": str(template.id)}


def _speak_french(env):
    """The customer signs in French, by the provider that is built in."""
    env["res.lang"]._activate_lang("fr_FR")
    env["ir.module.module"]._load_module_terms(
        ["cn285_contract", "cn285_document", "cn285_sign"], ["fr_FR"]
    )
    company, providers = env.company, env["cn285.sign.provider"]
    company.email = "ventes@cn285.example"
    if not providers.search([("company_id", "=", company.id), ("code", "=", "builtin")]):
        providers.create({"name": "Built in", "company_id": company.id})


# === THE OTHER SIDES === #


class Receiver(ThreadingHTTPServer):
    """Takes messages, but refuses one in five; knows what came, and in which order."""

    def __init__(self, verify):
        super().__init__(("127.0.0.1", 0), _Hook)
        self.verify, self.secret = verify, None
        self.count = self.refused = self.unsigned = 0
        self.messages = []
        threading.Thread(target=self.serve_forever, daemon=True).start()


class _Hook(BaseHTTPRequestHandler):
    def do_POST(self):
        receiver = self.server
        body = self.rfile.read(int(self.headers["content-length"]))
        receiver.count += 1
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            receiver.verify(receiver.secret, headers, body, time.time())
        except ValueError:
            receiver.unsigned += 1
        refused = receiver.count % 5 == 0
        if refused:
            receiver.refused += 1
        else:
            receiver.messages.append(json.loads(body))
        self.send_response(503 if refused else 204)
        self.end_headers()

    def log_message(self, *args):
        pass


def serve():
    """Serve the API, and the pages of signers; returns the URL."""
    from odoo.http import root
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Quiet(WSGIRequestHandler):
        def log(self, *args):
            pass

    server = make_server("127.0.0.1", 0, root, threaded=True, request_handler=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.port}"


def work_jobs(database):
    """Do the jobs that wait, as a job runner does; what failed at a receiver is due again."""
    from odoo.addons.queue_job.exception import RetryableJobError
    from odoo.addons.queue_job.job import Job

    for _round in range(ROUNDS):
        with environment(database) as env:
            env.cr.execute(
                "UPDATE cn285_webhook_delivery SET next_try = %s WHERE state = 'pending'",
                (datetime.utcnow() - timedelta(seconds=1),),
            )
            env["cn285.webhook.endpoint"]._cron_send()
            env.cr.commit()
            uuids = env["queue.job"].search([("state", "=", "pending")], order="id").mapped("uuid")
        if not uuids:
            return
        for uuid in uuids:
            with environment(database) as env:
                job = Job.load(env, uuid)
                try:
                    job.perform()
                except RetryableJobError:
                    env.cr.rollback()
                    continue
                job.set_done()
                job.store()
                job.enqueue_waiting()
    raise RuntimeError("jobs do not come to an end")


class Customer:
    """Who signs: with a mailbox and a browser, and nothing else."""

    def __init__(self, database, url, email):
        self.database, self.url, self.email = database, url, email

    def _mailed(self, pattern):
        """What the last mail says that has it."""
        with environment(self.database) as env:
            mails = env["mail.mail"].search([("email_to", "ilike", self.email)], order="id desc")
            found = [re.search(pattern, str(mail.body_html)) for mail in mails]
        return next(one.group(1) for one in found if one)

    def sign(self):
        """Open the link of the mail, compare the file, have a code sent, type it, and sign."""
        path = self._mailed(r'href="http[^"]*(/my/sign/[^"]+)"')
        with Browser() as page:
            page.open(self.url + path)
            page.wait("p", "vous invite à signer ce document")
            same = page.run(SAME_FILE)
            page.click("form[action$='/code'] button[type=submit]")
            page.wait(".alert-success", "Un code a été envoyé")
            page.type("#sign_code", self._mailed(r">\s*(\d{6})\s*<"))
            page.type("#sign_name", "Camille Martin")
            page.click("#sign_consent")
            page.click("#sign_form button[type=submit]")
            page.wait(".alert-info", "Vous avez signé ce document. Merci.")
        return same


# Whether the file that the page shows is the one whose fingerprint is posted with the signature.
SAME_FILE = """(async () => {
    const form = document.getElementById("sign_form");
    const address = form.getAttribute("action").replace(/\\/sign$/, "/document");
    const content = await (await fetch(address)).arrayBuffer();
    const digest = await crypto.subtle.digest("SHA-256", content);
    const bytes = [...new Uint8Array(digest)];
    const text = bytes.map((one) => one.toString(16).padStart(2, "0")).join("");
    return text === form.elements.sha256.value;
})()"""


# === THE PROGRAM === #


class Client:
    """The generated client, made and loaded."""

    def __init__(self, folder, url, key):
        tools = Path(sys.executable).parent
        subprocess.run(
            [
                tools / "openapi-python-client",
                "generate",
                *("--path", SPECIFICATION, "--meta", "none"),
                *("--config", SPECIFICATION.with_name("client.yml")),
                *("--output-path", Path(folder) / PACKAGE),
            ],
            check=True,
            capture_output=True,
            env={**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"},
        )
        sys.path.insert(0, folder)
        module = importlib.import_module(f"{PACKAGE}.client")
        self.client = module.AuthenticatedClient(url, key, timeout=600)
        self.models = importlib.import_module(f"{PACKAGE}.models")

    def answer(self, chapter, name, *places, body=None, **options):
        """An answer as it came; ``body`` is the name of its model, and its values."""
        module = importlib.import_module(f"{PACKAGE}.api.{chapter}.{name}")
        if body:
            model, values = body
            options["body"] = getattr(self.models, model).from_dict(values)
        answer = module.sync_detailed(*places, client=self.client, **options)
        assert answer.status_code < 300, (name, answer.content)
        return answer

    def do(self, *args, **options):
        """What an answer says."""
        return self.answer(*args, **options).parsed


def story(database):
    """Everything that a contract goes through; what the test asserts of it."""
    from odoo.addons.cn285_api.engine.signing import verify

    with environment(database) as env:
        set_up = seed(env)
        today = env.company._cn285_today()
    begin = today.replace(day=1) - relativedelta(months=1)
    soon = today.replace(day=1) + relativedelta(months=1)
    receiver = Receiver(verify)
    with tempfile.TemporaryDirectory() as folder:
        url = serve()
        program = Client(folder, f"{url}/cn285/v1", set_up["key"])
        hook = {"name": "Story", "url": f"http://127.0.0.1:{receiver.server_port}/hook"}
        receiver.secret = program.do(
            "webhooks", "create_endpoint", body=("EndpointIn", hook)
        ).secret
        customer = Customer(database, url, "camille@boulangerie-martin.example")
        contract, told = _begin(program, set_up["template"], begin, customer)
        told |= _filed(program, lambda: work_jobs(database))
        told |= _change(program, contract, soon)
        told |= _use(program, contract, begin)
        told |= _bill(program, today, lambda: work_jobs(database))
        told |= _end(program)
        work_jobs(database)
        told |= _compare(program, receiver)
    receiver.shutdown()
    return told


def _begin(program, template, begin, signer):
    """The contract is a draft until its customer has signed it; then it runs."""
    customer = program.do(
        "customers",
        "create_customer",
        body=(
            "CustomerIn",
            {
                "name": "Boulangerie Martin",
                "external_id": "C-STORY",
                "email": signer.email,
                "lang": "fr_FR",
            },
        ),
    )
    values = {
        "customer": "ext:C-STORY",
        "template": template,
        "date_start": begin.isoformat(),
        "external_id": "STORY",
        "confirm": True,
        "signature": {"mode": "builtin", "signers": [{"contact": "ext:C-STORY"}]},
    }
    made, again = [
        program.do(
            "contracts", "create_contract", body=("ContractIn", values), idempotency_key="story"
        )
        for _time in range(2)
    ]
    assert (made.state, again.id, made.customer.id) == ("draft", made.id, customer.id)
    same = signer.sign()
    options = {"expand": "items,signature_request"}
    contract = program.do("contracts", "get_contract", "ext:STORY", **options)
    states = [made.signature_request.state, contract.signature_request.state]
    return contract, {"signature": states, "same_file": same, "signed": contract.state}


def _filed(program, jobs):
    """What proves the signature, once the jobs have made it."""
    jobs()
    [request] = program.do("signatures", "list_signature_requests", contract="ext:STORY").data
    number = str(request.id)
    document = program.answer("signatures", "get_signed_document", number).content
    evidence = json.loads(program.answer("signatures", "get_signature_evidence", number).content)
    return {
        "signer": request.signers[0].signed_name,
        "proof": document[:4].decode("latin-1"),
        "evidence": evidence["document"]["sha256"] == request.document_sha256,
    }


def _change(program, contract, soon):
    fixed = next(item for item in contract.items if item.billing_type == "fixed")
    change = {
        "contract": "ext:STORY",
        "item": str(fixed.id),
        "type": "quantity",
        "date_effective": soon.isoformat(),
        "values": {"quantity": "3"},
    }
    tried = program.do("contract_changes", "create_change", body=("ChangeIn", change), dry_run=True)
    made = program.do("contract_changes", "create_change", body=("ChangeIn", change))
    return {"tried": [tried.mrr_before, tried.mrr_after], "change": made.state}


def _use(program, contract, begin):
    """Usage of a whole month, each batch sent twice."""
    used = next(item for item in contract.items if item.billing_type == "usage")
    accepted = duplicates = 0
    for first in range(0, EVENTS, AT_A_TIME):
        rows = [
            {
                "source": "story",
                "transaction_id": str(number),
                "metric": "calls",
                "item_id": used.id,
                "occurred_at": f"{begin:%Y-%m}-10T12:00:00+00:00",
                "quantity": "1",
            }
            for number in range(first, min(first + AT_A_TIME, EVENTS))
        ]
        for _time in range(2):
            answer = program.do(
                "usage", "send_events", body=("SendEventsJsonBody", {"events": rows})
            )
            assert not answer.refused, answer.refused[:3]
            accepted += answer.accepted
            duplicates += answer.duplicates
    return {"accepted": accepted, "duplicates": duplicates}


def _bill(program, today, jobs):
    run = program.do(
        "billing_runs",
        "create_run",
        body=("RunIn", {"date": today.isoformat(), "contracts": ["ext:STORY"]}),
    )
    jobs()
    run = program.do("billing_runs", "get_run", str(run.id))
    chapter = "invoices_and_credit_notes"
    invoices = program.do(chapter, "list_invoices", contract="ext:STORY", expand="lines").data
    lines = [(invoice, line) for invoice in invoices for line in invoice.lines]
    usage = f"{EVENTS * 0.01:.2f}"
    found = [one for one in lines if one[1].amount_untaxed == usage]
    with_usage = str(found[0][0].id)
    program.do(chapter, "make_statements", with_usage)
    statement = program.answer(chapter, "get_statement", with_usage)
    pdf = program.answer(chapter, "get_invoice_pdf", with_usage)
    plain = next(one for one, line in lines if line.amount_untaxed == "100.00")
    credit = program.do(
        chapter,
        "create_credit_note",
        body=(
            "CreditNoteIn",
            {
                "invoice": str(plain.id),
                "lines": [
                    {
                        "id": next(
                            line.id for line in plain.lines if line.amount_untaxed == "100.00"
                        ),
                        "percent": "25",
                    }
                ],
            },
        ),
    )
    return {
        "run": run.state,
        "invoices": len(invoices),
        "usage_amount": found[0][1].amount_untaxed,
        "statement": len(statement.content),
        "pdf": pdf.content[:4].decode("latin-1"),
        "credited": credit.amount_untaxed,
    }


def _end(program):
    chapter = "terminations_and_renewals"
    quote = program.do(chapter, "get_termination_quote", "ext:STORY")
    ending = program.do(
        chapter, "create_termination", body=("TerminationIn", {"contract": "ext:STORY"})
    )
    return {
        "earliest": str(quote.earliest_date),
        "refund": quote.refund_total,
        "ending": str(ending.date_effective),
    }


def _compare(program, receiver):
    """What was told, by the list of events, beside what came."""
    events, options = [], {}
    while True:
        page = program.do("webhooks", "list_events", limit=100, **options)
        events += page.data
        if not page.has_more:
            break
        options = {"cursor": page.next_cursor}
    last, in_order = {}, True
    for message in receiver.messages:
        place = (message["type"].partition(".")[0], message["data"]["object"]["id"])
        in_order = in_order and message["sequence"] > last.get(place, 0)
        last[place] = message["sequence"]
    return {
        "told": [event.id for event in events],
        "types": sorted({event.type_ for event in events}),
        "received": [message["id"] for message in receiver.messages],
        "in_order": in_order,
        "refused": receiver.refused,
        "unsigned": receiver.unsigned,
    }


COMMANDS = {"story": story}

if __name__ == "__main__":
    forks.main(COMMANDS, lambda env: {})
