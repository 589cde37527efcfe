from datetime import date

from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged

from ..rating.test_usage_rating import UsageCase

TIERS = [
    {"up_to": 10, "price_unit": 10, "flat": 2},
    {"up_to": 20, "price_unit": 5, "flat": 3},
    {"up_to": 0, "price_unit": 5, "flat": 3},
]


@tagged("post_install", "-at_install")
@freeze_time("2026-02-01 10:00:00")
class TestUsageSimulation(UsageCase):
    """What would this cost: the amount, its lines and the curve, saved or not."""

    def _simulate(self, terms, **usage):
        answer = self.env["cn285.usage.calculator"].simulate_terms(terms, usage)
        self.assertNotIn("error", answer)
        return answer

    def test_each_charge_model_from_figures_not_saved(self):
        cases = [
            ({"charge_model": "per_unit", "price_unit": 0.0175}, {"quantity": 333}, "5.83"),
            ({"charge_model": "graduated", "tier_ids": TIERS}, {"quantity": 21}, "163.00"),
            ({"charge_model": "volume", "tier_ids": TIERS}, {"quantity": 11}, "58.00"),
            (
                {
                    "charge_model": "stairstep",
                    "overage_price": 0.12,
                    "tier_ids": [{"up_to": 100, "flat": 10}, {"up_to": 500, "flat": 40}],
                },
                {"quantity": 600},
                "52.00",
            ),
            (
                {"charge_model": "package", "package_size": 10, "price_unit": 100},
                {"quantity": "121"},
                "1300.00",
            ),
            (
                {"charge_model": "percentage", "percent": 1.5, "fixed_amount": 0.3},
                {"amounts": [100, 50.5]},
                "2.86",
            ),
            (
                {
                    "charge_model": "matrix",
                    "value_ids": [{"value": "FR", "price_unit": 0.04}],
                    "has_default_price": True,
                    "price_unit": 0.1,
                },
                {"values": {"FR": 100, "": 3}},
                "4.30",
            ),
            (
                {
                    "charge_model": "per_unit",
                    "price_unit": 1,
                    "allowance_units": 100,
                    "minimum_amount": 25,
                },
                {"quantity": 110},
                "25.00",
            ),
        ]
        for terms, usage, amount in cases:
            with self.subTest(terms["charge_model"], amount=amount):
                answer = self._simulate(terms, **usage)
                self.assertMoney(answer["amount"], amount)
                total = sum(line["amount"] for line in answer["lines"])
                self.assertMoney(total, amount)
                self.assertIn(amount, answer["amount_text"].replace(",", ""))

    def test_simulated_is_what_is_billed(self):
        contract = self._usage_contract(
            {"charge_model": "graduated", "tier_ids": [(0, 0, tier) for tier in TIERS]}
        )
        simulated = contract.item_ids.calculator_ids.simulate(21)["amount"]
        self._use(contract, 21)
        self.assertEqual(self._bill(date(2026, 2, 1)).amount_untaxed, simulated)

    def test_curve_shows_the_leap_behind_a_bound(self):
        answer = self._simulate({"charge_model": "volume", "tier_ids": TIERS}, quantity=12)
        self.assertEqual(answer["bounds"], [10.0, 20.0])
        [curve] = answer["curves"]
        points = {x: (total, each) for x, total, each in curve["points"]}
        self.assertEqual(points[10.0], (102.0, 10.2))
        behind = min(x for x in points if x > 10)
        self.assertLess(behind, 10.01)
        self.assertAlmostEqual(points[behind][0], 53, delta=0.05)
        self.assertEqual([x for x, *_rest in curve["points"]], sorted(points))
        self.assertIsNone(points[0.0][1])
        self.assertEqual(max(points), 25)

    def test_a_curve_for_each_value(self):
        terms = {
            "charge_model": "matrix",
            "value_ids": [{"value": "FR", "price_unit": 1}, {"value": "BE", "price_unit": 2}],
        }
        curves = self._simulate(terms, values={"FR": 8})["curves"]
        self.assertEqual([curve["label"] for curve in curves], ["FR", "BE"])
        self.assertEqual([curve["points"][-1][:2] for curve in curves], [[10, 10], [10, 20]])

    def test_figures_that_make_no_price_are_said_in_words(self):
        simulate = self.env["cn285.usage.calculator"].simulate_terms
        for terms, usage in (
            ({"charge_model": "graduated", "tier_ids": []}, {"quantity": 1}),
            ({"charge_model": "per_unit", "price_unit": 1}, {"quantity": "many"}),
            ({"charge_model": "per_unit", "price_unit": 1}, {"quantity": "NaN"}),
            ({"charge_model": "matrix", "value_ids": []}, {"values": {"FR": 1}}),
        ):
            with self.subTest(terms=terms, usage=usage):
                answer = simulate(terms, usage)
                self.assertEqual(list(answer), ["error"])
                self.assertTrue(answer["error"])

    def test_programs_are_told_what_is_wrong(self):
        calculator = self._usage_contract({"price_unit": 2.0}).item_ids.calculator_ids
        self.assertEqual(calculator.simulate(5)["amount"], 10.0)
        for wrong in (float("nan"), "x", None, True):
            with self.subTest(wrong), self.assertRaisesRegex(UserError, "is not a number"):
                calculator.simulate(wrong)
        answer = calculator.simulate_terms({"charge_model": "free"}, {"quantity": 1})
        self.assertIn("“free”", answer["error"])

    def test_it_is_for_those_who_may_see_calculators(self):
        portal = new_test_user(self.env, "curious", groups="base.group_portal")
        nobody = new_test_user(self.env, "nobody", groups="base.group_user")
        for user in (portal, nobody):
            with self.assertRaises(AccessError):
                self.env["cn285.usage.calculator"].with_user(user).simulate_terms(
                    {"charge_model": "per_unit", "price_unit": 1}, {"quantity": 1}
                )


@tagged("post_install", "-at_install")
class TestUsageSimulationTour(UsageCase, HttpCase):
    """The simulator in a browser."""

    def test_quantity_typed_shows_its_amount(self):
        contract = self._usage_contract(
            {"charge_model": "graduated", "tier_ids": [(0, 0, tier) for tier in TIERS]}
        )
        new_test_user(
            self.env,
            "tour_pricing",
            password="tour_pricing",
            groups="base.group_user,cn285_contract.group_billing_manager",
        )
        self.start_tour(
            f"/odoo/cn285-contracts/{contract.id}",
            "cn285_usage_price_simulator_tour",
            login="tour_pricing",
        )
        self.assertFalse(contract.item_ids.calculator_ids.allowance_units)
