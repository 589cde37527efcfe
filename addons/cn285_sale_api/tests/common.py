from odoo.addons.cn285_api.tests.common import ApiCase
from odoo.addons.cn285_sale.tests.common import QuoteCase
from odoo.addons.cn285_sign.tests.common import SignCase


class QuoteApiCase(ApiCase, QuoteCase, SignCase):
    """A program with the key of a seller, who may make customers and has no right on contracts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Contracts are not signed here but where a test says so.
        cls.rule.active = False
        cls.seller = cls.env["res.users"].search([("login", "=", "quote_seller")])
        cls.seller.group_ids = [(4, cls.env.ref("base.group_partner_manager").id)]
        cls.key = cls._new_key(cls.seller)
        cls.env["cn285.webhook.endpoint"].create(
            {"name": "Shop", "url": "https://shop.example/hook"}
        )

    def _body(self, **values):
        """The quotation of QuoteCase: 31.00 a calendar month from 10 January, a fee of 250.00."""
        return {
            "customer": str(self.customer.id),
            "date_start": "2026-01-10",
            "payment_terms": str(self.thirty_days.id),
            "lines": [
                {"product": str(self.subscription.id)},
                {"product": str(self.setup_fee.id), "price_unit": "250.00"},
            ],
            **values,
        }

    def _made(self, **values):
        return self.post("/quotes", self._body(**values))

    def _do(self, quote, verb, body=None, **options):
        """What an act on a quotation answers with 200, read."""
        return self.post(f"/quotes/{quote['id']}/{verb}", body, 200, **options)

    def _order(self, quote):
        return self.env["sale.order"].browse(quote["id"])

    def _contracts_of(self, quote):
        return self.env["cn285.contract"].search([("order_id", "=", quote["id"])])

    def _told(self):
        """Types of the events about quotations, in the order in which they happened."""
        events = self.env["cn285.webhook.event"].search([("type", "=like", "quote.%")], order="id")
        events._complete()
        self.env.cr.precommit.clear()
        return events
