"""What a file of contracts or templates says of their terms."""

from dataclasses import replace

from odoo import api, models
from odoo.addons.cn285_contract.models.importing.portfolio_kinds import columns_of


class PortfolioLoader(models.AbstractModel):
    _inherit = "cn285.portfolio.loader"

    @api.model
    def _kinds(self):
        """Contracts and templates have a column for each rule of the term."""
        kinds = super()._kinds()
        rules = self.env["cn285.term.rules"]._term_rule_fields()
        columns = columns_of(**{name.removesuffix("_id"): name for name in rules})
        for name in ("contracts", "templates"):
            kinds[name] = replace(kinds[name], columns={**kinds[name].columns, **columns})
        return kinds
