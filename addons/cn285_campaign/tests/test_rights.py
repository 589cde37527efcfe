from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import CampaignCase


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestRights(CampaignCase):
    """Who reads and does what: as contracts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        group = "cn285_contract.group_contract_user_own"
        cls.seller = new_test_user(cls.env, "campaign_seller", group)
        cls.other = new_test_user(cls.env, "campaign_other", group)
        cls.reader = new_test_user(cls.env, "campaign_reader", "account.group_account_readonly")
        cls.portal = new_test_user(
            cls.env, "campaign_portal", "base.group_portal", partner_id=cls.customer.id
        )

    def test_own_contracts(self):
        contract = self._ending(user_id=self.seller.id)
        plan = self._plan([{"delay": -15}])
        self._run("2026-01-15")
        told = self.env["cn285.communication"].search([("plan_id", "=", plan.id)])
        for model in ("cn285.communication", "cn285.segment.member"):
            records = self.env[model]
            own = [("contract_id", "=", contract.id)]
            self.assertTrue(records.with_user(self.seller).search(own))
            self.assertTrue(records.with_user(self.reader).search(own))
            self.assertFalse(records.with_user(self.other).search(own))
            with self.assertRaises(AccessError):
                records.with_user(self.portal).search(own)
        for user in (self.other, self.reader, self.portal):
            with self.subTest(user.login), self.assertRaises(AccessError):
                told.with_user(user).action_skip()
        with self.assertRaises(AccessError):
            told.with_user(self.seller).write({"state": "done"})
        with self.assertRaises(AccessError):
            told.with_user(self.manager).write({"state": "planned"})
        told.with_user(self.seller).action_skip()
        self.assertEqual(told.state, "skipped")
        self.assertIn(self.seller.name, told.reason)
        self._run("2026-03-16")
        self.assertFalse(self._mails(plan))

    def test_only_managers_set_up(self):
        plan = self._plan([{"delay": -15}], start=False)
        for step in (
            lambda: self.env["cn285.segment"].with_user(self.seller).create({"name": "Mine"}),
            lambda: plan.with_user(self.seller).action_start(),
            lambda: plan.with_user(self.seller).write({"name": "Mine"}),
            lambda: plan.segment_id.with_user(self.seller).action_evaluate(),
            lambda: plan.with_user(self.reader).action_start(),
        ):
            with self.assertRaises(AccessError):
                step()
        with self.assertRaises(AccessError):
            plan.write({"state": "running"})
        plan.action_start()
        self.assertEqual(plan.state, "running")

    def test_a_filter_finds_nothing_that_its_writer_may_not_read(self):
        for domain in ("[('no_such_field', '=', 1)]", "print(1)", "[('message_ids', '!=', "):
            with self.subTest(domain), self.assertRaisesRegex(UserError, "no filter of contracts"):
                self._segment("domain", domain=domain)

    def test_staff_counts(self):
        contract = self._ending(user_id=self.seller.id)
        self._plan([{"delay": -15}])
        self._run("2026-01-15")
        seen = contract.with_user(self.seller)
        self.assertEqual((seen.communication_count, seen.offer_count), (1, 0))
        action = seen.action_view_communications()
        self.assertEqual(self.env["cn285.communication"].search_count(action["domain"]), 1)
        self.assertEqual(self.customer.with_user(self.manager).cn285_communication_count, 1)
