from datetime import date

from odoo.addons.cn285_contract.tests.common import ContractCase
from odoo.fields import Command
from odoo.tests import new_test_user


class QuoteCase(ContractCase):
    """A seller without rights on contracts, and what he sells: 31.00 a calendar month, a fee."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = new_test_user(
            cls.env, "quote_seller", "sales_team.group_sale_salesman", name="Nadia Vendeuse"
        )
        cls.template = cls.env["cn285.contract.template"].create(
            {
                "name": "Hosting",
                "item_ids": [
                    Command.create(
                        {
                            "product_id": cls.subscription.id,
                            "price_unit": 31.0,
                            "alignment": "calendar",
                        }
                    ),
                    Command.create(
                        {
                            "product_id": cls.setup_fee.id,
                            "price_unit": 250.0,
                            "billing_type": "one_shot",
                        }
                    ),
                ],
            }
        )
        cls.monthly, cls.fee = cls.template.item_ids
        cls.subscription.product_tmpl_id.cn285_template_item_id = cls.monthly
        cls.thirty_days = cls.env.ref("account.account_payment_term_30days")

    @classmethod
    def _quote(cls, lines=None, user=None, **values):
        """A quotation of the seller, which starts on 10 January 2026: the monthly and the fee."""
        orders = cls.env["sale.order"].with_user(user or cls.seller)
        wanted = lines or [{}, {"product_id": cls.setup_fee.id, "price_unit": 250.0}]
        return orders.create(
            {
                "partner_id": cls.customer.id,
                "cn285_date_start": date(2026, 1, 10),
                "payment_term_id": cls.thirty_days.id,
                "order_line": [
                    Command.create({"product_id": cls.subscription.id, **line}) for line in wanted
                ],
                **values,
            }
        )

    def assertFirst(self, order, untaxed, total, day, due):
        """What the quotation says of the first invoice."""
        first = order.cn285_first_invoice
        self.assertTrue(first)
        self.assertMoney(first["amount_untaxed"], untaxed)
        self.assertMoney(first["amount_total"], total)
        self.assertEqual((first["date"], first["due"]), (day, due))
