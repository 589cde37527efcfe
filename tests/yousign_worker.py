"""Has contracts signed at a Yousign server, twice at once, or killed on the way.

``python yousign_worker.py DATABASE seed|once|twice|kill|acts [STEPS]``; prints a JSON object with
what either side holds at the end. The server runs in this process; workers are forked from it, and
killed at steps of their work or when the server has done what they asked for. Whoever is to sign
does so as soon as Yousign writes to him: as his address says.
"""

import json
import os
import queue
import signal
import sys
import time
from pathlib import Path

import requests
from forks import at_once, environment, fork, kill_again_and_again, load, once, wait
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.addons.queue_job.job import Job
from odoo.service.model import retrying
from psycopg2 import OperationalError

sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))
from yousign_server import Account, YousignServer

ADDRESS = "cn285_sign_yousign.base_address"
KEY, SECRET = "key-of-the-story", "secret-of-the-story"
#: Who does what when it is his turn.
PEOPLE = ("signs", "signs.too", "declines", "expires", "cancels", "waits")
MODELS = ("cn285.sign.request", "cn285.yousign.event")
#: Rounds of a worker, with a pause, in which another one may finish what it is at.
ROUNDS = 400


class DeadlyServer(YousignServer):
    """A server whose people act at once; it kills a worker when it has done what was asked."""

    def __init__(self):
        account = Account()
        account.api_key, account.webhook_secret = KEY, SECRET
        super().__init__(account, control_port=0, hang=0.1)
        account.listeners.append(self._act)
        self._victims, self._left = queue.SimpleQueue(), 0

    def _act(self, name, request, signer):
        if name != "signer.notified":
            return
        who = signer["info"]["email"].split("@")[0]
        if who == "declines":
            self.account.decline(request, signer, "No")
        elif who == "expires":
            self.account.expire(request)
        elif who == "cancels":
            self.account.cancel(request)
        elif who != "waits":
            self.account.sign(request, signer)

    def kill_at_act(self, number, work, *arguments):
        """Let a process work until so many acts; returns whether it was killed."""
        self._left = number
        pid = fork(work, *arguments)
        self._victims.put(pid)
        [code] = wait([pid])
        self._left = 0
        while not self._victims.empty():
            self._victims.get()
        assert code in (0, -signal.SIGKILL), f"the work failed, not killed: {code}"
        return code != 0

    def _do(self, call, function, arguments):
        before = len(self.account.ledger)
        answer = super()._do(call, function, arguments)
        if self._left and len(self.account.ledger) > before:
            self._left -= 1
            if not self._left:
                os.kill(self._victims.get(), signal.SIGKILL)
        return answer


def seed(env):
    """A contract for each of the people, and a change of one, sent to be signed: jobs wait."""
    company = env.company
    company.email = "sales@cn285.example"
    company._cn285_mark_test_database()
    provider = env["cn285.sign.provider"].create(
        {
            "name": "Yousign",
            "code": "yousign",
            "company_id": company.id,
            "yousign_api_key": KEY,
            "yousign_webhook_secret": SECRET,
        }
    )
    rule = env["cn285.sign.rule"].create(
        {
            "what": "price",
            "provider_id": provider.id,
            "company_id": company.id,
            "countersigner_id": env.ref("base.user_admin").id,
        }
    )
    env.ref("base.user_admin").partner_id.email = "boss@cn285.example"
    product = env["product.product"].create({"name": "Service", "type": "service"})
    changed = draft(env, "changes", product)
    changed.action_confirm()
    change = env["cn285.contract.change"].create(
        {
            "contract_id": changed.id,
            "item_id": changed.item_ids.id,
            "type": "price",
            "date_effective": company._cn285_today(),
            "values": {"price_unit": 120.0},
        }
    )
    change.action_schedule()
    rule.copy({"what": "contract"})
    for name in PEOPLE:
        draft(env, name, product).action_send_for_signature()


def draft(env, name, product):
    partner = env["res.partner"].create({"name": name, "email": f"{name}@client.example"})
    return env["cn285.contract"].create(
        {
            "partner_id": partner.id,
            "date_start": env.company._cn285_today(),
            "item_ids": [(0, 0, {"product_id": product.id, "price_unit": 100.0})],
        }
    )


