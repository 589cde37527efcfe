"""Odoo's own records of payments, and which prepayment they are of."""

from odoo import fields, models


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    cn285_prepayment_id = fields.Many2one(
        "cn285.prepayment",
        string="Prepayment",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )

    def _cn285_is_unknown(self):
        """Whether a charge that we asked for may have moved money, and nobody has said so."""
        self.ensure_one()
        if self.state == "draft":
            return True
        return self.state == "error" and self.cn285_outcome == "unknown"

    def _cn285_follow_prepayments(self):
        """Prepayments follow what providers tell of their transactions."""
        for prepayment in self.cn285_prepayment_id:
            prepayment._follow(self)

    def _cn285_settle_prepayments(self):
        """Payments that Odoo booked are those of their prepayments; what they are for goes on."""
        for transaction in self.filtered("cn285_prepayment_id"):
            if transaction.state == "done" and transaction.operation == "refund":
                transaction.cn285_prepayment_id._note_given_back()
            elif transaction.state == "done":
                transaction.cn285_prepayment_id._take_payment(transaction)


class AccountMove(models.Model):
    _inherit = "account.move"

    def _cn285_held_by_prepayment(self, moves):
        """Invoices that what was paid before is about to pay: nothing else pays them meanwhile."""
        # sudo: whether money is there for them, of whomever.
        waiting = (
            self.env["cn285.prepayment"]
            .sudo()
            .search(
                [
                    ("contract_id", "in", moves.cn285_contract_ids.ids),
                    ("state", "in", ("pending", "paid")),
                ]
            )
        )
        return waiting._held_moves(moves)


class AccountPayment(models.Model):
    _inherit = "account.payment"

    cn285_prepayment_id = fields.Many2one(
        "cn285.prepayment",
        string="Prepayment",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
