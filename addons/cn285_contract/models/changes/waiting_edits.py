from odoo import api, models

from .direct_edit_maps import ITEM_FIXED, ITEM_MAP


class ContractItem(models.Model):
    """Edits of items that wait for their start on a contract that runs."""

    _inherit = "cn285.contract.item"

    def _waiting_edited(self, vals):
        """Items that wait for their start on a running contract and that a user gives other terms.

        They are no drafts of his: they were agreed as they are.
        """
        terms = (ITEM_MAP | ITEM_FIXED) & vals.keys()
        if self._edits_freely() or not terms:
            return self.browse()
        return self.filtered(
            lambda item: (
                item.state == "draft"
                and item.contract_id._is_traced()
                and any(item._differs(name, vals[name]) for name in terms)
            )
        )

    def _check_waiting_edit(self):
        """Refuse terms of items that wait for their start with which they would need approval.

        :raises UserError: as for a new item of these terms
        """
        changes = self.env["cn285.contract.change"]
        names = changes._change_types()["add_item"].values.keys() & self._fields.keys()
        for item in self:
            vals = item._convert_to_write({name: item[name] for name in names})
            if item.price_source == "pricelist":
                vals.pop("price_unit", None)
            changes._only_asked(
                {
                    "contract_id": item.contract_id.id,
                    "type": "add_item",
                    "date_effective": max(item._edit_day(), item.contract_id.date_start),
                    "values": {name: value for name, value in vals.items() if value},
                }
            )


class ContractChange(models.Model):
    """Approvals that are asked for though no change is made."""

    _inherit = "cn285.contract.change"

    @api.model
    def _only_asked(self, vals):
        """Refuse what would need approval as a change, where no change is made of it.

        :raises UserError: with the reason
        """
        change = self.create(vals)
        change._refuse_to_wait()
        change.sudo().unlink()  # sudo: it was only looked at
