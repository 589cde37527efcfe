"""Collects by a Stripe server while cards are refused, answers get lost and workers are killed.

``python stripe_worker.py DATABASE story [ROUNDS]``; prints a JSON object with what either side
holds at the end. The server runs in this process; workers are forked from it, and killed at random
steps or when the server has charged. Workers live on the days of the story.
"""

import json
import os
import queue
import random
import signal
import sys
from datetime import datetime, timezone
from pathlib import Path

from forks import environment, fork, kill_at, load, wait
from freezegun import freeze_time
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.addons.queue_job.job import Job

sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))
from stripe_server import StripeServer, card_number, intents, means, returns

MONTHS = ("2027-01-01", "2027-02-01", "2027-03-01")
#: Between two months: days of retries, of settlements of debits.
LATER = ("02", "04", "09", "16")
#: Steps (see forks.py) that a day's work takes at least.
STEPS = 150
ADDRESS = "cn285_payment_stripe.base_address"
CHALLENGED = "4000002760003184"
#: What two of these pay a month, in cents: 109.99 and 110.99 with 20 %.
LOSES, WINS = 13199, 13319
#: What a wallet is filled up by each month; what a clerk credits, without its tax.
TOPUP, CREDIT = 150.0, 30.0
#: Customers by their means; the year to which a card is valid.
MEANS = {
    "good": ("4242424242424242", 2099),
    "good too": ("5555555555554444", 2099),
    "lost answer": (card_number("charge_then_drop"), 2099),
    "broken answer": (card_number("charge_then_500"), 2099),
    "no funds": (card_number("decline:insufficient_funds"), 2099),
    "lost card": (card_number("decline:lost_card"), 2099),
    "challenged": (CHALLENGED, 2099),
    "expires": ("4242424242424242", 2027),
    "debit": ("FR1420041010050500013M02606", None),
    "debit fails": ("FR8420041010050500013M02607", None),
    "disputes": ("4242424242424242", 2099),
    "wins back": ("4242424242424242", 2099),
    # Suspended until it has another card.
    "suspended": (card_number("decline:generic_decline"), 2099),
    # Pays from its wallet.
    "wallet": ("4242424242424242", 2099),
    # Pays before it starts.
    "prepaid": ("4242424242424242", 2099),
}


class DeadlyServer(StripeServer):
    """A server that kills a worker when it has charged for it, and answers into the void."""

    def __init__(self):
        super().__init__(hang=0.1)
        self._victims = queue.SimpleQueue()
        self._left = 0

    def kill_at_charge(self, number, work, *arguments):
        """Let a process work until this many charges; returns whether it was killed."""
        self._left = number
        pid = fork(work, *arguments)
        self._victims.put(pid)
        [code] = wait([pid])
        self._left = 0
        while not self._victims.empty():
            self._victims.get()
        assert code in (0, -signal.SIGKILL), f"the work failed, not killed: {code}"
        return code != 0

    def work(self, method, path, body, key, public):
        before = len(self.ledger.rows)
        answered = super().work(method, path, body, key, public)
        if self._left and len(self.ledger.rows) > before:
            self._left -= 1
            if not self._left:
                os.kill(self._victims.get(), signal.SIGKILL)
        return answered


