from datetime import date

from freezegun import freeze_time
from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import ContractCase


@tagged("post_install", "-at_install")
@freeze_time("2026-01-10 10:00:00")
class TestProductRules(ContractCase):
    """Rules between products and limits of customers hold however a contract comes about."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = new_test_user(cls.env, "seller", groups="cn285_contract.group_contract_user")
        cls.option, cls.rival = (cls._create_product(name, 5.0) for name in ("Option", "Rival"))
        base = cls.subscription.product_tmpl_id
        cls.option.product_tmpl_id.cn285_requires_ids = base
        cls.rival.product_tmpl_id.cn285_excludes_ids = base

    def _draft(self, *products, **values):
        contracts = self.env["cn285.contract"].with_user(self.seller)
        items = [Command.create(self._item_vals(product_id=one.id)) for one in products]
        return contracts.create(
            {
                "partner_id": self.customer.id,
                "date_start": date(2026, 1, 1),
                "item_ids": items,
                **values,
            }
        )

    def _refused(self, step, reason):
        with self.assertRaisesRegex(ValidationError, reason), self.env.cr.savepoint():
            step()

    def test_excluded_products(self):
        """Whichever of the two says so, and in whichever order they stand."""
        for products in ((self.subscription, self.rival), (self.rival, self.subscription)):
            contract = self._draft(*products)
            self._refused(contract.action_confirm, "Rival cannot be on a contract with API access")
            self.assertEqual(contract.state, "draft")

    def test_required_product(self):
        contract = self._draft(self.option)
        self._refused(contract.action_confirm, "Option requires API access")
        contract.item_ids = [Command.create(self._item_vals())]
        contract.action_confirm()
        self.assertEqual(contract.state, "active")

    def test_items_that_wait_for_their_button_count(self):
        contract = self._draft(self.subscription, self.rival)
        contract.item_ids.start_condition = "manual"
        self._refused(contract.action_confirm, "cannot be on a contract with")

    def test_items_that_come_later(self):
        contract = self._draft(self.subscription)
        contract.action_confirm()
        items = self.env["cn285.contract.item"]
        self._refused(
            lambda: items.create(
                self._item_vals(product_id=self.rival.id, contract_id=contract.id)
            ),
            "cannot be on a contract with",
        )

    def test_limit_of_the_customer(self):
        self.customer.category_id = self.env["res.partner.category"].create(
            {"name": "Small", "cn285_max_items": 3}
        )
        self._draft(self.subscription, self.option).action_confirm()
        branch = self.env["res.partner"].create({"name": "Shop", "parent_id": self.customer.id})
        over = self._draft(self.subscription, self.option, partner_id=branch.id)
        self._refused(over.action_confirm, "“Small” have at most 3 items.* would have 4")
        together = self._draft(self.subscription) | self._draft(self.subscription)
        self._refused(together.action_confirm, "would have 4")
        together[0].action_confirm()
        self.assertEqual(together[0].state, "active")

    def test_templates(self):
        templates = self.env["cn285.contract.template"]
        for products, reason in (
            (self.subscription | self.rival, "Template “T”: Rival cannot be"),
            (self.option, "Template “T”: Option requires API access"),
        ):
            items = [Command.create({"product_id": product.id}) for product in products]
            self._refused(
                lambda items=items: templates.create({"name": "T", "item_ids": items}), reason
            )
        template = templates.create(
            {"name": "T", "item_ids": [Command.create({"product_id": self.subscription.id})]}
        )
        self._refused(
            lambda: template.item_ids.create(
                {"template_id": template.id, "product_id": self.rival.id}
            ),
            "Rival cannot be on a contract with API access",
        )

    def test_an_exception_is_a_change(self):
        """Who may make exceptions adds what is excluded; nobody can claim it in a context."""
        contract = self._draft(self.subscription)
        contract.action_confirm()
        change = self.env["cn285.contract.change"].create(
            {
                "contract_id": contract.id,
                "type": "add_item",
                "date_effective": "2026-01-10",
                "values": {"product_id": self.rival.id, "quantity": 1},
                "override": True,
                "note": "agreed with the customer",
            }
        )
        change.action_schedule()
        self.assertEqual(change.state, "applied")
        claimed = self._draft(self.subscription, self.rival).with_context(cn285_rules_kept=True)
        self._refused(claimed.action_confirm, "cannot be on a contract with")
