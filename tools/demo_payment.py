"""Collection of the demonstration's last month: ``demo_payment.collect(env, until)``.

Some customers have cards of the provider that Odoo has for demonstrations: most are charged, some
refuse, and some are pending. Contracts become automatic after they were billed, so that invoices
are those of before.
"""

from datetime import date

from import_tools import money, out, print_figures

# Payers with a card, in the order of their names; and what each fifth and seventh of them answers.
PAYERS = 60
MODULE = "cn285_payment"


def collect(env, until):
    """Give customers cards, charge their invoices of the last month, and print what came of it.

    Run again, it charges nothing, and prints the same.

    :param until: a day as text, such as "2026-06-30"
    """
    if "cn285.collection" not in env or not _provider(env):
        return
    day = date.fromisoformat(until)
    moves = _moves(env, day, _payers(env, day))
    env["cn285.collection"]._collect(moves, "due")
    env.cr.commit()
    attempts = env["cn285.payment.attempt"].search([("move_id", "in", moves.ids)])
    rows = [("to collect", _sum(env, attempts))]
    states = attempts._fields["state"]._description_selection(env)
    for state, label in states:
        some = attempts.filtered(lambda one, state=state: one.state == state)
        if some:
            rows.append((f"{label.lower()} ({len(some)})", _sum(env, some)))
    for outcome, label in attempts._fields["outcome"]._description_selection(env):
        some = attempts.filtered(lambda one, outcome=outcome: one.outcome == outcome)
        if some:
            rows.append((f"  {label.lower()} ({len(some)})", _sum(env, some)))
    again = attempts.filtered("retry_date")
    rows.append((f"tried again ({len(again)})", _sum(env, again)))
    print_figures(f"Collected, {day.replace(day=1)} to {day}", rows)
    out.print("Cards of the demonstration's provider: nobody is charged in earnest.")


def _sum(env, attempts):
    return money(env, sum(attempts.mapped("amount")))


def _provider(env):
    provider = env.ref("payment.payment_provider_demo", raise_if_not_found=False)
    if not provider or provider.code != "demo":
        return None
    if provider.state == "disabled":
        provider.write({"state": "test", "company_id": env.company.id})
    return provider if provider.journal_id else None


def _payers(env, day):
    """Payers of the company's currency, each with a card, whose contracts are automatic by now."""
    provider = _provider(env)
    method = provider.payment_method_ids[:1]
    method.active = True
    contracts = env["cn285.contract"].search(
        [("state", "=", "active"), ("currency_id", "=", env.company.currency_id.id)]
    )
    payers = contracts.payer_id.commercial_partner_id.sorted(lambda one: (one.name, one.id))
    payers = payers[:PAYERS]
    for number, payer in enumerate(payers):
        if payer.cn285_payment_token_id:
            continue
        answer = "error" if number % 5 == 4 else "pending" if number % 7 == 6 else "done"
        payer.cn285_payment_token_id = env["payment.token"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": method.id,
                "partner_id": payer.id,
                "provider_ref": f"demonstration-{number}",
                "payment_details": f"{4200 + number}",
                "demo_simulated_state": answer,
                "cn285_brand": "visa" if number % 2 else "mastercard",
                "cn285_last4": f"{4200 + number}",
                "cn285_expiry_date": date(day.year + number % 3, 7 if number % 3 == 0 else 12, 31),
            }
        )
    contracts.filtered(lambda one: one.payer_id.commercial_partner_id in payers).write(
        {"collection_mode": "automatic"}
    )
    return payers


def _moves(env, day, payers):
    """Invoices of contracts of these payers, dated in the last month."""
    return env["account.move"].search(
        [
            ("cn285_contract_ids", "!=", False),
            ("move_type", "=", "out_invoice"),
            ("state", "=", "posted"),
            ("commercial_partner_id", "in", payers.ids),
            ("invoice_date", ">=", day.replace(day=1)),
            ("invoice_date", "<=", day),
        ],
        order="id",
    )
