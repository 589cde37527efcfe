from odoo import api, fields, models
from odoo.addons.cn285_payment.engine.prepayment import is_over
from odoo.addons.cn285_payment.models.prepayment.initiation import PAID
from odoo.addons.cn285_payment.models.prepayment.prepayment import WAITING
from odoo.exceptions import UserError
from odoo.tools import format_date

# The mails of prepayments, and what takes their place where a change is paid.
MAILS = {
    "cn285_payment.mail_template_prepayment": "cn285_sale_means.mail_template_change_to_pay",
    "cn285_payment.mail_template_prepayment_refused": (
        "cn285_sale_means.mail_template_change_refused"
    ),
    "cn285_payment.mail_template_prepayment_done": "cn285_sale_means.mail_template_change_paid",
}


class Prepayment(models.Model):
    """What a customer's own change waits for: the payment of what it comes to at once.

    It goes the way of other prepayments, step by step, each committed: booked, the change made, its
    invoice paid by it. Paid once, the change is made once.
    """

    _inherit = "cn285.prepayment"

    change_id = fields.Many2one(
        "cn285.contract.change",
        string="Customer's Change",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        help="What the customer changes himself, once it is paid.",
    )

    @api.model
    def _start_of_change(self, change):
        """What a change waits for from now on; the one that waits already is used again.

        Another one of the contract that waits unpaid gives way: customers change their minds.

        :raises UserError: where another one is being paid
        """
        # sudo: the program's own record, of what a checked customer asks for.
        prepayments, contract = self.sudo(), change.contract_id.sudo()
        waiting = prepayments.search(
            [("contract_id", "=", contract.id), ("state", "in", WAITING)], limit=1
        )
        if waiting and waiting.change_id == change.sudo():
            return waiting
        if waiting and contract._customer_payment_under_way():
            raise UserError(
                self.env._(
                    "%s: another change is being paid. Wait until it is made.", contract.name
                )
            )
        waiting.change_id._customer_unpaid()
        waiting.flush_recordset()  # one waits at a time, in the database too
        prepayment = prepayments.create(
            {
                **prepayments._prepare_prepayment(contract),
                "kind": PAID,
                "change_id": change.id,
            }
        )
        prepayment._refresh_amount()
        return prepayment

    def _change_given_up(self):
        """The change was given up: nothing is asked for, and what was paid is not lost."""
        self.ensure_one()
        if self.state == "open" and not self._booked_payments():
            self._inside().write({"state": "cancelled"})
        elif self.state == "paid":
            self._give_up(self.env._("%s was given up.", self.change_id.display_name))

    # === WHAT IS ASKED === #

    def _previews(self):
        if not self.change_id:
            return super()._previews()
        return self.change_id._customer_due_previews()

    def _next_invoice(self):
        """Of a change none is told: the contract's next one hangs on whether it is paid."""
        return None if self.change_id else super()._next_invoice()

    def _obstacle(self):
        """Of a change, in its customer's words."""
        if not self.change_id:
            return super()._obstacle()
        self.ensure_one()
        today = self.company_id._cn285_today()
        if self.state == "done":
            return self.env._("This change is made: nothing is to be paid here.")
        if self.state in ("expired", "cancelled") or (
            self.state == "open" and is_over(self.expiry, today)
        ):
            return self.env._("This link is not valid any more. Ask us for a new one.")
        if self.state in ("pending", "paid") or self._busy_transactions():
            return self.env._("Your payment is on its way: please do not pay again.")
        if self.state != "open" or self.change_id.state != "draft":
            return self.env._("This change was given up: do not pay for it.")
        return None

    @api.model
    def _asked_of(self, user):
        """Also changes; nothing of who may only look."""
        if user._is_public() or not user._cn285_may_buy():
            return self.browse()
        # sudo: found by the visitor's own company alone.
        found = self.sudo().search(
            [
                ("state", "=", "open"),
                ("change_id.state", "=", "draft"),
                ("partner_id", "child_of", user.partner_id.commercial_partner_id.id),
            ]
        )
        found = super()._asked_of(user) | found.filtered(lambda one: not one._obstacle())
        # What a subsidiary is asked for is told to its own people.
        return found.filtered(lambda one: one._is_of(user))

    def _keeps_means(self):
        """Of a change only where the contract has none by which it is collected."""
        keeps = super()._keeps_means()
        return keeps and not (self.change_id and self.contract_id._payment_token())

    def _give_means(self):
        """Who pays a change by another card pays the contract by the one he had."""
        if self.change_id and self.contract_id._payment_token():
            return None
        return super()._give_means()

    # === STEPS === #

    def _step_confirm(self):
        """Of a change: it is made, where it can be."""
        change = self.change_id
        if not change:
            return super()._step_confirm()
        if change.state in ("cancelled", "rejected"):
            self._give_up(self.env._("%s was given up before.", change.display_name))
            return False
        if change.state == "draft":
            self._check_enough()
            self._give_means()
            change._customer_take()
        return True

    def _step_bill(self):
        """Of a change: what it has brought is invoiced, and paid by what was paid."""
        change = self.change_id
        if not change:
            return super()._step_bill()
        rows = change._customer_rows() if change.state == "applied" else ()
        if rows and self.currency_id.compare_amounts(sum(rows.mapped("amount")), 0.0) > 0:
            rows.env["cn285.billing.run"]._bill_ahead(rows)
        self.invalidate_recordset()
        self._reconcile()
        return True

    def _first_invoices(self):
        if not self.change_id:
            return super()._first_invoices()
        return self.change_id._customer_invoices().filtered(
            lambda move: move.state == "posted" and move.move_type == "out_invoice"
        )

    def _held_moves(self, moves):
        """Of what a change brings its own invoices alone: the contract's others go on."""
        changes = self.filtered("change_id")
        own = changes.change_id._customer_invoices()
        return super(Prepayment, self - changes)._held_moves(moves) | (moves & own)

    # === WHAT IS TOLD === #

    def _told_at_the_end(self):
        if not self.change_id:
            return super()._told_at_the_end()
        text = self.env._(
            "%(name)s: %(paid)s was paid on %(day)s for %(change)s.",
            name=self.name,
            paid=self.currency_id.format(self.amount_paid),
            day=format_date(self.env, self.date_agreed or self.date),
            change=self.change_id.display_name,
        )
        if self.currency_id.compare_amounts(self.credit_left, 0) > 0:
            text += " " + self.env._(
                "%s more than was due stays as a credit of the payer.",
                self.currency_id.format(self.credit_left),
            )
        return text

    def _words_of_problem(self, record):
        if not self.change_id:
            return super()._words_of_problem(record)
        return record.env._("A change was paid, and could not be made: see the prepayment")

    def _mail(self, template):
        return super()._mail(MAILS.get(template, template) if self.change_id else template)

    # === OVER === #

    def _expire(self):
        """A change that was not paid in time is not made."""
        result = super()._expire()
        if self.state == "expired":
            self.change_id._customer_unpaid()
        return result

    def action_withdraw(self):
        """Of a change that waits for it: nothing changes."""
        result = super().action_withdraw()
        # sudo: who may was checked above.
        self.sudo().change_id._customer_unpaid()
        return result

    def _use_again(self):
        """What was paid makes its change after all."""
        result = super()._use_again()
        change = self.change_id
        if change.state in ("cancelled", "rejected"):
            change.action_draft()
        return result
