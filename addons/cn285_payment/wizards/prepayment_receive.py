from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bounds import AMOUNT, DAY
from odoo.exceptions import UserError


class PrepaymentReceive(models.TransientModel):
    """Money that was received for a contract that is to start: by transfer, in cash."""

    _name = "cn285.prepayment.receive"
    _inherit = ["cn285.links.read", "cn285.bounded.values"]
    _description = "Payment Received Before a Contract Starts"

    prepayment_id = fields.Many2one("cn285.prepayment", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="prepayment_id.company_id")
    currency_id = fields.Many2one(related="prepayment_id.currency_id")
    amount = fields.Monetary(
        required=True, compute="_compute_amount", store=True, readonly=False, precompute=True
    )
    journal_id = fields.Many2one(
        "account.journal",
        required=True,
        domain="[('type', 'in', ('bank', 'cash', 'credit')), ('company_id', '=', company_id)]",
        compute="_compute_journal_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    date = fields.Date(
        string="Received On", required=True, default=lambda self: self.env.company._cn285_today()
    )
    memo = fields.Char()

    @api.model
    def _bounds(self):
        return {**super()._bounds(), "amount": AMOUNT, "date": DAY}

    @api.depends("prepayment_id")
    def _compute_amount(self):
        for one in self:
            one.amount = one.prepayment_id.amount

    @api.depends("prepayment_id")
    def _compute_journal_id(self):
        for one in self:
            one.journal_id = self.env["account.journal"].search(
                [
                    ("type", "in", ("bank", "cash")),
                    ("company_id", "=", one.prepayment_id.company_id.id),
                ],
                limit=1,
            )

    def action_receive(self):
        """Book it, and start the contract by it."""
        self.ensure_one()
        prepayment = self.prepayment_id._checked(("open", "pending", "paid", "expired"))
        if self.currency_id.compare_amounts(self.amount, 0) <= 0:
            raise UserError(self.env._("An amount above zero is needed."))
        journal = self.journal_id
        if journal.company_id != prepayment.company_id or journal.type not in (
            "bank",
            "cash",
            "credit",
        ):
            raise UserError(
                self.env._("Choose a journal of a bank of %s.", prepayment.company_id.name)
            )
        prepayment._receive(journal.sudo(), self.amount, self.date, self.memo)
        return {"type": "ir.actions.act_window_close"}
