from odoo import api, fields, models
from odoo.fields import Command

from .kinds import CUSTOMER_KINDS, CustomerKind


class TemplatePermission(models.Model):
    """What customers may change of contracts from a template."""

    _name = "cn285.template.permission"
    _description = "Customer's Permission of a Template"
    _inherit = ["cn285.permission.terms"]
    _order = "template_id, sequence, id"

    template_id = fields.Many2one(
        "cn285.contract.template", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="template_id.company_id", store=True)
    _kind_once = models.UniqueIndex(
        "(template_id, kind, COALESCE(product_id, 0))",
        "Each kind of change is listed once, or once for a product.",
    )
    offered_ids = fields.Many2many(
        "cn285.contract.template.item",
        "cn285_template_permission_offer_rel",
        "permission_id",
        "item_id",
    )


class ContractPermission(models.Model):
    """What the customer may change of a contract: taken over from its template."""

    _name = "cn285.contract.permission"
    _description = "Customer's Permission of a Contract"
    _inherit = ["cn285.permission.terms"]
    _order = "contract_id, sequence, id"

    contract_id = fields.Many2one("cn285.contract", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(
        related="contract_id.company_id", store=True, precompute=True, index=True
    )
    _kind_once = models.UniqueIndex(
        "(contract_id, kind, COALESCE(product_id, 0))",
        "Each kind of change is listed once, or once for a product.",
    )
    offered_ids = fields.Many2many(
        "cn285.contract.template.item",
        "cn285_contract_permission_offer_rel",
        "permission_id",
        "item_id",
    )


class ContractTemplate(models.Model):
    _inherit = "cn285.contract.template"

    permission_ids = fields.One2many(
        "cn285.template.permission",
        "template_id",
        string="Customers May Change",
        copy=True,
        help="What customers may change themselves, in the portal. New contracts take it over.",
    )

    def action_hand_over_permissions(self):
        """Let all running contracts of these templates have what the template says by now.

        What was set for one contract alone is replaced.
        """
        self.check_access("write")
        for template in self:
            contracts = template.contract_ids.filtered(
                lambda contract: contract.state not in ("closed", "withdrawn", "cancelled")
            )
            contracts.check_access("write")
            contracts._take_over_permissions(template)
        return True


class Contract(models.Model):
    _inherit = "cn285.contract"

    permission_ids = fields.One2many(
        "cn285.contract.permission",
        "contract_id",
        string="The Customer May Change",
        copy=True,
        help="What the customer may change himself, in the portal.",
    )

    @api.model
    def _customer_kinds(self) -> dict[str, CustomerKind]:
        """All kinds of change that customers ask for themselves, by name, in the page's order.

        Another addon adds its own: ``return super()._customer_kinds() | by_name(X())``.
        """
        return CUSTOMER_KINDS

    def write(self, vals):
        """Write as ever; a draft for which a user chooses another template gets its permissions."""
        self._refuse_offered(vals)
        result = super().write(vals)
        if vals.get("template_id") and "permission_ids" not in vals and not self.env.su:
            drafts = self.filtered(lambda contract: contract.state == "draft")
            drafts._take_over_permissions(drafts.template_id)
        return result

    def _apply_template(self, template, keep=frozenset()):
        """Fill it as ever; with what customers may change, where it has no such list yet."""
        result = super()._apply_template(template, keep)
        if self.ids and not self.sudo().permission_ids:  # sudo: only whether there are any
            self._take_over_permissions(template)
        return result

    def _take_over_permissions(self, template):
        """Copy what the template allows; later edits of the template do not reach the contract."""
        # sudo: what customers may do is the template's to say, whoever makes the contract.
        rows = template.sudo().permission_ids
        if not rows and not self.sudo().permission_ids:
            return
        commands = [Command.create(row._prepare_permission_vals()) for row in rows]
        self.sudo().write({"permission_ids": [Command.clear(), *commands]})