def live(database, control):
    """A worker: does the jobs, takes in what Yousign tells, and does the jobs of that."""
    with environment(database) as env:
        work_jobs(env)
        take_in(env, requests.get(f"{control}/events", timeout=20).json()["waiting"])
        work_jobs(env)


def take_in(env, events):
    """What the webhook does with signed events: each one a call of its own, and doubled."""
    # pylint: disable=import-outside-toplevel
    # Our addons are found once Odoo is loaded.
    from odoo.addons.cn285_sign_yousign.engine.webhook import read_event

    provider = env["cn285.sign.provider"].search([("code", "=", "yousign")])
    for event in [*events, *reversed(events)]:
        said = read_event(json.dumps(event).encode())
        retrying(lambda said=said: env["cn285.yousign.event"]._receive(provider, said), env)
        env.cr.commit()


def work_jobs(env):
    """The jobs of signatures, until none is left; what another one is at is waited for."""
    env.cr.commit()
    for _round in range(ROUNDS):
        domain = [("state", "=", "pending"), ("model_name", "in", MODELS)]
        uuids = env["queue.job"].search(domain, order="id").mapped("uuid")
        left = [uuid for uuid in uuids if not work_job(env, uuid)]
        if not uuids:
            return
        if left:
            time.sleep(0.3)
    raise AssertionError("jobs are left")


def work_job(env, uuid):
    """Do a job; whether it is done, by us."""
    env.cr.commit()  # as it is now
    try:
        job = Job.load(env, uuid)
        if job.state != "pending":
            return True
        job.perform()
        job.set_done()
        job.store()
        env.cr.commit()
    except (RetryableJobError, OperationalError):
        env.cr.rollback()
        env.invalidate_all()
        return False
    return True


def killed_at_each_act(database, server):
    """Each worker is killed at the next act of the server, until one comes through."""
    killed = 0
    while server.kill_at_act(1, live, database, server.control_url):
        killed += 1
    codes = wait([fork(live, database, server.control_url)])
    return {"killed": killed, "codes": codes}


def run(database, command, steps):
    """What a command says, and what there is in the end."""
    with DeadlyServer() as server:
        with environment(database) as env:
            env["ir.config_parameter"].set_param(ADDRESS, server.url)
        call = (live, database, server.control_url)
        does = {
            "once": lambda: once(*call),
            "twice": lambda: at_once(call, call),
            "kill": lambda: kill_again_and_again(steps, *call),
            "acts": lambda: killed_at_each_act(database, server),
        }
        report = does[command]()
        with environment(database) as env:
            return {**report, **result(env, server)}


def result(env, server):
    """What either side holds."""
    signed = env["cn285.sign.request"].search([], order="id")
    found = list(server.account.requests.values())
    acts = [row[0] for row in server.account.ledger]
    contracts = env["cn285.contract"].search([], order="id")
    return {
        "requests": [[one.partner_id.name, one.state, one.is_done] for one in signed],
        "there": sorted([one["name"].split(" ", 1)[1], one["status"]] for one in found),
        "contracts": {one.partner_id.name: one.state for one in contracts},
        "documents": {
            one.partner_id.name: sorted(one.document_ids.mapped("kind")) for one in contracts
        },
        "rows": {one.partner_id.name: len(one.schedule_ids) for one in contracts},
        "mails": env["mail.mail"].search_count([("model", "=", "cn285.sign.signer")]),
        "price": contracts[0].item_ids.price_unit,
        "created": acts.count("create"),
        "activated": acts.count("activate"),
        "logs": [bool(one.event_ids.sorted("id")._first_broken()) for one in signed],
        "kinds": [sorted(one.event_ids.mapped("kind")) for one in signed],
        "events_open": env["cn285.yousign.event"].search_count([("state", "=", "received")]),
        "events": env["cn285.yousign.event"].search_count([]),
        "told": len({event["event_id"] for event in server.hooks.waiting}),
    }


def main(database, command, steps="0"):
    load(database, log_level="critical")
    if command == "seed":
        with environment(database) as env:
            seed(env)
        print("{}")
        return
    print(json.dumps(run(database, command, int(steps))))


if __name__ == "__main__":
    main(*sys.argv[1:])
