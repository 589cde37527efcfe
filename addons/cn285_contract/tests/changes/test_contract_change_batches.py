from datetime import date

from freezegun import freeze_time
from odoo.tests import tagged

from ..common import ContractCase


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestContractChangeBatches(ContractCase):
    """Changes of many contracts are applied together: what one costs, and what is noted of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Changes are noted in the chatter here, as they are for users.
        cls.env = cls.env(
            context={**cls.env.context, "tracking_disable": False, "mail_notrack": False}
        )

    def _changes(self, count):
        """Higher prices of as many contracts, of which two months are invoiced."""
        contracts = self.env["cn285.contract"].union(
            *(self._create_contract([{}, {"price_unit": 50.0}]) for _ in range(count))
        )
        changes = self.env["cn285.contract.change"].create(
            [
                {
                    "contract_id": contract.id,
                    "item_id": contract.item_ids[0].id,
                    "type": "price",
                    "date_effective": date(2026, 1, 20),
                    "values": {"price_unit": 110.0 + number % 2},
                }
                for number, contract in enumerate(contracts)
            ]
        )
        changes.action_schedule()
        self._bill(date(2026, 1, 15), contract_ids=[(6, 0, contracts.ids)])
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.invalidate_all()
        return changes

    def _apply(self, changes):
        """The number of queries that applying them takes."""
        before = self.env.cr.sql_log_count
        with freeze_time("2026-01-20 10:00:00"):
            self.env["cn285.contract.change"]._apply_due(changes.contract_id)
            self.env.flush_all()
            self.env.cr.precommit.run()
        self.assertEqual(set(changes.mapped("state")), {"applied"})
        return self.env.cr.sql_log_count - before

    def _noted(self, records):
        """What the chatter of each record says, but for numbers and names of records."""
        self.env.invalidate_all()
        return [
            [
                (
                    message.subtype_id.id,
                    message.message_type,
                    message.author_id.id,
                    message.is_internal,
                    message.body.replace(record.display_name, "…"),
                    [
                        (value.field_id.name, value.old_value_char, value.new_value_char)
                        for value in message.sudo().tracking_value_ids
                    ],
                )
                for message in record.message_ids.sorted("id")
            ]
            for record in records
        ]

    @staticmethod
    def _rows(changes):
        return [
            sorted(
                (row.period_start, row.kind, row.revision, row.net, row.amount, row.billing_date)
                for row in contract.schedule_ids
            )
            for contract in changes.contract_id
        ]

    def test_a_batch_is_what_each_is_alone(self):
        together, alone = self._changes(6), self._changes(6)
        self._apply(together)
        for change in alone:
            self._apply(change)
        self.assertEqual(self._rows(together), self._rows(alone))
        self.assertEqual(
            [change.after["item.price_unit"] for change in together],
            [change.after["item.price_unit"] for change in alone],
        )
        self.assertEqual(self._noted(together), self._noted(alone))
        noted = self._noted(together.contract_id)
        self.assertEqual(
            [[one[5] for one in messages] for messages in noted],
            [[one[5] for one in messages] for messages in self._noted(alone.contract_id)],
        )
        # What is tracked of a change: its state.
        self.assertIn("state", str(self._noted(together)[0]))

    def test_many_cost_few_more_queries_than_few(self):
        few, many = self._changes(3), self._changes(23)
        self._apply(self._changes(2))
        self.env.invalidate_all()
        counts = [self._apply(few)]
        self.env.invalidate_all()
        counts.append(self._apply(many))
        # What is credited of 20 more takes two queries each; nothing else grows with them.
        self.assertLess(counts[1] - counts[0], 60)
