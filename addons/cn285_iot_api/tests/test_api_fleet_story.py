from datetime import date, timedelta
from unittest.mock import patch

from freezegun import freeze_time
from odoo.addons.cn285_api.tests.common import ApiCase
from odoo.addons.cn285_iot.models.fleet import fleet_order_run
from odoo.addons.cn285_iot.tests.common import NetworkCase
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import tagged


class Killed(Exception):
    """A process that is gone, and with it what it had not committed."""


@tagged("post_install", "-at_install")
@freeze_time("2026-04-14 10:00:00")
class TestApiFleetStory(ApiCase, NetworkCase):
    """A program keeps a fleet on a network that loses, doubles and delays answers; 1.00 a day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The clock of the limit jumps with the days of the story.
        cls.env["ir.config_parameter"].set_param("cn285_api.calls_per_second", "0")

    def _order_over_api(self, action, numbers, request, **body):
        """An order that is sent twice, whose jobs are killed once; its lines."""
        body = {"action": action, "devices": numbers, "request": request, **body}
        with trap_jobs():
            ids = {self.post("/fleet-orders", body, 202)["id"] for _time in range(2)}
        [order_id] = ids
        order = self.env["cn285.fleet.order"].with_user(self.program).browse(order_id)
        with self.assertRaises(Killed), trap_jobs(), self.env.cr.savepoint():
            order._job_run()
            raise Killed
        self.env.invalidate_all()
        while order.state != "done":
            order._job_run()
        lines = self.get(f"/fleet-orders/{order_id}/lines?limit=100")["data"]
        self.assertEqual({line["state"] for line in lines}, {"done"}, lines)
        return lines

    def _days_billed(self, item):
        """The days of an item that invoices owe, each with how often."""
        days = {}
        for row in item.schedule_ids.filtered(lambda row: row.state == "invoiced"):
            sign = -1 if row.kind == "credit" else 1
            for number in range((row.period_end - row.period_start).days + 1):
                day = row.period_start + timedelta(days=number)
                days[day] = days.get(day, 0) + sign
        return days

    def _expected(self, *stretches):
        return {
            date(2026, 4, 14) + timedelta(days=number): 1
            for number in range(48)
            if any(
                first <= date(2026, 4, 14) + timedelta(days=number) <= last
                for first, last in stretches
            )
        }

    def test_one_item_an_object_and_no_day_twice(self):
        april, may = date(2026, 4, 14), date(2026, 5, 31)
        numbers = [f"N-{number:02}" for number in range(1, 13)]
        with (
            self._network("down", "lost", "later", "ok", "lost", "down", "later") as network,
            patch.object(fleet_order_run, "BATCH", 5),
        ):
            with trap_jobs():
                for number in [*numbers, "SPARE"]:
                    self.post("/devices", {"serial": number, "type": str(self.tracker.id)})
            contract = {
                "contract": str(self.fleet.id),
                "parent_item": str(self.fleet.item_ids.id),
            }
            lines = self._order_over_api("activate", numbers, "R-1", **contract)
            self.assertEqual(len({line["item"]["id"] for line in lines}), 12)
            self.assertEqual(len(self.fleet.item_ids), 13)
            self._answers(network)
            self.assertEqual(self._billed(april), "204.00")
            with freeze_time("2026-04-20 09:00:00"):
                network.moods = ["lost", "down"]
                self._order_over_api("suspend", numbers[:2], "R-2")
                self.assertEqual(self._billed(date(2026, 4, 20)), "-22.00")
            with freeze_time("2026-04-22 09:00:00"):
                [device] = self.get("/devices?number=N-03")["data"]
                [spare] = self.get("/devices?number=SPARE")["data"]
                with trap_jobs():
                    path = f"/devices/{device['id']}/replacement"
                    new = self.post(path, {"by": str(spare["id"]), "then": "retired"}, 200)
                    again = self.call("POST", path, {"by": str(spare["id"])})
                    self.assertProblem(again, 422, "refused")
                self.assertEqual((new["serial"], new["state"]), ("SPARE", "active"))
                self.assertEqual(self._billed(date(2026, 4, 22)), "0.00")
            with freeze_time("2026-04-25 09:00:00"):
                self._order_over_api("resume", numbers[:1], "R-3")
                self.assertEqual(self._billed(date(2026, 4, 25)), "6.00")
            with freeze_time("2026-04-28 09:00:00"):
                self._order_over_api("retire", numbers[3:4], "R-4")
                self.assertEqual(self._billed(date(2026, 4, 29)), "-2.00")
            with freeze_time("2026-05-01 09:00:00"):
                self.assertEqual(self._billed(date(2026, 5, 1)), "300.00")
                self.assertEqual(self._billed(date(2026, 5, 1)), "0.00")
            for hour in range(10, 20):
                with freeze_time(f"2026-05-01 {hour}:00:00"):
                    # Whatever jobs were lost with their calls: what waits is asked again.
                    self.operations._cron_ask_again()
                    while network.jobs.enqueued_jobs:
                        network.jobs.perform_enqueued_jobs()
            self.provider._compare()
            said = {device.serial: state for device, state in network.devices.items()}
        self.assertEqual(
            said,
            dict.fromkeys([*numbers, "SPARE"], "on")
            | {"N-02": "off", "N-03": "gone", "N-04": "gone"},
        )
        self.assertEqual(len(self.fleet.item_ids), 13)
        ends = {
            "N-01": self._expected((april, date(2026, 4, 19)), (date(2026, 4, 25), may)),
            "N-02": self._expected((april, date(2026, 4, 19))),
            "N-04": self._expected((april, date(2026, 4, 28))),
        }
        for item in self.fleet.item_ids[1:]:
            days = {day: count for day, count in self._days_billed(item).items() if count}
            self.assertEqual(days, ends.get(item.code, self._expected((april, may))), item.code)
        item = self.env["cn285.device"].browse(spare["id"]).assignment_ids.item_id
        served = self.get(f"/device-assignments?item={item.id}")["data"]
        self.assertEqual(
            [(one["device"]["name"], one["date_start"], one["date_end"]) for one in served],
            [("Tracker N-03", "2026-04-14", "2026-04-21"), ("Tracker SPARE", "2026-04-22", None)],
        )
