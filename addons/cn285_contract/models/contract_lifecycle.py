from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..engine.states import contract_state
from .common import LIVE_STATES, STATE_DOOR, as_day, is_past_state_door, told_inside


class Contract(models.Model):
    _inherit = "cn285.contract"

    @api.model
    def _check_state_door(self, vals):
        """Refuse a state that is written past :meth:`_update_state`, also by a remote call."""
        if is_past_state_door(self, vals):
            raise UserError(
                self.env._(
                    "The state of a contract changes by its buttons (Confirm, Close, Cancel, "
                    "Set to Draft), not by editing it."
                )
            )

    def _update_state(self, allowed, target, **values):
        """The one door between states: contracts in ``allowed`` go to ``target``.

        :param tuple allowed: states from which the move is possible
        :param str target: state to reach
        :param values: other fields written along
        :raises UserError: naming the first contract that is in another state; none is moved then
        """
        labels = dict(self._fields["state"]._description_selection(self.env))
        for contract in self:
            if contract.state not in allowed:
                raise UserError(
                    self.env._(
                        "Contract %(contract)s is “%(state)s” and cannot become “%(target)s”.",
                        contract=contract.name,
                        state=labels[contract.state],
                        target=labels[target],
                    )
                )
        self._write_inside({"state": target, **values})

    def _derive_state(self):
        """Bring running contracts in line with the states of their items.

        A contract that is closed already stays closed while its last items are billed.
        """
        if told_inside(self.env, "cn285_keep_contract_state"):
            return
        for contract in self:
            target = contract_state(contract.item_ids.mapped("state"))
            if contract.state in LIVE_STATES and contract.state != target:
                contract._update_state(LIVE_STATES, target)

    def action_confirm(self):
        """Activate draft contracts: their items start as they say, and the schedule is planned."""
        for contract in self:
            if not contract.item_ids:
                raise UserError(
                    self.env._(
                        "Contract %s has no items: add what is sold before confirming it.",
                        contract.name,
                    )
                )
        for contract in self.filtered(lambda contract: not contract.date_start):
            contract.date_start = contract.company_id._cn285_today()
        self._update_state(("draft",), "active")
        self.item_ids.filtered(lambda item: item.start_condition != "manual")._activate()
        self._check_product_rules()
        return True

    def action_close(self, date_end=None):
        """End active contracts on ``date_end`` (inclusive; default: their end date, or today).

        What is due until then stays planned and will be billed; what would come after is dropped,
        and where a user ends them what was billed of it is credited.
        """
        day = as_day(self.env, date_end)
        for contract in self:
            contract._close(day)
        return True

    def _close(self, date_end):
        today = self.company_id._cn285_today()
        last_day = date_end or min(self.date_end or today, today)
        if last_day < self.date_start:
            raise UserError(
                self.env._(
                    "Contract %(contract)s starts on %(start)s; it cannot end before, on %(end)s. "
                    "Cancel it instead.",
                    contract=self.name,
                    start=format_date(self.env, self.date_start),
                    end=format_date(self.env, last_day),
                )
            )
        self._check_end_by_hand(last_day)
        self._end_on(last_day)
        self._give_up_void_plans()
        self._update_state(LIVE_STATES, "closed")
        self.item_ids._replan()
        self._credit_after_end_by_hand(last_day)

    def _end_on(self, last_day):
        """Make ``last_day`` the contract's last one: its items end with it, or never start."""
        self.ensure_one()
        late = self.item_ids.filtered(lambda item: item.date_start and item.date_start > last_day)
        # The contract goes on until its last day, whatever is left of it.
        late.with_context(cn285_keep_contract_state=STATE_DOOR)._update_state(
            ("draft", *LIVE_STATES), "cancelled"
        )
        longer = self.item_ids.filtered(lambda item: item.date_end and item.date_end > last_day)
        longer._past_edits().write({"date_end": last_day})
        self._past_edits().date_end = last_day

    def _cancel_unserved(self):
        """Cancel a running contract of which no day is served; what was billed is to be settled."""
        self.ensure_one()
        self.item_ids.with_context(cn285_keep_contract_state=STATE_DOOR)._update_state(
            ("draft", *LIVE_STATES), "cancelled"
        )
        self._update_state(LIVE_STATES, "cancelled")

    def action_cancel(self):
        """Cancel contracts of which nothing was invoiced; their planned rows are cancelled too."""
        for contract in self:
            if contract.schedule_ids.filtered(lambda row: row.state == "invoiced"):
                raise UserError(
                    self.env._(
                        "Contract %s was invoiced already: close it on its last day instead.",
                        contract.name,
                    )
                )
            contract._check_end_by_hand(contract.date_start)
        self._update_state(("draft", *LIVE_STATES), "cancelled")
        self.item_ids._forget_taken()
        self.item_ids._update_state(("draft", *LIVE_STATES, "ended", "cancelled"), "cancelled")
        self._give_up_all_plans()
        return True

    def action_draft(self):
        """Bring cancelled contracts back to draft.

        :raises UserError: where something was invoiced: its history stays
        """
        for contract in self:
            if contract.state == "cancelled" and "invoiced" in contract.schedule_ids.mapped(
                "state"
            ):
                raise UserError(
                    self.env._(
                        "Contract %s was invoiced, and cannot become a draft again: duplicate it.",
                        contract.name,
                    )
                )
        self._update_state(("cancelled",), "draft")
        self.item_ids._update_state(("draft", "cancelled"), "draft")
        return True

    @api.model
    def _cron_extend_schedules(self):
        """Plan running items further when the rolling horizon has moved, and end what is over.

        Where many are to be planned, jobs do it, and what is over by then ends after them.
        """
        for company in self.env["res.company"]._cn285_daily_companies():
            items = self.env["cn285.contract.item"].with_company(company)
            items._delay_extension(company, company._cn285_horizon())
            self._close_finished(company)

    @api.model
    def _close_finished(self, company):
        """Close active contracts past their end date, once nothing remains to be billed."""
        today = company._cn285_today()
        finished = self.search(
            [
                ("company_id", "=", company.id),
                ("state", "in", LIVE_STATES),
                ("date_end", "<", today),
                ("schedule_ids", "not any", [("state", "in", ("planned", "waiting"))]),
            ]
        )
        finished._give_up_void_plans(decided=False)
        finished._update_state(LIVE_STATES, "closed")
        self.env["cn285.contract.item"]._end_finished(company)
