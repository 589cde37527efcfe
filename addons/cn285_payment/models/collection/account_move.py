from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from .payment_attempt import OPEN_STATES

# A customer who began to pay on a page is given this long before we charge him ourselves.
ONLINE_MINUTES = 30


class AccountMove(models.Model):
    """Which invoices are collected, and what follows when they are paid."""

    _inherit = "account.move"

    cn285_attempt_ids = fields.One2many(
        "cn285.payment.attempt", "move_id", string="Payment Attempts", readonly=True
    )

    def _cn285_collectable(self):
        """Those of these invoices that may be charged now, whatever their due date and mode.

        Posted and open invoices of contracts for which nothing is under way: no attempt of ours, no
        payment by the customer himself, and nothing that holds them back, such as a dispute.
        """
        wanted = self.filtered(
            lambda move: (
                move.state == "posted"
                and move.move_type == "out_invoice"
                and move.payment_state in ("not_paid", "partial")
                and move.currency_id.compare_amounts(move.amount_residual, 0) > 0
                and move.cn285_contract_ids
            )
        )
        wanted -= wanted._cn285_being_paid()
        for held_back in self._cn285_holds():
            wanted -= held_back(wanted)
        return wanted

    @api.model
    def _cn285_holds(self):
        """What keeps invoices from being collected, in order.

        :returns: functions of a recordset of invoices, that return those that are held back
        """
        return [self._cn285_held_by_dispute, self._cn285_held_by_promise]

    def _cn285_being_paid(self):
        """Those for which a payment is under way: an attempt, or the customer's own."""
        # sudo: attempts and transactions of whomever; only that there are some is told.
        attempts = self.env["cn285.payment.attempt"].sudo()
        under_way = Domain("state", "in", OPEN_STATES)
        under_way |= Domain([("state", "=", "done"), ("payment_id", "=", False)])
        busy = attempts.search(Domain("move_id", "in", self.ids) & under_way).move_id
        recent = fields.Datetime.now() - timedelta(minutes=ONLINE_MINUTES)
        own = Domain("state", "in", ("pending", "authorized"))
        own |= Domain(
            [
                ("state", "=", "done"),
                ("payment_id", "=", False),
                ("operation", "not in", ("refund", "validation")),
            ]
        )
        own |= Domain(
            [
                ("state", "=", "draft"),
                ("operation", "=like", "online%"),
                ("create_date", ">", recent),
            ]
        )
        # sudo: see above.
        transactions = self.env["payment.transaction"].sudo()
        paying = transactions.search(Domain("invoice_ids", "in", self.ids) & own)
        return self & (busy | paying.invoice_ids).with_env(self.env)

    def _cn285_paid(self):
        """Called once for invoices that were paid wholly or in part, by whatever way, in a batch.

        In the transaction that books the payment: what it does is quick, or ordered as a job.
        """
        for step in self._cn285_paid_steps():
            step(self)

    @api.model
    def _cn285_paid_steps(self):
        """What follows a payment, in order: functions of a recordset of invoices."""
        return [self.env["cn285.dunning.case"]._paid]


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    @api.model
    def _reconcile_plan_with_sync(self, plan_list, all_amls):
        """Odoo's; then invoices of contracts that owe less by now are known as paid."""
        documents = all_amls.move_id.filtered(
            lambda move: move.move_type == "out_invoice" and move.cn285_contract_ids
        )
        owed = {move: move.amount_residual for move in documents}
        result = super()._reconcile_plan_with_sync(plan_list, all_amls)
        paid = documents.filtered(
            lambda move: move.currency_id.compare_amounts(move.amount_residual, owed[move]) < 0
        )
        if paid:
            paid._cn285_paid()
        return result
