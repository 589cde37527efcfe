"""Journeys through time with all addons: notices, renewals, and the order of a day's work."""

from datetime import date

from freezegun import freeze_time
from odoo.addons.cn285_renewal.tests.term_common import TermCase
from odoo.addons.cn285_time_travel.tests.test_time_travel import TravelCase
from odoo.tests import new_test_user, tagged


@tagged("post_install", "-at_install")
@freeze_time("2025-11-20 09:00:00")
class TestNoticesInTimeTravel(TermCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.cn285_dunning = False  # it writes to customers too

    def _mails(self):
        return self.env["mail.mail"].search([("id", ">", self.last_mail)])

    def _travel(self, to):
        self.last_mail = self.env["mail.mail"].search([], order="id desc", limit=1).id or 0
        travel = self.env["cn285.time.travel"].create({"date_to": to})
        travel.action_travel()
        return travel

    def test_notices_of_a_journey_are_proven_and_stay(self):
        self.company._cn285_mark_test_database()
        contract = self._yearly()
        travel = self._travel(date(2025, 12, 20))
        notice = contract.notice_ids
        self.assertEqual((notice.state, notice.sending_ids.delivery), ("on_time", "held"))
        mail = self._mails().filtered(lambda mail: mail.res_id == notice.id)
        self.assertEqual((mail.state, mail.cn285_held), ("cancel", True))
        self.assertIn("time travel", mail.failure_reason)
        self.assertFalse(self._mails().filtered(lambda mail: mail.state != "cancel"))
        lines = {(line.date, line.kind): line.count for line in travel.line_ids}
        self.assertEqual(lines[date(2025, 12, 15), "mail"], 1)
        # Nobody takes a notice for one that failed, and nothing is sent again.
        later = self._travel(date(2025, 12, 31))
        self.assertEqual((notice.state, len(notice.sending_ids)), ("on_time", 1))
        self.assertNotIn("mail", later.line_ids.mapped("kind"))


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestRenewalsInTimeTravel(TravelCase):
    def _story(self):
        """With a contract that renews at prices 10 % up."""
        return super()._story() | self._create_contract(
            [{"price_unit": 60.0}, {"price_unit": 90.0, "recurring_unit": "quarter"}],
            term_length=3,
            renewal_revision="percent",
            renewal_percent=10.0,
        )

    def test_day_by_day_is_the_same_as_one_jump(self):
        step_by_step, jumped = self._both_ways()
        outcome = self._billed(jumped)
        self.assertEqual(outcome, self._billed(step_by_step))
        self.assertEqual(jumped.mapped("state"), step_by_step.mapped("state"))
        self.assertEqual(jumped[3].term_number, 2)
        renewed = [line[::2] for line in outcome[3]]
        self.assertIn(("2026-04-01", "66.00"), renewed)
        self.assertIn(("2026-07-01", "108.90"), renewed)

    def test_a_billing_manager_travels_and_bills_by_hand(self):
        """Renewals of the way are the system's own, and who jumps ahead and bills makes them."""
        self.company._cn285_mark_test_database()
        contracts = self._story()
        manager = new_test_user(self.env, "voyager", groups="cn285_contract.group_billing_manager")
        travels = self.env["cn285.time.travel"].with_user(manager)
        travels.create({"date_to": date(2026, 4, 15)}).action_travel()
        renewals = contracts.change_ids.filtered(lambda change: change.type == "renew")
        self.assertEqual(renewals.mapped("state"), ["applied"])
        self.company.cn285_clock_date = date(2026, 7, 10)
        runs = self.env["cn285.billing.run"].with_user(manager)
        runs.create({"date": date(2026, 7, 10)}).action_run()
        renewals = contracts.change_ids.filtered(lambda change: change.type == "renew")
        self.assertEqual(renewals.mapped("state"), ["applied", "applied"])
        self.assertIn(("2026-07-01", "108.90"), [line[::2] for line in self._billed(contracts)[3]])

    def test_renewals_are_told_from_other_changes(self):
        self.company._cn285_mark_test_database()
        self._story()
        travel = self._travel(date(2026, 4, 15))
        lines = {(line.date.isoformat(), line.kind): line.count for line in travel.line_ids}
        self.assertEqual((lines["2026-04-01", "renewal"], lines["2026-04-12", "change"]), (1, 1))

    def test_the_order_of_a_days_work(self):
        """Renewals before changes, both before schedules, notices before bills; bridges last."""
        order = [
            "cn285_usage.cron_make_partitions",
            "cn285_renewal.cron_renewals",
            "cn285_contract.cron_apply_changes",
            "cn285_usage.cron_match_parked",
            "cn285_contract.cron_extend_schedules",
            "cn285_renewal.cron_renewal_notices",
            "cn285_renewal.cron_termination_reminders",
            "cn285_contract.cron_daily_run",
            "cn285_usage.cron_usage_triggers",
            "cn285_bridge.cron_pulse",
        ]
        ours = [self.env.ref(name) for name in order]
        chosen = self.env["ir.cron"]._cn285_of_journeys()
        self.assertEqual([cron for cron in chosen if cron in ours], ours)
