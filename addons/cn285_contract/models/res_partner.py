from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    cn285_contract_ids = fields.One2many("cn285.contract", "partner_id", string="Contracts")
    cn285_contract_count = fields.Integer(
        compute="_compute_cn285_contract_count", groups="cn285_contract.group_contract_user_own"
    )

    def _compute_cn285_contract_count(self):
        groups = self.env["cn285.contract"]._read_group(
            ["|", ("partner_id", "child_of", self.ids), ("reseller_id", "child_of", self.ids)],
            ["partner_id", "reseller_id"],
            ["id:recordset"],
        )
        for partner in self:
            family = self.browse(partner._cn285_family_ids())
            contracts = self.env["cn285.contract"]
            for customer, reseller, found in groups:
                if customer in family or reseller in family:
                    contracts |= found
            partner.cn285_contract_count = len(contracts)

    def _cn285_family_ids(self):
        self.ensure_one()
        return self.with_context(active_test=False).search([("id", "child_of", self.ids)]).ids

    def action_view_cn285_contracts(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("cn285_contract.action_contract")
        action["domain"] = [
            "|",
            ("partner_id", "child_of", self.id),
            ("reseller_id", "child_of", self.id),
        ]
        action["context"] = {"default_partner_id": self.id}
        return action
