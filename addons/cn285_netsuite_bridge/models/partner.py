from odoo import api, fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    cn285_netsuite_currency_id = fields.Many2one(
        "res.currency",
        string="Currency in NetSuite",
        company_dependent=True,
        help="The customer's primary currency there. Empty: the company's currency.",
    )

    @api.model
    def _cn285_bridge_fields(self):
        return super()._cn285_bridge_fields() | {"cn285_netsuite_currency_id"}
