"""What payers owe, read for all of them in one question; no model is here."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.tools import SQL

from ...engine.dunning import by_age, net_debts, overdue


class DebtLine(NamedTuple):
    """What is open of an invoice that is due on one day."""

    due: date
    amount: Decimal
    move_id: int
    held: bool
    paying: bool = False

    @property
    def is_dunned(self):
        """Whether something follows where it is overdue: it is not in dispute, nor on its way."""
        return not self.held and not self.paying


@dataclass
class Owed:
    """What a payer owes to a company in a currency, and what it has to its credit."""

    lines: list[DebtLine] = field(default_factory=list)
    credit: Decimal = Decimal(0)

    def net(self):
        """What is owed by due date, without what is held, after credit that was not matched."""
        return net_debts(
            ((one.due, one.amount) for one in self.lines if one.is_dunned), self.credit
        )

    def overdue(self, today):
        return overdue(self.net(), today)

    def ages(self, today):
        """What is owed by age, what is held too."""
        every = net_debts(((one.due, one.amount) for one in self.lines), self.credit)
        return by_age(every, today)

    def held_overdue(self, today):
        """What is overdue and not dunned."""
        return sum(
            (one.amount for one in self.lines if not one.is_dunned and one.due < today), Decimal(0)
        )

    def is_late(self, today):
        """Whether something is overdue, or in dispute; what is on its way to be paid is neither."""
        disputed = any(one.held and one.due < today for one in self.lines)
        return disputed or self.overdue(today) is not None

    def late_lines(self, today):
        """Parts of invoices that are overdue and not held, the oldest first."""
        return sorted(one for one in self.lines if one.is_dunned and one.due < today)

    def late_move_ids(self, today):
        """Invoices that are overdue and not held, the oldest first."""
        return list(dict.fromkeys(one.move_id for one in self.late_lines(today)))


def read_debts(env, company, partner_ids=None):
    """What is owed for contracts, by payer and currency.

    Invoices of contracts that are open, by the due dates of their parts, and what was spent of
    top-ups that the bank took back. In dispute, or on the way to be paid, they are held. Payments
    and credit notes that were matched with nothing are credit: they are the payer's, whatever he
    meant to pay. Late fees are no debt of a contract.

    :param partner_ids: commercial partners; None: all
    :returns: ``{(partner id, currency id): Owed}``
    """
    env["account.move.line"].flush_model()
    env["account.move"].flush_model(
        ["cn285_dunning_blocked", "cn285_contract_ids", "move_type", "state"]
    )
    env["cn285.wallet.topup"].flush_model(["move_id", "state"])
    env["cn285.wallet.lot"].flush_model(["source_move_id", "topup_id"])
    env["res.partner"].flush_model(["commercial_partner_id", "cn285_dunning_blocked"])
    among = SQL("TRUE")
    if partner_ids is not None:
        if not partner_ids:
            return {}
        among = SQL("payer.commercial_partner_id IN %s", tuple(partner_ids))
    rows = env.execute_query(
        SQL(
            """SELECT payer.commercial_partner_id, line.currency_id, line.date_maturity, move.id,
                      line.amount_residual_currency,
                      COALESCE(move.cn285_dunning_blocked, FALSE)
                      OR COALESCE(holder.cn285_dunning_blocked, FALSE),
                      (EXISTS (SELECT 1 FROM cn285_contract_move_rel rel
                                WHERE rel.move_id = move.id)
                       AND move.move_type = 'out_invoice')
                      OR EXISTS (SELECT 1 FROM cn285_wallet_topup topup
                                  WHERE topup.move_id = move.id AND topup.state = 'returned')
                      OR EXISTS (SELECT 1 FROM cn285_wallet_lot lot
                                   JOIN cn285_wallet_topup topup ON topup.id = lot.topup_id
                                  WHERE lot.source_move_id = move.id
                                    AND topup.state = 'returned')
                 FROM account_move_line line
                 JOIN account_account account ON account.id = line.account_id
                 JOIN account_move move ON move.id = line.move_id
                 JOIN res_partner payer ON payer.id = line.partner_id
                 JOIN res_partner holder ON holder.id = payer.commercial_partner_id
                WHERE line.company_id = %(company)s AND line.parent_state = 'posted'
                  AND account.account_type = 'asset_receivable'
                  AND line.reconciled IS NOT TRUE AND line.amount_residual_currency != 0
                  AND %(among)s
                ORDER BY payer.commercial_partner_id, line.date_maturity, line.id""",
            company=company.id,
            among=among,
        )
    )
    moves = env["account.move"].sudo().browse({row[3] for row in rows if row[6]})  # sudo: marks
    paying = set(moves._cn285_being_paid().ids) if moves else set()
    found = defaultdict(Owed)
    for partner_id, currency_id, due, move_id, residual, blocked, of_contract in rows:
        owed, amount = found[partner_id, currency_id], as_decimal(float(residual))
        if amount < 0:
            owed.credit -= amount
        elif of_contract and due:
            owed.lines.append(DebtLine(due, amount, move_id, blocked, move_id in paying))
    return dict(found)
