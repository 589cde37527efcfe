"""Links between records of ours: users link what they may read, and move nothing out of reach."""

from datetime import date

from freezegun import freeze_time
from odoo.addons.cn285_usage.tests.rating.test_usage_rating import UsageCase
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .wall_records import WallRecords, our_models


@tagged("post_install", "-at_install")
@freeze_time("2026-02-20 10:00:00")
class TestWallsOfLinks(UsageCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own = new_test_user(cls.env, "links_own", "cn285_contract.group_contract_user_own")
        cls.seller = new_test_user(
            cls.env, "links_seller", "cn285_contract.group_contract_user_own"
        )
        cls.mine, cls.theirs = (
            cls._usage_contract(
                {"charge_model": "graduated", "tier_ids": cls.TIERS}, user_id=user.id
            )
            for user in (cls.own, cls.seller)
        )

    def _records(self, contract):
        calculator = contract.item_ids.calculator_ids
        return WallRecords(
            self.env,
            cn285_contract=contract,
            cn285_contract_item=contract.item_ids,
            cn285_usage_calculator=calculator,
            cn285_usage_tier=calculator.tier_ids,
        )

    def _as_own(self, record):
        """A record for the user, by a door that is shut."""
        return record.with_env(self.env(user=self.own.id, su=False))

    def test_no_link_to_what_may_not_be_read(self):
        """Each link of each model that the user writes, to another one's record."""
        theirs, mine, tried = self._records(self.theirs), self._records(self.mine), set()
        for name in our_models(self.env):
            if name == "cn285.usage.value" or not self._as_own(self.env[name]).has_access("write"):
                continue
            record = self._as_own(mine.one(name))
            if not record.has_access("write"):
                continue
            for field in record._fields.values():
                linked = field.comodel_name or ""
                if (
                    field.type not in ("many2one", "many2many")
                    or not field.store
                    or not linked.startswith("cn285.")
                    or linked == "cn285.usage.value"
                    or field.name in record._kept_fields()
                ):
                    continue
                target = self._as_own(theirs.one(linked))
                if target.has_access("read"):
                    continue
                tried.add((name, field.name))
                value = target.id if field.type == "many2one" else [(4, target.id)]
                with self.subTest(name, field=field.name):
                    with self.assertRaises(UserError):
                        record.write({field.name: value})
                    if record._is_parent(field.name):
                        # Its rules refuse it, where the rest of it is right.
                        vals = record.sudo().copy_data({field.name: target.id})[0]
                        self.assertRaises(UserError, record.browse().create, vals)
                        continue
                    more = {"allowance_scope": "pool"} if field.name == "pool_id" else {}
                    with self.assertRaises(AccessError):
                        record.browse().create({field.name: value, **more})
        self.assertIn(("cn285.usage.calculator", "source_item_id"), tried)
        self.assertIn(("cn285.usage.calculator", "item_id"), tried)
        self.assertIn(("cn285.contract.item.discount", "item_id"), tried)

    def test_nor_by_dialogs(self):
        """What a dialog links to, it may tell: by create and write no less than in its form."""
        theirs, tried = self._records(self.theirs), set()
        for name, model in self.env.registry.items():
            dialog = self._as_own(self.env[name])
            if not (name.startswith("cn285.") and model._transient and not model._abstract):
                continue
            if not dialog.has_access("create"):
                continue
            for field in dialog._fields.values():
                linked = field.comodel_name or ""
                if field.type not in ("many2one", "many2many") or not field.store:
                    continue
                if not linked.startswith("cn285.") or self.env[linked]._transient:
                    continue
                target = self._as_own(theirs.one(linked))
                if target.has_access("read"):
                    continue
                tried.add((name, field.name))
                value = target.id if field.type == "many2one" else [(6, 0, target.ids)]
                with self.subTest(name, field=field.name), self.assertRaises(AccessError):
                    dialog.create({field.name: value})
        self.assertIn(("cn285.contract.change.wizard", "contract_id"), tried)
        self.assertIn(("cn285.usage.estimate.line", "item_id"), tried, tried)

    def test_what_one_record_has_is_not_given_to_another(self):
        """What a colleague let one calculator count, its user lets no other count."""
        own = self.mine.item_ids.calculator_ids
        other = own.copy({"name": "Other"})
        # As data of before has it.
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE cn285_usage_calculator SET source_item_id = %s WHERE id = %s",
            (self.theirs.item_ids.id, own.id),
        )
        self.env.invalidate_all()
        both = self._as_own(own | other)
        with self.assertRaises(AccessError):
            both.write({"source_item_id": self.theirs.item_ids.id})

    def test_who_hands_over_his_contract_may_edit_it_in_the_same_breath(self):
        template = self.env["cn285.contract.template"].create({"name": "Plan"})
        contract = self._as_own(self.env["cn285.contract"]).create(
            {"partner_id": self.customer.id, "date_start": "2026-03-01"}
        )
        contract.write({"user_id": self.seller.id, "template_id": template.id})
        self.assertEqual(contract.sudo().user_id, self.seller)

    def test_nor_by_plain_ids_of_lines(self):
        item = self._as_own(self.mine.item_ids)
        for ids in (self.theirs.item_ids.calculator_ids.ids, self.theirs.item_ids.calculator_ids):
            with self.assertRaises(AccessError):
                item.write({"calculator_ids": ids})

    def test_what_another_contract_was_billed_is_not_told_by_a_royalty(self):
        source = self.theirs.item_ids
        with self.assertRaises(AccessError):
            self._as_own(self.mine).write(
                {
                    "item_ids": [
                        (
                            0,
                            0,
                            {
                                "product_id": self.subscription.id,
                                "billing_type": "usage",
                                "calculator_ids": [
                                    (
                                        0,
                                        0,
                                        {
                                            "source_item_id": source.id,
                                            "source_measure": "amount",
                                            "charge_model": "percentage",
                                            "percent": 100,
                                        },
                                    )
                                ],
                            },
                        )
                    ]
                }
            )

    def test_nothing_is_put_where_its_user_reads_only(self):
        """Who reads all contracts and writes his own moves no discount into another one's item."""
        self.own.group_ids |= self.env.ref("account.group_account_readonly")
        discount = self._as_own(
            self.env["cn285.contract.item.discount"].create(
                {
                    "item_id": self.mine.item_ids.id,
                    "percent": 100,
                    "date_start": date(2026, 3, 1),
                }
            )
        )
        with self.assertRaises(UserError), self.env.cr.savepoint():
            discount.write({"item_id": self.theirs.item_ids.id})
        change = self._as_own(self.env["cn285.contract.change"]).create(
            {
                "contract_id": self.mine.id,
                "item_id": self.mine.item_ids.id,
                "type": "end_item",
                "date_effective": date(2026, 3, 1),
            }
        )
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            change.write({"contract_id": self.theirs.id, "item_id": self.theirs.item_ids.id})
