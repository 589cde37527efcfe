from odoo import api, fields, models, tools


class ResPartner(models.Model):
    _inherit = "res.partner"

    cn285_contract_ids = fields.One2many(
        "cn285.contract", "partner_id", string="Contracts as Customer"
    )
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

    def _cn285_fiscal_key(self):
        """What Odoo's choice of a fiscal position reads of an address: alike addresses share it.

        Modules that make the choice depend on more (``l10n_ar``, ``l10n_br``) make every address
        one of its own.
        """
        self.ensure_one()
        return (
            self.vat,
            self.zip,
            self.state_id.id,
            self.country_id.id,
            self.property_account_position_id.id,
            "vies_valid" in self._fields and self.vies_valid,
            self._cn285_more_is_read() and self.id,
        )

    @api.model
    @tools.ormcache(cache="stable")
    def _cn285_more_is_read(self):
        """Whether a module reads more of an address when a fiscal position is chosen."""
        positions = type(self.env["account.fiscal.position"])
        watched = ("_get_fiscal_position", "_get_fpos_validation_functions")
        return any(sum(name in vars(cls) for cls in positions.mro()) > 1 for name in watched)

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

    def _cn285_is_professional(self):
        """Whether the customer acts professionally, as far as is known: a company, or a VAT number.

        Where another addon keeps what customers are to the law, it says so here.
        """
        self.ensure_one()
        customer = self.commercial_partner_id
        return bool(customer.is_company or customer.vat)
