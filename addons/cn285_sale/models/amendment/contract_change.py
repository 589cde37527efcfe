from odoo import fields, models
from odoo.addons.cn285_sign.models.contract import SIGNED


class ContractChange(models.Model):
    """A change that was agreed by a quotation."""

    _inherit = "cn285.contract.change"

    origin = fields.Selection(
        selection_add=[("quote", "Quotation")], ondelete={"quote": "set default"}
    )
    order_id = fields.Many2one(
        "sale.order",
        string="Quotation",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The quotation by whose acceptance it was agreed.",
    )
    order_part = fields.Char(
        readonly=True, copy=False, help="Which difference of the quotation it is, as data."
    )

    _order_part_uniq = models.UniqueIndex(
        "(order_id, order_part) WHERE order_id IS NOT NULL",
        "What this quotation changes is planned already.",
    )

    def _approval_reason(self):
        """None where the quotation was approved before it was sent."""
        if self.order_id and self.order_id._cn285_is_approved():
            return None
        return super()._approval_reason()

    def _sign_rule(self):
        """The quotation was accepted, and signed where it had to be: its changes are not again."""
        rule = super()._sign_rule()
        return rule.browse() if self.order_id else rule

    def _delay_amendments(self):
        """Of a quotation that was signed no other paper is made."""
        signed = self.filtered(
            lambda one: (
                one.order_id and "signed" in one.order_id._cn285_signatures().mapped("state")
            )
        )
        return super(ContractChange, self - signed)._delay_amendments()

    def _cn285_schedule_agreed(self):
        """Schedule changes that a quotation agreed, one after another; due ones take effect.

        :raises UserError: what cannot be done, or awaits an approval that nobody gave
        """
        for change in self:
            change.with_context(cn285_signed=SIGNED).action_schedule()
            if change.state == "to_approve":
                raise change._refusal(
                    self.env._("it needs an approval that was not asked before it was accepted.")
                )
