from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from odoo.tests import tagged

from ...models import batched_messages
from ..common import ContractCase

DAY = date(2026, 1, 20)


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestContractChangeBatchedTypes(ContractCase):
    """Changes of every type: a batch leaves what each leaves that is applied alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            context={**cls.env.context, "tracking_disable": False, "mail_notrack": False}
        )
        cls.other = cls._create_product("Support", 80.0)
        cls.pricelist = cls.env["product.pricelist"].create({"name": "Dear"})
        cls.env["product.pricelist.item"].create(
            {
                "pricelist_id": cls.pricelist.id,
                "applied_on": "3_global",
                "compute_price": "percentage",
                "percent_price": -25,
            }
        )
        cls.terms = cls.env["account.payment.term"].create({"name": "Slow"})

    def _kinds(self):
        """What each type is given, on the item or on the contract."""
        product = {"product_id": self.other.id}
        return {
            "price": ("item", {"price_unit": 110.0, "discount": 5.0}),
            "quantity": ("item", {"quantity": 3.5}),
            "discount_period": ("item", {"discount": 20.0, "date_end": "2026-03-10"}),
            "billing_day": ("item", {"billing_day": 10}),
            "billing_period": ("item", {"recurring_interval": 3, "recurring_unit": "month"}),
            "upsell": ("item", {**product, "quantity": 2.0}),
            "downsell": ("item", {**product, "price_unit": 60.0}),
            "end_item": ("item", {}),
            "pause": ("item", {"billing": "credited", "date_end": "2026-02-20"}),
            "deactivate": ("item", {"billing": "credited"}),
            "cross_sell": ("item", {**product, "quantity": 2.0}),
            "add_item": ("contract", {**product, "price_unit": 30.0}),
            "pricelist": ("contract", {"pricelist_id": self.pricelist.id}),
            "payment_terms": ("contract", {"payment_term_id": self.terms.id}),
            "contract_end": ("contract", {"date_end": "2026-04-15"}),
            "terminate": ("contract", {}),
        }

    def _changes(self, numbers, only=None):
        """A change of each type of as many contracts, whose first month is invoiced."""
        contracts, vals_list = self.env["cn285.contract"], []
        for kind, (on, values) in self._kinds().items():
            if only not in (None, kind):
                continue
            ends = {"date_end": date(2026, 3, 15)} if kind == "contract_end" else {}
            for number in numbers:
                contract = self._create_contract(
                    [{"price_unit": 100.0 + number}, {"price_unit": False, "timing": "arrears"}],
                    **ends,
                )
                contracts |= contract
                vals_list.append(
                    {
                        "contract_id": contract.id,
                        "item_id": contract.item_ids[0].id if on == "item" else False,
                        "type": kind,
                        "date_effective": DAY,
                        "values": values,
                        "override": True,
                        "note": "As agreed",
                    }
                )
        changes = self.env["cn285.contract.change"].create(vals_list)
        changes.action_schedule()
        self._bill(date(2026, 1, 15), contract_ids=[(6, 0, contracts.ids)])
        self._settle()
        return changes

    def _settle(self):
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.invalidate_all()

    def _apply(self, changes):
        with freeze_time("2026-01-20 10:00:00"):
            self.env["cn285.contract.change"]._apply_due(changes.contract_id)
            self._settle()

    def _left(self, change):
        """All that a change has left, but for numbers and names of records."""
        contract = change.contract_id
        items = contract.item_ids.sorted("id")
        rank = {item: number for number, item in enumerate(items)}
        names = ("name", "quantity", "price_unit", "discount", "state", "date_start", "date_end")
        names = (*names, "mrr", "mrr_amount", "mrr_company", "planned_until", "planned_end")
        row_names = ("kind", "period_start", "period_end", "billing_date", "revision", "quantity")
        row_names = (*row_names, "price_unit", "discount", "proration", "net", "amount", "steps")
        row_names = (*row_names, "state", "full_start", "full_end", "frees")
        return {
            "type": change.type,
            "state": (change.state, change.error, change.date_applied),
            "snapshots": [self._named(change.before), self._named(change.after)],
            "contract": [contract[n] for n in ("state", "mrr", "mrr_amount", "date_end")],
            "items": [[item[name] for name in names] for item in items],
            "versions": [
                [[v.date_from, v.patch, v.price_unit, v.active] for v in item.version_ids]
                for item in items
            ],
            "rows": sorted(
                [rank[row.item_id], *(row[n] or None for n in row_names), bool(row.change_id)]
                for row in contract.schedule_ids
            ).__repr__(),
            "chatter": [
                self._noted(record, contract.name) for record in (change, contract, *items)
            ],
        }

    @staticmethod
    def _named(snapshot):
        """Without numbers of records."""
        return {
            name: value[1:] if isinstance(value, list) else value
            for name, value in (snapshot or {}).items()
        }

    @staticmethod
    def _noted(record, name):
        return [
            (
                message.subtype_id.id,
                message.message_type,
                message.author_id.id,
                message.email_from,
                message.reply_to,
                message.is_internal,
                message.body.replace(name, "…"),
                [
                    (value.field_id.name, value.old_value_char, value.new_value_char)
                    for value in message.sudo().tracking_value_ids
                ],
            )
            for message in (record.message_ids.sorted("id") if "message_ids" in record else ())
        ]

    def test_a_batch_leaves_what_each_leaves_alone(self):
        numbers = (1, 2)
        together, alone = self._changes(numbers), self._changes(numbers)
        with patch.object(batched_messages, "COPIED_FROM", 2):
            self._apply(together)
        with patch.object(batched_messages, "COPIED_FROM", 1000):
            for change in alone:
                self._apply(change)
        self.assertEqual(set(together.mapped("state")), {"applied"}, together.mapped("error"))
        for one, other in zip(together, alone, strict=True):
            left, expected = self._left(one), self._left(other)
            for name, value in expected.items():
                self.assertEqual(left[name], value, f"{name} of {one.type}")

    def test_one_that_fails_stops_itself_only(self):
        changes = self._changes((1, 2, 3), only="price")
        bad = changes[1]
        self.env.cr.execute(
            'UPDATE cn285_contract_change SET values = \'{"price_unit": "much"}\' WHERE id = %s',
            [bad.id],
        )
        self.env.invalidate_all()
        self._apply(changes)
        self.assertEqual(changes.mapped("state"), ["applied", "scheduled", "applied"])
        self.assertIn("much", bad.error)
        rows = bad.contract_id.schedule_ids
        self.assertFalse(rows.filtered(lambda row: row.kind == "credit" or row.change_id))
        for change in changes - bad:
            notes = change.contract_id.message_ids.filtered(lambda one: "Applied" in one.body)
            self.assertEqual(len(notes), 1)
        self.assertFalse(bad.contract_id.message_ids.filtered(lambda one: "Applied" in one.body))
