from odoo import api, fields, models

# What a journey notes by day as it happens: it is found nowhere afterwards.
NOTED_KINDS = ("mail", "failed")


class TimeTravelLine(models.Model):
    _name = "cn285.time.travel.line"
    _description = "Time Travel: What Happened"
    _inherit = ["cn285.guarded"]
    _is_history = True
    _order = "date, kind, id"

    travel_id = fields.Many2one(
        "cn285.time.travel", required=True, ondelete="cascade", index=True, readonly=True
    )
    currency_id = fields.Many2one(related="travel_id.currency_id")
    company_id = fields.Many2one(related="travel_id.company_id", store=True)
    date = fields.Date(readonly=True)
    kind = fields.Selection(selection="_selection_kind", required=True, readonly=True)
    reason = fields.Char(readonly=True, help="Why a scheduled action or a job failed.")
    count = fields.Integer(readonly=True)
    amount = fields.Monetary(string="Amount Excl. Tax", readonly=True)

    @api.model
    def _selection_kind(self):
        """What addons count (see ``cn285.diary``), and what a journey notes."""
        counted = self.env["cn285.diary"]._kinds()
        return [
            *((name, kind.label) for name, kind in counted.items()),
            ("mail", self.env._("E-Mails Held Back")),
            ("failed", self.env._("Scheduled Actions That Failed")),
        ]
