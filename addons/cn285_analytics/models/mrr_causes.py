"""Why an item's recurring revenue changed: from the contract changes that brought it about."""

from collections import defaultdict

from odoo import models

# Of contract changes by type; what is not named is said by the day itself.
CAUSE_OF_CHANGE = {
    "add_item": "cross_sell",
    "auto_renewal": "end",
    "billing_period": "price",
    "contract_end": "end",
    "cross_sell": "cross_sell",
    "downsell": "product",
    "end_item": "end",
    "holder": "transfer",
    "price": "price",
    "pricelist": "pricelist",
    "quantity": "quantity",
    "renew": "indexation",
    "terminate": "termination",
    "transfer_item": "transfer",
    "upsell": "product",
    "withdraw": "withdrawal",
}
# Which of these may be the cause of what, as the engine tells it.
FITTING = {
    "start": {"cross_sell"},
    "terms": {"indexation", "price", "pricelist", "quantity"},
    "pricelist": {"indexation", "pricelist"},
    "end": {"end", "product", "termination", "transfer", "withdrawal"},
    "withdrawal": {"withdrawal"},
}
# Of changes that are in force, or will be.
COUNTED = ("scheduled", "applied")


class MrrCauses:
    """The contract changes of some items, looked up once for all of them."""

    def __init__(self, items):
        self._changes = defaultdict(list)
        changes = items.env["cn285.contract.change"].search(
            [("contract_id", "in", items.contract_id.ids), ("state", "in", COUNTED)]
        )
        for change in changes:
            self._changes[change.contract_id].append((change._first_day(), change))
        self._heirs = {}
        for heir in items.search([("predecessor_id", "in", items.ids)]):
            self._heirs.setdefault(heir.predecessor_id, heir)

    def of(self, item, day, said):
        """``(cause, change)`` of what the engine says of an item and a day."""
        other = self._handed_over(item, said)
        change = self._change_on(item, day, said)
        if other:
            return other, change
        if change:
            return CAUSE_OF_CHANGE[change.type], change
        if said in ("pause", "resume"):
            return self._pause(item, day, said)
        if said == "terms" and (brought := item._version_on(day).change_id):
            return CAUSE_OF_CHANGE.get(brought.type, said), brought
        return said, change

    def withdrawn_on(self, item):
        """The first day after a withdrawal from what was served until then, if it is known."""
        days = [
            day
            for day, change in self._changes[item.contract_id]
            if change.type == "withdraw" and change.item_id in (item, item.browse())
        ]
        return min(days, default=None)

    def _handed_over(self, item, said):
        """``transfer`` or ``product`` where another item comes before or after this one."""
        if said == "start":
            other = item.predecessor_id
        else:
            other = self._heirs.get(item) if said == "end" else None
        if not other:
            return None
        customers = (item | other).contract_id.partner_id.commercial_partner_id
        return "transfer" if len(customers) > 1 else "product"

    def _change_on(self, item, day, said):
        fitting = FITTING.get(said, ())
        found = item.env["cn285.contract.change"]
        for first_day, change in self._changes[item.contract_id]:
            if first_day != day or CAUSE_OF_CHANGE.get(change.type) not in fitting:
                continue
            if change.result_item_id == item or change.item_id == item:
                return change
            if not change.item_id and not change.result_item_id:
                found = change
        return found

    def _pause(self, item, day, said):
        """A suspension is told apart; the change is that of the pause."""
        spans = [(pause, pause.unowed_from, pause._span()[1]) for pause in item.pause_ids]
        edge = 1 if said == "pause" else 2
        for span in spans:
            if span[edge] == day:
                pause = span[0]
                is_debt = said == "pause" and pause.kind == "suspension"
                return "debt" if is_debt else said, pause.change_id
        return said, item.env["cn285.contract.change"]


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"

    def _mrr_causes(self):
        """Why the recurring revenue of these items changes on a day. Hook."""
        return MrrCauses(self)
