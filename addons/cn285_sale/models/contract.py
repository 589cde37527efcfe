from odoo import fields, models
from odoo.exceptions import UserError


class Contract(models.Model):
    """A contract that was sold by a quotation."""

    _inherit = "cn285.contract"

    order_id = fields.Many2one(
        "sale.order",
        string="Quotation",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
        help="The quotation that was accepted.",
    )

    _order_uniq = models.UniqueIndex(
        "(order_id) WHERE order_id IS NOT NULL", "This quotation has become a contract already."
    )

    def action_confirm(self):
        """What is being signed with its quotation is confirmed by the acceptance, not by hand."""
        for contract in self:
            order = contract.sudo().order_id  # sudo: only whether it was accepted
            if order and order.state != "sale":
                raise UserError(
                    self.env._(
                        "Contract %(contract)s is confirmed when quotation %(quote)s is accepted.",
                        contract=contract.name,
                        quote=order.name,
                    )
                )
        result = super().action_confirm()
        # sudo: what was agreed with the contract is planned with it, whoever confirms.
        for order in self.sudo().order_id.filtered("cn285_step_ids"):
            order._cn285_plan_steps()
        return result
