from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    cn285_payment_token_id = fields.Many2one(
        "payment.token",
        string="Means of Payment",
        company_dependent=True,
        domain="[('partner_id', 'child_of', commercial_partner_id)]",
        help="By what this customer's contracts are paid that have no means of their own.",
    )
