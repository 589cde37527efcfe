from collections import defaultdict

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...engine.merging import merged
from ...engine.rating import to_data


class PartnerMerge(models.TransientModel):
    """Beneficiaries that are merged: their events, ratings and balances become one's."""

    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        self.env.flush_all()
        # sudo: the merge was allowed; usage follows it, whoever may see it.
        system = self.sudo().env
        system["cn285.usage.event"]._move_beneficiary(src_partners, dst_partner)
        system["cn285.usage.rating"]._merge_beneficiaries(src_partners, dst_partner)
        system["cn285.usage.balance"]._merge_beneficiaries(src_partners, dst_partner)
        return super()._update_foreign_keys(src_partners, dst_partner)


class UsageEvent(models.Model):
    _inherit = "cn285.usage.event"

    @api.model
    def _move_beneficiary(self, old, new):
        """Let events be another beneficiary's: each still counts once, by the key of its source."""
        self.env.cr.execute(
            SQL(
                "UPDATE cn285_usage_event SET beneficiary_id = %s WHERE beneficiary_id = ANY(%s)",
                new.id,
                old.ids,
            )
        )
        self.invalidate_model(flush=False)


class UsageRating(models.Model):
    _inherit = "cn285.usage.rating"

    @api.model
    def _merge_beneficiaries(self, old, new):
        """Make one rating of those of a row and calculator that become the same beneficiary's.

        It says what they said together: nothing is billed again, or credited, for it.
        """
        ratings = self.search([("beneficiary_id", "in", (old | new).ids)], order="id")
        together = defaultdict(self.browse)
        for rating in ratings:
            together[rating.schedule_id, rating.calculator_id] |= rating
        for several in together.values():
            if len(several) > 1:
                several._become_one(new)

    def _become_one(self, beneficiary):
        keep, others = self[0], self[1:]
        rating = merged(one._engine_rating() for one in self)
        values = {
            "beneficiary_id": beneficiary.id,
            "quantity": float(rating.quantity),
            "amount": float(rating.amount),
            "data": to_data(rating),
            "event_count": sum(self.mapped("event_count")),
            "last_seq": max(self.mapped("last_seq")),
            "carried_out": sum(self.mapped("carried_out")),
        }
        others.unlink()
        keep.write(values)
        self.flush_model()


class UsageBalance(models.Model):
    _inherit = "cn285.usage.balance"

    @api.model
    def _merge_beneficiaries(self, old, new):
        """Add up the balances of beneficiaries that become one: each has what both had left."""
        balances = self.search([("beneficiary_id", "in", (old | new).ids)], order="id")
        together = defaultdict(self.browse)
        for balance in balances:
            together[balance.calculator_id, balance.pool_id, balance.period_start] |= balance
        for several in together.values():
            if len(several) > 1:
                units = sum(several.mapped("carried_out"))
                several[1:].unlink()
                several[0].write({"beneficiary_id": new.id, "carried_out": units})
        self.flush_model()


class Partner(models.Model):
    _inherit = "res.partner"

    @api.ondelete(at_uninstall=False)
    def _unlink_only_without_events(self):
        # It reads the table itself: that there are events is true for whoever deletes.
        used = self.env["cn285.usage.event"]._used("beneficiary_id", self.ids)
        if used:
            raise UserError(
                self.env._(
                    "%(partner)s used services: there are usage events of this contact, so it "
                    "cannot be deleted. Archive it instead, or merge it into another contact.",
                    partner=self.browse(used[0]).display_name,
                )
            )
