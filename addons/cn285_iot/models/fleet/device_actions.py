from datetime import timedelta
from typing import NamedTuple

from odoo import models
from odoo.addons.cn285_contract.models.common import LIVE_STATES
from odoo.exceptions import UserError
from odoo.tools import format_date

THEN = {"end": "pending", "return": "returned", "retire": "retired"}


class Outcome(NamedTuple):
    """What came of an order for a device: see ``cn285.fleet.order.line``."""

    state: str
    reason: str | None = None
    change: models.BaseModel | None = None
    item: models.BaseModel | None = None


class Device(models.Model):
    """What an order does with devices; each step for many of them in few contract changes.

    Each returns ``{device: Outcome}`` of all of these devices.
    """

    _inherit = "cn285.device"

    # === ACTIVATION === #

    def _order_activation(self, order):
        """A new item for each, below the fleet's subscription, for the plan's term."""
        result = {}
        changes = self.env["cn285.contract.change"]
        for (device_type, plan), devices in self.grouped(
            lambda device: (device.type_id, order.plan_id or device.type_id.plan_id)
        ).items():
            if not plan:
                reason = self.env._("say with which plan it is activated.")
                result.update(dict.fromkeys(devices, Outcome("refused", reason)))
                continue
            months = order.months if order.months >= 0 else device_type.term_months
            values = {
                "devices": devices.ids,
                "template_item_id": plan.id,
                "months": months,
                "minimum_months": device_type.minimum_months,
                "starts": device_type.starts,
            }
            if order.parent_item_id:
                values["parent_item_id"] = order.parent_item_id.id
            trial = changes.new(
                {
                    "contract_id": order.contract_id.id,
                    "type": "add_items",
                    "date_effective": order.date,
                    "values": values,
                }
            )
            result.update(devices._problems_as_outcomes(trial, order, plan))
            left = devices.filtered(lambda device: device not in result)
            if not left:
                continue
            result.update(left._put_off(order))
            left = left.filtered(lambda device: device not in result)
            if not left:
                continue
            values["devices"] = left.ids
            change = order._make_change(order.contract_id, "add_items", order.date, values)
            result.update(left._outcomes_of(change, plan))
        return result

    def _put_off(self, order):
        """Of these devices, which may be activated, those that wait for something first.

        Another addon adds them by ``super()``, and orders their activation once it has happened.

        :returns: ``{device: Outcome}``, of those that wait
        """
        return {}

    def _problems_as_outcomes(self, trial, order, plan):
        """Devices that have the service already are done; those that cannot have it are refused."""
        problems = self._activation_problems(trial)
        # sudo: what they have already, for whoever may activate them
        there = self.sudo().assignment_ids.filtered(
            lambda one: (
                one.plan_id == plan
                and one.item_id.contract_id == order.contract_id
                and (not one.date_end or one.date_end >= order.date)
            )
        )
        items = {one.device_id: one.item_id for one in there}
        return {
            device: (
                Outcome("done", self.env._("it has this service already."), None, items[device])
                if device in items
                else Outcome("refused", reason)
            )
            for device, reason in problems.items()
        }

    def _outcomes_of(self, change, plan):
        """What an applied change gave each of these devices; planned where it waits."""
        if change.state != "applied":
            return dict.fromkeys(self, Outcome("planned", None, change))
        # sudo: as above
        made = self.sudo().assignment_ids.filtered(
            lambda one: one.plan_id == plan and not one.date_end
        )
        items = {one.device_id: one.item_id for one in made}
        return {device: Outcome("done", None, change, items.get(device)) for device in self}

    # === SUSPENSION === #

    def _order_suspension(self, order):
        """What serves these devices is suspended; what is billed meanwhile says their type."""
        return self._order_by_items(
            order,
            "suspend_items",
            ("active", "paused"),
            lambda device: {"cause": "manual", "billing": device.type_id.suspended_billing},
            self.env._("nothing serves it that could be suspended."),
        )

    def _order_resumption(self, order):
        """What serves these devices goes on."""
        return self._order_by_items(
            order,
            "resume_items",
            ("suspended",),
            lambda device: {},
            self.env._("nothing of it is suspended."),
        )

    def _order_by_items(self, order, kind, states, values_of, nothing):
        """A change of each contract for the items that serve these devices on the order's day.

        :param values_of: function of a device: values of the change beside its items
        :param nothing: why devices are refused that no such item serves
        """
        result, groups = {}, {}
        serving = self._items_of(states, lambda one: one._covers(order.date))
        for device in self:
            items = serving.get(device, ())
            if not items:
                result[device] = Outcome("refused", nothing)
            values = values_of(device)
            for item in items:
                key = item.contract_id, tuple(sorted(values.items()))
                groups.setdefault(key, []).append((device, item))
        for (contract, values), pairs in groups.items():
            items = list(dict.fromkeys(item.id for _device, item in pairs))
            own = contract.sudo(self.env.su).with_env(self.env)
            change = order._make_change(own, kind, order.date, {**dict(values), "items": items})
            state = "done" if change.state == "applied" else "planned"
            result.update({device: Outcome(state, None, change, item) for device, item in pairs})
        return result

    def _items_of(self, states, holds):
        """Items in some states that serve these devices: ``{device: list of items}``.

        Read for all of them together.

        :param holds: function of an assignment: whether it counts
        """
        found = {}
        # sudo: which items serve them; they are changed in the user's name
        for one in self.sudo().assignment_ids.filtered(holds):
            if one.item_id.state in states:
                found.setdefault(one.device_id, []).append(one.item_id)
        return found

    # === ENDS === #

    def _order_end(self, order, last_day=None, then=None):
        """The services of these devices end on a day, the order's; the devices are free then."""
        last_day = last_day or order.date
        then = then or THEN[order.action]
        result, groups = {}, {}
        serving = self._items_of(
            ("draft", *LIVE_STATES), lambda one: not one.date_end or one.date_end > last_day
        )
        for device in self:
            items = serving.get(device, ())
            if not items:
                device._update_state(then, last_day)
                result[device] = Outcome("done")
            reason = device._minimum_problem(items, last_day)
            if reason:
                result[device] = Outcome("refused", reason)
                continue
            for item in items:
                key = item.contract_id, item._billed_at_least(last_day)
                groups.setdefault(key, []).append((device, item))
        for (contract, until), pairs in groups.items():
            own = contract.sudo(self.env.su).with_env(self.env)
            if until:
                outcomes = self._end_later(order, own, pairs, last_day, then, until)
            else:
                outcomes = self._end_on_contract(order, own, pairs, last_day, then)
            result.update(outcomes)
        return result

    def _minimum_problem(self, items, last_day):
        """Why the services of this device cannot end on a day, in words; None if they can."""
        self.ensure_one()
        until = max(filter(None, (item._billed_at_least(last_day) for item in items)), default=None)
        if not until:
            return None
        end = format_date(self.env, until)
        # sudo: the type's rule, for whoever may write the device
        if self.sudo().type_id.early_end == "refused":
            return self.env._("its minimum term runs until %s.", end)
        if last_day > self.company_id._cn285_today():
            return self.env._(
                "its minimum term is billed until %s: take it off on its day, not ahead.", end
            )
        return None

    def _end_later(self, order, contract, pairs, last_day, then, until):
        """Devices that are free after a day, and whose services are billed until a later one."""
        items = self.env["cn285.contract.item"].union(*(item for _device, item in pairs))
        contract.check_access("write")
        items._release_devices(last_day, then)
        change = order._make_change(
            contract, "end_items", until + timedelta(days=1), {"items": items.ids, "then": then}
        )
        reason = self.env._(
            "It is billed until %s, the end of its minimum term.", format_date(self.env, until)
        )
        return {device: Outcome("done", reason, change, item) for device, item in pairs}

    def _end_on_contract(self, order, contract, pairs, last_day, then):
        """End what serves devices on one contract; what has not started yet is given up."""
        waiting = self.env["cn285.contract.item"].union(
            *(item for _device, item in pairs if item.state == "draft")
        )
        change = None
        running = list(dict.fromkeys(item.id for _device, item in pairs if item not in waiting))
        if running:
            change = order._make_change(
                contract,
                "end_items",
                last_day + timedelta(days=1),
                {"items": running, "then": then},
            )
        if waiting:
            contract.check_access("write")
            # sudo: what was never billed is given up with its device, by who may write its contract
            waiting.sudo()._update_state(("draft",), "cancelled")
            self.browse([device.id for device, item in pairs if item in waiting])._follow_items(
                then, last_day + timedelta(days=1)
            )
        planned = change and change.state != "applied"
        state = "planned" if planned else "done"
        return {device: Outcome(state, None, change, item) for device, item in pairs}

    def _order_move(self, order):
        """Off the contracts that serve them, and on another one from the same day on."""
        ended = self._order_end(order, order.date - timedelta(days=1), "pending")
        for device, outcome in ended.items():
            if outcome.state == "planned":
                raise device._user_error(
                    self.env._("the end of its service waits for approval; move it after that.")
                )
        refused = {one: outcome for one, outcome in ended.items() if outcome.state == "refused"}
        moving = self.filtered(lambda device: device not in refused)
        holder = order.contract_id.partner_id
        # sudo: whom it serves follows from the move, which its user may order on both sides
        moving.sudo()._write_inside(
            {"partner_id": holder.id, "contract_id": order.contract_id.id, "location_id": False}
        )
        moving._log_events("moved", day=order.date)
        return {**refused, **moving._order_activation(order)}

    # === REPLACEMENT === #

    def _swap(self, other, day=None, then="returned"):
        """Whoever may write both devices lets another one take this one's place.

        :param day: its first day; default: today
        :param then: see :meth:`_replace_by`
        :raises UserError: in words
        """
        self.ensure_one()
        (self | other).check_access("write")
        today = self.company_id._cn285_today()
        if day and day > today:
            raise UserError(self.env._("A replacement is noted on its day: not planned ahead."))
        self._replace_by(other, day or today, then)
