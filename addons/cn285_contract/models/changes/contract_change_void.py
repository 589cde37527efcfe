from odoo import models
from odoo.tools import format_date

from ..common import PLANNED_STATES, STATE_DOOR


class ContractChange(models.Model):
    """Planned changes that others make void: they are cancelled, and nothing waits for them."""

    _inherit = "cn285.contract.change"

    def _plans_given_up(self):
        """Planned changes that are cancelled when this one takes effect."""
        self.ensure_one()
        return self._type().plans_given_up(self) - self

    def _give_up_plans(self):
        """Cancel what these changes make void as they take effect, and say why."""
        for change in self:
            plans = change._plans_given_up()
            plans._give_up({plan: change._type().why_given_up(change, plan) for plan in plans})

    def _give_up(self, reasons):
        """Cancel planned changes; why is told where their history is read.

        :param reasons: ``{change: text}``
        """
        if not self:
            return
        self.with_context(cn285_no_replan=STATE_DOOR).action_cancel()
        self._write_inside({"error": False})
        for plan in self:
            plan.message_post(body=reasons[plan])
            plan.contract_id.message_post(body=reasons[plan])

    def _give_up_as(self, reason):
        """Cancel planned changes, all for one reason: a sentence without its beginning."""
        self._give_up(
            {
                plan: self.env._(
                    "%(change)s is cancelled, as nothing is left of it to do: %(reason)s",
                    change=plan.display_name,
                    reason=reason,
                )
                for plan in self
            }
        )

    def _check_not_void(self):
        """Refuse what comes after the planned end of what it is about: it would be cancelled."""
        self.ensure_one()
        for record in (self.contract_id, self.item_id):
            end = record.planned_end
            if end and self._falls_after(end):
                raise self._refusal(
                    self.env._(
                        "“%(what)s” ends on %(end)s, as is planned already: take that back first.",
                        what=record.display_name,
                        end=format_date(self.env, end),
                    )
                )

    def _is_void_after(self, last_day):
        """Whether a planned change has nothing left to change once what it concerns has ended.

        :param last_day: the last day of its item or contract
        """
        self.ensure_one()
        return self.state in PLANNED_STATES and self._falls_after(last_day)

    def _falls_after(self, last_day):
        """The same, of one that is not planned yet too."""
        kind = self._type()
        if not kind.ends_with_service:
            return False
        if not kind.needs_running(self):
            return False  # The end of a pause: it takes effect whatever has ended.
        if kind.end_day:
            return self._last_day() > last_day
        return self._first_day() > last_day


class Contract(models.Model):
    _inherit = "cn285.contract"

    def _plans_void_after(self, last_day):
        """Planned changes of the contract and its items that are void if it ends on that day."""
        return self.change_ids.filtered(lambda change: change._is_void_after(last_day))

    def _give_up_void_plans(self, decided=True):
        """Cancel what is planned for the days after the contracts' last one.

        :param decided: whether somebody has ended them; else they are over with their term, and
            what was to prolong it may still be repaired or approved
        """
        for contract in self.filtered("date_end"):
            # sudo: who may end a contract ends what is planned for it.
            plans = contract.sudo()._plans_void_after(contract.date_end)
            if not decided:
                plans = plans.filtered(lambda plan: not plan._type().prolongs)
            plans._give_up_as(
                self.env._("the contract ends on %s.", format_date(self.env, contract.date_end))
            )

    def _give_up_all_plans(self):
        """Cancel all that is planned for contracts that are cancelled."""
        # sudo: as above.
        plans = self.sudo().change_ids.filtered(lambda change: change.state in PLANNED_STATES)
        plans._give_up_as(self.env._("the contract is cancelled."))


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"

    def _plans_void_after(self, last_day):
        """Planned changes of the item that are void if it ends on that day."""
        return self.change_ids.filtered(lambda change: change._is_void_after(last_day))

    def _give_up_void_plans(self):
        """Cancel what is planned for the days after the items' last one."""
        for item in self.filtered("date_end"):
            # sudo: who may end an item ends what is planned for it.
            item.sudo()._plans_void_after(item.date_end)._give_up_as(
                self.env._(
                    "item “%(item)s” ends on %(end)s already.",
                    item=item.name,
                    end=format_date(self.env, item.date_end),
                )
            )
