from datetime import date

from odoo.fields import Command

from .common import QuoteCase


class AmendmentCase(QuoteCase):
    """A contract of the seller's from 1 January 2026: five seats at 10.00, hosting at 31.00.

    Both a month, date to date. January is billed.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seats = cls._create_product("Seats", 10.0)
        cls.hosting = cls._create_product("Hosting", 31.0)
        cls.better = cls._create_product("Hosting Plus", 62.0)
        cls.support = cls._create_product("Support", 15.0)
        cls.env["cn285.tier.path"].create(
            {
                "product_from_id": cls.hosting.id,
                "product_to_id": cls.better.id,
                "kind": "upsell",
            }
        )

    @classmethod
    def _running(cls, **values):
        contract = cls._create_contract(
            [
                {"product_id": cls.seats.id, "price_unit": 10.0, "quantity": 5.0},
                {"product_id": cls.hosting.id, "price_unit": 31.0},
            ],
            **{"user_id": cls.seller.id, **values},
        )
        cls._bill(date(2026, 1, 1), contract_ids=[Command.set(contract.ids)])
        return contract

    def _amend(self, contract, user=None, **values):
        """The seller's quotation, and its lines by product."""
        action = contract.with_user(user or self.seller).action_cn285_amend()
        order = self.env["sale.order"].with_user(user or self.seller).browse(action["res_id"])
        order.write(values)
        return order

    def _line(self, order, product):
        return order.order_line.filtered(lambda line: line.product_id == product)

    def _said(self, order):
        """What the quotation says, with plain spaces."""
        return {
            label: value.replace("\u00a0", " ").replace("\u202f", " ")
            for label, value in order.sudo()._cn285_said()
        }
