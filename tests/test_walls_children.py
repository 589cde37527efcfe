"""Parts of a record are as closed as the record: each of our models, each kind of user."""

from datetime import date

from freezegun import freeze_time
from odoo.addons.cn285_usage.tests.rating.test_usage_rating import UsageCase
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .wall_records import WallRecords, our_models, parent_fields

# Where users edit a part of what others keep: (model, parent): why.
APART = {
    ("cn285.legal.rate", "cn285.law"): "billing managers enter the half-yearly rates",
    ("cn285.bridge.map", "cn285.bridge.backend"): "billing managers say what is what there",
    ("cn285.revrec.run.issue", "cn285.billing.schedule"): "what a run left out goes with the run",
    ("cn285.sign.rule", "cn285.sign.provider"): "managers say what is signed, not by what key",
    ("cn285.device", "cn285.device.type"): "whoever keeps devices need not keep their types",
    ("cn285.bridge.conflict.line", "cn285.bridge.conflict"): "a conflict is decided by its lines",
    ("cn285.retention.offer", "cn285.retention.offer.template"): "who offers need not set up what",
}
USERS = {
    "own": "cn285_contract.group_contract_user_own",
    "all": "cn285_contract.group_contract_user",
    "manager": "cn285_contract.group_billing_manager",
    "own_author": "cn285_contract.group_contract_user_own,cn285_usage.group_smartcode_author",
    "recorder": "cn285_usage.group_usage_recorder",
    "reports": "cn285_revrec.group_revrec_user",
    "accountant": "cn285_revrec.group_revrec_manager",
    "readonly": "account.group_account_readonly",
    "invoicing": "account.group_account_invoice",
    "employee": "base.group_user",
    "portal": "base.group_portal",
    "admin": "base.group_system",
}


@tagged("post_install", "-at_install")
@freeze_time("2026-02-20 10:00:00")
class TestWallsOfChildren(UsageCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.elsewhere = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.users = {
            name: new_test_user(cls.env, f"walls_{name}", groups) for name, groups in USERS.items()
        }
        # Managers of another company, and a customer of ours who is not this contract's.
        for name in ("manager", "accountant"):
            cls.users[f"{name}_elsewhere"] = new_test_user(
                cls.env,
                f"walls_{name}_elsewhere",
                USERS[name],
                company_id=cls.elsewhere.id,
                company_ids=[(6, 0, cls.elsewhere.ids)],
            )
        cls.seller = new_test_user(
            cls.env, "walls_seller", "cn285_contract.group_contract_user_own"
        )

    def _records(self):
        contract = self._usage_contract(
            {"charge_model": "graduated", "tier_ids": self.TIERS},
            {"beneficiary_id": self.customer.id},
            user_id=self.seller.id,
        )
        self._use(contract, 30)
        run = self._bill(date(2026, 2, 20))
        calculator = contract.item_ids.calculator_ids
        by_value = self._usage_contract(
            {
                "charge_model": "matrix",
                "property_name": "zone",
                "value_ids": [(0, 0, {"value": "EU", "price_unit": 1.0})],
            },
            user_id=self.seller.id,
        )
        records = WallRecords(
            self.env,
            cn285_contract=contract,
            cn285_contract_item=contract.item_ids,
            cn285_billing_schedule=run.schedule_ids,
            cn285_billing_run=run,
            cn285_usage_calculator=calculator,
            cn285_usage_tier=calculator.tier_ids,
            cn285_usage_value=by_value.item_ids.calculator_ids.value_ids,
            cn285_usage_rating=run.schedule_ids.rating_ids,
        )
        self.assertTrue(all(records.made.values()))
        return records

    def test_parts_are_as_closed_as_what_they_are_parts_of(self):
        records, tried = self._records(), set()
        for name in our_models(self.env):
            model = self.env[name]
            for field in parent_fields(model):
                child = records.one(name)
                parent = child[field.name]
                if not parent or (name, field.comodel_name) in APART:
                    continue
                tried.add(name)
                for login, user in self.users.items():
                    with self.subTest(name, parent=field.comodel_name, user=login):
                        self._check_closed(child.with_user(user), parent.with_user(user))
        self.assertGreater(len(tried), 35)

    def _check_closed(self, child, parent):
        for operation in ("read", "write", "unlink"):
            if parent.has_access(operation):
                continue
            self.assertFalse(child.has_access(operation), operation)
        if not parent.has_access("read"):
            if child.browse().has_access("read"):
                self.assertFalse(child.search([("id", "=", child.id)]))
            with self.assertRaises(AccessError):
                child.read(["display_name"])

    def test_prices_of_a_shared_template_are_edited_by_who_maintains_it(self):
        template = self.env["cn285.contract.template"].create(
            {
                "name": "Shared",
                "company_id": False,
                "item_ids": [
                    (
                        0,
                        0,
                        {
                            "product_id": self.subscription.id,
                            "billing_type": "usage",
                            "timing": "arrears",
                            "calculator_ids": [
                                (
                                    0,
                                    0,
                                    {
                                        "name": "Calls",
                                        "formula": "1",
                                        "charge_model": "graduated",
                                        "tier_ids": self.TIERS,
                                    },
                                )
                            ],
                        },
                    )
                ],
            }
        )
        calculator = template.item_ids.calculator_ids
        for record in (calculator, calculator.tier_ids[0]):
            for login in ("own", "all", "manager_elsewhere"):
                seen = record.with_user(self.users[login])
                self.assertTrue(seen.has_access("read"), login)
                self.assertFalse(seen.has_access("write"), login)
                self.assertFalse(seen.has_access("unlink"), login)
            self.assertTrue(record.with_user(self.users["manager"]).has_access("write"))

    def test_dialogs_are_for_whoever_opened_them(self):
        """A preview, an estimate or a file in somebody's dialog is not read by a colleague."""
        rules = self.env["ir.rule"]
        for name, model in self.env.registry.items():
            if not name.startswith("cn285.") or model._abstract or not model._transient:
                continue
            with self.subTest(name):
                own = rules.search([("model_id.model", "=", name), ("groups", "=", False)])
                self.assertIn("[('create_uid', '=', user.id)]", own.mapped("domain_force"))
        contract = self._usage_contract({"price_unit": 1.0}, user_id=self.seller.id)
        self._use(contract, 30)
        contract.with_user(self.seller).action_view_usage_estimate()
        lines = self.env["cn285.usage.estimate.line"]
        self.assertTrue(lines.with_user(self.seller).search([]).mapped("amount"))
        self.assertFalse(lines.with_user(self.users["own"]).search([]))

    def test_each_model_is_closed_to_strangers(self):
        """No model of ours is open to everybody: not to employees, customers or other companies.

        What employees, customers and managers elsewhere may read has no customer's data in it.
        """
        records = self._records()
        shared = {
            "employee": {"cn285.credit.reason"},
            "portal": set(),
            "manager_elsewhere": {
                name for name in our_models(self.env) if "company_id" not in self.env[name]._fields
            },
        }
        for name in our_models(self.env):
            record = records.one(name)
            for login, allowed in shared.items():
                if name in allowed or ("company_id" in record and not record.company_id):
                    continue
                with self.subTest(name, user=login):
                    seen = record.with_user(self.users[login])
                    self.assertFalse(seen.has_access("read"))
