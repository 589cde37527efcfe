"""Prepaid credit of the demonstration: ``demo_wallet.fill(env, until)``.

A few customers have topped up, and one of them was granted credit: what was open of their invoices
is paid. A pass waits to be redeemed.
"""

from import_tools import money, print_figures

# Customers with a wallet: those behind the ones with cards, in the order of their names.
FIRST, COUNT = 60, 3
TOPPED_UP, GRANTED = 500.0, 50.0
NAME, CODE = "Crédit prépayé", "PRINTEMPS"


def fill(env, until):
    """Fill wallets, let them pay what is open, and print what they hold.

    Run again, it changes nothing and prints the same.

    :param until: a day as text, such as "2026-06-30"
    """
    if "cn285.wallet" not in env:
        return
    kind = env["cn285.wallet.type"].search([("name", "=", NAME)], limit=1)
    if not kind:
        kind = env["cn285.wallet.type"].create({"name": NAME})
        for wallet in _wallets(env, kind):
            wallet.topup(TOPPED_UP, journal_id=_bank(env).id, date=until)
        for wallet in _wallets(env, kind)[:1]:
            wallet.grant(GRANTED, reason="Geste commercial")
        env["cn285.promotion.pass"].create(
            {"name": "Offre de printemps", "code": CODE, "percent": 20.0, "periods": 3}
        )
        env.cr.commit()
    wallets = _wallets(env, kind)
    draws = wallets.draw_ids.filtered(lambda draw: not draw.undone)
    rows = [
        (f"topped up ({len(wallets)})", money(env, sum(wallets.topup_ids.mapped("amount")))),
        ("granted", money(env, GRANTED if wallets else 0.0)),
        (f"drawn ({len(draws)})", money(env, sum(draws.mapped("amount")))),
        ("left", money(env, sum(wallets.mapped("balance")))),
    ]
    print_figures("Prepaid credit", rows)


def _bank(env):
    return env["account.journal"].search(
        [("type", "=", "bank"), ("company_id", "=", env.company.id)], limit=1
    )


def _wallets(env, kind):
    """The wallets of the type; made for a few customers who have none."""
    found = env["cn285.wallet"].search([("type_id", "=", kind.id)], order="id")
    if found:
        return found
    contracts = env["cn285.contract"].search(
        [("state", "=", "active"), ("currency_id", "=", env.company.currency_id.id)]
    )
    payers = contracts.payer_id.commercial_partner_id.sorted(lambda one: (one.name, one.id))
    return env["cn285.wallet"].create(
        [{"type_id": kind.id, "partner_id": payer.id} for payer in payers[FIRST : FIRST + COUNT]]
    )
