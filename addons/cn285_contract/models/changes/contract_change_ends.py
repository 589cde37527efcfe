from odoo import api, models
from odoo.tools import format_date

from ..common import LIVE_STATES
from .change_type import ChangeType


class ContractChange(models.Model):
    """Ends: of an item, of the whole contract."""

    _inherit = "cn285.contract.change"

    @api.model
    def _change_types(self):
        return {
            **super()._change_types(),
            "end_item": ChangeType(on="item", nature="cancellation", end_day=True),
            # When a contract may end is the business of its exit rule.
            "terminate": ChangeType(on="contract", end_day=True),
        }

    # === END OF AN ITEM === #

    def _check_end_item(self):
        """The item runs on that day, and its contract too."""
        self._check_in_service()
        self._check_not_required(self.item_id)

    def _apply_end_item(self):
        """The day becomes the item's last one; what was billed beyond is credited.

        An item that ends before its first day is cancelled.
        """
        items = self.item_id
        for change in self:
            item, last_day = change.item_id, change._last_day()
            if last_day < item.date_start:
                item._update_state(LIVE_STATES, "cancelled")
            else:
                item.with_context(cn285_no_replan=True).date_end = last_day
        items._settle({change.item_id: change for change in self})

    def _announce_end_item(self, scheduled):
        for change in self:
            change.item_id.planned_end = change._first_planned_end(scheduled)

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
        """The day becomes the contract's last one; what was billed beyond is credited.

        The contract closes by itself once all is billed.
        """
        for change in self:
            change.contract_id.with_context(cn285_no_replan=True)._end_on(change._last_day())
        changes = {item: change for change in self for item in change.contract_id.item_ids}
        self.contract_id.item_ids._settle(changes)

    def _announce_terminate(self, scheduled):
        for change in self:
            change.contract_id.planned_end = change._first_planned_end(scheduled)

    # === SHARED === #

    def _first_planned_end(self, scheduled):
        """The first of the last days that are planned for what this change ends, or False.

        :param bool scheduled: whether this change is one of those planned
        """
        ends = self.contract_id.change_ids.filtered(
            lambda other: (
                other != self
                and (other.type, other.item_id) == (self.type, self.item_id)
                and other.state == "scheduled"
            )
        )
        ends |= self if scheduled else self.browse()
        return min((end._last_day() for end in ends), default=False)

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
