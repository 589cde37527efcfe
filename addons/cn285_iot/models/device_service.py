"""What serves a device: whether it may be activated, its items, and what it is by them."""

from datetime import timedelta

from odoo import models
from odoo.addons.cn285_contract.models.common import LIVE_STATES
from odoo.tools import format_date

from ..engine.states import IN_SERVICE, SERVABLE
from ..engine.terms import last_day
from .device_assignment import Served


class Device(models.Model):
    _inherit = "cn285.device"

    # === MAY IT BE ACTIVATED? === #

    def _activation_problems(self, change):
        """Why devices cannot get the service that a change of the type ``add_items`` gives them.

        Asked when the change is planned, and again when it takes effect; in few queries for many.

        :returns: ``{device: reason in words}``, without those that can
        """
        plan, day = change._parsed()["template_item_id"], change._first_day()
        # sudo: what is so, whoever asks; only words come of it
        devices = self.sudo().with_env(change.sudo().env)
        planned = change._planned_for(devices, plan, but=change)
        served = self.env["cn285.device.assignment"].sudo()
        reaching = served.search(
            [
                ("device_id", "in", self.ids),
                ("plan_id", "=", plan.id),
                "|",
                ("date_end", "=", False),
                ("date_end", ">=", day),
            ]
        )
        served = {one.device_id.id: one for one in reaching}
        problems = {}
        for device in devices:
            reason = device._service_problem(change.contract_id, plan, day)
            if not reason and device.id in served:
                reason = self.env._(
                    "it has the service “%(service)s” since %(day)s.",
                    service=plan.name,
                    day=format_date(self.env, served[device.id].date_start),
                )
            if not reason and device.id in planned:
                reason = self.env._("the service “%s” is planned for it already.", plan.name)
            if reason:
                problems[self.browse(device.id)] = reason
        return problems

    def _service_problem(self, contract, plan, day):
        """Why a device cannot get a service on a contract, in words; None if it can.

        Another addon adds reasons of its own by ``super()``.
        """
        self.ensure_one()
        env = self.env
        if self.state not in SERVABLE:
            return env._("it is retired.")
        if self.company_id != contract.company_id:
            return env._("it belongs to another company than contract %s.", contract.name)
        if plan.company_id and plan.company_id != self.company_id:
            return env._("the service “%s” is another company's.", plan.name)
        reason = self._holder_problem(contract)
        if reason:
            return reason
        allowed = self.type_id.plan_ids
        if allowed and plan not in allowed:
            return env._(
                "devices of type “%(type)s” are not served by “%(service)s”.",
                type=self.type_id.name,
                service=plan.name,
            )
        kinds = set(self.identifier_ids.mapped("kind"))
        missing = [kind for kind in self.type_id._asked() if kind not in kinds]
        if missing:
            labels = dict(self.identifier_ids._fields["kind"]._description_selection(env))
            return env._("it has no %s yet.", labels[missing[0]])
        return None

    def _name_of_service(self, text):
        """What an item for this device is called: by the service, and the device's number."""
        self.ensure_one()
        return f"{text} – {self.serial}"

    # === IT GETS, AND LOSES, SERVICES === #

    def _serve(self, change, items, plan):
        """These devices serve new items, one each, from the change's day on."""
        day = change._first_day()
        entries = [Served(device, item, day) for device, item in zip(self, items, strict=True)]
        self.env["cn285.device.assignment"]._assign(entries)
        contract = change.contract_id
        # sudo: whom they serve follows from their activation
        devices = self.sudo()
        idle = devices.filtered(lambda device: device.state not in IN_SERVICE)
        nobodys = devices.filtered(lambda device: not device.partner_id)
        idle._write_inside({"contract_id": contract.id})
        nobodys._write_inside({"partner_id": contract.partner_id.id})
        self._log_events("assigned", day=day, items=dict(zip(self, items, strict=True)))
        self._follow_items(day=day)
        self._ask_network()

    def _follow_items(self, then=None, day=None):
        """These devices are what their services make of them.

        :param then: what those become that nothing serves; default: pending, if they were in
            service
        :param day: on which day; default: today
        """
        # sudo: what is so, whoever has changed the items
        devices = self.sudo()
        targets = {}
        for company, own in devices.grouped("company_id").items():
            on = day or company._cn285_today()
            states = self.env["cn285.contract.item"]._states_of(own._assignments_on(on))
            for device in own:
                target = states.get(device)
                if not target:
                    idle = "pending" if device.state in IN_SERVICE else device.state
                    target = then or idle
                if device.state not in ("retired", target):
                    targets.setdefault(target, []).append(device.id)
        for target, ids in targets.items():
            self.browse(ids)._update_state(target, day)

    # === IT STARTS LATER === #

    def _start_services(self, day):
        """What waited for the network, or for the first use, is served and billed from a day on.

        Safe to call again: what has started stays as it is.

        :returns: the items that start
        """
        # sudo: the network's word counts, whoever's process hears it
        assignments = self.sudo().assignment_ids.filtered(
            lambda one: not one.date_end and one.item_id.state == "draft"
        )
        items = assignments.item_id.filtered(lambda item: item.contract_id.state in LIVE_STATES)
        for (months, least, contract), own in items.grouped(
            lambda item: (item.object_months, item.minimum_months, item.contract_id)
        ).items():
            start = max(day, contract.date_start)
            own._past_edits().write(
                {
                    "date_start": start,
                    "date_end": months > 0 and last_day(start, months, contract.date_end or None),
                    "minimum_until": last_day(start, least),
                }
            )
            own._activate()
        return items

    # === ANOTHER TAKES ITS PLACE === #

    def _replacement_problem(self, other, day):
        """Why another device cannot take this one's place, in words; None if it can."""
        self.ensure_one()
        env, other = self.env, other.sudo()
        if other == self:
            return env._("a device does not take its own place.")
        if other.company_id != self.company_id:
            return env._("%s belongs to another company.", other.display_name)
        if other.state not in ("draft", "pending", "returned"):
            return env._("%s is not free.", other.display_name)
        reaching = other.assignment_ids.filtered(
            lambda one: not one.date_end or one.date_end >= day
        )
        if reaching:
            return env._(
                "%(device)s is in service until later than %(day)s.",
                device=other.display_name,
                day=format_date(env, day),
            )
        for contract in self._assignments_reaching(day).item_id.contract_id:
            reason = other._holder_problem(contract)
            if reason:
                return other._words(reason)
        return None

    def _assignments_reaching(self, day):
        """What this device serves on a day or later."""
        return self.assignment_ids.filtered(lambda one: not one.date_end or one.date_end >= day)

    def _replace_by(self, other, day, then="returned"):
        """From a day on another device serves what this one does; nothing of the billing changes.

        The items stay as they are, so that no day is billed twice and none is lost.

        :param then: what becomes of this one: returned, pending or retired
        :raises UserError: in words
        """
        self.ensure_one()
        # sudo: whoever may write both devices may swap them; the items are not touched in money
        this, other = self.sudo(), other.sudo()
        assignments = this._assignments_reaching(day)
        reason = this._replacement_problem(other, day)
        if not assignments:
            reason = self.env._("nothing serves it on %s.", format_date(self.env, day))
        if reason:
            raise this._user_error(reason)
        entries = [
            Served(other, one.item_id, max(one.date_start, day), one.date_end)
            for one in assignments
        ]
        items = assignments.item_id
        assignments._end(day - timedelta(days=1))
        assignments._assign(entries, "replaced")
        for item in items.filtered(lambda item: item.code == this.serial):
            item._past_edits().write(
                {"code": other.serial, "name": item.name.replace(this.serial, other.serial)}
            )
            for fee in item.pause_ids.fee_item_ids:
                fee._past_edits().name = fee.name.replace(this.serial, other.serial)
        other._write_inside(
            {
                "contract_id": this.contract_id.id,
                "partner_id": other.partner_id.id or this.partner_id.id,
                "location_id": other.location_id.id or this.location_id.id,
            }
        )
        self._log_events("replaced", day=day, others={self: other})
        other._log_events("replacing", day=day, others={other: this})
        self._follow_items(then, day)
        other._follow_items(day=day)
