"""Bridges to the own bank and to Stripe that go while there is work of theirs.

``python bridges_worker.py DATABASE COMMAND``, one of ``COMMANDS``; prints a JSON object.
"""

import forks
import sepa_worker
from forks import environment
from freezegun import freeze_time
from odoo.exceptions import UserError

BRIDGES = ("cn285_payment_sepa", "cn285_payment_stripe")
AFTER = "2026-06-20"


def story(database):
    """Debits that are settled, one that waits, one that came back; a card and events of Stripe."""
    sepa_worker.COMMANDS["seed"](database)
    days = (
        (sepa_worker.ASKED, sepa_worker.collect),
        (sepa_worker.FILED, sepa_worker.order),
        (sepa_worker.DEBITED, sepa_worker.settle),
    )
    for day, work in days:
        with freeze_time(f"{day} 08:00:00", tick=True), environment(database) as env:
            work(env)
    with freeze_time("2026-05-19 08:00:00", tick=True), environment(database) as env:
        debits = env["cn285.sepa.debit"].search([("state", "=", "settled")], order="id")
        debits[0]._refuse("AM04", "No funds", env.company._cn285_today())
        cards(env)
    with freeze_time("2026-06-01 08:00:00", tick=True), environment(database) as env:
        env["cn285.billing.run"].create({"date": "2026-06-01"}).action_run()
        sepa_worker.collect(env)


def cards(env):
    """A payer's card at Stripe, and what Stripe told of it."""
    provider = env.ref("payment.payment_provider_stripe")
    journal = env["account.journal"].search([("type", "=", "bank")], limit=1)
    provider.write(
        {
            "state": "test",
            "company_id": env.company.id,
            "stripe_secret_key": "sk_test_1",
            "stripe_publishable_key": "pk_test_1",
            "stripe_webhook_secret": "whsec_1",
            "journal_id": journal.id,
        }
    )
    payer = env["res.partner"].create({"name": "By card"})
    env["payment.token"].create(
        {
            "provider_id": provider.id,
            "payment_method_id": env.ref("payment.payment_method_card").id,
            "partner_id": payer.id,
            "provider_ref": "cus_1",
            "payment_details": "4242",
            "stripe_payment_method": "pm_1",
        }
    )
    env["cn285.stripe.event"].create(
        {
            "provider_id": provider.id,
            "event_id": "evt_1",
            "event_type": "payment_intent.succeeded",
            "received_at": "2026-05-19 08:00:00",
            "state": "done",
        }
    )


def upgrade(database):
    """From the version whose names of steps were in one language: one of them was renamed."""
    with environment(database) as env:
        env["res.lang"]._activate_lang("fr_FR")
        step = env.ref("cn285_payment.dunning_step_call")
        env.cr.execute(
            "ALTER TABLE cn285_dunning_policy_step ALTER COLUMN name TYPE varchar"
            " USING name->>'en_US'"
        )
        env.cr.execute(
            "UPDATE cn285_dunning_policy_step SET name = 'Ring him up' WHERE id = %s", (step.id,)
        )
    with environment(database) as env:
        module = env["ir.module.module"].search([("name", "=", "cn285_payment")])
        module.button_immediate_upgrade()
    with environment(database) as env:
        names = {}
        for lang in ("en_US", "fr_FR"):
            policy = env.ref("cn285_payment.dunning_policy_usual").with_context(lang=lang)
            names[lang] = policy.step_ids.sorted("days").mapped("name")
        return {"names": names}


def waiting(database):
    """Mandates, and debits that wait for the first file: nothing is booked by them yet."""
    sepa_worker.COMMANDS["seed"](database)
    with freeze_time(f"{sepa_worker.ASKED} 08:00:00", tick=True), environment(database) as env:
        sepa_worker.collect(env)
        cards(env)


def ordered(database):
    """A bank has the orders."""
    with freeze_time(f"{sepa_worker.FILED} 08:00:00", tick=True), environment(database) as env:
        sepa_worker.order(env)


def uninstall(database, *names):
    with environment(database) as env:
        modules = env["ir.module.module"].search([("name", "in", names or BRIDGES)])
        modules.button_immediate_uninstall()


def refused(database):
    """Its own bank is asked to go; returns what is said against it."""
    try:
        uninstall(database, "cn285_payment_sepa")
    except UserError as error:
        return {"said": str(error)}
    return {"said": ""}


def after(database):
    """The daily work goes on without them."""
    with freeze_time(f"{AFTER} 08:00:00", tick=True), environment(database) as env:
        sepa_worker.collect(env)
        env["cn285.collection"]._cron_retries()
        env["payment.token"]._cron_expiring_means()


def result(env):
    """What is kept: attempts, payments and books."""
    attempts = env["cn285.payment.attempt"].search([])
    moves = env["account.move"].search([("state", "=", "posted")])
    invoices = moves.filtered(lambda move: move.move_type == "out_invoice")
    states = attempts.mapped("state")
    installed = [("state", "=", "installed"), ("name", "in", BRIDGES)]
    return {
        "installed": env["ir.module.module"].search(installed).mapped("name"),
        "attempts": {state: states.count(state) for state in sorted(set(states))},
        "payments": env["account.payment"].search_count([]),
        "invoices": len(invoices),
        "open": f"{sum(invoices.mapped('amount_residual')):.2f}",
        "balance": f"{sum(moves.line_ids.mapped('balance')):.2f}",
        "codes": sorted(set(attempts.mapped("provider_code"))),
        "usable": len([one for one in env["cn285.contract"].search([]) if one._payment_token()]),
    }


COMMANDS = {
    "upgrade": upgrade,
    "story": story,
    "waiting": waiting,
    "ordered": ordered,
    "refused": refused,
    "stripe": lambda database: uninstall(database, "cn285_payment_stripe"),
    "uninstall": uninstall,
    "after": after,
}

if __name__ == "__main__":
    forks.main(COMMANDS, result)
