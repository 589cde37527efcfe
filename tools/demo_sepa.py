"""A month of direct debits in the demonstration: ``demo_sepa.collect(env, until)``.

Some payers have signed mandates. Their invoices of the last month are debited by files; the bank
(tools/bank.py) credits them, and returns some: for want of funds, at the customer's wish, and of
accounts that are closed. Whose account is closed is dunned, and pays by transfer at last.
"""

import base64
from datetime import date, timedelta

import bank
from import_tools import money, out, print_figures

# How many payers have mandates; which of their debits come back (by their number), and why.
PAYERS = 30
REASONS = {5: "AM04", 9: "AM04", 11: "AM04", 17: "MD06", 23: "AC04", 26: "AC04"}
# Those whose account is closed pay by transfer, on these days of the month.
PAY_ON = {23: 25, 26: 29}
CREDITOR, NAME = "FR72ZZZ123456", "Prélèvements SEPA"
IBAN_OF_BANK = "30006000"
CODE = "cn285_sepa"


def collect(env, until):
    """Sign mandates, live through the last month day by day, and print what came of it.

    Run again, it orders and debits nothing, and prints the same.

    :param until: a day as text, such as "2026-06-30"
    """
    if "cn285.sepa.mandate" not in env:
        return
    last = date.fromisoformat(until)
    provider = _provider(env)
    mandates = env["cn285.sepa.mandate"].search([("provider_id", "=", provider.id)], order="id")
    if not mandates:
        mandates = _sign(env, provider, last)
        _live(env, mandates, last)
    _tell(env, mandates, last)


def _provider(env):
    """The company's own bank, that debits."""
    provider = env.ref("cn285_payment_sepa.provider_sepa")
    if provider.state == "disabled":
        journal = env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", env.company.id)], limit=1
        )
        provider.write(
            {
                "company_id": env.company.id,
                "cn285_creditor_identifier": CREDITOR,
                "state": "test",
                "journal_id": journal.id,
            }
        )
    return provider


def _sign(env, provider, last):
    """Mandates of payers whose invoices of the month are due early in it."""
    payers = _payers(env, last)
    env.company.cn285_clock_date = last.replace(day=1) - timedelta(days=30)
    mandates = env["cn285.sepa.mandate"].create(
        [
            {
                "partner_id": payer.id,
                "provider_id": provider.id,
                "iban": _iban(number),
                "signed_on": env.company.cn285_clock_date,
            }
            for number, payer in enumerate(payers)
        ]
    )
    mandates.action_sign()
    for mandate in mandates:
        mandate.partner_id.cn285_payment_token_id = mandate.token_id
    env["cn285.contract"].search(
        [("payer_id.commercial_partner_id", "in", payers.ids), ("state", "=", "active")]
    ).write({"collection_mode": "automatic"})
    env.cr.commit()
    return mandates


def _iban(number):
    """An account that exists nowhere, with check digits that are right."""
    account = f"{IBAN_OF_BANK}01{number:011d}"
    key = 97 - int(account + "00") % 97
    bban = f"{account}{key:02d}"
    check = 98 - int(bban + "152700") % 97
    return f"FR{check:02d}{bban}"


def _payers(env, last):
    """Payers with nothing else: no card, no wallet, no debt, in the order of their names."""
    moves = _moves(env, last).filtered(
        lambda move: move.payment_state == "not_paid" and move.invoice_date_due <= last
    )
    others = env["cn285.dunning.case"].search([]).partner_id
    others |= env["cn285.wallet"].search([]).partner_id
    payers = moves.commercial_partner_id.filtered(lambda one: not one.cn285_payment_token_id)
    return (payers - others).sorted(lambda one: (one.name, one.id))[:PAYERS]


def _moves(env, last, payers=None):
    """Invoices of contracts of the last month."""
    domain = [
        ("cn285_contract_ids", "!=", False),
        ("move_type", "=", "out_invoice"),
        ("state", "=", "posted"),
        ("company_id", "=", env.company.id),
        ("currency_id", "=", env.company.currency_id.id),
        ("invoice_date", ">=", last.replace(day=1)),
        ("invoice_date", "<=", last),
    ]
    if payers is not None:
        domain.append(("commercial_partner_id", "in", payers.ids))
    return env["account.move"].search(domain, order="id")


# --- the month -------------------------------------------------------------------------------


