from odoo.tools import LazyTranslate

from ...common import LIVE_STATES
from ..change_value import Value
from .base import ChangeType

_lt = LazyTranslate(__name__)


class TransferItem(ChangeType):
    """The item ends here the day before and goes on there: credited here, charged there."""

    name = "transfer_item"
    label = _lt("Transfer of an Item")
    group = "parties"
    on = "item"
    values = {"to_contract_id": Value("record", required=True, model="cn285.contract")}
    for_customers = True
    reaches_others = True

    def check(self, change):
        """To a running contract of the company, in the same currency."""
        change._check_in_service()
        change._check_goes_on()
        target = change._parsed()["to_contract_id"]
        day, reason = change._first_day(), None
        if target == change.contract_id:
            reason = change.env._("the item is on this contract already.")
        elif target.company_id != change.company_id or target.currency_id != change.currency_id:
            reason = change.env._("contract %s has another company or currency.", target.name)
        elif target.state not in LIVE_STATES:
            reason = change.env._("contract %s is not running.", target.name)
        elif not self._serves(change, target, day):
            reason = change.env._("contract %s does not run on that day.", target.name)
        if reason:
            raise change._refusal(reason)
        change._check_not_required(change.item_id)
        change._check_new_product(change.item_id.product_id, contract=target)
        if target.partner_id.commercial_partner_id != change.partner_id.commercial_partner_id:
            change._check_item_limit(target.partner_id)

    def obsolete_reason(self, change):
        """It has gone there before."""
        reason = super().obsolete_reason(change)
        if reason or change._parsed()["to_contract_id"] != change.contract_id:
            return reason
        return change.env._("the item is on this contract already.")

    def _serves(self, change, contract, day):
        end = change._contract_end(contract)
        return day >= contract.date_start and not (end and day > end)

    def reached(self, change):
        target = (change.values or {}).get("to_contract_id")
        contracts = change.contract_id.browse(target if isinstance(target, int) else None)
        return contracts.exists().filtered(lambda one: one.company_id == change.company_id)

    def apply(self, changes):
        for change in changes:
            # sudo: see apply() of ChangeType
            target = change._parsed()["to_contract_id"].sudo()
            successor = change.item_id._succeed(change, {"contract_id": target.id})
            change._write_inside({"result_item_id": successor.id, "result_contract_id": target.id})
        changes._settle_successions()
