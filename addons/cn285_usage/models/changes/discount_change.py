"""Discounts of usage that change: from which day, and what was billed by others before."""

from odoo import models
from odoo.addons.cn285_contract.models.common import LIVE_STATES, told_inside
from odoo.addons.cn285_contract.models.contract_item_version import TermsChange

from ...engine.discount import Discounts


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"

    def _date_discount(self, vals):
        """A discount of usage that is edited by hand holds from the day on which it is edited.

        What was used before keeps its discount; an item that has not begun has it from its start.
        Of users such an edit is a contract change (``cn285.traced.edits``), which does the same.

        :returns: the values that are still to be written
        """
        inside = told_inside(self.env, "cn285_versions_written")
        if "discount" not in vals or inside or "billing_type" in vals or not self._edits_freely():
            return vals
        dated = self.filtered(
            lambda item: (
                item.billing_type == "usage"
                and item.state in LIVE_STATES
                and item.discount != vals["discount"]
                and item.billing_start
                and item.billing_start < item.company_id._cn285_today()
            )
        )
        if not dated:
            return vals
        # sudo: versions follow from the items, and who edits these may not write versions.
        items = dated.sudo()
        items._write_versions(
            [
                TermsChange(
                    item,
                    item.company_id._cn285_today(),
                    {"discount": vals["discount"]},
                    item.change_ids.browse(),
                    False,
                    True,
                )
                for item in items
            ]
        )
        return vals

    def _discount_anew(self, day):
        """Have what was billed of days from ``day`` on rated anew, by the discounts of today.

        Discount periods stay those that it was billed with.
        """
        for row in self._rate_anew(day):
            known = row._discounts() or Discounts()
            now = row.item_id._usage_discounts() or Discounts()
            row.usage_discounts = Discounts(now.percents, known.windows).to_data()
