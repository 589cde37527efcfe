from odoo import api, models
from odoo.addons.cn285_import.models.kinds import columns_of


class ImportLoader(models.AbstractModel):
    _inherit = "cn285.import.loader"

    @api.model
    def _columns(self, kind):
        """Also a column for each rule of the term, in files of contracts and of templates."""
        columns = super()._columns(kind)
        if kind.name in ("contracts", "templates"):
            columns |= columns_of(*self.env[kind.model]._term_rule_fields())
        return columns

    @api.model
    def _named_by(self):
        return {**super()._named_by(), "cn285.price.index": ("code", "name")}
