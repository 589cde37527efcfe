"""What stories of a year of a customer's contract have in common: prices, and what time brings."""

from freezegun import freeze_time
from odoo.addons.cn285_sign.tests.common import SignCase
from odoo.fields import Command

from .common import PaidQuoteCase


class StoryCase(PaidQuoteCase, SignCase):
    """Seats of 10.00 a month, hosting 31.00, support 15.00, a fee of 154.00; a year, then 2 % more.

    Quotations are signed; each invoice is paid by the card that was given at the start; 20 % VAT.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls.env["res.users"].search([("login", "=", "quote_seller")])
        cls.rule.write({"what": "quote", "active": True})
        cls.template.write(
            {"term_length": 12, "renewal_revision": "percent", "renewal_percent": 2.0}
        )
        cls.seats = cls._create_product("Postes", 10.0)
        cls.hosting = cls._create_product("Hébergement", 31.0)
        cls.support = cls._create_product("Assistance", 15.0)
        cls.reason = cls.env["crm.lost.reason"].create(
            {"name": "Une autre offre", "cn285_offered": True}
        )

    def _at(self, day):
        """A day, on which time goes by: a browser waits for seconds."""
        return freeze_time(f"{day} 09:00:00", tick=True)

    def _months(self, contract, days, expected):
        """Days on which the contract is billed, and its card is charged."""
        for day in days:
            known = contract.invoice_ids
            with self._at(day):
                self._bill(day, contract_ids=[Command.set(contract.ids)])
            self._due(day)
            invoice = contract.invoice_ids - known
            self.assertEqual(invoice.mapped("invoice_date"), [day])
            self.assertMoney(invoice.amount_total, expected)
            self.assertMoney(invoice.amount_residual, "0.00")
