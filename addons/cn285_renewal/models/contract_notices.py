from odoo import fields, models

# What changes which notices a contract needs, and when.
_NOTICE_FIELDS = {
    "term_end",
    "date_end",
    "planned_end",
    "auto_renew",
    "renewal_mode",
    "renewal_max",
    "notice_length",
    "notice_unit",
    "announce",
    "announce_from",
    "announce_until",
    "partner_id",
    "state",
}


class Contract(models.Model):
    """A contract and the notices of its renewals."""

    _inherit = "cn285.contract"

    notice_ids = fields.One2many(
        "cn285.renewal.notice", "contract_id", string="Renewal Notices", readonly=True
    )
    notice_count = fields.Integer(compute="_compute_notice_count")

    def _compute_notice_count(self):
        groups = self.env["cn285.renewal.notice"]._read_group(
            [("contract_id", "in", self.ids)], ["contract_id"], ["__count"]
        )
        counts = {contract.id: count for contract, count in groups}
        for contract in self:
            contract.notice_count = counts.get(contract.id, 0)

    def write(self, vals):
        vals = self._with_hand(vals)
        result = super().write(vals)
        if _NOTICE_FIELDS & vals.keys():
            # sudo: notices follow from the contract, and who may edit it may not write them.
            self.sudo().notice_ids._replan()
        return result

    def action_view_notices(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cn285_renewal.action_renewal_notice"
        )
        action["domain"] = [("contract_id", "=", self.id)]
        action["context"] = {}
        return action
