from odoo import fields, models
from odoo.addons.cn285_contract.models.bounds import AMOUNT, PERCENT
from odoo.addons.cn285_contract.models.common import as_decimal

from ...engine.penalties import agreed_rates, reference_rates


class LegalRate(models.Model):
    _inherit = "cn285.legal.rate"

    creditor = fields.Selection(
        selection_add=[("reference", "Reference: European Central Bank")],
        ondelete={"reference": "cascade"},
    )


class Law(models.Model):
    """What is owed where a professional pays late."""

    _inherit = "cn285.law"

    late_margin = fields.Float(
        string="Penalties: Points on Top",
        digits=(16, 4),
        default=8.0,
        tracking=True,
        help="Percentage points on top of the reference rate, between professionals.",
    )
    late_margin_public = fields.Float(
        string="Penalties of Public Bodies: Points on Top",
        digits=(16, 4),
        default=8.0,
        tracking=True,
    )
    late_floor = fields.Float(
        string="Terms Not Below (times the legal interest)",
        digits=(16, 4),
        tracking=True,
        help="0: terms may say any rate.",
    )
    late_indemnity = fields.Float(
        string="Indemnity for Recovery Costs (EUR)",
        digits=(16, 2),
        default=40.0,
        tracking=True,
        help="For each late invoice of a professional.",
    )

    def _bounds(self):
        rates = dict.fromkeys(("late_margin", "late_margin_public", "late_floor"), PERCENT)
        return {**super()._bounds(), **rates, "late_indemnity": AMOUNT}

    def _penalty_rates(self, basis, percent=0.0):
        """Yearly rates of penalties between professionals, for the engine.

        :param basis: ``law``, ``public`` or ``terms``, as of a policy
        :param percent: the rate of the terms
        """
        if basis == "terms":
            legal = self.rate_ids._engine_rates("other")
            return agreed_rates(as_decimal(percent), legal, as_decimal(self.late_floor))
        margin = self.late_margin_public if basis == "public" else self.late_margin
        return reference_rates(self.rate_ids._engine_rates("reference"), as_decimal(margin))
