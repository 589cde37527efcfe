from collections import defaultdict
from fractions import Fraction

from odoo import models

from ..common import as_decimal

MONEY_ACCOUNTS = ("asset_cash", "liability_credit_card")
# How many entries are followed from one to the next, where customers' accounts are moved about.
MAX_STEPS = 5


class AccountMove(models.Model):
    """How much money came in for an invoice, and which part of it is a contract's.

    Money is what reached a bank, cash or outstanding account. What settles an invoice otherwise is
    none: a write-off, a discount for early payment, a fee that the bank kept, a credit note.
    """

    _inherit = "account.move"

    def _cn285_received(self):
        """What became of posted invoices and credit notes of customers, in their own currencies.

        :returns: ``{move: (money, settled)}`` as fractions: ``money`` came in (negative: was paid
            back), ``settled`` was set off against documents of the other kind (credit notes against
            an invoice: positive; invoices against a credit note: negative)
        """
        result = {}
        for move in self.filtered(lambda move: move.state == "posted"):
            sign = 1 if move.move_type == "out_invoice" else -1
            money = settled = Fraction(0)
            for amount, other in move._cn285_counterparts():
                if other.move_id.is_invoice(include_receipts=True):
                    settled += amount
                else:
                    money += amount * other.move_id._cn285_money_share(sign)
            money += move._cn285_paid_without_entry()
            result[move] = sign * money, sign * settled
        return result

    def _cn285_counterparts(self):
        """What the receivable of this document is reconciled with, as ``(amount, line)`` each."""
        self.ensure_one()
        found = []
        for line in self.line_ids:
            if line.account_id.account_type != "asset_receivable":
                continue
            for partial in line.matched_credit_ids:
                found.append((partial.debit_amount_currency, partial.credit_move_id))
            for partial in line.matched_debit_ids:
                found.append((partial.credit_amount_currency, partial.debit_move_id))
        return [(Fraction(as_decimal(amount)), line) for amount, line in found]

    def _cn285_money_share(self, sign, steps=MAX_STEPS):
        """Which share of what this entry settles of receivables is money, from 0 to 1. Hook.

        :param int sign: 1 where money comes in, -1 where it is paid back
        :param int steps: how far to follow entries that move an amount between customers' accounts
        """
        self.ensure_one()
        receivable, money = self._cn285_money_lines()
        settles = sum(Fraction(as_decimal(-sign * line.balance)) for line in receivable)
        # Lines of the other direction move what was settled elsewhere: by money, or not.
        opposite = receivable.filtered(lambda line: sign * line.balance > 0)
        settles += sum(Fraction(as_decimal(sign * line.balance)) for line in opposite)
        came = sum(Fraction(as_decimal(sign * line.balance)) for line in money)
        if steps:
            came += sum(line._cn285_money_moved(sign, steps - 1) for line in opposite)
        if settles <= 0 or came <= 0:
            return Fraction(0)
        return min(came / settles, Fraction(1))

    def _cn285_money_lines(self):
        """The lines on customers' accounts, and those on which money arrives or leaves."""
        self.ensure_one()
        receivable = self.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        if self.origin_payment_id:
            liquidity = self.origin_payment_id._seek_for_lines()[0]
            return receivable - liquidity, liquidity
        methods = (
            self.journal_id.inbound_payment_method_line_ids
            | self.journal_id.outbound_payment_method_line_ids
        )
        accounts = self.journal_id.default_account_id | methods.payment_account_id
        in_bank = self.journal_id.type in ("bank", "cash", "credit")
        money = self.line_ids.filtered(
            lambda line: (
                line.account_id.account_type in MONEY_ACCOUNTS
                or (in_bank and line.account_id in accounts)
            )
        )
        return receivable - money, money - receivable

    def _cn285_paid_without_entry(self):
        """Payments noted on an invoice that make no entry, as far as something is still open."""
        self.ensure_one()
        sign = 1 if self.move_type == "out_invoice" else -1
        came = Fraction(0)
        for payment in self.matched_payment_ids:
            if payment.move_id or payment.state not in ("in_process", "paid"):
                continue
            inbound = 1 if payment.payment_type == "inbound" else -1
            shares = {
                move: abs(move.amount_total_signed)
                for move in payment.invoice_ids
                if move.state == "posted"
            }
            total = sum(shares.values())
            if total and self in shares:
                amount = payment.currency_id._convert(
                    payment.amount, self.currency_id, self.company_id, payment.date
                )
                share = Fraction(as_decimal(shares[self])) / Fraction(as_decimal(total))
                came += sign * inbound * Fraction(as_decimal(amount)) * share
        return max(min(came, Fraction(as_decimal(self.amount_residual))), Fraction(0))

    def _cn285_share_of(self, contract):
        """Which part of this document, with tax, is a contract's: a fraction, of lines by rows."""
        self.ensure_one()
        total = own = Fraction(0)
        unknown = Fraction(0)
        for line in self.invoice_line_ids.filtered(lambda line: line.display_type == "product"):
            amount = Fraction(as_decimal(line.price_total))
            shares = line._cn285_shares()
            if shares is None:
                unknown += amount
                continue
            total += amount
            own += amount * shares.get(contract, 0)
        among = self.cn285_contract_ids
        if unknown and contract in among:
            # A line that nobody's row stands behind: added by hand.
            own += unknown / len(among)
        total += unknown
        return own / total if total else Fraction(0)


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _cn285_money_moved(self, sign, steps):
        """Money behind what this line takes from another customer's account."""
        self.ensure_one()
        partials = self.matched_credit_ids if sign > 0 else self.matched_debit_ids
        other = "credit_move_id" if sign > 0 else "debit_move_id"
        return sum(
            Fraction(as_decimal(partial.amount))
            * partial[other].move_id._cn285_money_share(sign, steps)
            for partial in partials
            if not partial[other].move_id.is_invoice(include_receipts=True)
        )

    def _cn285_shares(self):
        """Contracts behind the line, as ``{contract: fraction}``; None where no row is known."""
        self.ensure_one()
        line = self._cn285_of_row()
        amounts = defaultdict(Fraction)
        credits = self.env["cn285.billing.credit"].search([("line_id", "=", line.id)])
        for credit in credits:
            amounts[credit.schedule_id.contract_id] += Fraction(as_decimal(credit.amount))
        if not credits:
            for row in line.cn285_schedule_ids:
                amounts[row.contract_id] += Fraction(as_decimal(row.amount))
        total = sum(amounts.values())
        if len(amounts) == 1:
            return dict.fromkeys(amounts, Fraction(1))
        if total:
            return {contract: amount / total for contract, amount in amounts.items()}
        if amounts:
            return dict.fromkeys(amounts, Fraction(1, len(amounts)))
        return self.cn285_credited_line_id._cn285_shares() if self.cn285_credited_line_id else None
