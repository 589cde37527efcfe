"""Items of a contract that are alike: a preview plans one of them, and counts the others."""

from odoo import models
from odoo.tools import SQL

from ..alike import Alike
from ..common import LIVE_STATES, OPEN_STATES

# From how many items on it is worth while to ask which are alike.
LEAST = 100


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"

    def _columns_apart(self):
        """Hook: names of columns in which items may differ that are billed alike."""
        return {"id", "code", "create_uid", "create_date", "write_uid", "write_date"}

    def _may_be_alike(self):
        """Hook: SQL that says whether an item ``i`` may stand for others; default: none may.

        Whoever says more guarantees that all that decides its rows and lines is in its columns and
        in its billed rows; items with versions, pauses or discounts are left out in any case.
        """
        return SQL("FALSE")


class Contract(models.Model):
    _inherit = "cn285.contract"

    def _alike_items(self):
        """Which live items of this contract are billed alike, in one query.

        The same terms, and the same days billed before. Not where each row has a line of its own.

        :returns: an :class:`Alike`, or None where it would be of no use
        """
        if self.line_grouping == "row" or self.state not in LIVE_STATES:
            return None
        items, schedules = self.env["cn285.contract.item"], self.env["cn285.billing.schedule"]
        domain = [("contract_id", "=", self.id), ("state", "in", LIVE_STATES)]
        if items.search_count(domain, limit=LEAST) < LEAST:
            return None
        items.flush_model()
        schedules.flush_model()
        apart = items._columns_apart() | ({"name"} if self.line_grouping == "product" else set())
        columns = [
            SQL.identifier("i", name)
            for name, field in sorted(items._fields.items())
            if field.store and field.column_type and name not in apart
        ]
        rows = self.env.execute_query(
            SQL(
                """WITH billed AS (
                    SELECT item_id, md5(string_agg(concat_ws(' ', kind, state, revision,
                            period_start, period_end, frees), ';'
                            ORDER BY period_start, kind, revision)) AS history
                      FROM cn285_billing_schedule
                     WHERE contract_id = %(contract)s
                       AND (kind = 'credit' OR state != ALL(%(open)s))
                     GROUP BY item_id)
                SELECT min(i.id), count(*)
                  FROM cn285_contract_item i LEFT JOIN billed b ON b.item_id = i.id
                 WHERE i.contract_id = %(contract)s AND i.state = ANY(%(live)s)
                 GROUP BY b.history, %(columns)s, CASE WHEN NOT %(may)s
                       OR EXISTS (SELECT 1 FROM cn285_contract_item_version o
                                   WHERE o.item_id = i.id)
                       OR EXISTS (SELECT 1 FROM cn285_contract_item_pause o
                                   WHERE o.item_id = i.id)
                       OR EXISTS (SELECT 1 FROM cn285_contract_item_discount o
                                   WHERE o.item_id = i.id)
                       THEN i.id END
                 ORDER BY 1""",
                contract=self.id,
                open=list(OPEN_STATES),
                live=list(LIVE_STATES),
                columns=SQL(", ").join(columns),
                may=items._may_be_alike(),
            )
        )
        return Alike(dict(rows))
