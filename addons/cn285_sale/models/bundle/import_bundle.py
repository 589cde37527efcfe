"""Which bundle an imported item is a part of: the column ``bundle`` of ``items``."""

from odoo import api, models
from odoo.addons.cn285_import.models.kinds import columns_of


class ImportLoader(models.AbstractModel):
    _inherit = "cn285.import.loader"

    @api.model
    def _columns(self, kind):
        more = columns_of(bundle="cn285_bundle_line_id") if kind.name == "items" else {}
        return super()._columns(kind) | more
