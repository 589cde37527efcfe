"""The last step of a load: contracts and items reach the state that their rows ask for."""

from collections import defaultdict

from odoo.exceptions import UserError
from odoo.fields import Date

from ..common import LIVE_STATES, STATE_DOOR

# Contracts confirmed together: enough to share queries, few enough to find a bad one soon.
CONFIRM_CHUNK = 250


def apply_states(load):
    """Bring the contracts and items of a load to the states that their rows ask for."""
    ContractStates(load).apply()


def take_back(contracts):
    """Bring contracts that a load made back to drafts, so that they can be deleted.

    :raises UserError: naming one that was billed or credited here
    """
    for contract in contracts:
        # sudo: only whether there are any, for a user without access to invoices.
        if contract.sudo().invoice_ids:
            raise UserError(
                contract.env._("%s was billed here, and cannot be taken back.", contract.name)
            )
    # Who may undo loads ends nothing here: it is as if they had never been.
    contracts = contracts._inside()
    contracts.filtered(lambda one: one.state in LIVE_STATES).action_cancel()
    closed = contracts.filtered(lambda one: one.state == "closed")
    closed._update_state(("closed",), "cancelled")
    closed.item_ids._update_state((*LIVE_STATES, "ended"), "cancelled")
    contracts.filtered(lambda one: one.state == "cancelled").action_draft()


class ContractStates:
    """Confirms, activates, closes and cancels what a load brought in.

    Contracts of which a row was refused stay drafts.
    """

    def __init__(self, load):
        self.load = load
        self.env = load.env
        self.held = 0

    def apply(self):
        self._begin()
        self._confirm()
        self._activate()
        self._close()
        self._cancel()
        if self.held:
            sentence = self.env._(
                "%s contracts are on billing hold: they would be billed for more than two months "
                "back. Say until when their items were billed elsewhere (billed_until), or release "
                "them."
            )
            self.load.report.tallies[sentence] += self.held

    def _contracts(self, wanted, state):
        """``(entry, contract)`` of the loaded contracts in a state that their rows want changed."""
        entries = self.load.loaded["contracts"]
        waiting = self.load.waiting["cn285.contract"]
        ids = [
            contract_id
            for contract_id, entry in entries.items()
            if entry.cells.get("state") in wanted and contract_id not in waiting
        ]
        contracts = self.env["cn285.contract"].browse(ids)
        return [(entries[c.id], c) for c in contracts if c.state in state]

    def _begin(self):
        """Tell drafts what their rows say of the life that they had elsewhere."""
        entries = self.load.loaded["contracts"]
        contracts = self.env["cn285.contract"].browse(entries)
        pairs = [(entries[one.id], one) for one in contracts if one.state == "draft"]
        for start in range(0, len(pairs), CONFIRM_CHUNK):
            chunk = pairs[start : start + CONFIRM_CHUNK]
            done = {pair for pair, _result in self.load.in_bulk(chunk, self._begin_chunk)}
            refused = {contract.id for entry, contract in chunk if (entry, contract) not in done}
            self.load.waiting["cn285.contract"] |= refused

    def _begin_chunk(self, pairs):
        loader = self.env["cn285.import.loader"]
        for entry, contract in pairs:
            vals = loader._contract_begins(contract, entry.cells)
            vals |= self._end_of_closed(contract, entry.cells)
            vals = {name: value for name, value in vals.items() if contract[name] != value}
            if vals:
                contract._write_inside(vals)
        return pairs

    def _end_of_closed(self, contract, cells):
        """A contract that is closed already has its last day before it is planned at all."""
        day = cells.get("closed_on")
        if cells.get("state") != "closed" or not day:
            return {}
        return {"date_end": min(filter(None, (day, contract.date_end)))}

    def _confirm(self):
        pairs = self._contracts(("active", "closed"), ("draft",))
        for start in range(0, len(pairs), CONFIRM_CHUNK):
            chunk = pairs[start : start + CONFIRM_CHUNK]
            self.load.in_bulk(chunk, self._confirm_chunk)
            self.env.flush_all()
            self.env.invalidate_all()
            self.load.advance("confirm", len(chunk))

    def _confirm_chunk(self, pairs):
        contracts = self.env["cn285.contract"].browse([contract.id for _entry, contract in pairs])
        # They run elsewhere already: nothing is asked of their customers before.
        contracts.with_context(cn285_begun=STATE_DOOR).action_confirm()
        self.env["cn285.import.loader"]._contracts_begun(pairs)
        self._hold_unasked(pairs)
        return pairs

    def _hold_unasked(self, pairs):
        """Hold back what would be billed for years that are past, unless somebody asked for it.

        That is said by ``bill_past`` of its row, or for the load by ``cn285_bill_past`` in its
        context.
        """
        if self.env.context.get("cn285_bill_past"):
            return
        contracts = self.env["cn285.contract"].union(
            *(contract for entry, contract in pairs if entry.cells.get("bill_past") is not True)
        )
        reasons = contracts._billed_back_unasked()
        contracts._hold_billing(
            {one: why for one, why in reasons.items() if not one.billing_hold_reason}
        )
        self.held += len(reasons)

    def _activate(self):
        """Start the items that wait for being activated, on the day that their row gives."""
        entries = self.load.loaded["items"]
        by_day = defaultdict(list)
        for item_id, entry in entries.items():
            day = entry.cells.get("activated_on")
            if day:
                by_day[day].append(item_id)
        for day, ids in sorted(by_day.items()):
            items = self.env["cn285.contract.item"].browse(ids)
            pairs = [
                (entries[item.id], item)
                for item in items
                if item.state == "draft" and item.contract_id.state == "active"
            ]
            self.load.in_bulk(pairs, lambda some, day=day: self._activate_items(some, day))

    def _activate_items(self, pairs, day):
        items = self.env["cn285.contract.item"].browse([item.id for _entry, item in pairs])
        items.action_activate(Date.to_string(day))
        return pairs

    def _close(self):
        for entry, contract in self._contracts(("closed",), ("active",)):
            day = entry.cells.get("closed_on") or contract.date_end or None
            self.load.in_bulk(
                [(entry, contract)], lambda some, day=day: self._close_contract(some, day)
            )

    def _close_contract(self, pairs, day):
        for _entry, contract in pairs:
            contract.action_close(day and Date.to_string(day))
        return pairs

    def _cancel(self):
        pairs = self._contracts(("cancelled",), ("draft", "active"))
        self.load.in_bulk(pairs, self._cancel_contracts)

    def _cancel_contracts(self, pairs):
        for _entry, contract in pairs:
            contract.action_cancel()
        return pairs
