from odoo import api, models
from odoo.tools import SQL

# In the context: the invoices of a run are drawn once their rows are known.
LATER = "cn285_wallet_later"


class BillingRun(models.Model):
    """Invoices of a run draw wallets as they are made, in the same transaction."""

    _inherit = "cn285.billing.run"

    def _invoice_groups(self, groups):
        # sudo: whose wallet it is, whoever bills.
        partners = self.env["res.partner"].sudo().browse({key.payer_id for key in groups})
        payers = {partner.id: partner.commercial_partner_id.id for partner in partners}
        holders = {(key.company_id, payers[key.payer_id], key.currency_id) for key in groups}
        wallets = self.env["cn285.wallet"]._of_payers(holders)
        held = self.env["cn285.wallet"].sudo().union(*wallets.values())
        held._lock()
        moves = super(BillingRun, self.with_context(**{LATER: True}))._invoice_groups(groups)
        moves = moves.with_env(self.env)
        moves._cn285_settle_wallets(held)
        return moves


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    @api.model
    def _cn285_follow(self, first_by_line):  # pylint: disable=missing-return
        """Lines of wallets bill no row: they name the line that they lower, or that they credit."""
        ours = {line: first for line, first in first_by_line.items() if line.cn285_wallet_lot_id}
        others = {line: first for line, first in first_by_line.items() if line not in ours}
        super()._cn285_follow(others)
        lowering = [(line, first) for line, first in ours.items() if not line.cn285_wallet_back_id]
        back = [(line, line.cn285_wallet_back_id) for line in ours if line.cn285_wallet_back_id]
        for name, pairs in (("cn285_lowered_line_id", lowering), ("cn285_credited_line_id", back)):
            if not pairs:
                continue
            self.env.execute_query(
                SQL(
                    """UPDATE account_move_line line SET %s = made.other_id
                         FROM unnest(%s, %s) AS made (id, other_id) WHERE line.id = made.id
                    RETURNING line.id""",
                    SQL.identifier(name),
                    [line.id for line, _other in pairs],
                    [other.id for _line, other in pairs],
                )
            )
            self.invalidate_model(
                [name, "cn285_lowering_line_ids", "cn285_credit_line_ids"], flush=False
            )


class BillingSchedule(models.Model):
    _inherit = "cn285.billing.schedule"

    @api.model
    def _follow_lines(self, lines, more):
        """Rows say what they were billed: a wallet's line beside is no part of that."""
        more = {line: first for line, first in more.items() if not line.cn285_wallet_lot_id}
        return super()._follow_lines(lines, more)
