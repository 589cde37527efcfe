from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_date

from ...engine.declines import CUSTOMER, HARD, classify

ZERO = Decimal(0)


class WalletTopup(models.Model):
    """Top-ups that the bank takes back: what is unspent goes, what was spent is owed again.

    Whoever tells of it (a return of a debit, a dispute, a clerk, a refund on the provider's pages),
    it is one way: the payment is taken back in the books, and the credit follows.
    """

    _inherit = "cn285.wallet.topup"

    return_move_ids = fields.Many2many(
        "account.move",
        "cn285_wallet_topup_return_rel",
        "topup_id",
        "move_id",
        string="Taken Back By",
        readonly=True,
        copy=False,
        help="Entries and credit notes of credit that was taken out, as its payment was.",
    )

    # === RETURNED === #

    def action_returned(self):
        """A clerk says that the bank took the money back."""
        for topup in self:
            if not self.env.su and not self.env.user.has_group(
                "cn285_contract.group_billing_manager"
            ):
                raise UserError(self.env._("Only a billing manager books a returned top-up."))
            topup._returned()

    def _returned(self, day=None, booked=False):
        """The money was taken back: what is unspent of the lot goes, what was spent is owed again.

        Books the return of the payment too (D 411 / C of the outstanding account), where there is
        an entry of it.

        :param booked: that return was booked already
        :raises UserError: where the top-up is not paid
        """
        self.ensure_one()
        # sudo: the books follow from what the bank says; who may say so was asked before.
        topup = self.sudo()
        topup.wallet_id._lock()
        if topup.state != "done":
            raise UserError(self.env._("%s is not paid: nothing can be returned.", topup.name))
        day = day or topup.company_id._cn285_today()
        # An invoice of credit is paid by the payment of its transaction.
        payment = topup.payment_id or topup.transaction_id.payment_id
        if payment.move_id and not booked:
            collection = self.env["cn285.collection"].sudo().with_company(topup.company_id)
            collection._take_back({payment: topup.name}, "", day)
        else:
            topup._take_out(day)

    @api.model
    def _payments_taken_back(self, taken_back):
        """Payments were taken back in the books: of top-ups that they paid, the credit follows.

        :param taken_back: list of ``TakenBack``
        """
        for one in taken_back:
            for topup in self._paid_by(one.payment, one.moves):
                topup._take_out(one.day)
                topup._rest_rules(one.payment, one.code)

    @api.model
    def _paid_by(self, payment, moves):
        """Top-ups that a payment paid, itself or by their invoices.

        :param moves: what the payment had settled
        """
        # sudo: the program's own records.
        return self.sudo().search(
            [
                ("state", "=", "done"),
                "|",
                "|",
                ("payment_id", "=", payment.id),
                ("transaction_id.payment_id", "=", payment.id),
                ("move_id", "in", moves.ids),
            ]
        )

    def _take_out(self, day):
        """Take out of the wallet what is unspent of credit that is not paid any more."""
        self.ensure_one()
        self.wallet_id._lock()
        lot = self.lot_ids
        unspent = min(as_decimal(lot.rest), self._unpaid())
        if self.state == "returned" and unspent <= 0:
            return
        if unspent > 0:
            made = (
                self._credit_unspent(lot, unspent, day, self._receivable_lines())
                if self.move_id
                else self._take_back_unspent(lot, unspent, day, self._receivable_lines())
            )
            self._note_taken_out(lot, unspent)
            self._inside().write({"return_move_ids": [Command.link(made.id)]})
        self._inside().write({"state": "returned"})
        self._owe_again(day)
        self.wallet_id.message_post(
            body=self.env._(
                "Top-up %(topup)s was returned on %(day)s: %(unspent)s taken back, %(spent)s of it "
                "had been spent and is owed again.",
                topup=self.name,
                day=format_date(self.env, day),
                unspent=self.currency_id.format(lot.taken_back),
                spent=self.currency_id.format(float(as_decimal(lot.amount - lot.taken_back))),
            )
        )

    def _receivable_lines(self):
        """The lines on which the payer owes, or owed, this top-up: refunds of it among them."""
        document = self.move_id or self.lot_ids.source_move_id
        lines = document.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        for refund in self.transaction_id.child_transaction_ids.payment_id:
            lines |= refund._cn285_settling_lines()
        return lines

    def _owe_again(self, day):
        """What was spent is due from the day of the return on: it is dunned as an invoice is."""
        owed = self._receivable_lines().filtered(lambda line: not line.reconciled)
        owed.write({"date_maturity": day})

    def _unpaid(self):
        """How much of the credit is not paid, without its VAT."""
        owed = as_decimal(sum(self._receivable_lines().mapped("amount_residual_currency")))
        if self.move_id and self.move_id.amount_total:
            owed = owed * as_decimal(self.lot_ids.amount) / as_decimal(self.move_id.amount_total)
        return as_decimal(self.currency_id.round(float(max(owed, ZERO))))

    def _note_taken_out(self, lot, amount):
        lot._inside().write({"taken_back": float(as_decimal(lot.taken_back) + amount)})
        self.env["cn285.wallet"]._move_rests({lot: -amount})

    def _rest_rules(self, payment, code):
        """A rule does not charge means anew whose customer or bank has taken the money back.

        It rests, and says why, until whoever keeps the wallet wakes it up.
        """
        rule, token = self.rule_id, payment.payment_token_id
        final = classify(code, rail=token._cn285_rail()) in (CUSTOMER, HARD) if token else False
        if rule.active and final:
            reason = self.env._("%(topup)s was taken back: %(code)s", topup=self.name, code=code)
            rule._inside().write({"active": False, "message": reason})

    # === GIVEN AGAIN === #

    @api.model
    def _payment_given_again(self, payment, day):
        """The bank gave up: what was taken out of the wallet is in it again.

        :param payment: what paid the top-up
        :param day: the day of the entries
        """
        # sudo: the program's own records.
        topups = self.sudo().search(
            [
                ("state", "=", "returned"),
                ("lot_ids", "!=", False),
                "|",
                ("payment_id", "=", payment.id),
                ("transaction_id.payment_id", "=", payment.id),
            ]
        )
        for topup in topups:
            topup._put_in_again(payment, day)

    def _put_in_again(self, payment, day):
        self.ensure_one()
        self.wallet_id._lock()
        lot = self.lot_ids
        advance = self.wallet_id.type_id.advance_account_id
        taken = ZERO
        for made in self.return_move_ids:
            lines = made.line_ids.filtered(lambda line: line.account_id == advance)
            taken += as_decimal(sum(lines.mapped("amount_currency")))
            back = made._reverse_moves([{"date": day, "invoice_date": day}], cancel=True)
            back.line_ids.filtered(
                lambda line: line.account_id == advance
            ).cn285_wallet_lot_id = lot
        lines = self._receivable_lines() | payment._cn285_settling_lines()
        lines = lines.filtered(lambda line: not line.reconciled)
        if len(lines.move_id) > 1:
            lines.reconcile()
        self._note_taken_out(lot, -taken)
        self._inside().write({"state": "done", "return_move_ids": [Command.clear()]})
        self.wallet_id.message_post(
            body=self.env._(
                "%(topup)s is paid again: %(amount)s is in the wallet again.",
                topup=self.name,
                amount=self.currency_id.format(float(taken)),
            )
        )

    # === REFUNDED === #

    def _refunded(self, refund):
        """Money of a top-up was paid back: so much of it goes that is unspent.

        What had been spent of it is owed again: it stays open on the customer's account.

        :param refund: the payment out, posted
        """
        self.ensure_one()
        self.wallet_id._lock()
        lot = self.lot_ids
        lines = refund._cn285_settling_lines().filtered(lambda line: not line.reconciled)
        paid_back = as_decimal(sum(lines.mapped("amount_residual_currency")))
        if self.move_id and self.move_id.amount_total:
            share = as_decimal(lot.amount) / as_decimal(self.move_id.amount_total)
            paid_back = as_decimal(self.currency_id.round(float(paid_back * share)))
        amount = min(as_decimal(lot.rest), paid_back)
        if lines.matched_credit_ids or paid_back <= 0:
            return
        if amount > 0:
            take = self._credit_unspent if self.move_id else self._take_back_unspent
            take(lot, amount, refund.date, lines)
            self._note_taken_out(lot, amount)
        if paid_back > amount or as_decimal(lot.taken_back) == as_decimal(lot.amount):
            self._inside().write({"state": "returned"})
        self.wallet_id.message_post(
            body=self.env._(
                "%(amount)s of top-up %(topup)s was refunded: it is taken out of the wallet.",
                topup=self.name,
                amount=self.currency_id.format(float(amount)),
            )
        )

    # === ENTRIES === #

    def _take_back_unspent(self, lot, unspent, day, against):
        """D 4191 / C 411 of what is left.

        :param against: lines on the customer's account that it settles: the advance, which is open
            again, or the refund
        :returns: the entry
        """
        source = lot.source_move_id
        advance = source.line_ids.filtered("cn285_wallet_lot_id")
        receivable = source.line_ids - advance
        own = self.currency_id._convert(
            float(unspent), self.company_id.currency_id, self.company_id, source.date
        )
        label = self.env._("Unspent credit of %s taken back", self.name)
        lines = [
            Command.create(
                {
                    "name": label,
                    "account_id": account.id,
                    "partner_id": self.wallet_id.partner_id.id,
                    "currency_id": self.currency_id.id,
                    "amount_currency": sign * float(unspent),
                    "balance": sign * own,
                    "cn285_wallet_lot_id": lot.id if sign > 0 else False,
                }
            )
            for account, sign in ((advance.account_id, 1), (receivable.account_id, -1))
        ]
        entry = self.env["account.move"]._cn285_create(
            {
                "move_type": "entry",
                "company_id": self.company_id.id,
                "journal_id": self.wallet_id.type_id.journal_id.id,
                "date": day,
                "ref": label,
                "line_ids": lines,
            }
        )
        entry._post(soft=False)
        for line in entry.line_ids:
            theirs = (
                lot._advance_lines()
                if line.cn285_wallet_lot_id
                else against.filtered(lambda one: not one.reconciled)
            )
            if theirs:
                (theirs | line).reconcile()
        return entry

    def _credit_unspent(self, lot, unspent, day, against):
        """A credit note of what is left of the credit, with its VAT.

        :param against: lines on the customer's account that it settles: the invoice's, which is
            open again, or the refund's
        :returns: the credit note
        """
        origin = self.move_id.invoice_line_ids.filtered("cn285_wallet_lot_id")
        share = float(unspent) / origin.price_subtotal
        refund = self.env["account.move"].create(
            {
                "move_type": "out_refund",
                "company_id": self.company_id.id,
                "reversed_entry_id": self.move_id.id,
                "partner_id": self.move_id.partner_id.id,
                "currency_id": self.currency_id.id,
                "fiscal_position_id": self.move_id.fiscal_position_id.id,
                "invoice_date": day,
                "invoice_payment_term_id": False,
                "ref": self.env._("Unspent credit of %s taken back", self.name),
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": origin.name,
                            "account_id": origin.account_id.id,
                            "quantity": 1.0,
                            "price_unit": self.currency_id.round(origin.price_unit * share),
                            "tax_ids": [Command.set(origin.tax_ids.ids)],
                            "analytic_distribution": False,
                        }
                    )
                ],
            }
        )
        refund._post(soft=False)
        pairs = defaultdict(self.env["account.move.line"].browse)
        for line in refund.line_ids | against:
            if line.account_id.account_type == "asset_receivable" and not line.reconciled:
                pairs[line.account_id] |= line
        for lines in pairs.values():
            if len(lines.move_id) > 1:
                lines.reconcile()
        taken = refund.invoice_line_ids
        advances = lot._advance_lines()
        if taken.account_id.reconcile and advances:
            (advances | taken).reconcile()
        return refund


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _cn285_refund_topups(self):
        """Take out of wallets what these refunds have paid back, once."""
        for refund in self.filtered(
            lambda tx: tx.operation == "refund" and tx.state == "done" and tx.payment_id
        ):
            topup = self.env["cn285.wallet.topup"]._of_transaction(refund.source_transaction_id)
            if topup.state == "done" and topup.lot_ids:
                topup._refunded(refund.payment_id)

    def _cn285_taken_back(self, day):
        """The bank took back what these transactions paid, and somebody else has booked that.

        What the collection books (:meth:`_take_back`) does it by itself; twice is as once.

        :param day: on which the money left
        """
        # sudo: the program's own records, whoever reads the bank's files.
        topups = self.env["cn285.wallet.topup"].sudo()
        for topup in topups.search([("transaction_id", "in", self.ids), ("state", "=", "done")]):
            topup._returned(day, booked=True)


class WalletLot(models.Model):
    _inherit = "cn285.wallet.lot"

    def _take_out_unpaid(self, day):
        """What came back to lots whose top-up was returned, and is owed still, is taken out."""
        for topup in self.topup_id.filtered(lambda one: one.state == "returned"):
            topup._take_out(day)
