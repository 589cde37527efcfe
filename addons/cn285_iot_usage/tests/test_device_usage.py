from datetime import date

from freezegun import freeze_time
from odoo.addons.cn285_iot.tests.common import DeviceCase
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged


@tagged("post_install", "-at_install")
@freeze_time("2026-04-14 10:00:00")
class TestDeviceUsage(DeviceCase):
    """Usage at 0.50 a unit, by the month, sent by whatever names the device."""

    number = 0

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.metric = cls.env["cn285.usage.metric"].create(
            {"name": "Messages", "code": "messages", "unit": "message", "aggregation": "sum"}
        )
        cls.plan.write(
            {
                "billing_type": "usage",
                "timing": "arrears",
                "price_unit": 0.0,
                "calculator_ids": [
                    Command.create(
                        {
                            "name": "Messages",
                            "charge_model": "per_unit",
                            "metric_id": cls.metric.id,
                            "price_unit": 0.5,
                        }
                    )
                ],
            }
        )
        cls.device = cls._devices(1)

    def _send(self, name, quantity, moment, **more):
        """One event; returns ``accepted``, ``parked``, or the code of its refusal."""
        TestDeviceUsage.number += 1
        row = {
            "source": "test",
            "transaction_id": f"d{TestDeviceUsage.number}",
            "item": name,
            "metric": "messages",
            "occurred_at": moment,
            "quantity": quantity,
            **more,
        }
        report = self.env["cn285.usage.event"].ingest([row])
        if report["refused"]:
            return report["refused"][0]["code"]
        return "accepted" if report["accepted"] else "parked"

    def _bill_month(self, day):
        """What the month before a day comes to."""
        with freeze_time(f"{day} 09:00:00"):
            return self._billed(date.fromisoformat(day))

    def test_twelve_units_on_14_april_are_in_aprils_row(self):
        self._ordered("activate", self.device)
        self.device.identifier_ids = [
            Command.create({"kind": "eui", "value": "70-B3-D5-7E-D0-05-A1-B2"})
        ]
        self.assertEqual(self._send("T-001", 12, "2026-04-14T09:30:00Z"), "accepted")
        self.assertEqual(self._bill_month("2026-05-01"), "6.00")
        with freeze_time("2026-05-02 09:00:00"):
            # Late, and by another name, however it is written.
            self.assertEqual(self._send("70b3d57ed005a1b2", 2, "2026-04-14T22:30:00Z"), "accepted")
        item = self.device.assignment_ids.item_id
        self.assertEqual(self._bill_month("2026-06-01"), "1.00")
        self.assertEqual(self._bill_month("2026-07-01"), "0.00")
        self.assertTrue(item.schedule_ids)

    def test_after_a_swap_late_usage_is_the_items_that_had_it(self):
        new = self._devices(1, "N")
        self._ordered("activate", self.device)
        item = self.device.assignment_ids.item_id
        with freeze_time("2026-04-20 09:00:00"):
            self.device._replace_by(new, date(2026, 4, 20))
        with freeze_time("2026-04-25 09:00:00"):
            sent = [
                # Until the night before the swap the old one, by the company's clock.
                ("T-001", "2026-04-19T21:59:59Z", "accepted"),
                ("T-001", "2026-04-19T22:00:00Z", "not_active"),
                ("N-001", "2026-04-19T21:59:59Z", "not_active"),
                ("N-001", "2026-04-19T22:00:00Z", "accepted"),
                # Before it was activated.
                ("T-001", "2026-04-13T21:59:59Z", "not_active"),
                ("X-001", "2026-04-20T10:00:00Z", "unknown_item"),
            ]
            self.assertEqual(
                [self._send(name, 10, moment) for name, moment, _result in sent],
                [result for _name, _moment, result in sent],
            )
            # The old one goes to another customer: what it uses there is billed there.
            other = self.env["res.partner"].create({"name": "Transports Petit"})
            target = self._fleet_contract(partner_id=other.id)
            self._ordered("activate", self.device, contract_id=target.id)
            self.assertEqual(self._send("T-001", 4, "2026-04-25T08:00:00Z"), "accepted")
            self.assertEqual(self._send("T-001", 6, "2026-04-18T08:00:00Z"), "accepted")
            wrong = self._send("T-001", 6, "2026-04-18T09:00:00Z", contract=target.name)
            self.assertEqual(wrong, "not_active")
        with freeze_time("2026-05-01 09:00:00"):
            run = self._bill(date(2026, 5, 1))
        amounts = {
            move.partner_id.name: self._cents(move.amount_untaxed) for move in run.invoice_ids
        }
        # (10 + 10 + 6) × 0.50, and 4 × 0.50.
        self.assertEqual(amounts, {"Boulangerie Martin": "13.00", "Transports Petit": "2.00"})
        self.assertEqual(run.schedule_ids.item_id, item | target.item_ids[1:])

    def test_unknown_devices_are_parked_until_they_are_known(self):
        self.assertEqual(self._send("T-777", 8, "2026-04-14T08:00:00Z", park=True), "parked")
        # Known, and not in service yet: it waits too.
        self.assertEqual(self._send("T-001", 8, "2026-04-14T08:00:00Z", park=True), "parked")
        late = self._devices(1, "L")
        late._write_inside({"serial": "T-777"})
        self._ordered("activate", late | self.device)
        self.assertEqual(self.env["cn285.usage.event"]._match_parked(), 2)
        self.assertEqual(self._bill_month("2026-05-01"), "8.00")

    def test_billing_starts_with_the_first_use(self):
        self.tracker.starts = "first_use"
        self._ordered("activate", self.device)
        item = self.device.assignment_ids.item_id
        # What was used before the activation is a test, and starts nothing.
        self.assertEqual(self._send("T-001", 1, "2026-04-10T08:00:00Z"), "not_active")
        self.assertEqual(item.state, "draft")
        with freeze_time("2026-04-21 09:00:00"):
            self.assertEqual(self._send("T-001", 5, "2026-04-20T22:30:00Z"), "accepted")
        self.assertEqual((item.state, item.date_start), ("active", date(2026, 4, 21)))
        self.assertEqual(item.date_end, date(2027, 4, 20))
        self.assertEqual(self._bill_month("2026-05-01"), "2.50")

    # === TESTS BEFORE THE ACTIVATION === #

    def _testing(self, more, allowance=10.0):
        self.tracker.write(
            {
                "company_id": self.company.id,
                "test_metric_id": self.metric.id,
                "test_allowance": allowance,
                "test_more": more,
            }
        )

    def _tests(self):
        return [
            (one.quantity, one.free_quantity, one.state)
            for one in self.device.env["cn285.device.test"].search([], order="id")
        ]

    def test_an_allowance_before_the_activation(self):
        """10 are free; 3 of 6 more are billed with the first day: 1.50."""
        self._testing("billed")
        self.assertEqual(self._send("T-001", 7, "2026-04-10T08:00:00Z"), "accepted")
        row = {
            "source": "test",
            "transaction_id": "again",
            "item": "t-001",
            "metric": "messages",
            "occurred_at": "2026-04-11T08:00:00Z",
            "quantity": 6,
        }
        events = self.env["cn285.usage.event"]
        first = events.ingest([row, {**row, "item": "T-001"}, {**row, "item": "NOBODY"}])
        self.assertEqual((first["accepted"], len(first["refused"])), (1, 2))
        again = events.ingest([{**row, "item": "T-001"}])
        self.assertEqual((again["accepted"], again["duplicates"]), (0, 1))
        other = events.ingest([{**row, "item": "T-001", "quantity": 5}])
        self.assertEqual(other["refused"][0]["code"], "conflict")
        self.assertEqual(self._tests(), [(7.0, 7.0, "free"), (6.0, 3.0, "due")])
        tests = self.env["cn285.device.test"]
        tests._cron_bill_due()
        self.assertEqual(self._tests()[1][2], "due")
        self._ordered("activate", self.device)
        self.assertEqual(self._send("T-001", 4, "2026-04-14T08:00:00Z"), "accepted")
        for _night in range(2):
            tests._cron_bill_due()
        self.assertEqual(self._tests()[1][2], "billed")
        # 4 and 3 at 0.50.
        self.assertEqual(self._bill_month("2026-05-01"), "3.50")
        # Late, and from before the activation.
        with freeze_time("2026-05-02 09:00:00"):
            self.assertEqual(self._send("T-001", 2, "2026-04-12T08:00:00Z"), "accepted")
            tests._cron_bill_due()
        self.assertEqual(self._bill_month("2026-06-01"), "1.00")

    def test_beyond_the_allowance_somebody_decides(self):
        self._testing("parked")
        for quantity, result in ((9, "accepted"), (4, "parked"), (8, "parked")):
            sent = self._send("T-001", quantity, "2026-04-10T08:00:00Z", park=True)
            self.assertEqual(sent, result)
        _free, one, other = self.env["cn285.device.test"].search([], order="id")
        clerk = new_test_user(self.env, "test_clerk", "cn285_contract.group_contract_user")
        reader = new_test_user(self.env, "test_reader", "account.group_account_readonly")
        with self.assertRaises(AccessError):
            one.with_user(reader).action_bill()
        self._ordered("activate", self.device)
        one.with_user(clerk).action_bill()
        other.with_user(clerk).action_dismiss()
        self.assertEqual(
            self._tests(), [(9.0, 9.0, "free"), (4.0, 1.0, "billed"), (8.0, 0.0, "dismissed")]
        )
        with self.assertRaises(UserError):
            one.with_user(clerk).action_dismiss()
        # 3 at 0.50: what was parked of it is not matched besides.
        self.assertEqual(self.env["cn285.usage.event"]._match_parked(), 0)
        self.assertEqual(self._bill_month("2026-05-01"), "1.50")

    def test_beyond_the_allowance_it_is_refused(self):
        self._testing("refused")
        self.assertEqual(self._send("T-001", 11, "2026-04-10T08:00:00Z"), "test_used_up")
        self.assertEqual(self._send("T-001", 10, "2026-04-10T08:00:00Z"), "accepted")
        self.assertEqual(self._send("T-001", 1, "2026-04-10T08:00:00Z"), "test_used_up")
        # Other metrics are none of it, and neither is what lies in the future.
        self.metric.copy({"code": "bytes"})
        self.assertEqual(self._send("T-001", 1, "2026-04-10T08:00:00Z", metric="bytes"), "no_item")
        self.assertEqual(self._send("T-001", 1, "2026-04-20T08:00:00Z"), "far_future")
        with self.assertRaises(ValidationError):
            self.tracker.test_allowance = -1.0
