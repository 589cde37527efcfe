"""Won, declined, lost: what a quotation's end is for its opportunity."""

from odoo import fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    cn285_lost_reason_id = fields.Many2one(
        "crm.lost.reason",
        string="Declined Because",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
        help="What the customer chose when declining.",
    )

    def _cn285_declined(self, words, reason=None):
        """The customer declines on his page: cancelled, and told to whoever sells.

        :param words: what he wrote
        :param reason: a ``crm.lost.reason``, or none
        """
        self.ensure_one()
        # sudo: a customer may decline what he may accept.
        order = self.sudo()
        order._cn285_cancel_signatures()
        order._action_cancel()
        order.write({"cn285_lost_reason_id": reason.id if reason else False})
        order.opportunity_id._cn285_told_of_decline(order, words)

    def _cn285_may_decline(self):
        """Whether the page offers to decline: what can still be accepted, in whichever way."""
        self.ensure_one()
        return (
            bool(self.cn285_kind)
            and self.state in ("draft", "sent")
            and not self.is_expired
            and not self.cn285_superseded_by_id
        )

    def _cn285_lost_reasons(self):
        """Reasons that the page offers to choose from: those that are meant for customers."""
        # sudo: their names are what customers choose from.
        return self.env["crm.lost.reason"].sudo().search([("cn285_offered", "=", True)])


class LostReason(models.Model):
    _inherit = "crm.lost.reason"

    cn285_offered = fields.Boolean(
        string="Offered to Customers",
        help="Customers who decline a quotation on its page choose among these reasons.",
    )


class ResCompany(models.Model):
    _inherit = "res.company"

    cn285_quote_wins = fields.Boolean(
        string="Accepted Quotations Win",
        default=True,
        help="An opportunity is won when a quotation of it is accepted.",
    )


class ResConfigSettings(models.TransientModel):  # pylint: disable=no-wizard-in-models
    _inherit = "res.config.settings"

    cn285_quote_wins = fields.Boolean(related="company_id.cn285_quote_wins", readonly=False)
