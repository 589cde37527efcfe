"""Usage that comes to nothing: no invoice of 0.00 for it alone."""

from odoo import api, fields, models

from .usage_batch import BILLED_STATES

# Rows that are billed when something has happened, not with each period.
OCCASIONAL = ("usage_delivery", "usage_threshold", "usage_difference")


class BillingSchedule(models.Model):
    """Rows that usage has triggered, the rests of their periods, and differences.

    With others they are a line of 0.00 on an invoice. Where it would be their invoice alone, they
    are closed: done, explained by their ratings, and history as if they were invoiced. What comes
    later is a difference to them. A period of an item that is billed by period has its invoice,
    whatever it comes to.
    """

    _inherit = "cn285.billing.schedule"

    state = fields.Selection(
        selection_add=[("nothing_to_invoice", "Nothing to Invoice"), ("cancelled",)],
        ondelete={"nothing_to_invoice": "cascade"},
    )

    @api.depends("state")
    def _compute_explanation(self):
        """Say also why there is no invoice."""
        result = super()._compute_explanation()
        for row in self.filtered(lambda row: row.state == "nothing_to_invoice"):
            reason = self.env._("comes to 0.00: no invoice of its own; what changes it is billed")
            row.explanation = f"{row.explanation}\n{reason}" if row.explanation else reason
        return result

    def _is_billed(self):
        return super()._is_billed() or self.state in BILLED_STATES

    def _owes_nothing(self):
        return super()._owes_nothing() or self._is_nothing_used()

    def _is_nothing_used(self):
        return bool(self) and all(row._is_occasional_nothing() for row in self)

    def _is_occasional_nothing(self):
        self.ensure_one()
        occasional = self.kind in OCCASIONAL or (
            self.kind == "usage" and self.item_id.usage_billing in ("threshold", "complete")
        )
        return occasional and self.currency_id.is_zero(self.net)


class BillingRun(models.Model):
    _inherit = "cn285.billing.run"

    def _invoice_groups(self, groups):
        """Close what would make an invoice of nothing, and invoice the rest."""
        nothing = [key for key, rows in groups.items() if rows._is_nothing_used()]
        closed = self.env["cn285.billing.schedule"].union(*(groups[key] for key in nothing))
        if closed:
            closed._write_inside({"state": "nothing_to_invoice", "run_id": self.id})
            self._solve_issues(closed.contract_id)
        owed = {key: rows for key, rows in groups.items() if key not in nothing}
        return super()._invoice_groups(owed) if owed else self.env["account.move"]
