from datetime import date

from freezegun import freeze_time
from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_usage_sharing import SharingCase


@tagged("post_install", "-at_install")
@freeze_time("2026-02-01 10:00:00")
class TestUsagePartnerMerge(SharingCase):
    """Beneficiaries that are merged, or that somebody would like to delete."""

    def setUp(self):
        super().setUp()
        self.anna, self.anne = self._partners("Anna", "Anne")
        self.contract = self._usage_contract(
            {"price_unit": 1.0, "allowance_units": 100, "rollover": "always"},
            {"usage_rated_by": "beneficiary", **self.CALENDAR},
        )

    def _used_by(self, partner, quantity, day="2026-01-10"):
        return self._use(self.contract, quantity, day, beneficiary_id=partner.id)

    def _merge(self, old, new):
        self.env["base.partner.merge.automatic.wizard"]._merge((old | new).ids, new)

    def test_who_used_something_is_not_deleted(self):
        self._used_by(self.anna, 5)
        with self.assertRaisesRegex(UserError, "Anna used services"):
            self.anna.unlink()
        self.anne.unlink()

    def test_unrated_events_of_a_merged_contact_are_billed_once(self):
        transaction = self._used_by(self.anna, 80)
        self._used_by(self.anne, 70)
        self._merge(self.anna, self.anne)
        events = self.env["cn285.usage.event"].search([("contract_id", "=", self.contract.id)])
        self.assertEqual(events.beneficiary_id, self.anne)
        # Sent again, it counts once.
        report = self.env["cn285.usage.event"].ingest(
            [
                {
                    "source": "test",
                    "transaction_id": transaction,
                    "item_id": self.contract.item_ids[0].id,
                    "metric": "calls",
                    "occurred_at": "2026-01-10 12:00:00",
                    "quantity": 80,
                    "beneficiary_id": self.anne.id,
                }
            ]
        )
        self.assertFalse(report["accepted"])
        run = self._bill(date(2026, 2, 1))
        # 150 used by one person, 100 included.
        self.assertEqual(run.state, "done")
        self.assertMoney(run.amount_untaxed, "50.00")

    def test_what_was_billed_stays_and_balances_are_added(self):
        self._used_by(self.anna, 130)
        self._used_by(self.anne, 60)
        self.assertMoney(self._bill(date(2026, 2, 1)).amount_untaxed, "30.00")
        ratings = self.contract.schedule_ids.rating_ids
        self.assertEqual(len(ratings), 2)
        self._merge(self.anna, self.anne)
        [rating] = self.contract.schedule_ids.rating_ids
        self.assertEqual((rating.beneficiary_id, rating.amount), (self.anne, 30.0))
        self.assertEqual((rating.quantity, rating.event_count), (190.0, 2))
        [balance] = self.env["cn285.usage.balance"].search(
            [("calculator_id", "=", self.contract.item_ids.calculator_ids.id)]
        )
        # Anna had used hers up, Anne had 40 left.
        self.assertEqual((balance.beneficiary_id, balance.carried_out), (self.anne, 40.0))
        self.assertMoney(self._bill(date(2026, 2, 1)).amount_untaxed, "0.00")
        with freeze_time("2026-03-01 10:00:00"):
            self._used_by(self.anne, 150, "2026-02-10")
            # 100 of February and 40 from January are included.
            self.assertMoney(self._bill(date(2026, 3, 1)).amount_untaxed, "10.00")

    def test_three_at_once(self):
        amy = self._partners("Amy")
        for partner, units in ((self.anna, 110), (self.anne, 120), (amy, 130)):
            self._used_by(partner, units)
        self.assertMoney(self._bill(date(2026, 2, 1)).amount_untaxed, "60.00")
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.anna | self.anne | amy).ids, amy
        )
        [rating] = self.contract.schedule_ids.rating_ids
        self.assertEqual((rating.beneficiary_id, rating.amount), (amy, 60.0))

    def test_events_that_name_nobody_any_more_stop_their_contract_only(self):
        good = self._usage_contract({"price_unit": 1.0})
        self._use(good, 7)
        self._used_by(self.anna, 130)
        self.env.cr.execute(
            "UPDATE cn285_usage_event SET beneficiary_id = 987654321 WHERE beneficiary_id = %s",
            [self.anna.id],
        )
        run = self._bill(date(2026, 2, 1))
        self.assertEqual((run.state, run.issue_ids.contract_id), ("partial", self.contract))
        self.assertIn("contact that does not exist any more", run.issue_ids.reason)
        self.assertMoney(run.amount_untaxed, "7.00")
