"""What is left of what was billed: by hand, in every grouping, and never for customers."""

from datetime import date

from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import TIERS, SimulationCase


@tagged("post_install", "-at_install")
@freeze_time("2026-03-01 10:00:00")
class TestMargin(SimulationCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.controller = new_test_user(
            cls.env, "margin_controller", "base.group_user,cn285_simulation.group_margin"
        )

    def _cost(self, product, **values):
        return (
            self.env["cn285.cost"]
            .with_user(self.controller)
            .create({"product_id": product.id, **values})
        )

    def _margins(self, contract=None):
        margins = self.env["cn285.margin"].with_user(self.controller)
        for month in (1, 2):
            margins._work_out(self.company, date(2026, month, 1))
        found = margins.search([("contract_id", "=", contract.id)] if contract else [])
        return found.sorted("month")

    def _figures(self, margins):
        return [
            tuple(self._cents(one[name]) for name in ("revenue", "cost", "margin"))
            for one in margins
        ]

    def test_costs_of_units_and_periods(self):
        """By the share of the period; several of one product add up; days limit them."""
        contract = self._create_contract(
            [{"quantity": 3, "alignment": "calendar"}], date_start=date(2026, 1, 17)
        )
        self._bill(date(2026, 3, 1))
        self._cost(self.subscription, kind="unit", amount=20)
        self._cost(self.subscription, kind="period", amount=31, date_to=date(2026, 1, 31))
        margins = self._margins(contract)
        # 15 of 31 days: 300 x 15/31; 3 x 20 x 15/31 and 31 x 15/31.
        self.assertEqual(
            self._figures(margins),
            [("145.16", "44.03", "101.13"), ("300.00", "60.00", "240.00")],
        )
        self.assertMoney(margins[1].percent, "80.00")
        self.assertEqual(len(self._margins(contract)), 2, "worked out anew, there once")

    def test_cost_calculator(self):
        """The engine rates the same usage by it, tiers and all; nobody is billed by it."""
        contract = self._usage_contract({"price_unit": 0.9}, {"discount": 50})
        self._use(contract, 150)
        self._use(contract, 100)
        self._bill(date(2026, 3, 1))
        before = contract.schedule_ids.rating_ids
        calculator = self._template_calculator(charge_model="graduated", tier_ids=TIERS)
        self._cost(self.subscription, kind="calculator", calculator_id=calculator.id)
        margins = self._margins(contract)
        # 250 x 0.9 x 50 %; 100 x 0.5 + 150 x 0.3: the customer's discount is none of a cost.
        self.assertEqual(
            self._figures(margins), [("112.50", "95.00", "17.50"), ("0.00", "0.00", "0.00")]
        )
        self.assertEqual((margins[0].event_count, margins[0].cost_per_event), (2, 47.5))
        self.assertEqual(contract.schedule_ids.rating_ids, before)

    def test_ratios_are_those_of_sums(self):
        small, large = self._partners("Small", "Large")
        self._create_contract([{"price_unit": 10}], partner_id=small.id)
        self._create_contract([{"price_unit": 990}], partner_id=large.id)
        self._bill(date(2026, 3, 1))
        self._cost(self.subscription, kind="period", amount=9)
        margins = self._margins()
        model = margins.browse()
        domain = [("partner_id", "in", (small + large).ids)]
        found = dict(model._read_group(domain, ["partner_id"], ["percent:avg"]))
        self.assertMoney(found[small], "10.00")
        self.assertMoney(found[large], "99.09")
        [[percent, margin, revenue]] = model._read_group(
            domain, [], ["percent:avg", "margin:sum", "revenue:sum"]
        )
        # 4 periods: 2,000.00 less 36.00; the mean of the two would be 54.55.
        self.assertMoney(percent, "98.20")
        self.assertEqual((self._cents(margin), self._cents(revenue)), ("1964.00", "2000.00"))
        [by_month] = {
            round(one, 2)
            for _month, one in model._read_group(domain, ["month:month"], ["percent:avg"])
        }
        self.assertEqual(by_month, 98.2)

    def test_of_an_invoice(self):
        contract = self._create_contract()
        run = self._bill(date(2026, 2, 1))
        self._cost(self.subscription, amount=30)
        self._margins(contract)
        move = run.invoice_ids.sorted("invoice_date")[0].with_user(self.controller).sudo(False)
        action = move.sudo().with_user(self.controller).action_cn285_view_margins()
        found = self.env["cn285.margin"].search(action["domain"])
        self.assertEqual(self._figures(found), [("100.00", "30.00", "70.00")])

    def test_customers_and_clerks_see_nothing(self):
        contract = self._create_contract()
        self._bill(date(2026, 2, 1))
        self._cost(self.subscription, amount=30)
        margins = self._margins(contract)
        costs = self.env["cn285.cost"].search([])
        portal = new_test_user(self.env, "margin_portal", "base.group_portal")
        portal.partner_id = self.customer
        clerk = new_test_user(self.env, "margin_clerk", "cn285_contract.group_contract_user")
        for user in (portal, clerk, self.analyst):
            for records in (margins, costs):
                with self.assertRaises(AccessError):
                    records.with_user(user).read(["company_id"])
                with self.assertRaises(AccessError):
                    records.browse().with_user(user).search([])
            with self.assertRaises(AccessError):
                contract.schedule_ids.move_id[:1].with_user(user).action_cn285_view_margins()
        # No field of what customers read names them.
        ours = ("cn285.margin", "cn285.cost")
        for name in (
            "cn285.contract",
            "cn285.contract.item",
            "cn285.billing.schedule",
            "account.move",
        ):
            for field in self.env[name]._fields.values():
                self.assertNotIn(field.comodel_name, ours, f"{name}.{field.name}")
        with self.assertRaises(AccessError):
            margins.with_user(self.controller).write({"cost": 0})

    def test_what_is_refused(self):
        with self.assertRaises(ValidationError):
            self._cost(self.subscription, kind="calculator")
        with self.assertRaises(ValidationError):
            self._cost(self.subscription, date_from=date(2026, 2, 1), date_to=date(2026, 1, 1))
        own = self._usage_contract({"price_unit": 1.0}).item_ids.calculator_ids
        with self.assertRaises(ValidationError):
            self._cost(self.subscription, kind="calculator", calculator_id=own.id)
        dialog = self.env["cn285.margin.work"].with_user(self.controller)
        with self.assertRaises(UserError):
            dialog.create({"date_from": "2026-02-01", "date_to": "2026-01-01"}).action_work_out()
