from odoo import fields, models


class MrrMonth(models.Model):
    """A customer's month: opening, what moved, closing; and what follows from it in any grouping.

    What is asked by month and cohort alone is read from their sums, see ``cn285.mrr.month.sum``.
    """

    _name = "cn285.mrr.month"
    _description = "Recurring Revenue by Customer and Month"
    _inherit = ["cn285.guarded", "cn285.summed.table", "cn285.mrr.roll"]
    _is_history = True
    _log_access = False
    _order = "month desc, id desc"
    _rec_name = "customer_id"
    _sums = "cn285.mrr.month.sum"

    customer_id = fields.Many2one("res.partner", required=True, readonly=True, ondelete="restrict")
    country_id = fields.Many2one(related="customer_id.country_id")

    # The customer first: by it his months are made anew.
    _once = models.Constraint(
        "unique(customer_id, company_id, month)", "This month of the customer is there already."
    )
    _company_idx = models.Index("(company_id, month)")
    # Of most customers nothing moves in a month.
    _moved_idx = models.Index(
        "(company_id, month) "
        "WHERE contraction != 0 OR churn != 0 OR expansion != 0 OR logos_lost != 0"
    )

    def init(self):
        result = super().init()
        self.env[self._sums]._keep_sums()
        return result

    def action_view_movements(self):
        """Open the movements of the customer in the month."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cn285_analytics.action_mrr_movement"
        )
        action["domain"] = [
            ("customer_id", "=", self.customer_id.id),
            ("company_id", "=", self.company_id.id),
            ("date", ">=", self.month),
            ("date", "<", fields.Date.add(self.month, months=1)),
        ]
        action["context"] = {}
        return action
