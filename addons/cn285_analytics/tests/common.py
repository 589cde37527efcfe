from datetime import date

from freezegun import freeze_time
from odoo.addons.cn285_contract.tests.changes.test_contract_change_money import MoneyCase


class AnalyticsCase(MoneyCase):
    """The ledger of a company's recurring revenue, as of days that pass."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.cn285_mrr_ledger_day = False
        cls.ledger = cls.env["cn285.mrr.ledger"]

    def _record(self, day=None, whole=False):
        """Bring the ledger up to date, on a day; returns how many entries were added."""
        self.env.flush_all()
        if not day:
            return self.ledger._update(self.company, whole=whole)
        with freeze_time(f"{day} 10:00:00"):
            return self.ledger._update(self.company, whole=whole)

    def _entries(self, contracts):
        """``(day, change, cause)`` of entries, in order."""
        entries = self.env["cn285.mrr.entry"].search([("contract_id", "in", contracts.ids)])
        return [
            (entry.date.isoformat(), self._cents(entry.delta_net), entry.cause)
            for entry in entries.sorted(lambda entry: (entry.date, entry.id))
        ]

    def _movements(self, contracts, *kinds):
        """``(day, kind, amount in the company's currency, customers)``, in order."""
        rows = self.env["cn285.mrr.movement"].search([("contract_id", "in", contracts.ids)])
        return [
            (row.date.isoformat(), row.kind, self._cents(row.amount_company), row.logos)
            for row in rows.sorted(lambda row: (row.date, row.id))
            if not kinds or row.kind in kinds
        ]

    def _month(self, customer, month):
        return self.env["cn285.mrr.month"].search(
            [("customer_id", "=", customer.id), ("month", "=", date.fromisoformat(f"{month}-01"))]
        )

    def _item_months(self, contracts):
        """``(month, net, list)`` of items, in order."""
        months = self.env["cn285.mrr.item.month"].search([("contract_id", "in", contracts.ids)])
        return [
            (f"{row.month:%Y-%m}", row.closing, row.closing_list)
            for row in months.sorted(lambda row: (row.month, row.item_id.id))
        ]

    def _facts(self):
        """All facts, as values that can be compared."""
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT item_id, date, sum(delta_net), sum(delta_full) FROM cn285_mrr_entry
                WHERE company_id = %s GROUP BY item_id, date
               HAVING sum(delta_net) != 0 OR sum(delta_full) != 0 ORDER BY item_id, date""",
            [self.company.id],
        )
        entries = self.env.cr.fetchall()
        found = [entries]
        for table, order in (
            ("cn285_mrr_movement", "item_id, date, kind, amount_company"),
            ("cn285_mrr_month", "customer_id, month"),
            ("cn285_mrr_item_month", "item_id, month"),
        ):
            self.env.cr.execute(
                f"SELECT * FROM {table} WHERE company_id = %s ORDER BY {order}", [self.company.id]
            )
            names = [column.name for column in self.env.cr.description]
            place = names.index("id")
            found.append(
                [
                    tuple(value for number, value in enumerate(row) if number != place)
                    for row in self.env.cr.fetchall()
                ]
            )
        return found
