from odoo import api, models


class PartnerMerge(models.TransientModel):
    """Odoo's merge of contacts, where it does not know where contracts name them.

    Foreign keys (customers, resellers, payers, beneficiaries, schedules, notices) Odoo moves by
    itself; external ids and attachments too. What has none is moved here, and by other addons in
    the same method.
    """

    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        self.env.flush_all()
        # sudo: the merge was allowed; contracts follow it, whoever may see them.
        changes = self.env["cn285.contract.change"].sudo()
        changes._move_references("res.partner", src_partners.ids, dst_partner.id)
        result = super()._update_foreign_keys(src_partners, dst_partner)
        self.env.invalidate_all()
        return result
