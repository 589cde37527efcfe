from odoo import models
from odoo.exceptions import UserError

from ..common import LIVE_STATES, as_day


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
        self._check_rules()
        self._type().check(self)

    def _check_contract_runs(self):
        contract = self.contract_id
        if contract.state not in LIVE_STATES and self._type().needs_running(self):
            states = dict(contract._fields["state"]._description_selection(self.env))
            raise self._refusal(
                self.env._(
                    "the contract is “%s”; only a running contract changes.",
                    states[contract.state],
                )
            )

    def _check_item_runs(self):
        item = self.item_id
        over = item and item.state not in ("draft", *LIVE_STATES, "ended")
        if over and self._type().needs_running(self):
            states = dict(item._fields["state"]._description_selection(self.env))
            raise self._refusal(
                self.env._(
                    "item “%(item)s” is “%(state)s”.", item=item.name, state=states[item.state]
                )
            )
