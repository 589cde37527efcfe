from datetime import date

from freezegun import freeze_time
from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from ..rating.test_usage_rating import UsageCase

BODY = """\
calls = usage["calls"]["quantity"]
lines.append({"label": "Basic", "amount": 20})
if calls > 100:
    lines.append({"label": "Calls above 100", "quantity": calls - 100, "unit_price": 0.015})
"""


@tagged("post_install", "-at_install")
@freeze_time("2026-02-01 10:00:00")
class TestUsageSmartCode(UsageCase):
    """Usage that a macro turns into lines: billed, taken back, set aside, replayed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.author = new_test_user(
            cls.env,
            login="usage_macro_author",
            groups="base.group_user,cn285_contract.group_contract_user,"
            "cn285_usage.group_smartcode_author",
        )
        cls.clerk = new_test_user(
            cls.env,
            login="usage_macro_clerk",
            groups="base.group_user,cn285_contract.group_billing_manager,"
            "account.group_account_invoice",
        )
        cls.smartcode = cls.env["cn285.smartcode"].create(
            {
                "name": "Night tariff",
                "code": "night",
                "version_ids": [Command.create({"body": BODY})],
            }
        )
        cls.version = cls.smartcode.version_ids
        cls.version.action_activate()

    def _macro_contract(self, **values):
        calculator = {"charge_model": "smartcode", "smartcode_id": self.smartcode.id}
        return self._usage_contract({**calculator, "metric_id": False, **values})

    def _draft(self, body, **values):
        return self.env["cn285.smartcode.version"].create(
            {"smartcode_id": self.smartcode.id, "body": body, **values}
        )

    def test_lines_of_the_macro_are_billed(self):
        contract = self._macro_contract()
        self._use(contract, 350)
        run = self._bill(date(2026, 2, 1))
        self.assertEqual(run.invoice_count, 1, run.issue_ids.mapped("reason"))
        lines = run.invoice_ids.invoice_line_ids.sorted("sequence")
        self.assertEqual(
            [(line.name.split("\n")[1], self._cents(line.price_subtotal)) for line in lines],
            [("Basic", "20.00"), ("Calls above 100", "3.75")],
        )
        self.assertEqual((lines[1].quantity, lines[1].price_unit), (250.0, 0.015))
        rating = run.schedule_ids.rating_ids
        self.assertEqual(rating.smartcode_version_id, self.version)
        self.assertEqual(len(rating.inputs_digest), 64)
        self.assertIn("Calls above 100", run.schedule_ids.explanation)
        # Late usage is a difference to what the macro gave before.
        self._use(contract, 100)
        late = self._bill(date(2026, 2, 1))
        self.assertMoney(late.amount_untaxed, "1.50")
        self.assertEqual(self._bill(date(2026, 2, 1)).row_count, 0)

    def test_late_usage_is_rated_by_the_version_that_billed(self):
        contract = self._macro_contract()
        self._use(contract, 350)
        self.assertMoney(self._bill(date(2026, 2, 1)).amount_untaxed, "23.75")
        self._draft(BODY.replace("20}", "50}")).action_activate()
        self._use(contract, 100)
        self.assertMoney(self._bill(date(2026, 2, 1)).amount_untaxed, "1.50")
        with freeze_time("2026-03-01 10:00:00"):
            self.assertMoney(self._bill(date(2026, 3, 1)).amount_untaxed, "50.00")

    def test_a_version_holds_from_a_day(self):
        contract = self._macro_contract()
        self._draft(BODY.replace("20}", "50}"), date_from="2026-03-01").action_activate()
        with freeze_time("2026-04-01 10:00:00"):
            self._bill(date(2026, 4, 1))
        self.assertEqual(
            [row[3] for row in self._rows(contract, state="invoiced")],
            [
                "20.00",
                "20.00",
                "50.00",
            ],
        )

    def test_macro_gets_plain_values_and_events(self):
        self._draft(
            """\
for event in events:
    label = event["properties"]["site"] + event["occurred_at"].strftime(" %H:%M")
    lines.append({"label": label, "quantity": event["quantity"], "unit_price": 2})
