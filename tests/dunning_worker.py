"""Duns debtors in real processes: one, two at once, or one that is killed again and again.

``python dunning_worker.py DATABASE seed|once|twice|kill``; prints a JSON object.

Processes live on the days of the story: a day is over when its work is committed, so that one that
is killed leaves the rest of the day to the next one.
"""

from datetime import date, timedelta

import forks
from change_worker import again_and_again
from forks import at_once, environment
from freezegun import freeze_time

CUSTOMERS = 10
# Invoices are of this day, and due on it.
BILLED = date(2026, 1, 1)
# Reminders, the last one, suspension, the formal notice, fees: days of the usual policy.
DAYS = [BILLED + timedelta(days=days) for days in (3, 7, 16, 17, 30, 31, 33)]
# On the day of suspension and after it these pay: by the number of the customer.
PAY = {BILLED + timedelta(days=16): (0,), BILLED + timedelta(days=17): (1,), DAYS[5]: (2,)}
KEY = "cn285.test.day"


def seed(env):
    """Customers with an overdue invoice each, every second one a professional."""
    company = env.company
    company.write(
        {
            "cn285_invoice_dating": "schedule",
            "cn285_dunning": True,
            "email": "billing@cn285.example",
        }
    )
    env.ref("cn285_payment.dunning_policy_usual").fees_automatic = True
    product = env["product.product"].create(
        {
            "name": "Service",
            "type": "service",
            "taxes_id": [(6, 0, company.account_sale_tax_id.ids)],
        }
    )
    for number in range(CUSTOMERS):
        professional = number % 2
        partner = env["res.partner"].create(
            {
                "name": f"Customer {number}",
                "email": f"c{number}@client.example",
                "country_id": env.ref("base.fr").id,
                "is_company": bool(professional),
                "vat": "FR23334175221" if professional else False,
            }
        )
        env["cn285.contract"].create(
            {
                "partner_id": partner.id,
                "date_start": BILLED,
                "item_ids": [(0, 0, {"product_id": product.id, "price_unit": 100.0 + number})],
            }
        ).action_confirm()
    with freeze_time(f"{BILLED} 08:00:00"):
        env["cn285.billing.run"].create({"date": BILLED}).action_run()


def dun(database):
    """The days that are not over."""
    for day in DAYS:
        dun_day(database, day)


def look(database, day):
    """The daily look at debtors."""
    with freeze_time(f"{day} 09:00:00", tick=True), environment(database) as env:
        env["cn285.dunning.case"]._cron_dun()


def dun_day(database, day):
    """The daily work of a day, and what customers pay on it; nothing where it is over."""
    with freeze_time(f"{day} 09:00:00", tick=True), environment(database) as env:
        if env["ir.config_parameter"].get_param(KEY, "") >= day.isoformat():
            return
        env["cn285.dunning.case"]._cron_dun()
        for number in PAY.get(day, ()):
            again_and_again(lambda number=number: pay(env, number, day), env)
        again_and_again(lambda: env["ir.config_parameter"].set_param(KEY, day.isoformat()), env)


def twice(database):
    """Each day's look by two processes at once; then what customers pay."""
    codes = []
    for day in DAYS:
        codes += at_once((look, database, day), (look, database, day))["codes"]
        codes += forks.wait([forks.fork(dun_day, database, day)])
    return {"codes": sorted(set(codes))}


def pay(env, number, day):
    """A customer pays what he owes, as far as that is not booked yet."""
    move = env["account.move"].search(
        [
            ("move_type", "=", "out_invoice"),
            ("partner_id.name", "=", f"Customer {number}"),
            ("cn285_contract_ids", "!=", False),
            ("payment_state", "=", "not_paid"),
        ]
    )
    if not move:
        return
    journal = env["account.journal"].search([("type", "=", "bank")], limit=1)
    env["account.payment.register"].with_context(
        active_model="account.move", active_ids=move.ids
    ).create({"payment_date": day, "journal_id": journal.id})._create_payments()


def result(env):
    """What was done about whom, and how often."""
    cases = env["cn285.dunning.case"].search([], order="id")
    events = cases.event_ids.sorted("id")
    changes = env["cn285.contract.change"].search([("type", "in", ("deactivate", "activate"))])
    fees = env["cn285.late.fee"].search([])
    return {
        "cases": sorted([case.partner_id.name, case.state] for case in cases),
        "events": sorted(
            [
                event.case_id.partner_id.name,
                event.date.isoformat(),
                event.kind,
                event.step_id.name or "",
            ]
            for event in events
        ),
        "taken": sorted(
            [event.case_id.partner_id.name, event.step_id.name]
            for event in events
            if event.kind == "step"
        ),
        "mails": sorted(
            [mail.subject, mail.email_to or mail.recipient_ids[:1].email]
            for mail in env["mail.mail"].search([("model", "=", "cn285.dunning.case")])
        ),
        "letters": sorted(
            case.partner_id.name
            for case in cases
            for _file in env["ir.attachment"].search(
                [
                    ("res_model", "=", "cn285.dunning.case"),
                    ("res_id", "=", case.id),
                    ("mimetype", "=", "application/pdf"),
                ]
            )
        ),
        "changes": sorted(
            [change.contract_id.partner_id.name, change.type, change.state] for change in changes
        ),
        "fees": sorted(
            [fee.partner_id.name, fee.kind, fee.state, f"{fee.amount:.2f}"] for fee in fees
        ),
        "notes": sorted(
            [note.partner_id.name, f"{note.amount_total:.2f}"] for note in fees.note_id
        ),
        "posted": f"{sum(fees.filtered('note_id').mapped('amount')):.2f}",
        "note_total": f"{sum(fees.note_id.mapped('amount_total')):.2f}",
        "asked": env["mail.activity"].search_count([("res_model", "=", "cn285.dunning.case")]),
        "states": sorted(
            [contract.partner_id.name, contract.state]
            for contract in env["cn285.contract"].search([])
        ),
    }


COMMANDS = {
    "seed": forks.seed(seed),
    "once": lambda database: forks.once(dun, database),
    "twice": twice,
    "kill": lambda database, steps: forks.kill_again_and_again(steps, dun, database),
}

if __name__ == "__main__":
    forks.main(COMMANDS, result)
