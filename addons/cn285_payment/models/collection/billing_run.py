from odoo import models


class BillingRun(models.Model):
    """Invoices of a run are collected after they were posted."""

    _inherit = "cn285.billing.run"

    def _send_invoices(self, moves):
        """Also order the collection of what was billed; the job begins once this is committed."""
        result = super()._send_invoices(moves)
        collection = self.env["cn285.collection"]
        wanted = moves.filtered(lambda move: move.state == "posted")
        collection._delay_collect(collection._to_collect(wanted), "run")
        return result
