from odoo import api, fields, models


class UsagePool(models.Model):
    """What the members of a pool have left of its units in the running period."""

    _inherit = "cn285.usage.pool"

    running_start = fields.Date(
        string="Running Period", compute="_compute_left", help="First day of the running period."
    )
    included_now = fields.Float(
        string="Included",
        digits=(16, 6),
        compute="_compute_left",
        help="Units of all members and of the pool in the running period, with those carried on.",
    )
    left_now = fields.Float(
        string="Left",
        digits=(16, 6),
        compute="_compute_left",
        help="What is left of them, by the usage that has come in so far.",
    )

    @api.depends_context("uid")
    def _compute_left(self):
        """By the engine that rates, for all these pools together; nothing is stored."""
        self.update({"running_start": False, "included_now": 0.0, "left_now": 0.0})
        # sudo: members use the units together, whoever may see each of them.
        members = self.sudo().calculator_ids
        estimates, _failed = members.item_id.contract_id._usage_estimates()
        for one in estimates:
            pool = self.browse(one.calculator.sudo().pool_id.id)
            if not one.pooled or one.is_late or pool not in self:
                continue
            start = one.row.item_id._full_period(one.row.period_start)[0]
            if not pool.running_start or start > pool.running_start:
                pool.running_start = start
                pool.included_now, pool.left_now = float(one.included), float(one.left)