def _live(env, mandates, last):
    company, collection = env.company, env["cn285.collection"]
    shown = company.cn285_clock_date
    moves = _moves(env, last, mandates.partner_id)
    dunned = mandates.filtered(lambda one: REASONS.get(_number(mandates, one)) == "AC04")
    dunned.partner_id.cn285_dunning_policy_id = env.ref("cn285_payment.dunning_policy_usual")
    _pay_before(env, dunned.partner_id, last.replace(day=1))
    # The invoices reached their payers in that month, not when the demonstration was loaded.
    moves.cn285_run_id._write_inside({"date_started": last.replace(day=1)})
    told = []
    for day in (last.replace(day=number) for number in range(1, last.day + 1)):
        company.cn285_clock_date = day
        for content in [content for on, content in told if on == day]:
            _read(env, content)
        collection._collect(_asked(env, moves, day), "due")
        env["cn285.sepa.debit"]._cron_settle()
        env["cn285.sepa.file"]._cron_make_files()
        for file in env["cn285.sepa.file"].search([("state", "=", "made")]):
            file.action_sent()
            told += _answers(mandates, file)
        for number in (number for number, on in PAY_ON.items() if on == day.day):
            _pay(env, moves, mandates[number : number + 1].partner_id)
        env["cn285.dunning.case"]._look_at(company, dunned.partner_id)
        env.cr.commit()
    # From now on they are looked at as everybody else here.
    dunned.partner_id.cn285_dunning_policy_id = False
    company.cn285_clock_date = shown
    env.cr.commit()


def _asked(env, moves, day):
    """What is due or tried again, of those that were invoiced by then."""
    attempts = env["cn285.payment.attempt"].search([("move_id", "in", moves.ids)])
    again = attempts.filtered(lambda one: one.retry_date and one.retry_date <= day).move_id
    fresh = (moves - attempts.move_id).filtered(lambda move: move.invoice_date <= day)
    return (fresh | again)._cn285_collectable()


def _number(mandates, mandate):
    return mandates.ids.index(mandate.id)


def _answers(mandates, file):
    """What the bank will say of a file, and when: ``(day, content)`` each."""
    content = file.attachment_id.raw
    firsts = {
        debit.reference: REASONS[number]
        for debit in file.debit_ids
        if (number := _number(mandates, debit.mandate_id)) in REASONS
        and len(debit.mandate_id.debit_ids) == 1
    }
    days = {one.day for one in bank.orders(content)}
    answers = [
        (file.sent_on + timedelta(days=1), bank.accepted(content)),
        (max(days), bank.credited(content)),
    ]
    if firsts:
        back = max(days) + timedelta(days=2)
        answers.append((back, bank.returned(content, firsts, back)))
    return answers


def _read(env, content):
    file = env["cn285.sepa.bank.file"].create(
        {"name": "banque.xml", "content": base64.b64encode(content)}
    )
    file.action_read()


def _pay_before(env, partners, first):
    """Pay what these customers owe of earlier months: they are no debtors when the month begins."""
    env.company.cn285_clock_date = first
    for partner in partners:
        _pay(
            env,
            env["account.move"].search(
                [
                    ("commercial_partner_id", "=", partner.id),
                    ("move_type", "=", "out_invoice"),
                    ("state", "=", "posted"),
                    ("payment_state", "=", "not_paid"),
                    ("invoice_date", "<", first),
                ]
            ),
            partner,
        )


def _pay(env, moves, partner):
    """A customer pays what is open by transfer."""
    owed = moves.filtered(
        lambda move: move.commercial_partner_id == partner and move.amount_residual
    )
    if owed:
        register = env["account.payment.register"].with_context(
            active_model="account.move", active_ids=owed.ids
        )
        register.create(
            {"payment_date": env.company.cn285_clock_date, "group_payment": True}
        )._create_payments()


# --- what came of it -------------------------------------------------------------------------


def _tell(env, mandates, last):
    attempts = env["cn285.payment.attempt"].search([("token_id", "in", mandates.token_id.ids)])
    attempts |= env["cn285.payment.attempt"].search(
        [("transaction_id.cn285_debit_ids.mandate_id", "in", mandates.ids)]
    )
    done = attempts.filtered(lambda one: one.state == "done")
    rows = [
        (f"mandates ({len(mandates)}), to collect", _sum(env, attempts.move_id, "amount_total")),
        (f"collected ({len(done)})", _sum(env, done)),
    ]
    returned = attempts.filtered(lambda one: one.state in ("returned", "declined"))
    for outcome, label in attempts._fields["outcome"]._description_selection(env):
        some = returned.filtered(lambda one, outcome=outcome: one.outcome == outcome)
        if some:
            codes = ", ".join(sorted(set(some.mapped("code"))))
            rows.append((f"returned: {label.lower()} ({len(some)}, {codes})", _sum(env, some)))
    again = returned.filtered(lambda one: one.move_id in done.move_id)
    waiting = attempts.filtered(lambda one: one.state == "pending")
    cases = env["cn285.dunning.case"].search([("partner_id", "in", mandates.partner_id.ids)])
    events = cases.event_ids
    rows += [
        (f"of these collected the second time ({len(again)})", _sum(env, again)),
        (f"under way ({len(waiting)})", _sum(env, waiting)),
        ("suspended", f"{len(events.filtered(lambda one: one.kind == 'deactivated'))}"),
        ("reactivated", f"{len(events.filtered(lambda one: one.kind == 'reactivated'))}"),
    ]
    print_figures(f"Direct debits, {last.replace(day=1)} to {last}", rows)
    out.print("Files to the bank and what it said of them: Contracts, Payments, SEPA.")


def _sum(env, records, name="amount"):
    return money(env, sum(records.mapped(name)))
