from datetime import date

from freezegun import freeze_time
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CampaignCase


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestSegments(CampaignCase):
    """Who is in the ready segments, since when, and until when."""

    def _members(self, segment, inside=True):
        """``(contract, item, date)`` of who is in a segment now."""
        segment.action_evaluate()
        self.assertFalse(segment.problem)
        members = segment.member_ids.filtered(lambda one: not inside or not one.left_on)
        return [(one.contract_id, one.item_id, str(one.anchor)) for one in members.sorted("id")]

    def test_cancellation_and_downgrade(self):
        leaving, less, _staying = (self._create_contract([{"quantity": 5.0}]) for _n in range(3))
        ends, downgrades = self._segment("cancellation", days=60), self._segment("downgrade")
        self.assertEqual(self._members(ends), [])
        change = self._change(leaving, "terminate", "2026-02-28")
        self._change(less, "quantity", "2026-02-01", item=less.item_ids, quantity=2.0)
        self._change(_staying, "quantity", "2026-02-01", item=_staying.item_ids, quantity=7.0)
        self.assertEqual(self._members(ends), [(leaving, leaving.item_ids.browse(), "2026-02-28")])
        self.assertEqual(self._members(downgrades), [(less, less.item_ids, "2026-02-01")])
        # The same member, of another date; too far away it leaves, and comes in again.
        first = ends.member_ids
        change.action_reschedule("2026-03-10")
        self.assertEqual(self._members(ends)[0][2], "2026-03-10")
        change.action_reschedule("2026-12-31")
        self.assertEqual(self._members(ends), [])
        self.assertEqual(first.left_on, date(2026, 1, 15))
        change.action_reschedule("2026-03-10")
        self.assertEqual(len(self._members(ends)), 1)
        self.assertEqual(len(ends.member_ids), 2)
        self.assertEqual(ends.evaluated_by_id, self.manager)
        self.assertEqual(self._members(ends), self._members(ends))
        change.action_cancel()
        self.assertEqual(self._members(ends), [])

    def test_trial_term_pause_new(self):
        trial = self._create_contract([{"trial_days": 30}])
        term = self._create_contract(date_start=date(2025, 3, 1), term_length=12, term_unit="month")
        fixed = self._ending("2026-02-15")
        none = trial.item_ids.browse()
        self.assertEqual(
            self._members(self._segment("trial", days=20)), [(trial, trial.item_ids, "2026-01-30")]
        )
        self.assertEqual(self._members(self._segment("trial", days=10)), [])
        found = self._members(self._segment("term", days=60))
        self.assertEqual(
            {(one[0], one[2]) for one in found} & {(term, "2026-02-28"), (fixed, "2026-02-15")},
            {(term, "2026-02-28"), (fixed, "2026-02-15")},
        )
        ending = [one[0] for one in self._members(self._segment("ending", days=60))]
        self.assertIn(fixed, ending)
        self.assertNotIn(term, ending)
        new = [one[0] for one in self._members(self._segment("new", days=30))]
        self.assertIn(trial, new)
        self.assertNotIn(term, new)
        paused = self._segment("paused", days=30)
        self._change(trial, "pause", "2026-01-15")
        self.assertEqual(self._members(paused), [])
        with freeze_time("2026-02-14 10:00:00"):
            self.assertEqual(self._members(paused), [(trial, trial.item_ids, "2026-01-15")])
        self.assertFalse(none)

    def test_churned_recently(self):
        lost = self._monthly(100.0)
        self._change(lost, "terminate", "2026-01-31")
        churned = self._segment("churned", days=90)
        self._record("2026-01-15")
        self.assertNotIn(lost, [one[0] for one in self._members(churned)])
        self._record("2026-02-10")
        with freeze_time("2026-02-10 10:00:00"):
            self.assertIn((lost, "2026-02-01"), [(c, d) for c, _i, d in self._members(churned)])
            # Back again with another contract.
            self._create_contract(date_start=date(2026, 2, 5))
        self._record("2026-02-11")
        with freeze_time("2026-02-11 10:00:00"):
            self.assertNotIn(lost, [one[0] for one in self._members(churned)])

    def test_one_of_ones_own(self):
        tagged_ = self._ending()
        tagged_.client_ref = "VIP"
        self._ending()
        own = self._segment("domain", domain="[('client_ref', '=', 'VIP')]", date_field="date_end")
        self.assertEqual([one[::2] for one in self._members(own)], [(tagged_, "2026-03-31")])
        own.date_field = False
        with freeze_time("2026-01-20 10:00:00"):
            # Without a date: the day on which it came in, and that stays.
            self.assertEqual(own.member_ids.entered_on, date(2026, 1, 15))
            self.assertEqual(self._members(own)[0][2], "2026-03-31")
        own.active = False
        self.assertTrue(own.with_context(active_test=False).member_ids.left_on)

    @mute_logger(
        "odoo.addons.cn285_campaign.models.segment_evaluation",
        "odoo.addons.cn285_contract.models.isolation",
    )
    def test_one_that_fails_stops_itself_only(self):
        contract = self._ending()
        good, bad = self._segment("ending"), self._segment("domain")
        # What no screen lets in: a field that was uninstalled since.
        self.env.cr.execute(
            "UPDATE cn285_segment SET domain = %s WHERE id = %s", ["[('gone', '=', 1)]", bad.id]
        )
        bad.invalidate_recordset()
        (bad | good)._evaluate()
        self.assertTrue(bad.problem)
        self.assertIn(contract, good.member_ids.contract_id)

    def test_members_are_history(self):
        self._ending()
        segment = self._segment("ending")
        segment.action_evaluate()
        with self.assertRaises(AccessError):
            segment.member_ids[0].write({"left_on": "2026-01-01"})
        with self.assertRaises(AccessError):
            segment.member_ids[0].unlink()
