from unittest.mock import patch

from freezegun import freeze_time
from odoo.addons.cn285_contract.models import batched_messages
from odoo.addons.cn285_renewal.models import contract_renewal
from odoo.fields import Domain
from odoo.tests import tagged

from .term_common import TermCase


@tagged("post_install", "-at_install")
class TestRenewedInBatches(TermCase):
    """Renewals of many contracts together: what each one leaves that is renewed alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # What changes is noted in the chatter here, as it is for users.
        cls.env = cls.env(
            context={**cls.env.context, "tracking_disable": False, "mail_notrack": False}
        )

    def _contracts(self):
        """Two terms are over of each; prices are revised, one contract fails."""
        year = {"price_unit": 365.0, "recurring_unit": "year"}
        contracts = self.env["cn285.contract"].union(
            *(
                self._yearly(
                    [{**year, "price_unit": 300.0 + number}, {**year, "price_unit": False}],
                    renewal_revision="percent",
                    renewal_percent=2.5 + number,
                )
                for number in range(6)
            )
        )
        bad = contracts[3]
        index = self.env["cn285.price.index"].create({"name": "None", "code": f"N{bad.id}"})
        bad.write({"renewal_revision": "index", "renewal_index_id": index.id})
        return contracts

    def _renewed(self, contracts, batch):
        with (
            freeze_time("2027-04-02 06:00:00"),
            patch.object(contract_renewal, "RENEWAL_BATCH", batch),
        ):
            self.env["cn285.contract"]._run_renewals(
                self.company, Domain("id", "in", contracts.ids)
            )
            self.env.flush_all()
            self.env.cr.precommit.run()
        self.env.invalidate_all()
        return [self._left(contract) for contract in contracts]

    @staticmethod
    def _left(contract):
        def noted(record):
            return [
                (
                    message.subtype_id.id,
                    message.author_id.id,
                    message.body.replace(contract.name, "…"),
                    [
                        (value.field_id.name, value.old_value_char, value.new_value_char)
                        for value in message.sudo().tracking_value_ids
                    ],
                )
                for message in record.message_ids.sorted("id")
            ]

        changes = contract.change_ids.sorted("id")
        return {
            "term": (contract.term_number, contract.term_start, contract.term_end),
            "changes": [(one.type, one.state, one.date_effective, one.after) for one in changes],
            "errors": [(one.error or "").replace(contract.name, "…") for one in changes],
            "notices": [
                (one.term_number, one.state, one.term_end) for one in contract.notice_ids.sorted()
            ],
            "items": [(item.price_unit, item.mrr_amount) for item in contract.item_ids],
            "rows": sorted(
                (str(row.period_start), row.kind, row.price_unit, row.net, str(row.billing_date))
                for row in contract.schedule_ids
            ),
            "chatter": [
                noted(record) for record in (contract, *changes, *contract.notice_ids.sorted("id"))
            ],
        }

    def test_a_batch_leaves_what_each_leaves_alone(self):
        together = self._renewed(self._contracts(), 100)
        with patch.object(batched_messages, "COPIED_FROM", 1000):
            alone = self._renewed(self._contracts(), 1)
        for number, (left, expected) in enumerate(zip(together, alone, strict=True)):
            for name, value in expected.items():
                self.assertEqual(str(left[name]), str(value), f"{name} of {number}")
        self.assertEqual([left["term"][0] for left in together], [2, 2, 2, 0, 2, 2])
        self.assertTrue(together[3]["errors"][0])
        # 300.00 + 2.5 %, twice.
        self.assertEqual(together[0]["items"][0][0], 315.19)
