from decimal import Decimal
from fractions import Fraction

from odoo import Command, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_compare


class NetsuitePaymentStatus(models.AbstractModel):
    """What NetSuite says about a document that we sent: paid, remaining, status.

    A document that is paid there is closed here through the clearing journal; a payment that is
    taken back there reopens it. What was paid or credited here stays as it is.
    """

    _name = "cn285.netsuite.payment.status"
    _description = "NetSuite Payment Status"

    def _start_again(self, kind):
        """Read anew from the first document that we sent: older ones are not ours."""
        first = self.env["cn285.bridge.binding"].search(
            [("kind_id", "=", kind.id)], order="id", limit=1
        )
        return {"read_until": first.create_date or kind.read_until}

    def _receive(self, kind, incoming, binding):
        if not binding or not binding.external_id:
            return binding, self.env._("Not one of ours.")
        move = self.env["account.move"].browse(binding.res_id).exists()
        if not move or move.state != "posted":
            return binding, self.env._("The document here is not posted.")
        values = self._records(incoming).values
        total = values.get("total")
        binding.write(
            {
                "their_version": incoming.version,
                "status_there": values.get("status") or False,
                "total_there": float(total or 0),
            }
        )
        self._check_total(move, total)
        remaining = values.get("amountRemaining")
        if remaining is not None:
            self._follow_remaining(kind, move, remaining)
        return binding, False

    def _check_total(self, move, total):
        """Both sides must say the same amount.

        :raise UserError: when they do not; the payment is not taken in before that is clear
        """
        digits = move.currency_id.decimal_places
        if total is not None and float_compare(move.amount_total, float(total), digits):
            raise UserError(
                self.env._(
                    "%(name)s amounts to %(there)s in NetSuite and to %(here)s here. Correct the"
                    " tax code's rate or the mapping of taxes, then send the document again.",
                    name=move.name,
                    there=f"{total:.{digits}f}",
                    here=f"{move.amount_total:.{digits}f}",
                )
            )

    def _follow_remaining(self, kind, move, remaining: Decimal):
        """Bring what is open here to what is open there."""
        open_here = abs(move.amount_residual)
        digits = move.currency_id.decimal_places
        order = float_compare(open_here, float(remaining), digits)
        if order > 0:
            self._clear(kind, move, open_here - float(remaining))
        elif order < 0:
            self._reopen(kind, move, float(remaining) - open_here)

    def _clear(self, kind, move, amount):
        """An entry in the clearing journal that pays ``amount`` of the move."""
        backend = kind.backend_id
        journal, account = (
            backend.netsuite_clearing_journal_id,
            backend.netsuite_clearing_account_id,
        )
        if not journal or not account:
            raise UserError(
                self.env._("Choose the clearing journal and the clearing account in the bridge.")
            )
        receivable = move.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable" and not line.reconciled
        )
        sign = 1 if move.move_type == "out_invoice" else -1
        amount = move.currency_id.round(amount)
        day = move.company_id._cn285_today()
        day = max(day, move.invoice_date)
        balance = move.company_currency_id.round(
            move.currency_id._convert(
                amount, move.company_currency_id, move.company_id, move.invoice_date
            )
        )
        label = self.env._("Paid in NetSuite: %s", move.name)
        lines = [
            (receivable[:1].account_id, -sign, move.commercial_partner_id),
            (account, sign, move.commercial_partner_id),
        ]
        entry = self.env["account.move"]._cn285_create(
            {
                "move_type": "entry",
                "journal_id": journal.id,
                "date": day,
                "ref": label,
                "company_id": move.company_id.id,
                "cn285_netsuite_cleared_id": move.id,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": line_account.id,
                            "partner_id": partner.id,
                            "name": label,
                            "currency_id": move.currency_id.id,
                            "amount_currency": direction * amount,
                            "balance": direction * balance,
                        }
                    )
                    for line_account, direction, partner in lines
                ],
            }
        )
        entry._post(soft=False)
        (
            receivable
            | entry.line_ids.filtered(lambda line: line.account_id == receivable[:1].account_id)
        ).reconcile()

    def _reopen(self, kind, move, amount):
        """Take back what the clearing journal paid, latest first, by ``amount`` in all.

        What more than that is taken back is paid again by a new entry of the difference.
        """
        entries = self.env["account.move"].search(
            [
                ("cn285_netsuite_cleared_id", "=", move.id),
                ("state", "=", "posted"),
                ("reversal_move_ids", "=", False),
                ("reversed_entry_id", "=", False),
            ],
            order="id desc",
        )
        left = amount
        for entry in entries:
            if float_compare(left, 0, move.currency_id.decimal_places) <= 0:
                break
            own = entry.line_ids.filtered(
                lambda line: line.account_id.account_type == "asset_receivable"
            )
            left -= abs(sum(own.mapped("amount_currency")))
            own.remove_move_reconcile()
            entry._reverse_moves(
                [
                    {
                        "date": move.company_id._cn285_today(),
                        "ref": self.env._("Payment taken back in NetSuite: %s", move.name),
                    }
                ],
                cancel=True,
            )
        if entries and float_compare(left, 0, move.currency_id.decimal_places) < 0:
            self._clear(kind, move, -left)


class AccountMove(models.Model):
    _inherit = "account.move"

    cn285_netsuite_cleared_id = fields.Many2one(
        "account.move",
        string="Clears",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The document that this entry closes because NetSuite says it is paid.",
    )

    def _cn285_money_share(self, sign, steps=5):
        """What NetSuite says is paid came in there."""
        if self.cn285_netsuite_cleared_id:
            return Fraction(1)
        return super()._cn285_money_share(sign, steps)
