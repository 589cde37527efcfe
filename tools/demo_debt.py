"""Debtors of the demonstration: ``demo_debt.dun(env, until)``: a payer at each step of dunning."""

from collections import defaultdict
from datetime import date, timedelta

from import_tools import money, print_figures

# How many days late a payer's oldest invoice is, by what was done about it by then.
LATE = {
    "overdue": (1, 2),
    "reminded": (3, 6),
    "last reminder": (7, 9),
    "called": (10, 15),
    "deactivated": (16, 29),
    "formal notice": (30, 45),
}
DAYS_BEFORE = 46


def set_up(env):
    """Let payers be as they are, but for those of :func:`dun`: nobody else pays here either."""
    if "cn285.dunning.case" not in env or env.company.cn285_dunning_policy_id:
        return
    policy = env["cn285.dunning.policy"].create({"name": "Liste seulement", "sequence": 90})
    env.company.write({"cn285_dunning": True, "cn285_dunning_policy_id": policy.id})
    env.cr.commit()


def dun(env, until):
    """Dun a few payers day by day up to a day, and print at which step they are.

    Run again, it changes nothing and prints the same.
    """
    if "cn285.dunning.case" not in env:
        return
    company, last = env.company, date.fromisoformat(until)
    cases = env["cn285.dunning.case"]
    if not cases.search_count([("company_id", "=", company.id)], limit=1):
        chosen = _choose(env, last)
        partners = env["res.partner"].union(*chosen)
        partners.cn285_dunning_policy_id = env.ref("cn285_payment.dunning_policy_usual")
        shown = company.cn285_clock_date
        for before in range(DAYS_BEFORE, -1, -1):
            company.cn285_clock_date = last - timedelta(days=before)
            for partner, late in chosen.items():
                _pay(env, company, partner, late)
            cases._look_at(company, partners)
        company.cn285_clock_date = shown
        env.cr.commit()
    found = cases.search([("company_id", "=", company.id), ("state", "!=", "closed")])
    steps = found.grouped("step_id")
    rows = [(step.name or "no step yet", f"{len(own)}") for step, own in steps.items()]
    rows += [
        ("deactivated", f"{len(found.filtered('suspended_on'))}"),
        ("overdue", money(env, sum(found.mapped("overdue_amount")))),
    ]
    print_figures(f"Debtors on {until}", rows)


def _choose(env, last):
    """A payer for each age, ``{partner: invoice that stays open}``: those with few invoices."""
    moves = env["account.move"].search(
        [
            ("company_id", "=", env.company.id),
            ("currency_id", "=", env.company.currency_id.id),
            ("cn285_contract_ids", "!=", False),
            ("state", "=", "posted"),
            ("move_type", "=", "out_invoice"),
            ("payment_state", "=", "not_paid"),
        ],
        order="id",
    )
    by_payer = defaultdict(moves.browse)
    for move in moves.filtered(
        lambda move: "automatic" not in move.cn285_contract_ids.mapped("collection_mode")
    ):
        by_payer[move.commercial_partner_id] |= move
    payers = sorted(by_payer, key=lambda payer: (len(by_payer[payer]), payer.id))
    chosen = {}
    for least, most in LATE.values():
        for payer in payers:
            late = by_payer[payer].filtered(
                lambda move, least=least, most=most: (
                    least <= (last - move.invoice_date_due).days <= most
                )
            )
            if payer not in chosen and late:
                chosen[payer] = late[:1]
                break
    return chosen


def _pay(env, company, partner, open_move):
    """Pay what the payer owes on this day, but for the one invoice."""
    today = company.cn285_clock_date
    due = env["account.move"].search(
        [
            ("company_id", "=", company.id),
            ("commercial_partner_id", "=", partner.id),
            ("state", "=", "posted"),
            ("move_type", "=", "out_invoice"),
            ("payment_state", "=", "not_paid"),
            ("invoice_date_due", "<=", today),
            ("id", "!=", open_move.id),
        ]
    )
    if due:
        register = env["account.payment.register"].with_context(
            active_model="account.move", active_ids=due.ids
        )
        register.create({"payment_date": today, "group_payment": True})._create_payments()
