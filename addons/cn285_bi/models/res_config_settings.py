from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    cn285_bi_summary = fields.Char(
        "Replica for BI", compute="_compute_cn285_bi", groups="base.group_system"
    )
    cn285_bi_warning = fields.Text(
        "Warning on the Replica", compute="_compute_cn285_bi", groups="base.group_system"
    )

    def _compute_cn285_bi(self):
        replica = self.env["cn285.bi.replica"]
        told = replica._watched()
        for settings in self:
            settings.cn285_bi_summary = replica._summary()
            settings.cn285_bi_warning = told["warning"]
