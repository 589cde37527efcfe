from odoo import api, models


class PartnerMerge(models.TransientModel):
    """Contacts that are merged: of two debtors one stays, who owes what both did."""

    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        # sudo: the merge was allowed; cases follow it, whoever may see them.
        cases = self.env["cn285.dunning.case"].sudo()
        cases._merge_open(src_partners, dst_partner)
        return super()._update_foreign_keys(src_partners, dst_partner)


class DunningCase(models.Model):
    _inherit = "cn285.dunning.case"

    @api.model
    def _merge_open(self, sources, target):
        """Close the cases of contacts that go, where the one that stays has one of its own.

        Until when a payment was promised, and since when services are deactivated, is kept. What
        is owed by all is read by the next look.
        """
        open_cases = self.search(
            [("partner_id", "in", (target | sources).ids), ("state", "!=", "closed")]
        )
        for own in open_cases.grouped(lambda case: (case.company_id, case.currency_id)).values():
            kept = own.filtered(lambda case: case.partner_id == target) or own
            kept, gone = kept[:1], own - kept[:1]
            if not gone:
                continue
            promises = [day for day in own.mapped("promise_date") if day]
            suspended = [day for day in own.mapped("suspended_on") if day]
            kept._write_inside(
                {
                    "promise_date": max(promises, default=False),
                    "suspended_on": min(suspended, default=False),
                }
            )
            gone._note("closed")
            gone._write_inside(
                {
                    "state": "closed",
                    "date_closed": kept.company_id._cn285_today(),
                    "promise_date": False,
                    "suspended_on": False,
                    "next_step_id": False,
                    "next_date": False,
                    "deactivation_date": False,
                    "termination_date": False,
                }
            )
        self.env.flush_all()
