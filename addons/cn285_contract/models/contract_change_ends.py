from odoo import api, models
from odoo.tools import format_date

from .change_type import ChangeType


class ContractChange(models.Model):
    """Ends: of an item, of the whole contract."""

    _inherit = "cn285.contract.change"

    @api.model
    def _change_types(self):
        return {
            **super()._change_types(),
            "end_item": ChangeType(on="item", nature="cancellation", end_day=True),
            "terminate": ChangeType(on="contract", nature="cancellation", end_day=True),
        }

    # === END OF AN ITEM === #

    def _check_end_item(self):
        """The item runs on that day, and its contract too."""
        self._check_in_service()

    def _apply_end_item(self):
        """The day becomes the item's last one."""
        for change in self:
            change.item_id.date_end = change.date_effective

    def _announce_end_item(self, scheduled):
        for change in self:
            change.item_id.planned_end = scheduled and change.date_effective

    # === TERMINATION === #

    def _check_terminate(self):
        """The contract has started by then and does not end before."""
        contract, day = self.contract_id, self.date_effective
        if day < contract.date_start:
            raise self._refusal(
                self.env._(
                    "the contract starts only on %s: cancel it instead.",
                    format_date(self.env, contract.date_start),
                )
            )
        if contract.date_end and day > contract.date_end:
            raise self._refusal(
                self.env._("it ends on %s already.", format_date(self.env, contract.date_end))
            )

    def _apply_terminate(self):
        """The day becomes the contract's last one; the contract closes when all is billed."""
        for change in self:
            change.contract_id._end_on(change.date_effective)

    def _announce_terminate(self, scheduled):
        for change in self:
            change.contract_id.planned_end = scheduled and change.date_effective

    # === SHARED === #

    def _check_in_service(self):
        """Refuse a day on which the item has not started, or has ended already."""
        item, day = self.item_id, self.date_effective
        if item.state == "draft" or not item.date_start:
            raise self._refusal(self.env._("item “%s” has not started yet.", item.name))
        if day < item.date_start:
            raise self._refusal(
                self.env._(
                    "item “%(item)s” starts only on %(start)s.",
                    item=item.name,
                    start=format_date(self.env, item.date_start),
                )
            )
        ends = [end for end in (item.date_end, self.contract_id.date_end) if end]
        if ends and day > min(ends):
            raise self._refusal(
                self.env._(
                    "item “%(item)s” ends on %(end)s already.",
                    item=item.name,
                    end=format_date(self.env, min(ends)),
                )
            )
