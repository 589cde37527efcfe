from odoo import models


class ImportMapping(models.Model):
    """Saved columns of imports: users write what the form has, and nothing else."""

    _name = "cn285.import.mapping"
    _inherit = ["cn285.import.mapping", "cn285.guarded"]
