from freezegun import freeze_time
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import AnalyticsCase

MODELS = ("entry", "movement", "month", "close")


@tagged("post_install", "-at_install")
@freeze_time("2026-02-10 10:00:00")
class TestRights(AnalyticsCase):
    """Who reads contracts reads what they are worth, and nobody else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            name: new_test_user(cls.env, f"mrr_{name}", groups)
            for name, groups in (
                ("own", "cn285_contract.group_contract_user_own"),
                ("all", "cn285_contract.group_contract_user"),
                ("manager", "cn285_contract.group_billing_manager"),
                ("accountant", "account.group_account_readonly"),
                ("employee", "base.group_user"),
                ("portal", "base.group_portal"),
            )
        }
        cls.mine = cls._create_contract(user_id=cls.users["own"].id)
        cls.theirs = cls._create_contract(user_id=cls.users["all"].id)
        cls.ledger._update(cls.company)
        cls.env["cn285.mrr.close"].create({"month": "2026-01-01"})

    def _seen(self, model, user):
        contracts = (self.mine | self.theirs).ids
        records = self.env[f"cn285.mrr.{model}"].with_user(user)
        return records.search([("contract_id", "in", contracts)]).contract_id

    def test_sellers_see_their_own(self):
        for model in ("entry", "movement"):
            with self.subTest(model):
                self.assertEqual(self._seen(model, self.users["own"]), self.mine)
                for name in ("all", "manager", "accountant"):
                    self.assertEqual(
                        self._seen(model, self.users[name]), self.mine | self.theirs, name
                    )

    def test_sums_of_customers_are_for_who_sees_all(self):
        months = self.env["cn285.mrr.month"]
        for name in ("own", "employee", "portal"):
            with self.subTest(name), self.assertRaises(AccessError):
                months.with_user(self.users[name]).cn285_metrics("2026-01-01", "2026-01-31")
        for name in ("all", "accountant"):
            found = months.with_user(self.users[name]).cn285_metrics("2026-01-01", "2026-01-31")
            self.assertGreaterEqual(found["closing"], 200.0)
        # What sellers ask of a day is of their own contracts.
        found = months.with_user(self.users["own"]).cn285_mrr_on("2026-01-31")
        self.assertEqual(found, {"EUR": 100.0})

    def test_customers_and_employees_see_nothing(self):
        for name in ("employee", "portal"):
            for model in MODELS:
                records = self.env[f"cn285.mrr.{model}"].with_user(self.users[name])
                with self.subTest(name, model=model), self.assertRaises(AccessError):
                    records.search([], limit=1).read()
                    records.check_access("read")

    def test_another_company_sees_nothing(self):
        other = self.env["res.company"].create({"name": "Other"})
        user = self.users["manager"]
        user.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        env = self.env(user=user, context={"allowed_company_ids": other.ids})
        for model in MODELS:
            self.assertFalse(env[f"cn285.mrr.{model}"].search([]), model)
        self.assertEqual(env["cn285.mrr.month"].cn285_mrr_on("2026-01-31"), {})

    def test_nobody_writes_facts(self):
        for model in ("entry", "movement", "month"):
            records = self.env[f"cn285.mrr.{model}"].with_user(self.users["manager"])
            for operation in ("write", "create", "unlink"):
                self.assertFalse(records.has_access(operation), (model, operation))
