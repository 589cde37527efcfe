from datetime import date, timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from .payment_attempt import OPEN_STATES

# A customer who began to pay on a page is given this long before we charge him ourselves.
ONLINE_MINUTES = 30
# In the context of a booking: the day on which its amount was asked for.
ASKED_ON = "cn285_asked_on"


class AccountMove(models.Model):
    """Which invoices are collected, and what follows when they are paid."""

    _inherit = "account.move"

    cn285_attempt_ids = fields.One2many(
        "cn285.payment.attempt", "move_id", string="Payment Attempts", readonly=True
    )
    cn285_not_collected = fields.Char(
        string="Not Collected Because",
        readonly=True,
        copy=False,
        help="What went wrong before anything was charged. It is tried again the next day.",
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
        return [
            self._cn285_held_by_dispute,
            self._cn285_held_by_promise,
            self._cn285_held_by_prepayment,
        ]

    def _cn285_being_paid(self):
        """Those for which a payment is under way: an attempt, or the customer's own."""
        busy = self._cn285_being_paid_by_attempts()
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
        # sudo: transactions of whomever; only that there are some is told.
        transactions = self.env["payment.transaction"].sudo()
        paying = transactions.search(Domain("invoice_ids", "in", self.ids) & own)
        return busy | (self & paying.invoice_ids.with_env(self.env))

    def _cn285_being_paid_by_attempts(self):
        """Those for which an attempt of ours is under way, or is paid and not booked yet."""
        # sudo: attempts of whomever; only that there are some is told.
        attempts = self.env["cn285.payment.attempt"].sudo()
        under_way = Domain("state", "in", OPEN_STATES)
        under_way |= Domain([("state", "=", "done"), ("payment_id", "=", False)])
        busy = attempts.search(Domain("move_id", "in", self.ids) & under_way)
        return self & busy.move_id.with_env(self.env)

    def _cn285_note_not_collected(self, reason):
        """Keep why this invoice could not be collected, and ask who is responsible to look at it.

        He is asked once, as long as the reason stays the same.
        """
        self.ensure_one()
        if self.cn285_not_collected == reason:
            return
        self.cn285_not_collected = reason
        contract = self.cn285_contract_ids[:1]
        if contract:
            contract._ask_responsible(
                self,
                lambda move: move.env._("%s could not be collected", move.name),
                self.company_id._cn285_today(),
                reason,
            )

    # === HOW MUCH, BY WHAT === #

    def _cn285_is_automatic(self):
        """Whether all contracts of this invoice are collected automatically."""
        self.ensure_one()
        contracts = self.cn285_contract_ids
        return bool(contracts) and set(contracts.mapped("collection_mode")) == {"automatic"}

    def _cn285_token(self, tokens):
        """By which means this invoice is charged: that of its contracts.

        They share one when they are billed together; where they differ by now, it is that of the
        payer if one of them has it, else of the first contract.

        :param tokens: ``{contract: payment.token}``
        """
        self.ensure_one()
        found = [tokens[contract] for contract in self.cn285_contract_ids.sorted("id")]
        found = [token for token in found if token]
        if len(set(found)) > 1:
            usual = self.commercial_partner_id.with_company(self.company_id).cn285_payment_token_id
            if usual in found:
                return usual
        return found[0] if found else self.env["payment.token"]

    def _cn285_amount_due(self, day, even_early=False, paid_on=None):
        """What of this invoice is due on a day and open, in its currency: whole installments.

        :param even_early: where nothing is due yet, all that is open
        :param paid_on: the day on which the money comes: a discount for early payment that still
            holds then is taken off; None: it is not asked
        """
        self.ensure_one()
        installments = self.line_ids.filtered(
            lambda line: line.display_type == "payment_term" and not line.reconciled
        )
        due = sum(
            line.amount_residual_currency
            for line in installments
            if not line.date_maturity or line.date_maturity <= day
        )
        due = self.currency_id.round(min(due, self.amount_residual))
        discounted = self._cn285_discounted(paid_on)
        if discounted and (even_early or self.currency_id.compare_amounts(due, 0) > 0):
            return discounted
        if even_early and self.currency_id.compare_amounts(due, 0) <= 0:
            return self.amount_residual
        return due

    def _cn285_discounted(self, day):
        """What pays this invoice wholly on a day on which its early payment discount holds.

        By Odoo's own rule: nothing was paid of it yet, and the day is not after the discount's.

        :param day: date, or None
        :returns: the amount in its currency; None where there is no discount
        """
        self.ensure_one()
        term = self.line_ids.filtered(lambda line: line.display_type == "payment_term")
        if not day or len(term) != 1:
            return None
        if not self._is_eligible_for_early_payment_discount(self.currency_id, day):
            return None
        return self.currency_id.round(term.discount_amount_currency)

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

    def _get_installments_data(
        self, payment_currency=None, payment_date=None, next_payment_date=None
    ):
        """Odoo's; what was charged within a discount is booked with it, whenever it is booked."""
        asked = self.env.context.get(ASKED_ON)
        if not isinstance(asked, date):  # no caller from outside can name a day
            asked = None
        return super()._get_installments_data(
            payment_currency=payment_currency,
            payment_date=payment_date or asked,
            next_payment_date=next_payment_date,
        )

    @api.model
    def _reconcile_plan(self, reconciliation_plan):
        """Odoo's; then invoices of contracts that owe less by now are known as paid.

        After it, not within: while it reconciles, Odoo fills up no document that is made, and a
        note of late fees would be of 0.00.
        """
        lines = self.browse().union(*_lines_of(reconciliation_plan))
        documents = lines.move_id.filtered(
            lambda move: move.move_type == "out_invoice" and move.cn285_contract_ids
        )
        owed = {move: move.amount_residual for move in documents}
        result = super()._reconcile_plan(reconciliation_plan)
        paid = documents.filtered(
            lambda move: move.currency_id.compare_amounts(move.amount_residual, owed[move]) < 0
        )
        if paid:
            # What follows is noted, whoever books the payment without notes.
            paid.with_context(tracking_disable=False, skip_invoice_sync=False)._cn285_paid()
        return result


def _lines_of(plan):
    """The recordsets of lines in a plan of reconciliations, which may be of plans."""
    for item in plan:
        if isinstance(item, models.BaseModel):
            yield item
        else:
            yield from _lines_of(item)