lines.append({"label": item["customer"] + " " + item["currency"], "amount": period["days"]})
""",
            detailed=True,
        ).action_activate()
        contract = self._macro_contract(minimum_amount=200)
        self._use(contract, 3, "2026-01-10 22:30:00", properties={"site": "Lyon"})
        self._use(contract, 5, "2026-01-09 12:00:00", properties={"site": "Brest"})
        run = self._bill(date(2026, 2, 1))
        self.assertEqual(run.invoice_count, 1, run.issue_ids.mapped("reason"))
        lines = run.schedule_ids.rating_ids._engine_rating().lines
        self.assertEqual(
            [(line.key or line.code, str(line.amount)) for line in lines],
            [
                ("Brest 13:00", "10.00"),
                ("Lyon 23:30", "6.00"),
                ("Boulangerie Martin EUR", "31.00"),
                ("minimum", "153.00"),
            ],
        )

    def test_failing_macro_stops_its_contract_only(self):
        self._draft('rate = 1 / (usage["calls"]["quantity"] - 7)\nlines = []\n').action_activate()
        bad, good = self._macro_contract(), self._macro_contract()
        plain = self._usage_contract({"price_unit": 1.0})
        self._use(bad, 7)
        self._use(good, 8)
        self._use(plain, 5)
        run = self._bill(date(2026, 2, 1))
        self.assertEqual(run.issue_ids.contract_id, bad)
        self.assertRegex(run.issue_ids.reason, "Night tariff.*line 1")
        self.assertMoney(run.amount_untaxed, "5.00")
        self._draft('lines.append({"label": "Flat", "amount": 9})').action_activate()
        run.action_retry_errors()
        self.assertMoney(run.amount_untaxed, "14.00")

    def test_no_version_in_force_sets_aside(self):
        contract = self._macro_contract()
        self.version.action_retire()
        run = self._bill(date(2026, 2, 1))
        self.assertEqual(run.issue_ids.contract_id, contract)
        self.assertIn("no version in force", run.issue_ids.reason)

    def test_clerk_bills_without_the_right_on_smartcodes(self):
        contract = self._macro_contract()
        self._use(contract, 200)
        env = self.env(user=self.clerk)
        run = env["cn285.billing.run"].create({"date": date(2026, 2, 1)})
        run.action_run()
        self.assertMoney(run.amount_untaxed, "21.50")
        with self.assertRaises(AccessError):
            run.schedule_ids.rating_ids.read(["inputs"])

    def test_only_the_group_chooses_a_smartcode(self):
        contract = self._usage_contract({"price_unit": 1.0}, partner_id=self.env.user.partner_id.id)
        calculator = contract.item_ids.calculator_ids
        choice = {
            "charge_model": "smartcode",
            "smartcode_id": self.smartcode.id,
            "metric_id": False,
        }
        with self.assertRaisesRegex(AccessError, "SmartCode right"), self.env.cr.savepoint():
            calculator.with_user(self.clerk).write(choice)
        calculator.with_user(self.author).write(choice)
        # A contract made from a template uses what its author has put there.
        item = self._item_vals(
            billing_type="usage",
            timing="arrears",
            price_unit=0,
            calculator_ids=[Command.create({**choice, "name": "Macro"})],
        )
        template = self.env["cn285.contract.template"].create(
            {"name": "Macros", "item_ids": [Command.create(item)]}
        )
        made = (
            self.env["cn285.contract"]
            .with_user(self.clerk)
            .create({"partner_id": self.customer.id, "template_id": template.id})
        )
        self.assertEqual(made.sudo().item_ids.calculator_ids.smartcode_id, self.smartcode)

    def test_calculator_without_its_smartcode_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "choose its SmartCode"):
            self._usage_contract({"charge_model": "smartcode", "metric_id": False})
        company = self.env["res.company"].create({"name": "Elsewhere"})
        other = self.env["cn285.smartcode"].create(
            {"name": "Other", "code": "other", "company_id": company.id}
        )
        with self.assertRaisesRegex(UserError, "company"):
            self._macro_contract(smartcode_id=other.id)

    def test_replay_of_a_draft_shows_differences(self):
        one, two = self._macro_contract(), self._macro_contract()
        self._use(one, 300)
        self._use(two, 50)
        self._bill(date(2026, 2, 1))
        self._use(one, 100)
        self._bill(date(2026, 2, 1))
        ratings = self.env["cn285.usage.rating"].search_count([])
        draft = self._draft(BODY.replace("0.015", "0.02"))
        action = draft.with_user(self.author).action_replay()
        replay = self.env["cn285.smartcode.replay"].with_user(self.author).browse(action["res_id"])
        replay.action_run()
        self.assertEqual((replay.count, replay.changed_count, replay.failed_count), (2, 1, 0))
        line = replay.line_ids
        self.assertEqual(line.item_id, one.item_ids)
        self.assertEqual((line.recorded, line.found, line.change), (24.5, 26.0, 1.5))
        self.assertEqual(self.env["cn285.usage.rating"].search_count([]), ratings)
        # The same macro gives the same; one that wants events gets them.
        same = self._draft(BODY).with_user(self.author)
        replay = self.env["cn285.smartcode.replay"].browse(same.action_replay()["res_id"])
        replay.with_user(self.author).action_run()
        self.assertEqual((replay.count, replay.changed_count), (2, 0))
        counting = self._draft(
            'lines.append({"label": "Events", "amount": len(events)})', detailed=True
        )
        replay = self.env["cn285.smartcode.replay"].browse(counting.action_replay()["res_id"])
        replay.action_run()
        by_item = replay.line_ids.sorted(lambda line: line.item_id.id)
        self.assertEqual(by_item.mapped("found"), [2.0, 1.0])
        failing = self._draft("lines = 1 / 0")
        replay = self.env["cn285.smartcode.replay"].browse(failing.action_replay()["res_id"])
        replay.action_run()
        self.assertEqual(replay.failed_count, 2)
        self.assertIn("line 1", replay.line_ids[0].problem)
        with self.assertRaises(AccessError):
            draft.with_user(self.clerk).action_replay()
