from odoo.fields import Command
from odoo.tests import new_test_user

from .common import QuoteCase


class BundleCase(QuoteCase):
    """Two bundles of 35.00 a calendar month.

    *Office* is fixed: a telephone (20.00 alone), a fax (10.00) and internet (15.00). *Team* is
    flexible: one line, a telephone unless a mobile is chosen (30.00 alone, 12.00 more), and up to
    three options: fax; internet, twice at most by the rules; a press review (10.00, at 10 % VAT),
    which requires the mobile and excludes the fax; support, included.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env, "bundle_manager", "cn285_contract.group_billing_manager", name="Paul Facture"
        )
        cls.low = cls.tax.copy({"name": "10 %", "amount": 10.0, "invoice_label": "10%"})
        cls.phone = cls._create_product("Telephone", 20.0)
        cls.fax = cls._create_product("Fax", 10.0)
        cls.net = cls._create_product("Internet", 15.0)
        cls.mobile = cls._create_product("Mobile", 30.0)
        cls.support = cls._create_product("Support", 5.0)
        cls.press = cls._create_product("Press Review", 10.0)
        cls.press.taxes_id = cls.low
        cls.office = cls._bundle(
            "Office",
            [cls._slot(product.name, [product]) for product in (cls.phone, cls.fax, cls.net)],
        )
        cls.line_slot = cls._slot("Line", [cls.phone, cls.mobile])
        cls.options = cls._slot(
            "Options",
            [cls.fax, cls.net, cls.press, cls.support],
            cn285_min=0,
            cn285_max=3,
        )
        cls.choices = {
            choice.product_id: choice for choice in (cls.line_slot | cls.options).combo_item_ids
        }
        cls.choices[cls.phone].cn285_default_count = 1
        cls.choices[cls.mobile].extra_price = 12.0
        cls.choices[cls.support].cn285_no_billing = True
        cls.choices[cls.press].write(
            {
                "cn285_requires_ids": [Command.set(cls.mobile.ids)],
                "cn285_excludes_ids": [Command.set(cls.fax.ids)],
            }
        )
        cls.team = cls._bundle("Team", [cls.line_slot, cls.options])

    @classmethod
    def _slot(cls, name, products, **values):
        return cls.env["product.combo"].create(
            {
                "name": name,
                "combo_item_ids": [
                    Command.create({"product_id": product.id}) for product in products
                ],
                **values,
            }
        )

    @classmethod
    def _bundle(cls, name, slots, price=35.0, **values):
        """A bundle, with its terms: billed each calendar month."""
        bundle = cls.env["product.product"].create(
            {
                "name": name,
                "type": "combo",
                "list_price": price,
                "cn285_is_bundle": True,
                "combo_ids": [Command.set([slot.id for slot in slots])],
                **values,
            }
        )
        template = cls.env["cn285.contract.template"].create(
            {
                "name": name,
                "item_ids": [
                    Command.create(
                        {"product_id": bundle.id, "price_unit": price, "alignment": "calendar"}
                    )
                ],
            }
        )
        bundle.product_tmpl_id.cn285_template_item_id = template.item_ids
        return bundle

    @classmethod
    def _bundled(cls, bundle, counts=None, line=None, **values):
        """A quotation of one bundle.

        :param counts: ``{product: how often}`` of a flexible one; default: its defaults
        """
        order = cls._quote([{"product_id": bundle.id, **(line or {})}], **values)
        if counts is not None:
            order.order_line[0]._cn285_take(
                {cls.choices[product]: count for product, count in counts.items()}
            )
        return order

    @classmethod
    def _contracted(cls, bundle, counts=None, **values):
        """The contract, by sudo, of an accepted quotation of one bundle."""
        order = cls._bundled(bundle, counts, **values)
        order.action_confirm()
        assert order.cn285_activation == "done", order.cn285_activation_error
        return order.cn285_contract_id.sudo()

    def assertPrices(self, lines, *expected):
        """The products of lines or items, how many, and their unit prices."""
        quantity = "product_uom_qty" if lines._name == "sale.order.line" else "quantity"
        self.assertEqual(
            [(one.product_id.name, one[quantity], self._cents(one.price_unit)) for one in lines],
            list(expected),
        )
