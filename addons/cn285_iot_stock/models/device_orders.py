"""Fleet orders and changes of devices that are kept in stock."""

from odoo import models
from odoo.addons.cn285_iot.models.fleet.device_actions import Outcome


class Device(models.Model):
    _inherit = "cn285.device"

    # === WHAT WAITS FOR THE WAREHOUSE === #

    def _activation_problems(self, change):
        problems = super()._activation_problems(change)
        left = self.filtered(lambda device: device not in problems)
        return {**problems, **left._stock_problems()}

    def _put_off(self, order):
        """What is activated by its delivery is sent first."""
        waiting = super()._put_off(order)
        asked = self.filtered(lambda device: device not in waiting)._kept_in_stock("before")
        places = asked._stock_places()
        going = asked.filtered(lambda device: places[device] != "out")
        if not going:
            return waiting
        going._deliver(order)
        lines = going._open_lines()
        for device in going:
            reason = self.env._(
                "It is activated by its delivery: %s.", lines[device].picking_id[:1].name
            )
            waiting[device] = Outcome("planned", reason)
        return waiting

    def _serve(self, change, items, plan):
        result = super()._serve(change, items, plan)
        self._kept_in_stock("after")._deliver()
        return result

    # === ONE OUT, ONE BACK === #

    def _replacement_problem(self, other, day):
        reason = super()._replacement_problem(other, day)
        problem = None if reason else other._stock_problems().get(other)
        return other._words(problem) if problem else reason

    def _replace_by(self, other, day, then="returned"):
        result = super()._replace_by(other, day, then)
        other._kept_in_stock()._deliver()
        return result

    def _update_state(self, target, day=None, reason=None, **values):
        """What is returned, and still at its customer's, is expected by the warehouse."""
        holders = {}
        if target == "returned":
            # sudo: who has had it, whoever orders its return
            holders = {one: one.location_id or one.partner_id for one in self.sudo()}
        moved = super()._update_state(target, day, reason, **values)
        if target == "returned":
            moved.sudo()._kept_in_stock()._fetch_back(holders)
        return moved

    # === A TRANSFER IS DONE === #

    def _order_by_transfer(self, action, picking, request, **values):
        """An order that follows from a transfer, done with it.

        What cannot be done holds up no transfer: it is told in an event of the device and in the
        messages of the transfer.

        :returns: the order
        """
        # sudo: what follows from a transfer is done whoever validates it. Who may order it has
        # ordered the transfer, or has meant the device for the contract; its end costs nobody.
        devices = self.sudo()
        orders = devices.env["cn285.fleet.order"]
        order = orders._place(action, devices, request=request, start=False, **values)
        order._do_now()
        for line in order.line_ids.filtered(lambda one: one.state == "refused"):
            line.device_id._log_events("refused", data={"reason": line.reason})
            if picking:
                picking.message_post(body=line.device_id._words(line.reason))
        return order

    def _activate_delivered(self, picking):
        """What went out, and is activated by its delivery, is activated today.

        Ordered by a fleet order: as that says. Else on the contract for which the device is meant,
        with the plan of its type.
        """
        asked = picking.cn285_fleet_order_id
        waiting = asked.line_ids.filtered(
            lambda line: line.state == "planned" and not line.change_id
        )
        free = self._kept_in_stock("before").filtered(
            lambda device: device.state in ("draft", "pending", "returned")
        )
        if asked:
            contract = asked.contract_id
            order = free and free._order_by_transfer(
                "activate",
                picking,
                f"transfer-{picking.id}",
                contract_id=contract.id,
                plan_id=asked.plan_id.id,
                parent_item_id=asked.parent_item_id.id,
                months=asked.months,
                date=max(asked.date, asked.company_id._cn285_today()),
            )
            told = {line.device_id: line for line in order.line_ids} if order else {}
            for line in waiting:
                if line.device_id in told:
                    line._follow(told[line.device_id])
            asked._give_up_undelivered()
            return
        for contract, own in free.grouped("contract_id").items():
            if contract:
                own._order_by_transfer(
                    "activate",
                    picking,
                    f"transfer-{picking.id}-{contract.id}",
                    contract_id=contract.id,
                    parent_item_id=contract._fleet_subscription().id,
                )


class FleetOrder(models.Model):
    _inherit = "cn285.fleet.order"

    def _give_up_undelivered(self):
        """Devices that waited for a delivery of these orders, and no delivery is left for them."""
        # sudo: lines are the program's
        pickings = self.env["stock.picking"].sudo()
        for order in self.sudo():
            open_ones = pickings.search_count(
                [
                    ("cn285_fleet_order_id", "=", order.id),
                    ("state", "not in", ("done", "cancel")),
                ],
                limit=1,
            )
            if not open_ones:
                order.line_ids.filtered(
                    lambda line: line.state == "planned" and not line.change_id
                )._set("refused", order.env._("it was not delivered."))


class FleetOrderLine(models.Model):
    _inherit = "cn285.fleet.order.line"

    def _follow(self, other):
        """What came of another order's line is what came of this one."""
        device = self.device_id
        changes = {device: other.change_id} if other.change_id else None
        items = {device: other.item_id} if other.item_id else None
        self._set(other.state, other.reason or other.order_id.name, changes, items)
