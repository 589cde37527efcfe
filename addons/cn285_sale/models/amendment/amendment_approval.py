"""Quotations that change contracts are approved before they are sent, where changes would be."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

APPROVERS = "cn285_contract.group_billing_manager"
ACTIVITY = "cn285_contract.mail_activity_approval"


class SaleOrder(models.Model):
    _inherit = "sale.order"

    cn285_approval = fields.Selection(
        [("asked", "Asked"), ("approved", "Approved"), ("rejected", "Rejected")],
        string="Approval",
        readonly=True,
        copy=False,
        tracking=True,
        help="Of changes that need one by the rules of the contract's template.",
    )
    cn285_asked_by = fields.Many2one(
        "res.users", string="Approval Asked By", readonly=True, copy=False
    )
    cn285_approved_by = fields.Many2one("res.users", string="Decided By", readonly=True, copy=False)
    cn285_approved_hash = fields.Char(
        string="What Was Approved", readonly=True, copy=False, help="Fingerprint of what it offers."
    )

    def _cn285_is_approved(self):
        """Whether somebody has approved what this quotation offers now."""
        self.ensure_one()
        # sudo: whether it was approved is for whoever may have it accepted.
        order = self.sudo()
        return order.cn285_approval == "approved" and (
            order.cn285_approved_hash == order._content_hash()
        )

    def _cn285_unapproved(self, played):
        """Why it cannot be sent, where an approval is missing; else None.

        :param played: see :meth:`_cn285_play`
        """
        self.ensure_one()
        if not played or not played["approvals"] or self._cn285_is_approved():
            return None
        return self.env._(
            "%(quote)s needs an approval before it is sent: %(reasons)s",
            quote=self.name,
            reasons=" ".join(played["approvals"]),
        )

    def action_cn285_ask_approval(self):
        """Ask billing managers to approve what the quotation changes.

        :raises UserError: where nothing of it needs an approval
        """
        self.ensure_one()
        self.check_access("write")
        if not self._cn285_amends() or self.state not in ("draft", "sent"):
            raise UserError(self.env._("%s has nothing to be approved.", self.name))
        reason = self._cn285_unapproved(self._cn285_play())
        if not reason:
            raise UserError(self.env._("Nothing of %s needs an approval.", self.name))
        order = self.sudo()  # sudo: only the program writes it, and activities of others
        order.write({"cn285_approval": "asked", "cn285_asked_by": self.env.uid})
        order.activity_unlink([ACTIVITY])
        approvers = self._cn285_approvers()
        for user in approvers:
            order.activity_schedule(ACTIVITY, note=reason, user_id=user.id)
        if not approvers:
            order.message_post(
                body=self.env._(
                    "There is no other billing manager in %s who could approve it.",
                    self.company_id.name,
                )
            )
        return True

    def _cn285_approvers(self):
        """Users who may approve it: managers who may read it, whoever asked left out."""
        self.ensure_one()
        # sudo: who has the right to decide is found out for whoever asks.
        users = self.env.ref(APPROVERS).sudo().all_user_ids - self.env.user
        return users.filtered(
            lambda user: (
                user.active
                and not user._is_superuser()
                and self.company_id in user.company_ids
                and self.with_user(user).has_access("read")
            )
        )

    def action_cn285_approve(self):
        """Let quotations be sent that wait for approval.

        :raises AccessError: for users who are not billing managers
        :raises UserError: for those who asked, or sell it, themselves
        """
        return self._cn285_decide("approved", self.env._("Approved"))

    def action_cn285_reject(self):
        """Refuse quotations that wait for approval."""
        return self._cn285_decide("rejected", self.env._("Rejected"))

    def _cn285_decide(self, decision, feedback):
        self.check_access("read")
        if not self.env.user.has_group(APPROVERS):
            raise AccessError(self.env._("Only a billing manager approves contract changes."))
        for order in self:
            if order.cn285_approval != "asked":
                raise UserError(self.env._("%s does not wait for an approval.", order.name))
            if self.env.user in (order.cn285_asked_by | order.user_id):
                raise UserError(
                    self.env._(
                        "%s is your own: another billing manager has to approve it.", order.name
                    )
                )
            kept = order.sudo()  # sudo: only the program writes it; the manager's right was checked
            kept.write(
                {
                    "cn285_approval": decision,
                    "cn285_approved_by": self.env.uid,
                    "cn285_approved_hash": kept._content_hash(),
                }
            )
            kept.activity_feedback([ACTIVITY], feedback=feedback)
        return True


class ResUsers(models.Model):
    """Who asked for an approval, or gave it, stays known."""

    _inherit = "res.users"

    @api.model
    def _cn285_authorships(self):
        own = [("sale.order", "cn285_asked_by"), ("sale.order", "cn285_approved_by")]
        return [*super()._cn285_authorships(), *own]