def seed(env, server):
    """A company that collects by Stripe, and a customer with a contract for each means."""
    company = env.company
    company.write(
        {
            "cn285_invoice_dating": "schedule",
            "cn285_dunning": True,
            "email": "billing@cn285.example",
        }
    )
    seed_policy(env)
    company._cn285_mark_test_database()
    env["ir.config_parameter"].set_param(ADDRESS, server.url)
    endpoint = server.account.make_endpoint("http://hook.example/", ["*"])
    provider = env.ref("payment.payment_provider_stripe")
    provider.write(
        {
            "state": "test",
            "company_id": company.id,
            "stripe_secret_key": server.account.secret_key,
            "stripe_publishable_key": server.account.publishable_key,
            "stripe_webhook_secret": endpoint["secret"],
        }
    )
    if not provider.journal_id:
        provider.journal_id = env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", company.id)], limit=1
        )
    methods = env.ref("payment.payment_method_card") | env.ref(
        "payment.payment_method_sepa_direct_debit"
    )
    methods.active = True
    product = env["product.product"].create(
        {
            "name": "Service",
            "type": "service",
            "taxes_id": [(6, 0, company.account_sale_tax_id.ids)],
        }
    )
    for number, (name, (digits, year)) in enumerate(MEANS.items()):
        customer, method = server.means(digits, month=1, year=year)
        partner = env["res.partner"].create({"name": name, "email": f"c{number}@client.example"})
        token = make_token(env, partner, customer, method)
        contract = env["cn285.contract"].create(
            {
                "partner_id": partner.id,
                "date_start": MONTHS[0],
                "collection_mode": "automatic",
                "payment_token_id": token.id,
                "initiation": "paid" if name == "prepaid" else "none",
                "item_ids": [(0, 0, {"product_id": product.id, "price_unit": 99.99 + number})],
            }
        )
        if name != "prepaid":
            contract.action_confirm()
        if name == "wallet":
            seed_wallet(env, partner, token)


def seed_policy(env):
    """Told on the second day, suspended on the ninth."""
    env["cn285.dunning.policy"].create(
        {
            "name": "Of the story",
            "sequence": 1,
            "grace_days": 7,
            "notice_days": 5,
            "step_ids": [
                (0, 0, {"name": "Reminder", "action": "mail", "days": 1}),
                (0, 0, {"name": "Suspension", "action": "deactivate", "days": 8}),
            ],
        }
    )


def seed_wallet(env, partner, token):
    """A wallet that is filled up each month by a card."""
    kind = env["cn285.wallet.type"].create({"name": "Prepaid"})
    wallet = env["cn285.wallet"].create({"type_id": kind.id, "partner_id": partner.id})
    env["cn285.wallet.topup.rule"].create(
        {
            "wallet_id": wallet.id,
            "trigger": "interval",
            "first_day": MONTHS[0],
            "value": TOPUP,
            "payment_token_id": token.id,
        }
    )


def make_token(env, partner, customer, method):
    """A means of a customer, as if he had added it himself."""
    is_card = method["type"] == "card"
    kind = "card" if is_card else "sepa_direct_debit"
    token = env["payment.token"].create(
        {
            "provider_id": env.ref("payment.payment_provider_stripe").id,
            "payment_method_id": env.ref(f"payment.payment_method_{kind}").id,
            "partner_id": partner.id,
            "provider_ref": customer,
            "stripe_payment_method": method["id"],
            "payment_details": method[method["type"]]["last4"],
        }
    )
    token.write(token._cn285_stripe_values(method))
    return token


def act(env, server, day):
    """What customers and clerks do here on a day."""
    if day == MONTHS[0]:  # who pays first is asked for it
        env["cn285.contract"].search([("initiation", "=", "paid")]).action_initiate()
    if day == "2027-01-16":  # a clerk credits a part of what was paid: the next charge is lower
        move = env["account.move"].search(
            [("partner_id.name", "=", "good"), ("move_type", "=", "out_invoice")]
        )
        line = move.invoice_line_ids.filtered(lambda one: one.display_type == "product")
        note = move.cn285_credit(lines={line.id: {"amount": CREDIT}})
        assert note["state"] == "posted"
    if day == "2027-02-04":  # who was suspended adds a card in the portal, for his contract
        contract = env["cn285.contract"].search([("partner_id.name", "=", "suspended")])
        token = make_token(env, contract.partner_id, *server.means("4242424242424242", year=2099))
        token._cn285_replace(contract.payment_token_id)


def live(database, day, events):
    """A day of a worker: what Stripe told, the month's bills, what is due, what is tried again."""
    with freeze_time(f"{day} 09:00:00", tick=True), environment(database) as env:
        take_in(env, events)
        work_jobs(env)
        env["cn285.prepayment"]._cron_prepayments()
        for prepayment in env["cn285.prepayment"].search([("state", "=", "open")]):
            prepayment.action_charge()
        work_jobs(env)
        env["cn285.wallet.topup.rule"]._cron_top_up()
        work_jobs(env)
        if day in MONTHS:
            env["cn285.billing.run"].create({"date": day}).action_run()
            env.cr.commit()
        collection = env["cn285.collection"]
        for step in ("_cron_ask_unknown", "_cron_collect", "_cron_retries", "_cron_ask_unknown"):
            getattr(collection, step)()
            work_jobs(env)
        env["cn285.dunning.case"]._cron_dun()
        work_jobs(env)


