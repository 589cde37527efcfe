from collections import defaultdict

from odoo import models
from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_date


class WalletTopup(models.Model):
    """Top-ups that the bank takes back: what is unspent goes, what was spent is owed again."""

    _inherit = "cn285.wallet.topup"

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

        Books the return of the payment too (D 411 / C of the outstanding account).

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
        lot = topup.lot_ids
        unspent = as_decimal(lot.rest)
        if not booked:
            topup._book_return(day)
        if unspent:
            if topup.move_id:
                topup._credit_unspent(lot, unspent, day)
            else:
                topup._take_back_unspent(lot, unspent, day)
            lot._inside().write({"taken_back": float(unspent)})
            self.env["cn285.wallet"]._move_rests({lot: -unspent})
        topup._inside().write({"state": "returned"})
        topup._owe_again(lot, day)
        topup.wallet_id.message_post(
            body=self.env._(
                "Top-up %(topup)s was returned on %(day)s: %(unspent)s taken back, %(spent)s of it "
                "had been spent and is owed again.",
                topup=topup.name,
                day=format_date(self.env, day),
                unspent=topup.currency_id.format(float(unspent)),
                spent=topup.currency_id.format(float(as_decimal(lot.amount) - unspent)),
            )
        )

    def _book_return(self, day):
        """D 411 / C of the account on which the payment arrived; the payment stays as history."""
        payment = self.payment_id
        entry = payment.move_id
        if not entry:
            return
        receivable = entry.line_ids.filtered(
            lambda line: line.account_id == payment.destination_account_id
        )
        counter = entry.line_ids - receivable
        own = receivable.filtered("matched_debit_ids") or receivable
        own.remove_move_reconcile()
        vals = {
            "move_type": "entry",
            "company_id": self.company_id.id,
            "journal_id": payment.journal_id.id,
            "date": day,
            "ref": self.env._("Return of %s", self.name),
            "line_ids": [
                Command.create(
                    {
                        "name": self.env._("Return of %s", self.name),
                        "account_id": line.account_id.id,
                        "partner_id": line.partner_id.id,
                        "currency_id": line.currency_id.id,
                        "amount_currency": -line.amount_currency,
                        "balance": -line.balance,
                    }
                )
                for line in (receivable | counter)
            ],
        }
        back = self.env["account.move"].create(vals)
        back._post(soft=False)
        theirs = back.line_ids.filtered(lambda line: line.account_id == receivable.account_id)
        (receivable | theirs).reconcile()

    def _owe_again(self, lot, day):
        """What was spent is due from the day of the return on: it is dunned as an invoice is."""
        owed = (self.move_id or lot.source_move_id).line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable" and not line.reconciled
        )
        owed.write({"date_maturity": day})

    def _take_back_unspent(self, lot, unspent, day):
        """D 4191 / C 411 of what is left, against the entry of the advance, which is open again."""
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
        entry = self.env["account.move"].create(
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
                else receivable.filtered(lambda one: not one.reconciled)
            )
            if theirs:
                (theirs | line).reconcile()

    def _credit_unspent(self, lot, unspent, day):
        """A credit note of what is left of the credit, with its VAT, settled with the invoice."""
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
        for line in (refund | self.move_id).line_ids:
            if line.account_id.account_type == "asset_receivable" and not line.reconciled:
                pairs[line.account_id] |= line
        for lines in pairs.values():
            if len(lines.move_id) > 1:
                lines.reconcile()
        taken = refund.invoice_line_ids
        advances = lot._advance_lines()
        if taken.account_id.reconcile and advances:
            (advances | taken).reconcile()


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _cn285_taken_back(self, day):
        """The bank took back what these transactions paid, and that is booked: top-ups follow.

        :param day: on which the money left
        """
        # sudo: the program's own records, whoever reads the bank's files.
        topups = self.env["cn285.wallet.topup"].sudo()
        for topup in topups.search([("transaction_id", "in", self.ids), ("state", "=", "done")]):
            topup._returned(day, booked=True)
