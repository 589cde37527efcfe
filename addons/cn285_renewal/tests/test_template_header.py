from freezegun import freeze_time
from odoo.addons.cn285_contract.tests.common import ContractCase
from odoo.fields import Command
from odoo.tests import new_test_user, tagged


@tagged("post_install", "-at_install")
@freeze_time("2026-01-10 10:00:00")
class TestTemplateHeader(ContractCase):
    """Terms that a contract takes over from its template, beside items of its own."""

    def test_term_and_renewal_come_with_the_template(self):
        manager = new_test_user(self.env, "header", groups="cn285_contract.group_billing_manager")
        template = self.env["cn285.contract.template"].create(
            {
                "name": "Support",
                "term_length": 24,
                "renewal_mode": "explicit",
                "notice_length": 0,
                "renewal_max": 2,
                "item_ids": [
                    Command.create({"product_id": self.subscription.id, "price_unit": 40.0})
                ],
            }
        )
        contract = (
            self.env["cn285.contract"]
            .with_user(manager)
            .create(
                {
                    "partner_id": self.customer.id,
                    "template_id": template.id,
                    "renewal_max": 5,
                    "item_ids": [Command.create(self._item_vals(price_unit=7.0))],
                }
            )
        )
        self.assertEqual(contract.item_ids.mapped("price_unit"), [7.0])
        self.assertEqual((contract.term_length, contract.renewal_mode), (24, "explicit"))
        self.assertEqual((contract.notice_length, contract.renewal_max), (0, 5))
