from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import RevrecCase

REPORTS = ("analysis", "rollforward", "unbilled", "waterfall", "obligation", "tieout")


@tagged("post_install", "-at_install")
class TestAccess(RevrecCase):
    """Who may look, who may post, and the walls between companies."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            name: cls.env["res.users"].create(
                {
                    "name": name,
                    "login": f"revrec_{name}",
                    "group_ids": [(4, cls.env.ref(group).id)],
                }
            )
            for name, group in (
                ("reader", "cn285_revrec.group_revrec_user"),
                ("accountant", "cn285_revrec.group_revrec_manager"),
                ("salesman", "cn285_contract.group_contract_user_own"),
                ("portal", "base.group_portal"),
            )
        }
        cls._create_invoice(
            "2026-01-01",
            [(1200.0, "2026-01-01", "2026-12-31", {"account_id": cls.accounts["487"].id})],
        )

    def test_the_accountant_closes_a_month(self):
        runs = self.env["cn285.revrec.run"].with_user(self.users["accountant"])
        run = runs.create({"date": "2026-01-31"})
        run.action_preview()
        run.action_post()
        self.assertEqual(run.state, "done")
        for name in REPORTS:
            self.env[f"cn285.revrec.{name}"].with_user(self.users["accountant"]).search([], limit=1)
        run.action_reverse()
        self.assertEqual(run.state, "reversed")

    def test_the_accountant_writes_no_schedules(self):
        self._run("2026-01")
        for model in ("cn285.revrec.schedule", "cn285.revrec.line", "cn285.revrec.position"):
            records = self.env[model].with_user(self.users["accountant"])
            for operation in ("write", "create", "unlink"):
                self.assertFalse(records.has_access(operation), (model, operation))

    def test_the_reader_only_reads(self):
        run = self._run("2026-01").with_user(self.users["reader"])
        self.assertTrue(run.line_ids.schedule_id.mapped("amount"))
        with self.assertRaises(AccessError):
            self.env["cn285.revrec.run"].with_user(self.users["reader"]).create(
                {"date": "2026-02-28"}
            )
        with self.assertRaises(AccessError):
            run.action_reverse()

    def test_others_see_nothing(self):
        self._run("2026-01")
        for name in ("salesman", "portal"):
            for model in ("schedule", "line", "position", "run", *REPORTS):
                records = self.env[f"cn285.revrec.{model}"].with_user(self.users[name])
                with self.subTest(name, model=model), self.assertRaises(AccessError):
                    records.search([], limit=1).read()
                    records.check_access("read")

    def test_another_company_sees_nothing(self):
        self._run("2026-01")
        other = self.env["res.company"].create({"name": "Other"})
        user = self.users["accountant"]
        user.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        env = self.env(user=user, context={"allowed_company_ids": other.ids})
        for model in ("schedule", "line", "run", *REPORTS):
            self.assertFalse(env[f"cn285.revrec.{model}"].search([]), model)
        self.assertFalse(env["cn285.sales.journal"].search([]))
