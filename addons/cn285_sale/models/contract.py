from odoo import api, fields, models
from odoo.exceptions import UserError

# What staff may change of a contract that is still offered: it says nothing to the customer.
STAFFS_OWN = frozenset({"user_id", "tag_ids", "message_follower_ids", "activity_ids"})


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

    def _refuse_offered(self, vals):
        """Refuse to write by hand what a quotation offers; what is staff's own is written."""
        if not STAFFS_OWN.issuperset(vals):
            self._refuse_of_open_quote()

    def _refuse_of_open_quote(self):
        """Refuse to change by hand what a quotation offers and its customer signs.

        :raises UserError: naming the quotation
        """
        if self._is_inside():
            return
        for contract in self:
            order = contract.sudo().order_id  # sudo: only whether it was accepted
            if order and contract.state == "draft" and order.state in ("draft", "sent"):
                raise UserError(
                    self.env._(
                        "Contract %(contract)s is what quotation %(quote)s offers: make a new "
                        "version of the quotation to change it.",
                        contract=contract.name,
                        quote=order.name,
                    )
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


class ContractItem(models.Model):
    """Items of what a quotation still offers are the quotation's."""

    _inherit = "cn285.contract.item"

    @api.model_create_multi
    def create(self, vals_list):
        items = super().create(vals_list)
        items.contract_id._refuse_of_open_quote()
        return items

    def write(self, vals):
        self.contract_id._refuse_of_open_quote()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_no_offered(self):
        self.contract_id._refuse_of_open_quote()
