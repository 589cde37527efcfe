from odoo import fields, models
from odoo.addons.cn285_contract.models.changes.types import ChangeType
from odoo.addons.cn285_contract.models.common import LIVE_STATES, PLANNED_STATES, STATE_DOOR
from odoo.tools import LazyTranslate, format_date

from ..engine.withdrawal import right_is_lost

_lt = LazyTranslate(__name__)

# States of items from which a customer can withdraw.
_SOLD = ("draft", *LIVE_STATES, "ended")


class Withdraw(ChangeType):
    """A customer withdraws in time, from the contract or from an item that was added to it.

    All that was billed is credited, usage included; but of a contract whose service the customer
    expressly asked for at once, the days until then are owed, that day included.
    """

    name = "withdraw"
    label = _lt("Withdrawal")
    group = "end"
    on = "either"
    whole_first = True
    waits = False
    ends_with_service = False
    for_customers = True
    settles_at_once = True
    on_any_day = True

    def alters_contract(self, change):
        return False

    def needs_running(self, change):
        """What has ended within the period may be withdrawn from as well."""
        return change.contract_id.state != "closed" or change.override

    def check(self, change):
        """Something was sold, and the period is not over; an exception from that wants its reason.

        There is no right any more once the service was fully performed at the customer's request.
        """
        items = change.item_id or change.contract_id.item_ids
        states = ("draft", *LIVE_STATES) if change.override else _SOLD
        if not items.filtered(lambda item: item.state in states):
            raise change._refusal(change.env._("nothing runs from which to withdraw."))
        if change.override:
            return
        deadline = change.contract_id._last_day_to_withdraw(change.item_id)
        if not deadline:
            raise change._refusal(change.env._("the customer has no right of withdrawal."))
        service = change.contract_id._service(change.item_id)
        if right_is_lost(service, self._declared_on(change)):
            raise change._refusal(
                change.env._(
                    "the service was fully performed on %s, as the customer had asked for.",
                    format_date(change.env, service.last_day),
                )
            )
        if self._declared_on(change) > deadline:
            raise change._refusal(
                change.env._(
                    "the withdrawal period ended on %s.", format_date(change.env, deadline)
                )
            )

    def _declared_on(self, change):
        """The day that decides: staff note when the customer declared it, others declare it now.

        What the customer declares now is declared on the day that it is where the customer lives.
        """
        company, contract = change.company_id, change.contract_id
        if change.origin == "staff":
            return change.date_requested or company._cn285_today()
        today = company._cn285_today()
        if change.received_at and change.date_requested:
            # Of the portal, which notes both; nobody else may.
            return change.date_requested
        declared = max(change.date_requested or today, change.date_effective)
        return declared + (contract._today_at_customer() - today)

    def is_statutory(self, change):
        """Within its period a withdrawal is the customer's right, whoever notes it."""
        return not change.override

    def held_from(self, change):
        return change.item_id.date_start or change.contract_id.date_start

    def plans_given_up(self, change):
        """All that is planned of what is withdrawn from."""
        concerned = change.item_id or change.contract_id
        return concerned.change_ids.filtered(
            lambda other: other.state in PLANNED_STATES and other.type != change.type
        )

    def apply(self, changes):
        by_item, over = {}, changes.contract_id.browse()
        for change in changes:
            contract = change.contract_id
            change._write_inside({"received_at": change.received_at or fields.Datetime.now()})
            items = change.item_id or contract.item_ids
            items = items.filtered(lambda item: item.state in _SOLD)
            items._drop_drafts()
            by_item.update(dict.fromkeys(items, change))
            if change._owes_service():
                contract.with_context(cn285_no_replan=STATE_DOOR)._end_on(change.date_effective)
                over |= contract
            else:
                items._update_state(_SOLD, "withdrawn")
        changes.contract_id._follow_withdrawal()
        changes.env["cn285.contract.item"].union(*by_item)._settle(by_item)
        # What was served is billed all the same, as its items' schedule says.
        over._update_state((*LIVE_STATES, "closed"), "withdrawn")
        for change in changes:
            law = change.contract_id._law()
            change._note_refund(law._withdrawal_refund_deadline(change.date_effective))
        changes._confirm_to_customer()


class ContractChange(models.Model):
    """Withdrawal: nothing is owed but what the customer expressly asked to be served."""

    _inherit = "cn285.contract.change"

    def _owes_service(self):
        """Whether the days until the withdrawal are owed: not those of an item added later."""
        contract = self.contract_id
        return (
            not self.item_id
            and contract._service().is_owed
            and self.date_effective >= contract.date_start
        )

    def _consequence(self):
        """What becomes of what was withdrawn from, for the customer: on the page and in letters."""
        self.ensure_one()
        if self.item_id:
            return self.env._(
                "“%s” is no longer part of the contract, and is not billed any more.",
                self.item_id.name,
            )
        if self._owes_service():
            return self.env._(
                "The contract is over. Only what was served until %s, at your request, is billed.",
                format_date(self.env, self.date_effective),
            )
        return self.env._("The contract is over. Nothing more will be billed.")


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"

    def _drop_drafts(self):
        """Take these items off invoices that are drafts yet: nobody ever owes what they say.

        A draft that says nothing else is cancelled; off one that it shares with others go its lines
        alone. What of it is owed after all is planned, and billed, anew.
        """
        # sudo: follows from the withdrawal, whoever may not write invoices, the customer included.
        rows = self.env["cn285.billing.schedule"].sudo()
        rows = rows.search(
            [
                ("item_id", "in", self.ids),
                ("state", "=", "invoiced"),
                ("move_id.state", "=", "draft"),
            ]
        )
        for move, own in rows.grouped("move_id").items():
            if own == move.cn285_schedule_ids:
                move.button_cancel()
                continue
            firsts = own.move_line_id
            move.invoice_line_ids.filtered(
                lambda line, firsts=firsts: line._cn285_of_row() in firsts
            ).unlink()
