from odoo import models


class BillingRun(models.Model):
    """Invoices of a run are collected after they were posted."""

    _inherit = "cn285.billing.run"
