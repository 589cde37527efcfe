from datetime import date

from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ...models.clock import imagined_day
from ..common import ContractCase


class AheadCase(ContractCase):
    @classmethod
    def _plan(cls, contract, kind, day, item=None, **values):
        """A scheduled contract change."""
        change = cls.env["cn285.contract.change"].create(
            {
                "contract_id": contract.id,
                "item_id": item and item.id,
                "type": kind,
                "date_effective": day,
                "values": values or False,
            }
        )
        change.action_schedule()
        return change


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestLookingAhead(AheadCase):
    def test_a_preview_knows_planned_changes_and_writes_nothing(self):
        contract = self._create_contract([{}, {"price_unit": 40.0}])
        self._bill(date(2026, 1, 15), contract_ids=[(6, 0, contract.ids)])
        self._plan(contract, "end_item", date(2026, 2, 28), contract.item_ids[1])
        before = self._rows(contract), contract.change_ids.state, contract.state
        moves = self.env["account.move"].search_count([])
        bills = contract.preview_invoices(3)
        self.assertEqual(
            [(bill["date"], self._cents(bill["amount_untaxed"])) for bill in bills],
            [("2026-02-01", "140.00"), ("2026-03-01", "100.00"), ("2026-04-01", "100.00")],
        )
        self.assertMoney(bills[0]["amount_total"], "168.00")
        contract.invalidate_recordset()
        after = self._rows(contract), contract.change_ids.state, contract.state
        self.assertEqual(after, before)
        self.assertEqual(self.env["account.move"].search_count([]), moves)

    def test_the_preview_with_changes_is_what_is_billed(self):
        contract = self._create_contract([{}, {"price_unit": 40.0, "recurring_unit": "quarter"}])
        self._plan(contract, "end_item", date(2026, 2, 10), contract.item_ids[0])
        previewed = [
            (bill["date"], self._cents(bill["amount_total"]))
            for bill in contract.preview_invoices(4)
        ]
        for day in ("2026-01-15", "2026-02-10", "2026-02-11", "2026-04-01", "2026-07-01"):
            with freeze_time(f"{day} 10:00:00"):
                self._bill(date.fromisoformat(day), contract_ids=[(6, 0, contract.ids)])
        moves = self.env["account.move"].search(
            [("cn285_contract_ids", "in", contract.ids)], order="invoice_date, id"
        )
        billed = [
            (move.invoice_date.isoformat(), self._cents(abs(move.amount_total_signed)))
            for move in moves
        ]
        self.assertEqual([row[0] for row in previewed], [row[0] for row in billed][:4])
        self.assertEqual([row[1].lstrip("-") for row in previewed], [row[1] for row in billed][:4])

    def test_upcoming_periods_are_billed_today(self):
        contract = self._create_contract([{}, {"price_unit": 40.0, "recurring_unit": "quarter"}])
        ids = contract.bill_upcoming(periods=2)
        move = self.env["account.move"].browse(ids)
        self.assertEqual(
            (len(move), move.state, move.invoice_date), (1, "posted", date(2026, 1, 15))
        )
        self.assertMoney(move.amount_untaxed, "280.00")
        self.assertEqual(
            sorted(row.period_start.isoformat() for row in move.cn285_schedule_ids),
            ["2026-01-01", "2026-01-01", "2026-02-01", "2026-04-01"],
        )
        more = self.env["account.move"].browse(contract.bill_upcoming(until="2026-04-15"))
        self.assertMoney(more.amount_untaxed, "200.00")
        with self.assertRaisesRegex(UserError, "nothing to bill ahead"):
            contract.bill_upcoming(until="2026-04-15")
        self._bill(date(2026, 4, 30), contract_ids=[(6, 0, contract.ids)])
        self.assertEqual(
            self.env["account.move"].search_count([("cn285_contract_ids", "in", contract.ids)]), 2
        )

    def test_billing_ahead_goes_past_the_planning_horizon(self):
        self.company.cn285_horizon_months = 1
        contract = self._create_contract([{"recurring_unit": "year", "price_unit": 1200}])
        move = self.env["account.move"].browse(contract.bill_upcoming(periods=4))
        self.assertMoney(move.amount_untaxed, "4800.00")

    def test_what_cannot_be_billed_ahead_is_refused(self):
        trial = self._create_contract([{"trial_days": 30}])
        with self.assertRaisesRegex(UserError, "is in its trial until"):
            trial.bill_upcoming(periods=1)
        contract = self._create_contract()
        for wish, words in (
            ({}, "Bill either"),
            ({"periods": 1, "until": "2026-03-01"}, "Bill either"),
            ({"periods": 61}, "Between 1 and 60"),
            ({"periods": -1}, "Between 1 and 60"),
            ({"periods": 1.5}, "Between 1 and 60"),
            ({"until": "soon"}, "“soon” is no date"),
            ({"until": "2036-01-16"}, "Ten years at most"),
        ):
            with self.subTest(wish), self.assertRaisesRegex(UserError, words):
                contract.bill_upcoming(**wish)
        self.subscription.taxes_id.active = False
        with self.assertRaisesRegex(UserError, "is archived"):
            contract.bill_upcoming(periods=1)
        user = new_test_user(self.env, "ahead", groups="cn285_contract.group_contract_user")
        with self.assertRaises(AccessError):
            contract.with_user(user).bill_upcoming(periods=1)


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestTimeTravel(AheadCase):
    def _travel(self, to, **values):
        travel = self.env["cn285.time.travel"].create({"date_to": to, **values})
        travel.action_travel()
        return travel

    def _story(self):
        """Contracts in advance and arrears, one that ends, one that renews, a change on the way."""
        contracts = (
            self._create_contract([{}, {"price_unit": 40.0, "recurring_unit": "quarter"}])
            | self._create_contract([{"timing": "arrears", "price_unit": 33.33}])
            | self._create_contract([{"price_unit": 9.99}], date_end=date(2026, 3, 20))
            | self._create_contract(
                [{"price_unit": 60.0}, {"price_unit": 90.0, "recurring_unit": "quarter"}],
                term_length=3,
                renewal_revision="percent",
                renewal_percent=10.0,
            )
        )
        item = contracts[0].item_ids[0]
        self._plan(contracts[0], "end_item", date(2026, 4, 12), item)
        return contracts

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

    def test_day_by_day_is_the_same_as_one_jump(self):
        self.company._cn285_mark_test_database()
        step_by_step = self._story()
        self._travel(date(2026, 7, 31))
        self.company.cn285_clock_date = date(2026, 1, 15)
        jumped = self._story()
        self.company.cn285_clock_date = date(2026, 7, 31)
        self._bill(date(2026, 7, 31), contract_ids=[(6, 0, jumped.ids)])
        self.env["cn285.contract"]._cron_extend_schedules()

        def outcome(contracts):
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

        self.assertEqual(outcome(jumped), outcome(step_by_step))
        self.assertEqual(jumped.mapped("state"), step_by_step.mapped("state"))
        self.assertEqual(jumped[3].term_number, 2)
        renewed = [line[::2] for line in outcome(jumped)[3]]
        self.assertIn(("2026-04-01", "66.00"), renewed)
        self.assertIn(("2026-07-01", "108.90"), renewed)

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

    def test_an_imagined_day_is_over_after_its_block(self):
        with imagined_day(date(2027, 1, 1)):
            self.assertEqual(self.company._cn285_today(), date(2027, 1, 1))
        self.assertEqual(self.company._cn285_today(), date(2026, 1, 15))
