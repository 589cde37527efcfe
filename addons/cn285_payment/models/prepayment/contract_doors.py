from odoo import api, models
from odoo.exceptions import UserError

from .prepayment import WAITING

# What a link is about: another payer, company or currency makes it another one.
LINK_FIELDS = frozenset({"partner_id", "reseller_id", "company_id", "currency_id", "initiation"})


class Contract(models.Model):
    """What happens to prepayments where their draft is edited, cancelled or deleted."""

    _inherit = "cn285.contract"

    def _waiting_prepayments(self):
        # sudo: whether a link is out, for whoever edits the draft.
        return self.sudo().prepayment_ids.filtered(lambda one: one.state in WAITING)

    def _links_before(self, vals):
        """What the links of these drafts are about, where an edit may change that."""
        if not LINK_FIELDS & vals.keys():
            return {}
        waiting = self._waiting_prepayments()
        return {one: one._about() for one in waiting if one.contract_id.state == "draft"}

    def _withdraw_links(self, before):
        """Withdraw links that are about something else after an edit.

        :raises UserError: where money is under way, or came
        """
        for prepayment, about in before.items():
            if prepayment._about() == about:
                continue
            if prepayment.state != "open" or prepayment._busy_transactions():
                raise UserError(
                    self.env._(
                        "Contract %s: a payment is under way, or was made, for this payer and in "
                        "this currency. Give it back first, or make another contract.",
                        prepayment.contract_id.name,
                    )
                )
            prepayment._inside().write({"state": "cancelled"})
            prepayment.contract_id.message_post(
                body=self.env._(
                    "%s: its link was withdrawn, as the draft has changed.", prepayment.name
                )
            )

    def action_cancel(self):
        """Also withdraw links; what was paid is to be given back, or kept as credit."""
        result = super().action_cancel()
        for prepayment in self._waiting_prepayments():
            prepayment._contract_cancelled()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_without_payment(self):
        for contract in self:
            # sudo: whether anybody has begun to pay, for whoever deletes the draft.
            if contract.sudo().prepayment_ids.filtered(
                lambda one: one.transaction_ids or one.payment_ids
            ):
                raise UserError(
                    self.env._(
                        "Contract %s: its payer has paid, or begun to. Cancel it instead.",
                        contract.name,
                    )
                )


class Prepayment(models.Model):
    _inherit = "cn285.prepayment"

    def _about(self):
        """What a link is about: who pays what, to whom."""
        contract = self.contract_id
        return (
            contract.payer_id.commercial_partner_id,
            contract.company_id,
            contract.currency_id,
            contract.initiation,
        )

    def _contract_cancelled(self):
        """The draft was cancelled: nothing is asked for, and what was paid is not lost."""
        if self.state == "open" and not self._booked_payments():
            self._inside().write({"state": "cancelled"})
        elif self.state == "paid":
            self._give_up(self.env._("Contract %s was cancelled.", self.contract_id.name))

    def _use_again(self):
        """What was to be given back is used for its contract after all.

        :raises UserError: where the contract is cancelled, or waits for another payment
        """
        contract = self.contract_id
        if contract.state == "cancelled":
            raise UserError(
                self.env._("Contract %s is cancelled: set it to draft first.", contract.name)
            )
        if contract._waiting_prepayments():
            raise UserError(
                self.env._("Contract %s waits for another payment: withdraw it.", contract.name)
            )
        self._inside().write({"state": "paid", "message": False, "is_told": False})

    def _not_needed(self):
        """The contract runs: links are withdrawn, and what was paid pays its invoices."""
        for prepayment in self:
            if prepayment.state == "paid":
                prepayment._advance()
            elif prepayment.state == "open":
                prepayment._inside().write({"state": "cancelled"})
