from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bounds import PRICE, UNITS


class ContractChangeWizard(models.TransientModel):
    """The dialog of a change of usage terms: it starts from the figures that are in force."""

    _inherit = "cn285.contract.change.wizard"

    calculator_id = fields.Many2one("cn285.usage.calculator", domain="[('item_id', '=', item_id)]")
    usage_tier_ids = fields.One2many(
        "cn285.contract.change.wizard.tier", "wizard_id", string="Tiers"
    )
    allowance_units = fields.Float(string="Included Units", digits=(16, 6))
    minimum_amount = fields.Float(string="Minimum of a Period", digits=(16, 6))
    maximum_amount = fields.Float(string="Maximum of a Period", digits=(16, 6))
    reads_tiers = fields.Boolean(compute="_compute_reads")
    reads_allowance = fields.Boolean(compute="_compute_reads")

    @api.model
    def _bounds(self):
        prices = dict.fromkeys(("minimum_amount", "maximum_amount"), PRICE)
        return {**super()._bounds(), **prices, "allowance_units": UNITS}

    @api.depends("calculator_id", "type")
    def _compute_reads(self):
        for wizard in self:
            figures = (wizard.type == "usage_terms" and wizard.calculator_id.read_figures) or ()
            wizard.reads_tiers = "tier_ids" in figures
            wizard.reads_allowance = "allowance_units" in figures

    @api.onchange("calculator_id")
    def _onchange_calculator_id(self):
        if self.type == "usage_terms":
            self.update(self.calculator_id._dialog_values())
            self.preview_html = False

    def _values(self):
        """Of usage terms only what differs from those in force is changed."""
        values = super()._values()
        if self.type != "usage_terms":
            return values
        calculator = self.calculator_id
        for name in ("price_unit", "allowance_units", "minimum_amount", "maximum_amount"):
            if values.get(name) is None or values[name] == calculator[name]:
                values.pop(name, None)
        tiers = [
            {"up_to": tier.up_to or None, "price_unit": tier.price_unit, "flat": tier.flat}
            for tier in self.usage_tier_ids
        ]
        known = [
            {"up_to": tier.up_to or None, "price_unit": tier.price_unit, "flat": tier.flat}
            for tier in calculator.tier_ids
        ]
        if self.reads_tiers and tiers != known:
            values["tiers"] = tiers
        return values


class ContractChangeWizardTier(models.TransientModel):
    _name = "cn285.contract.change.wizard.tier"
    _inherit = ["cn285.bounded"]
    _description = "Tier of a Changed Calculator"

    wizard_id = fields.Many2one("cn285.contract.change.wizard", required=True, ondelete="cascade")
    up_to = fields.Float(digits=(16, 6), help="Last unit of the tier. 0: no bound.")
    price_unit = fields.Float(string="Unit Price", digits=(16, 10))
    flat = fields.Float(string="Flat Fee", digits=(16, 6))

    @api.model
    def _bounds(self):
        return {**super()._bounds(), "up_to": UNITS, "price_unit": PRICE, "flat": PRICE}
