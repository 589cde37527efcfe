from itertools import chain

from odoo import models
from odoo.exceptions import UserError

from ..common import LIVE_STATES, STATE_DOOR, as_day


class ContractChange(models.Model):
    """The states of a change, and what is checked on the way."""

    _inherit = "cn285.contract.change"

    # === STATES === #

    def _update_state(self, allowed, target, **values):
        """The one door between states: changes in ``allowed`` go to ``target``.

        :raises UserError: naming the first change that is in another state; none is moved then
        """
        labels = dict(self._fields["state"]._description_selection(self.env))
        for change in self:
            if change.state not in allowed:
                raise UserError(
                    self.env._(
                        "%(change)s is “%(state)s” and cannot become “%(target)s”.",
                        change=change.display_name,
                        state=labels[change.state],
                        target=labels[target],
                    )
                )
        self._write_inside({"state": target, **values})

    def action_schedule(self):
        """Check drafts and plan them; those that need it wait for approval, due ones take effect.

        :raises ValidationError: what cannot be done, and where
        """
        for change in self:
            if change.state != "draft":
                change._update_state(("draft",), "scheduled")
            change._note_requester()
            change._check()
            needed = change._approval_reason()
            if needed:
                change._update_state(("draft",), "to_approve")
                change._ask_approval(needed)
            else:
                change._to_schedule(("draft",))
        self._apply_if_due()
        return True

    def _to_schedule(self, allowed):
        by_type = self.grouped("type").values()
        for changes in by_type:
            changes._type().before_schedule(changes)
        for company, changes in self.grouped("company_id").items():
            today = company._cn285_today()
            changes._update_state(allowed, "scheduled", date_scheduled=today, error=False)
        self._announce(True)
        for changes in by_type:
            changes._type().after_schedule(changes)

    def action_cancel(self):
        """Give up changes that have not taken effect."""
        scheduled = self.filtered(lambda change: change.state == "scheduled")
        self._update_state(("draft", "to_approve", "scheduled"), "cancelled")
        scheduled._announce(False)
        self._close_approval()
        return True

    def action_draft(self):
        """Take cancelled changes up again."""
        self._update_state(("cancelled", "rejected"), "draft", error=False, approved_by=False)
        return True

    def action_reschedule(self, date_effective):
        """Move changes that have not taken effect to another day.

        :param date_effective: date, or ISO text
        """
        day = as_day(self.env, date_effective)
        if not day:
            raise UserError(self.env._("Say to which day the change is moved."))
        for change in self:
            if change.state not in ("draft", "to_approve", "scheduled"):
                raise UserError(self.env._("%s cannot be moved any more.", change.display_name))
            scheduled = change.filtered(lambda change: change.state == "scheduled")
            scheduled._announce(False)
            change._write_inside({"date_effective": day, "error": False, "awaiting_told": False})
            if change.state != "draft":
                change._check()
            scheduled._moved()
        self.filtered(lambda change: change.state == "scheduled")._apply_if_due()
        return True

    def _moved(self):
        """Scheduled changes have another day by now: what needs approval then waits for it."""
        for changes in self.grouped("type").values():
            changes._type().before_schedule(changes)
        for change in self:
            needed = None if change._may_decide() else change._approval_reason()
            if needed:
                change._update_state(("scheduled",), "to_approve", approved_by=False)
                change._ask_approval(needed)
            else:
                change._announce(True)

    # === CHECKS === #

    def _check(self):
        """Refuse what cannot be done: bad values, a contract that is over, rules not kept."""
        self.ensure_one()
        self._check_contract_runs()
        self._parsed()
        self._check_item_runs()
        self._check_not_twice()
        self._check_rules()
        self._type().check(self)
        self._check_not_void()

    def _check_contract_runs(self):
        reason = self._contract_over_reason()
        if reason and self._type().needs_running(self):
            raise self._refusal(reason)

    def _check_item_runs(self):
        reason = self._item_over_reason()
        if reason and self._type().needs_running(self):
            raise self._refusal(reason)

    def _contract_over_reason(self):
        """That the contract does not run, in words; None if it does."""
        contract = self.contract_id
        if contract.state in LIVE_STATES:
            return None
        states = dict(contract._fields["state"]._description_selection(self.env))
        return self.env._(
            "the contract is “%s”; only a running contract changes.", states[contract.state]
        )

    def _item_over_reason(self):
        """That the item is given up, in words; None if it is not, or none is concerned."""
        item = self.item_id
        if not item or item.state in ("draft", *LIVE_STATES, "ended"):
            return None
        states = dict(item._fields["state"]._description_selection(self.env))
        return self.env._(
            "item “%(item)s” is “%(state)s”.", item=item.name, state=states[item.state]
        )

    def _over_reason(self):
        """Why what this change is about is over for good, in words; None if it is not."""
        self.ensure_one()
        if self.contract_id.state == "draft":
            return None
        return self._contract_over_reason() or self._item_over_reason()

    # === TWICE === #

    def _check_not_twice(self):
        """Refuse what is planned already, and an end that is planned to come before."""
        kind = self._type()
        if kind.repeatable:
            return
        # A request that awaits approval keeps no customer from what is his right.
        states = ("scheduled",) if kind.is_statutory(self) else ("to_approve", "scheduled")
        for other in self.contract_id.change_ids - self:
            alike = (other.type, other.item_id) == (self.type, self.item_id)
            if not alike or other.state not in states:
                continue
            same = other._what() == self._what()
            before = other.state == "scheduled" and other.date_effective <= self.date_effective
            if same or (kind.is_last and before):
                raise self._refusal(
                    self.env._("%s is planned already; cancel it first.", other.display_name)
                )

    def _what(self):
        """What tells changes of a type and item apart: their day, and what is given."""
        self.ensure_one()
        values = {k: v for k, v in (self.values or {}).items() if v is not None}
        return self.date_effective, values

    def _has_twin(self):
        """Whether a change of the same type has taken effect on the same item or contract."""
        self.ensure_one()
        # Not their union: each set is read for all changes of a batch at once.
        others = chain(self.contract_id.change_ids, self.item_id.predecessor_id.change_ids)
        return any(
            other != self
            and other.type == self.type
            and other.state == "applied"
            and (not self.item_id or self.item_id in (other.item_id, other.result_item_id))
            for other in others
        )

    def _give_up_obsolete(self):
        """Cancel those that have nothing left to do as it was done before, and say why.

        :returns: those that were cancelled
        """
        obsolete = self.browse()
        for change in self:
            reason = change._has_twin() and change._type().obsolete_reason(change)
            if not reason:
                continue
            obsolete |= change
            note = self.env._(
                "%(change)s is cancelled, as nothing is left of it to do: %(reason)s",
                change=change.display_name,
                reason=reason,
            )
            change.message_post(body=note)
            change.contract_id.message_post(body=note)
        if obsolete:
            obsolete.with_context(cn285_no_replan=STATE_DOOR).action_cancel()
            obsolete._write_inside({"error": False})
        return obsolete
