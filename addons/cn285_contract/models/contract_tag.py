from random import randint

from odoo import fields, models


class ContractTag(models.Model):
    _name = "cn285.contract.tag"
    _description = "Contract Tag"
    _inherit = ["cn285.guarded"]
    _order = "name"

    name = fields.Char(required=True, translate=True)
    color = fields.Integer(default=lambda self: randint(1, 11))
    active = fields.Boolean(default=True)

    _name_uniq = models.Constraint("unique(name)", "A contract tag with this name already exists.")
