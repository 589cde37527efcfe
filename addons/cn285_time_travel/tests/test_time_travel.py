from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from odoo.addons.cn285_contract.tests.billing.test_looking_ahead import AheadCase
from odoo.addons.cn285_time_travel.models import time_travel_day
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged


class TravelCase(AheadCase):
    """A story of contracts, for journeys through it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Nobody pays in these stories; what follows from that is told where debts are.
        if "cn285_dunning" in cls.company._fields:
            cls.company.cn285_dunning = False

    def _travel(self, to, **values):
        travel = self.env["cn285.time.travel"].create({"date_to": to, **values})
        travel.action_travel()
        return travel

    def _story(self):
        """Contracts in advance and arrears, one that ends, a change on the way."""
        contracts = (
            self._create_contract([{}, {"price_unit": 40.0, "recurring_unit": "quarter"}])
            | self._create_contract([{"timing": "arrears", "price_unit": 33.33}])
            | self._create_contract([{"price_unit": 9.99}], date_end=date(2026, 3, 20))
        )
        item = contracts[0].item_ids[0]
        self._plan(contracts[0], "end_item", date(2026, 4, 12), item)
        return contracts

    def _both_ways(self):
        """The story day by day, and in one jump that is caught up: its contracts, twice."""
        self.company._cn285_mark_test_database()
        step_by_step = self._story()
        self._travel(date(2026, 7, 31))
        self.company.cn285_clock_date = date(2026, 1, 15)
        jumped = self._story()
        self.company.cn285_clock_date = date(2026, 7, 31)
        self._bill(date(2026, 7, 31), contract_ids=[(6, 0, jumped.ids)])
        self.env["cn285.contract"]._cron_extend_schedules()
        return step_by_step, jumped

    def _billed(self, contracts):
        """What was billed of each contract: days, texts, amounts."""
        moves = self.env["account.move"].search([("cn285_contract_ids", "in", contracts.ids)])
        lines = moves.invoice_line_ids
        return [
            sorted(
                (line.move_id.invoice_date.isoformat(), line.name, self._cents(-line.balance))
                for line in lines
                if contract in line.move_id.cn285_contract_ids
                and line.cn285_schedule_ids.contract_id == contract
            )
            for contract in contracts
        ]


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestTimeTravel(TravelCase):
    def test_days_pass_and_what_is_due_happens(self):
        self.company._cn285_mark_test_database()
        contracts = self._story()
        travel = self._travel(date(2026, 5, 15))
        self.assertEqual(self.company._cn285_today(), date(2026, 5, 15))
        self.assertEqual((travel.state, travel.date_from), ("done", date(2026, 1, 15)))
        self.assertEqual(contracts[2].state, "closed")
        self.assertEqual(contracts[0].change_ids.state, "applied")
        lines = {(line.date.isoformat(), line.kind): line.count for line in travel.line_ids}
        self.assertEqual(lines["2026-04-12", "change"], 1)
        self.assertEqual(lines["2026-03-20", "end"], 1)
        bills = travel.line_ids.filtered(lambda line: line.kind in ("invoice", "credit"))
        moves = self.env["account.move"].search(
            [("cn285_contract_ids", "in", contracts.ids), ("invoice_date", ">", "2026-01-15")]
        )
        self.assertMoney(
            sum(bills.mapped("amount")), self._cents(sum(moves.mapped("amount_untaxed_signed")))
        )
        with self.assertRaisesRegex(UserError, "cannot travel"):
            self._travel(date(2026, 5, 14))
        # The clock goes on from where it is.
        self._travel(date(2026, 5, 20))
        self.assertEqual(self.company._cn285_today(), date(2026, 5, 20))

    @patch.object(time_travel_day, "COMMIT_SECONDS", 0)
    def test_a_slow_machine_travels_too(self):
        """Where no time is left when the agenda is read, a day passes all the same."""
        self.company._cn285_mark_test_database()
        travel = self._travel(date(2026, 1, 18))
        self.assertEqual((travel.state, self.company._cn285_today()), ("done", date(2026, 1, 18)))

    def test_day_by_day_is_the_same_as_one_jump(self):
        step_by_step, jumped = self._both_ways()
        self.assertEqual(self._billed(jumped), self._billed(step_by_step))
        self.assertEqual(jumped.mapped("state"), step_by_step.mapped("state"))

    def test_never_in_production(self):
        travel = self.env["cn285.time.travel"].create({"date_to": date(2026, 2, 1)})
        for call in (travel.action_travel, travel.action_travel_in_job):
            with self.assertRaisesRegex(UserError, "for test databases"):
                call()
        self.assertFalse(self.company.cn285_clock_date)
        # A clock that came along in a copy of a test database is not obeyed.
        self.company._cn285_mark_test_database()
        self.company.cn285_clock_date = date(2030, 1, 1)
        self.assertEqual(self.company._cn285_today(), date(2030, 1, 1))
        self.env["ir.config_parameter"].set_param("database.uuid", "a-copy")
        self.assertEqual(self.company._cn285_today(), date(2026, 1, 15))

    def test_the_mark_is_an_administrators(self):
        manager = new_test_user(
            self.env, "traveller", groups="cn285_contract.group_billing_manager"
        )
        with self.assertRaises(AccessError):
            self.company.with_user(manager)._cn285_mark_test_database()
        settings = self.env["res.config.settings"].create({"cn285_test_database": True})
        settings.execute()
        self.assertTrue(self.company._cn285_is_test_database())
        user = new_test_user(self.env, "stayer", groups="cn285_contract.group_contract_user")
        with self.assertRaises(AccessError):
            self.env["cn285.time.travel"].with_user(user).create({"date_to": date(2026, 2, 1)})
        settings = self.env["res.config.settings"].create({"cn285_test_database": False})
        settings.execute()
        self.assertFalse(self.company._cn285_is_test_database())
