from odoo import api, models
from odoo.tools import SQL


class PartnerMerge(models.TransientModel):  # pylint: disable=no-wizard-in-models
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Months of items have no foreign key that Odoo would follow."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE cn285_mrr_item_month SET customer_id = %s WHERE customer_id = ANY(%s)",
                dst_partner.id,
                src_partners.ids,
            )
        )
        # sudo: only what is cached of the months is forgotten.
        self.env["cn285.mrr.item.month"].sudo().invalidate_model(["customer_id"], flush=False)
        return super()._update_foreign_keys(src_partners, dst_partner)

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
