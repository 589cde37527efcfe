"""By what value of their events deliveries are known, and how it is forgotten."""

from odoo import models
from odoo.tools import SQL

# The key says something: it is neither the number of an event nor what stands for a purged one.
TELLING_KEY = SQL("key !~ '^(event |purged-)[0-9]+$'")


class UsageDelivery(models.Model):
    _inherit = "cn285.usage.delivery"

    def _forget_keys(self, condition):
        """Put a number in place of the keys of deliveries; what they were billed stays."""
        self.flush_model()
        self.env.cr.execute(
            SQL(
                "UPDATE cn285_usage_delivery SET key = 'purged-' || id WHERE %s AND %s",
                condition,
                TELLING_KEY,
            )
        )
        self.invalidate_model(["key"], flush=False)


class Contract(models.Model):
    _inherit = "cn285.contract"

    def _forget_delivery_keys(self, day):
        """Forget the keys of what was delivered, and billed, up to a day that is closed.

        An event of a later day with the same value makes another delivery.
        """
        items = self.env["cn285.contract.item"].with_context(active_test=False)
        items = items.search([("contract_id", "in", self.ids)])
        self.env["cn285.usage.delivery"]._forget_keys(
            SQL(
                """item_id = ANY(%s) AND date_end <= %s
                   AND is_complete IS TRUE AND pending IS NOT TRUE""",
                items.ids,
                day,
            )
        )
