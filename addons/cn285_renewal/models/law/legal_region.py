from odoo import fields, models


class LegalRegion(models.Model):
    """A part of a country that has holidays of its own, such as Alsace-Moselle."""

    _name = "cn285.legal.region"
    _description = "Region with Holidays of its Own"
    _inherit = ["cn285.guarded"]
    _order = "law_id, name"

    law_id = fields.Many2one("cn285.law", required=True, ondelete="cascade", index=True)
    name = fields.Char(required=True, translate=True)
