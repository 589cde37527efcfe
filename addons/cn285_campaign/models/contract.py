from datetime import timedelta

from odoo import fields, models

STAFF = "cn285_contract.group_contract_user_own,cn285_contract.group_contract_reader"


class Contract(models.Model):
    """What the customer of a contract is told and offered."""

    _inherit = "cn285.contract"

    communication_ids = fields.One2many(
        "cn285.communication", "contract_id", string="Communications", readonly=True, groups=STAFF
    )
    offer_ids = fields.One2many(
        "cn285.retention.offer", "contract_id", string="Offers", readonly=True, groups=STAFF
    )
    segment_member_ids = fields.One2many(
        "cn285.segment.member", "contract_id", string="Segments", readonly=True, groups=STAFF
    )
    communication_count = fields.Integer(compute="_compute_campaign_counts", groups=STAFF)
    offer_count = fields.Integer(compute="_compute_campaign_counts", groups=STAFF)

    def _compute_campaign_counts(self):
        counts = [
            dict(
                self.env[model]._read_group(
                    [("contract_id", "in", self.ids)], ["contract_id"], ["__count"]
                )
            )
            for model in ("cn285.communication", "cn285.retention.offer")
        ]
        for contract in self:
            contract.communication_count = counts[0].get(contract, 0)
            contract.offer_count = counts[1].get(contract, 0)

    def action_view_communications(self):
        """Open what the customer was told of this contract, and will be."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cn285_campaign.action_communication"
        )
        return {**action, "domain": [("contract_id", "=", self.id)], "context": {}}

    def action_view_offers(self):
        """Open what was offered to the customer of this contract; another one can be made there."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("cn285_campaign.action_offer")
        context = {"default_contract_id": self.id}
        return {**action, "domain": [("contract_id", "=", self.id)], "context": context}

    def _portal_offers(self):
        """Offers that the customer may answer; called with sudo, for his own contract."""
        self.ensure_one()
        today = self.company_id._cn285_today()
        return self.offer_ids.filtered(
            lambda offer: offer.state == "proposed" and offer.date_expiry >= today
        )

    def _portal_notes(self):
        """Notes of plans that stand on the contract's page; called with sudo, as above."""
        self.ensure_one()
        today = self.company_id._cn285_today()
        return self.communication_ids.filtered(
            lambda one: (
                one.channel == "portal"
                and one.state == "done"
                and today < one.done_on + timedelta(days=one.step_id.shown_days)
            )
        )
