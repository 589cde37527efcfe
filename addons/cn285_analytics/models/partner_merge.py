from odoo import models


class PartnerMerge(models.TransientModel):  # pylint: disable=no-wizard-in-models
    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        """Who was two customers is one: his movements and months are made anew."""
        result = super()._merge(partner_ids, dst_partner, extra_checks)
        partners = self.env["res.partner"].browse(partner_ids) | (
            dst_partner or self.env["res.partner"]
        )
        # sudo: notes for the ledger; nothing of the contracts is shown.
        customers = partners.exists().commercial_partner_id.sudo()
        items = self.env["cn285.contract.item"].sudo()
        self.env["cn285.mrr.touched"]._note(
            items.search([("contract_id.partner_id.commercial_partner_id", "in", customers.ids)])
        )
        return result
