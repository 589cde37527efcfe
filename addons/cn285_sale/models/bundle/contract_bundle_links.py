"""What belongs to a bundle belongs to it in copies too, and where others take its place."""

from odoo import models


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"

    def _succeed(self, change, vals):
        """Also in the bundle: the item, or the bundle, of a new holder's contract."""
        successor = super()._succeed(change, vals)
        successor._cn285_inherit_bundle(self)
        return successor

    def _cn285_inherit_bundle(self, before):
        """Be in the bundle what the item before was.

        Of a contract that goes over, the bundle comes before or after its components.
        """
        self.ensure_one()
        contract, bundle = self.contract_id, before.cn285_bundle_line_id
        if bundle and not self.cn285_bundle_line_id:
            if bundle.contract_id != contract:
                bundle = contract.item_ids.filtered(lambda item: item.predecessor_id == bundle)[:1]
            self._past_edits().cn285_bundle_line_id = bundle
        if before.cn285_component_ids and contract != before.contract_id:
            there = contract.item_ids.filtered(
                lambda item: item.predecessor_id in before.cn285_component_ids
            )
            there._past_edits().write({"cn285_bundle_line_id": self.id})


class Contract(models.Model):
    _inherit = "cn285.contract"

    def copy(self, default=None):
        """The copies' components are parts of the copies' bundles."""
        copies = super().copy(default)
        for contract, new in zip(self, copies, strict=True):
            # They were copied in the order of the contract.
            items, made = contract.item_ids, new.item_ids.sorted("id")
            if len(items) != len(made) or not items.cn285_bundle_line_id:
                continue
            twins = dict(zip(items, made, strict=True))
            for item, twin in twins.items():
                if item.cn285_bundle_line_id in twins:
                    twin.cn285_bundle_line_id = twins[item.cn285_bundle_line_id]
        return copies
