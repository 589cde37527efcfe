from freezegun import freeze_time
from odoo.addons.cn285_analytics.tests.common import AnalyticsCase
from odoo.addons.cn285_api.tests.common import ApiCase
from odoo.tests import new_test_user, tagged


@tagged("post_install", "-at_install")
@freeze_time("2026-02-10 12:00:00")
class TestApiAnalytics(ApiCase, AnalyticsCase):
    """Recurring revenue over the API, as its key's user reads it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = new_test_user(cls.env, "api_seller", "cn285_contract.group_contract_user_own")
        cls.contract = cls._create_contract(
            [{"price_unit": 100.0}, {"price_unit": 20.0}], user_id=cls.seller.id
        )
        cls.other = cls._create_contract(
            [{"price_unit": 7.0}],
            user_id=cls.env.ref("base.user_admin").id,
            partner_id=cls.env["res.partner"].create({"name": "Other"}).id,
        )
        cls.env.flush_all()
        cls.ledger._update(cls.company)

    def test_measures_are_those_of_the_screens(self):
        found = self.get("/analytics/measures?month_from=2026-01-15&month_to=2026-02-01")
        months = self.env["cn285.mrr.month"].with_company(self.company)
        expected = months.cn285_metrics("2026-01-01", "2026-02-28")
        self.assertEqual((found["month_from"], found["month_to"]), ("2026-01-01", "2026-02-01"))
        self.assertEqual(found["closing"], f"{expected['closing']:.2f}")
        self.assertEqual(found["customers_closing"], expected["logos_closing"])
        self.assertGreaterEqual(float(found["new"]), 127.0)
        # Nothing was there before: there is nothing to divide by.
        first = self.get("/analytics/measures?month_from=1990-01-01&month_to=1990-01-01")
        self.assertEqual((first["opening"], first["nrr"], first["ltv"]), ("0.00", None, None))

    def test_movements_of_a_contract(self):
        rows = self.get(f"/analytics/movements?contract={self.contract.id}&kind=new")["data"]
        self.assertEqual(
            [(row["date"], row["amount"], row["customer"]["id"]) for row in rows],
            [
                ("2026-01-01", "100", self.customer.id),
                ("2026-01-01", "20", self.customer.id),
            ],
        )
        self.assertEqual(sum(row["customers"] for row in rows), 1)
        later = self.get(f"/analytics/movements?contract={self.contract.id}&date_from=2026-01-02")
        self.assertEqual(later["data"], [])

    def test_items_by_month(self):
        rows = self.get(f"/analytics/items?contract={self.contract.id}&month=2026-02-20")["data"]
        self.assertEqual(
            [(row["month"], row["mrr"], row["list_mrr"]) for row in rows],
            [("2026-02-01", "100", "100"), ("2026-02-01", "20", "20")],
        )

    def test_of_a_day_as_it_was_known(self):
        now = self.get("/analytics/mrr?day=2026-02-10")["data"]
        self.assertGreaterEqual({row["currency"]: float(row["mrr"]) for row in now}["EUR"], 127.0)
        # Nothing was recorded before today.
        self.assertEqual(self.get("/analytics/mrr?day=2026-02-10&known_on=2026-01-01")["data"], [])
        far = self.get("/analytics/mrr?day=2026-02-10&horizon_months=12")
        self.assertEqual(far["day"], "2027-02-10")

    def test_what_a_key_may_read(self):
        seller = self._new_key(self.seller)
        answer = self.call(
            "GET", "/analytics/measures?month_from=2026-01-01&month_to=2026-01-01", key=seller
        )
        self.assertProblem(answer, 403, "not_allowed")
        rows = self.get("/analytics/movements?limit=100", key=seller)["data"]
        self.assertIn(self.contract.id, {row["contract"]["id"] for row in rows})
        self.assertNotIn(self.other.id, {row["contract"]["id"] for row in rows})
        unscoped = self._new_key(self.program, scopes=("contracts:read",))
        answer = self.call("GET", "/analytics/movements", key=unscoped)
        self.assertProblem(answer, 403, "missing_scope")
        answer = self.call("GET", "/analytics/measures?month_from=2026-02-01&month_to=2026-01-01")
        self.assertProblem(answer, 422, "refused")
