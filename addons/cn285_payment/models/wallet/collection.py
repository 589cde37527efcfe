from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    def _cn285_draw_open(self, day=None):
        """Pay what is open of these invoices from wallets; what nobody holds credit for, stays.

        :returns: the invoices that were paid by it, wholly or in part
        """
        # sudo: credit of a payer pays his invoices, whoever collects.
        moves = self.sudo().filtered(
            lambda move: (
                move.state == "posted"
                and move.move_type == "out_invoice"
                and move.currency_id.compare_amounts(move.amount_residual, 0) > 0
            )
        )
        wallets = moves._cn285_own_wallets() if moves else moves.env["cn285.wallet"]
        wallets = wallets.filtered(lambda one: one.active and one.balance > 0)
        if not wallets:
            return self.browse()
        wallets._lock()
        owed = {move: move.amount_residual for move in moves}
        moves._cn285_draw_paid(wallets, day)
        paid = moves.filtered(lambda move: move.amount_residual < owed[move])
        return paid.with_env(self.env)