def work_jobs(env):
    """The jobs of the collection, one after the other; what has to wait is left for later."""
    env.cr.commit()
    left = set()
    while True:
        jobs = env["queue.job"].search(
            [
                ("state", "=", "pending"),
                ("channel", "=", "root.collection"),
                ("uuid", "not in", list(left)),
            ],
            order="id",
        )
        if not jobs:
            break
        for uuid in jobs.mapped("uuid"):
            job = Job.load(env, uuid)
            try:
                job.perform()
            except RetryableJobError:
                env.cr.rollback()
                left.add(uuid)
                continue
            job.set_done()
            job.store()
            env.cr.commit()


def take_in(env, events):
    """What the webhook does with signed events."""
    provider = env.ref("payment.payment_provider_stripe")
    for event in events:
        env["cn285.stripe.event"]._receive(
            provider,
            event["id"],
            event["type"],
            event["data"]["object"]["id"],
            event["created"],
        )
        env.cr.commit()


def told(server, chance):
    """What Stripe has to tell by now: doubled, and in any order."""
    events = [event for _endpoint, event in server.hooks.waiting]
    server.hooks.waiting = []
    events += chance.sample(events, len(events) // 3)
    chance.shuffle(events)
    return events


def play(server, day):
    """What customers and banks do on a day."""
    account = server.account
    with account.lock:
        confirm_what_was_challenged(account)
        if day == "2027-01-04":  # funds at last
            for method in account.all("payment_method", type="card"):
                if method["_steps"] == ("decline:insufficient_funds",):
                    method["_steps"] = ("ok",)
        if day == "2027-02-04":  # the bank renewed the card that ended in January
            for method in account.all("payment_method", type="card"):
                if method["card"]["exp_year"] == 2027:
                    means.update_card(account, method, 1, 2031)
        if day == "2027-01-09":
            for amount in (LOSES, WINS):
                for charge in account.all("charge", amount=amount, status="succeeded"):
                    returns.open_dispute(account, charge, "general")
        if day == "2027-02-09":
            paid = account.all("charge", amount=round(TOPUP * 100), status="succeeded")
            last = max(paid, key=lambda charge: charge["created"])
            returns.open_dispute(account, last, "general", final=True)
            for dispute in account.all("dispute", status="needs_response"):
                returns.close_dispute(account, dispute, won=dispute["amount"] == WINS)


def confirm_what_was_challenged(account):
    """Customers follow the link of their mail, and their bank lets them pass."""
    for intent in account.all("payment_intent", status="requires_payment_method"):
        error = intent["last_payment_error"] or {}
        if error.get("code") == "authentication_required":
            method = error["payment_method"]["id"]
            intents.confirm_intent(account, intent, {"payment_method": method})
            intents.authenticate(account, intent)


def disturb(server, chance, database, day, events):
    """Kill four workers on their way through a day; returns how many were on it."""
    killed = kill_at(chance.randint(1, STEPS), live, database, day, events)
    for charge in (chance.randint(1, 3), 1):
        killed += server.kill_at_charge(charge, live, database, day, events)
    return killed + kill_at(chance.randint(1, STEPS), live, database, day, events)


def story(database, rounds=1):
    """All days, disturbed on the first of each month: so many times four kills."""
    chance = random.Random(285)
    killed, codes = 0, []
    with DeadlyServer() as server:
        with environment(database) as env:
            seed(env, server)
        for month in MONTHS:
            for day in (month, *(f"{month[:8]}{number}" for number in LATER)):
                moment = datetime.fromisoformat(f"{day}T09:00:00").replace(tzinfo=timezone.utc)
                server.account.clock.set(moment.timestamp())
                server.account.work_due()
                play(server, day)
                with freeze_time(f"{day} 08:00:00", tick=True), environment(database) as env:
                    act(env, server, day)
                events = told(server, chance)
                if day in MONTHS:
                    for _round in range(rounds):
                        killed += disturb(server, chance, database, day, events)
                codes += wait([fork(live, database, day, events)])
        # The last news.
        codes += wait([fork(live, database, "2027-03-17", told(server, chance))])
        with environment(database) as env:
            return {"killed": killed, "codes": codes, **result(env, server)}


def result(env, server):
    """What either side holds."""
    moves = env["account.move"].search([("move_type", "=", "out_invoice")], order="id")
    attempts = env["cn285.payment.attempt"].search([])
    provider = env.ref("payment.payment_provider_stripe")
    accounts = attempts.payment_id.outstanding_account_id
    lines = env["account.move.line"].search([("parent_state", "=", "posted")])
    receivable = lines.filtered(lambda one: one.account_id.account_type == "asset_receivable")
    charges = [row["description"] for row in server.ledger.find("charge")]

    def cents(amount):
        return round(amount * 100)

    def net(move):
        names = attempts.filtered(lambda one: one.move_id == move).mapped("name")
        begun = move.cn285_contract_ids.prepayment_ids
        begun = begun.filtered(lambda one: move in one.run_id.invoice_ids)
        names += begun.transaction_ids.mapped("reference")
        return sum(server.ledger.total(description=name) for name in names)

    def credited(move):
        """What wallets and credit notes paid of an invoice."""
        terms = move.line_ids.filtered(lambda line: line.display_type == "payment_term")
        partials = terms.matched_credit_ids
        others = partials.filtered(lambda one: not one.credit_move_id.move_id.origin_payment_id)
        return cents(sum(others.mapped("amount")))

    moves = moves.filtered("cn285_contract_ids")
    wallet = env["cn285.wallet"].search([])
    advances = lines.filtered(lambda one: one.account_id == wallet.type_id.advance_account_id)
    returned = wallet.topup_ids.filtered(lambda one: one.state == "returned").lot_ids
    return {
        "invoices": [
            [
                move.partner_id.name,
                cents(move.amount_total),
                cents(move.amount_residual),
                net(move),
                credited(move),
            ]
            for move in moves
        ],
        "contracts": {
            contract.partner_id.name: contract.state
            for contract in env["cn285.contract"].search([])
        },
        "prepayments": [
            [one.contract_id.partner_id.name, one.state, cents(one.credit_left)]
            for one in env["cn285.prepayment"].search([])
        ],
        "suspensions": sorted(
            [change.contract_id.partner_id.name, change.type, change.date_effective.isoformat()]
            for change in env["cn285.contract.change"].search(
                [("type", "in", ("deactivate", "activate"))]
            )
        ),
        "topups": sorted(
            [
                topup.date.isoformat(),
                topup.state,
                cents(server.ledger.total(description=topup.name) / 100),
            ]
            for topup in wallet.topup_ids
        ),
        "wallet": [
            cents(wallet.balance),
            cents(sum(wallet.lot_ids.mapped("rest"))),
            -cents(sum(advances.mapped("balance"))),
        ],
        "owed_of_topups": cents(
            sum(returned.mapped("amount")) - sum(returned.mapped("taken_back"))
        ),
        "ledger": server.ledger.total(),
        "outstanding": cents(
            sum(lines.filtered(lambda one: one.account_id in accounts).mapped("balance"))
        ),
        "journal": provider.journal_id.name,
        "receivable": cents(sum(receivable.mapped("balance"))),
        "charged_twice": sorted({name for name in charges if charges.count(name) > 1}),
        "states": sorted(set(attempts.mapped("state"))),
        "codes_seen": sorted(set(filter(None, attempts.mapped("code")))),
        "events": env["cn285.stripe.event"].search_count([]),
        "events_open": env["cn285.stripe.event"].search_count(
            [("state", "in", ("received", "failed"))]
        ),
        "distinct_events": len({event["id"] for event in server.account.events}),
        "mails": env["mail.mail"].search_count(
            [("model", "=", "payment.transaction"), ("subject", "like", "confirm")]
        ),
    }


def main(database, _command, rounds=1):
    load(database, log_level="critical")
    print(json.dumps(story(database, int(rounds))))


if __name__ == "__main__":
    main(*sys.argv[1:])
