from datetime import date

from freezegun import freeze_time
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .common import AnalyticsCase

# Five customers of six months, as values of days.
FIVE = {
    "A": (("2026-01-01", 100), ("2026-03-10", 150), ("2026-05-01", 0)),
    "B": (("2026-01-15", 200), ("2026-04-01", 120)),
    "C": (("2026-02-01", 50), ("2026-03-20", 0), ("2026-06-05", 60)),
    "D": (("2026-03-01", 80),),
    "E": (("2026-04-10", 30), ("2026-04-25", 0)),
}


@tagged("post_install", "-at_install")
@freeze_time("2026-06-30 10:00:00")
class TestSums(AnalyticsCase):
    """Levels, flows and ratios in groups: right in every grouping, or none."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = {}
        cls.env["res.company"].search([]).cn285_change_day = "new"
        for name, steps in FIVE.items():
            cls.customers[name] = cls.env["res.partner"].create({"name": f"Customer {name}"})
            cls._create_steps(cls.customers[name], steps)
        cls.ledger._update(cls.company)

    @classmethod
    def _create_steps(cls, customer, steps):
        """A contract for each stretch of days of one price above zero."""
        for number, (day, price) in enumerate(steps):
            following = steps[number + 1][0] if number + 1 < len(steps) else None
            if price:
                end = following and date.fromordinal(date.fromisoformat(following).toordinal() - 1)
                cls._create_contract(
                    [{"price_unit": price}],
                    partner_id=customer.id,
                    date_start=date.fromisoformat(day),
                    date_end=end or False,
                )

    def _grouped(self, groupby, aggregates):
        ids = [customer.id for customer in self.customers.values()]
        return self.env["cn285.mrr.month"]._read_group(
            [("customer_id", "in", ids)], groupby, aggregates
        )

    def test_the_table_of_five_customers(self):
        names = ("opening:sum", "new_business:sum", "closing:sum", "logos_closing:sum")
        ratios = ("gross_churn:avg", "nrr:avg", "logo_churn:avg", "quick_ratio:avg", "arpa:avg")
        found = {
            month.month: [value is not False and round(value, 2) for value in values]
            for month, *values in self._grouped(["month:month"], [*names, *ratios])
        }
        self.assertEqual(
            found,
            {
                1: [0, 300, 300, 2, False, False, False, False, 150.0],
                2: [300, 50, 350, 3, 0.0, 100.0, 0.0, False, 116.67],
                3: [350, 80, 430, 3, 14.29, 100.0, 33.33, 2.6, 143.33],
                4: [430, 30, 350, 3, 18.6, 81.4, 0.0, 0.27, 116.67],
                5: [350, 0, 200, 2, 42.86, 57.14, 33.33, 0.0, 100.0],
                6: [200, 0, 260, 3, 0.0, 100.0, 0.0, False, 86.67],
            },
        )

    def test_several_months_have_no_ratio_and_no_level(self):
        [(opening, nrr, new)] = self._grouped([], ["opening:sum", "nrr:avg", "new_business:sum"])
        self.assertIs(opening, False)
        self.assertIs(nrr, False)
        self.assertEqual(new, 460.0)

    def test_screens_offer_the_ratios(self):
        found = self.env["cn285.mrr.month"].fields_get(["nrr", "arr", "arpa", "country_id"])
        self.assertEqual(found["nrr"]["aggregator"], "avg")
        self.assertEqual(found["arr"]["aggregator"], "sum")
        self.assertTrue(found["country_id"]["groupable"])
        movement = self.env["cn285.mrr.movement"].fields_get(["user_id", "template_id"])
        self.assertTrue(movement["user_id"]["groupable"])
        self.assertTrue(movement["template_id"]["groupable"])

    def test_ratios_of_a_record_are_its_own(self):
        month = self._month(self.customers["B"], "2026-04")
        self.assertEqual((month.gross_churn, month.grr, month.arr), (40.0, 60.0, 1440.0))

    def test_a_quarter_has_its_own_opening(self):
        found = self.env["cn285.mrr.month"].cn285_metrics("2026-04-01", "2026-06-30")
        # Other customers of the database, if there are any, have been there all the time.
        others = self.env["cn285.mrr.month"]._read_group(
            [
                ("customer_id", "not in", [one.id for one in self.customers.values()]),
                ("company_id", "=", self.company.id),
            ],
            [],
            ["__count"],
        )[0][0]
        if others:
            self.skipTest("the database has contracts of its own")
        self.assertEqual((found["opening"], found["closing"]), (430.0, 260.0))
        self.assertEqual(round(found["gross_churn"], 4), 0.5349)
        self.assertEqual(round(found["logo_churn"], 4), 0.3333)
        self.assertEqual(found["arr"], 3120.0)
        self.assertIsNone(found["ltv"])

    def test_words_for_days_that_are_none(self):
        months = self.env["cn285.mrr.month"]
        for days in (("x", "2026-01-01"), ("2026-02-01", "2026-01-31"), (None, 5)):
            with self.assertRaises(UserError):
                months.cn285_metrics(*days)

    def test_what_is_agreed(self):
        """A ramp of three years, signed at once."""
        customer = self.env["res.partner"].create({"name": "Ramp"})
        before = {
            months: self.env["cn285.mrr.month"].cn285_mrr_on("2026-06-30", horizon_months=months)
            for months in (0, 12, 24)
        }
        steps = (("2026-06-01", 100), ("2027-06-01", 150), ("2028-06-01", 200))
        self._create_steps(customer, steps)
        self._record()
        for months, expected in ((0, 100), (12, 150), (24, 200)):
            found = self.env["cn285.mrr.month"].cn285_mrr_on("2026-06-30", horizon_months=months)
            self.assertEqual(found["EUR"] - before[months].get("EUR", 0), expected)
        new = self.env["cn285.mrr.movement"].search(
            [("customer_id", "=", customer.id), ("kind", "=", "new")]
        )
        self.assertEqual(new.mapped("amount_company"), [100.0])

    def test_the_home_screen(self):
        user = new_test_user(self.env, "home_user", "cn285_contract.group_contract_user")
        home = self.env["cn285.mrr.month"].with_user(user).cn285_home()
        self.assertEqual((home["month"], home["is_current"]), ("2026-06-01", True))
        cards = {card["key"]: card["value"] for card in home["cards"]}
        self.assertEqual(cards["arr"], 12 * cards["mrr"])
        self.assertEqual(cards["mrr"], home["months"][-1]["closing"])
        self.assertGreaterEqual(cards["mrr"], 260.0)
        for month in home["months"]:
            moved = sum(month[name] for name in ("new_business", "reactivation", "expansion"))
            moved += sum(month[name] for name in ("transfer", "pause", "currency"))
            moved -= month["contraction"] + month["churn"]
            self.assertAlmostEqual(month["opening"] + moved, month["closing"], places=4)
        self.assertEqual(home["causes"][0]["cause"], "end")
        self.assertGreaterEqual(home["causes"][0]["amount"], 260.0)
        january = [row for row in home["cohorts"] if row["cohort"] == "2026-01-01"]
        self.assertEqual(len(january[0]["shares"]), 6)
        self.assertEqual(january[0]["shares"][0], 1.0)
        march = self.env["cn285.mrr.month"].cn285_home("2026-03-15", "value")
        self.assertEqual((march["month"], march["is_current"]), ("2026-03-01", False))
        self.assertEqual(len(march["months"]), 3)
        with self.assertRaises(UserError):
            self.env["cn285.mrr.month"].cn285_home(cohorts_by="x")
