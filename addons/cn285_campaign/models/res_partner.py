from odoo import api, fields, models

STAFF = "cn285_contract.group_contract_user_own,cn285_contract.group_contract_reader"


class ResPartner(models.Model):
    """What a customer has said about marketing, and what he was told and offered."""

    _inherit = "res.partner"

    cn285_marketing = fields.Selection(
        [("yes", "Agreed"), ("no", "Refused")],
        string="Marketing",
        copy=False,
        groups=STAFF,
        help="What the customer has said to marketing. Empty: nobody has asked. What a company has "
        "said holds for its addresses too, and a no of either counts.",
    )
    cn285_marketing_on = fields.Date(
        string="Said On", readonly=True, copy=False, groups=STAFF, help="When that was said."
    )
    cn285_communication_count = fields.Integer(
        compute="_compute_cn285_communication_count", groups=STAFF
    )

    def _compute_cn285_communication_count(self):
        for partner in self:
            partner.cn285_communication_count = self.env["cn285.communication"].search_count(
                [("partner_id", "child_of", partner.ids)]
            )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._with_marketing_day(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._with_marketing_day(vals))

    @api.model
    def _with_marketing_day(self, vals):
        """An answer to marketing with its day, which nobody writes by hand."""
        vals = {name: value for name, value in vals.items() if name != "cn285_marketing_on"}
        if "cn285_marketing" in vals:
            day = self.env.company._cn285_today() if vals["cn285_marketing"] else False
            vals["cn285_marketing_on"] = day
        return vals

    def _cn285_marketing_answer(self):
        """What was said for this address: a no of it, or of its company, else either's answer."""
        self.ensure_one()
        answers = {self.cn285_marketing, self.commercial_partner_id.cn285_marketing}
        if "no" in answers:
            return "no"
        return "yes" if "yes" in answers else None

    def _cn285_refuse_marketing(self):
        """The customer says himself that he wants no marketing; noted on his contact."""
        # sudo: the customer's own word, by the key of a message to him.
        for partner in self.sudo():
            if partner.cn285_marketing != "no":
                partner.cn285_marketing = "no"
                partner.message_post(
                    body=partner.env._("The customer wants no marketing, as an e-mail's link says.")
                )

    def action_view_cn285_communications(self):
        """Open what the customer was told, and will be."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cn285_campaign.action_communication"
        )
        return {**action, "domain": [("partner_id", "child_of", self.ids)], "context": {}}
