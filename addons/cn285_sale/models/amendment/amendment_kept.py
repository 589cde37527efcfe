"""What an open amendment comes to is worked out once, and told until something of it changes."""

import json
import time

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL, ormcache

# What is tried hangs on rows of these tables: of the quotation, and of the contract it changes.
OF_ORDER = {
    "sale_order": "id",
    "sale_order_line": "order_id",
    "cn285_quote_step": "order_id",
}
OF_CONTRACT = {
    "cn285_contract": "id",
    "cn285_contract_item": "contract_id",
    "cn285_contract_change": "contract_id",
    "cn285_billing_schedule": "contract_id",
}
OF_ITEMS = {
    "cn285_contract_item_version": "item_id",
    "cn285_contract_item_discount": "item_id",
}
# Seconds after which it is worked out anew whatever is the same: prices of lists, taxes, rates,
# usage. Sending and accepting never read what is kept.
LASTS = 600


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _cn285_played_once(self):
        """As :meth:`_cn285_play`, of a quotation that is read, and read again, as it is.

        Worked out anew as soon as a row of the quotation or of its contract is another, the day is
        another, or :data:`LASTS` seconds are over.

        :raises UserError: what cannot be done, and where
        """
        self.ensure_one()
        self.env.flush_all()
        key = (self._cn285_fingerprint(), self.env.lang, int(time.time() // LASTS))
        day = self.company_id._cn285_today().isoformat()
        told = json.loads(self._cn285_kept_play(*key, day))
        if "refused" in told:
            raise UserError(told["refused"])
        return told["played"]

    @ormcache("self.id", "fingerprint", "lang", "span", "day")
    def _cn285_kept_play(self, fingerprint, lang, span, day):
        """What trying it came to, as text; all that it hangs on is among the arguments.

        What another transaction has not committed has rows of its own, and so another key.
        """
        try:
            return json.dumps({"played": self._cn285_play()})
        except UserError as refusal:
            return json.dumps({"refused": str(refusal.args[0])})

    def _cn285_fingerprint(self):
        """What tells the quotation and its contract as they are from any other state of theirs.

        Each version of a row has another place and transaction, whoever writes it and however.
        """
        order, contract = self.id, self.sudo().cn285_contract_id.id  # sudo: its number alone
        items = SQL("IN (SELECT id FROM cn285_contract_item WHERE contract_id = %s)", contract)
        tables = [
            *((table, link, SQL("= %s", order)) for table, link in OF_ORDER.items()),
            *((table, link, SQL("= %s", contract)) for table, link in OF_CONTRACT.items()),
            *((table, link, items) for table, link in OF_ITEMS.items()),
        ]
        sums = [
            SQL(
                """(SELECT concat(count(*), ',',
                                  sum(hashtextextended(concat(id, ',', xmin, ',', ctid), 0)))
                      FROM %s WHERE %s %s)""",
                SQL.identifier(table),
                SQL.identifier(link),
                of_it,
            )
            for table, link, of_it in tables
        ]
        [(found,)] = self.env.execute_query(SQL("SELECT concat_ws('/', %s)", SQL(", ").join(sums)))
        return found
