from odoo import api, fields, models


class ContractItem(models.Model):
    """What screens need of items: a name that tells alike ones apart, and lines not saved yet."""

    _inherit = "cn285.contract.item"

    filled_from_id = fields.Many2one(
        "cn285.contract.template.item",
        store=False,
        help="On a screen: the template's item that filled in a line which is not saved yet.",
    )

    @api.model
    def _with_template_terms(self, vals):
        """Values of a line that a template filled in, with what the screen could not carry.

        A screen hands back the fields that it knows; calculators, for one, it does not.
        """
        if "filled_from_id" not in vals:
            return vals
        vals = dict(vals)
        source = self.env["cn285.contract.template.item"].browse(vals.pop("filled_from_id") or [])
        if not source:
            return vals
        contract = self.env["cn285.contract"].browse(vals.get("contract_id") or [])
        terms = source._prepare_contract_item_vals(contract.date_start)
        del terms["filled_from_id"]
        return terms | vals

    @api.depends("name", "code", "beneficiary_id.name", "contract_id.name")
    @api.depends_context("in_contract", "hide_contract")
    def _compute_display_name(self):
        """By contract and text; alike items are told apart by service number or beneficiary."""
        alone = self.env.context.get("in_contract") or self.env.context.get("hide_contract")
        for item in self:
            # sudo: the name of who uses it, told to whoever reads the item.
            mark = item.code or item.sudo().beneficiary_id.name
            known = not mark or mark in (item.name or "")
            text = item.name or "" if known else f"{item.name or ''} ({mark})"
            item.display_name = text if alone else f"{item.contract_id.name or ''} · {text}"
