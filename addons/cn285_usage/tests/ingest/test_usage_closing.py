"""Keys in spans behind a horizon: an event counts once, across months and spans."""

from datetime import datetime

from freezegun import freeze_time
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .test_usage_ingest import NOON, UsageIngestCase


@tagged("post_install", "-at_install")
class TestUsageClosing(UsageIngestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = new_test_user(
            cls.env,
            "closing_clerk",
            groups="cn285_contract.group_contract_user,cn285_usage.group_usage_recorder",
        )

    def _open_for(self, months, span=0):
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param("cn285_usage.open_months", str(months))
        parameters.set_param("cn285_usage.key_months", str(span))

    def _turn(self, day):
        with freeze_time(f"{day} 03:00:00"):
            self.events._cron_make_partitions()

    def _spans(self):
        return self.events._key_spans()

    def _arrived(self, moment):
        """Events so far arrived at a moment: the log says when, by the real clock."""
        self.env.cr.execute(
            "UPDATE cn285_usage_ingest_log SET create_date = %s WHERE create_date > '2026-10-01'",
            (moment,),
        )

    def _keys(self):
        self.env.cr.execute(
            "SELECT count(*) FROM cn285_usage_key k JOIN cn285_usage_event e ON e.id = k.event_id "
            "WHERE e.source = 'test'"
        )
        return self.env.cr.fetchone()[0]

    def test_without_the_setting_no_month_closes(self):
        self._turn("2026-03-20")
        self.assertEqual(len(self._spans()), 1)
        with freeze_time("2040-03-20"):
            self._ingest(self._row(occurred_at=NOON))

    def test_older_events_are_refused_by_name_and_a_duplicate_stays_one(self):
        known = self._row(occurred_at=datetime(2026, 1, 10))
        with freeze_time("2026-03-20"):
            self._ingest(known)
        self._open_for(2)
        with freeze_time("2026-05-20"):
            # Two months before the running one are open, and a day for time zones.
            self._ingest(self._row(occurred_at=datetime(2026, 2, 28)))
            report = self._ingest(
                self._row(occurred_at=datetime(2026, 2, 27, 23, 59)), known, duplicates=1, refused=1
            )
        (entry,) = report["refused"]
        self.assertEqual((entry["row"], entry["code"]), (0, "closed_month"))
        self.assertIn("2026-02-27 23:59", entry["reason"])

    def test_one_key_in_two_months_and_two_spans_is_a_conflict(self):
        self._open_for(12, span=1)
        first = self._row(occurred_at=datetime(2026, 3, 10))
        with freeze_time("2026-03-20"):
            self._ingest(first)
        self._turn("2026-03-21")
        second = self._row(occurred_at=datetime(2026, 4, 10))
        with freeze_time("2026-04-20"):
            self._ingest(second)
        self._turn("2026-05-01")
        self.assertEqual(len(self._spans()), 3)
        with freeze_time("2026-05-02"):
            for known in (first, second):
                moved = {**known, "occurred_at": datetime(2026, 5, 1, 12)}
                new = self._row(occurred_at=datetime(2026, 5, 1, 12))
                report = self._ingest(moved, new, known, duplicates=1, refused=1)
                self.assertEqual(report["refused"][0]["code"], "conflict")
                # Also where nothing else is with it, and with its like in the same chunk.
                self._ingest(known, known, duplicates=2)
                self._ingest(moved, refused=1)

    def test_corrections_reach_across_spans_and_not_behind_the_horizon(self):
        self._open_for(1)
        first, second = (self._row(occurred_at=datetime(2026, 3, 10)) for _n in range(2))
        with freeze_time("2026-03-20"):
            self._ingest(first, second)
        self._turn("2026-03-21")
        reversal = {"source": "test", "kind": "reversal", "origin": first["transaction_id"]}
        with freeze_time("2026-04-20"):
            self._ingest({**reversal, "transaction_id": "R1"})
            self.assertEqual(self._stored(first).state, "superseded")
        with freeze_time("2026-05-20"):
            late = {**reversal, "transaction_id": "R2", "origin": second["transaction_id"]}
            report = self._ingest(late, refused=1)
            self.assertEqual(report["refused"][0]["code"], "closed_month")
            self.assertEqual(self._stored(second).state, "active")
            refusal = self.env["cn285.usage.refusal"].search([], limit=1, order="id desc")
            with self.assertRaisesRegex(UserError, "by hand"):
                self._accept(refusal, "2026-05-10")

    def test_spans_behind_the_horizon_are_dropped_and_stay_closed(self):
        self._open_for(1)
        old = self._row(occurred_at=datetime(2026, 3, 10))
        with freeze_time("2026-03-20"):
            self._ingest(old)
        self._turn("2026-03-21")
        with freeze_time("2026-04-20"):
            self._ingest(self._row(occurred_at=datetime(2026, 4, 10)))
        self.assertEqual(self._keys(), 2)
        self._turn("2026-04-30")
        self.assertEqual((len(self._spans()), self._keys()), (3, 2))
        self._turn("2026-05-01")
        self.assertEqual((len(self._spans()), self._keys()), (3, 1))
        # More months than were kept do not open what was dropped; nor does the setting, taken away.
        for months in (1, 24, 0):
            self._open_for(months)
            with freeze_time("2026-05-02"):
                report = self._ingest(old, refused=1)
                self.assertEqual(report["refused"][0]["code"], "closed_month")
        with freeze_time("2026-05-02"):
            self._ingest(self._row(occurred_at=datetime(2026, 4, 1, 1)))

    def test_what_one_table_held_before_loses_what_is_closed_at_once(self):
        old, new = (self._row(occurred_at=datetime(2026, month, 10)) for month in (1, 3))
        with freeze_time("2026-03-20"):
            self._ingest(old)
            self._arrived("2026-01-12")
            self._ingest(new)
            self._arrived("2026-03-12")
        self._open_for(2)
        self._turn("2026-05-20")
        self.assertEqual((len(self._spans()), self._keys()), (2, 1))
        with freeze_time("2026-05-20"):
            self._ingest(new, duplicates=1)
            self._ingest(old, refused=1)
            self._ingest({**new, "quantity": 6}, refused=1)

    def test_one_table_becomes_the_first_partition(self):
        row = self._row()
        self._ingest(row)
        cr = self.env.cr
        cr.execute("CREATE TABLE old_key AS SELECT * FROM cn285_usage_key")
        cr.execute("DROP TABLE cn285_usage_key, cn285_usage_key_span")
        cr.execute("ALTER TABLE old_key RENAME TO cn285_usage_key")
        cr.execute(
            "ALTER TABLE cn285_usage_key ADD CONSTRAINT cn285_usage_key_pkey PRIMARY KEY (key), "
            "ALTER event_id SET NOT NULL, ALTER content SET NOT NULL"
        )
        for _again in range(2):
            self.events._init_keys()
        cr.execute("SELECT relkind::text FROM pg_class WHERE oid = 'cn285_usage_key'::regclass")
        self.assertEqual(cr.fetchall(), [("p",)])
        self.assertEqual(self._spans()[0].first, 0)
        self._ingest(row, self._row(), duplicates=1)

    # === THE LIST === #

    def _refused(self, **values):
        with freeze_time("2026-05-20"):
            self._ingest(self._row(occurred_at="2026-01-10T08:00:00Z", **values), refused=1)
        return self.env["cn285.usage.refusal"].search([], limit=1, order="id desc")

    def _accept(self, refusal, day):
        refusal = refusal.with_user(self.clerk)
        action = refusal.action_accept_later()
        wizard = (
            self.env["cn285.usage.accept"]
            .with_user(self.clerk)
            .with_context(**action["context"])
            .create({"day": day})
        )
        with freeze_time("2026-05-20 10:00:00"):
            return wizard.action_accept()

    def test_a_clerk_accepts_an_event_for_a_later_day_once(self):
        self._open_for(2)
        refusal = self._refused(properties={"country": "FR"})
        self._accept(refusal, "2026-05-12")
        self.assertEqual(refusal.state, "accepted")
        event = self.events.search([("transaction_id", "=", refusal.transaction_id)])
        self.assertEqual(str(event.occurred_at)[:10], "2026-05-12")
        self.assertEqual(
            event.properties, {"country": "FR", "original_time": "2026-01-10T08:00:00Z"}
        )
        # Sent again it is refused, and cannot be accepted a second time.
        again = {**refusal.payload}
        with freeze_time("2026-05-21"):
            report = self._ingest(again, refused=1)
        self.assertEqual(report["refused"][0]["code"], "conflict")

    def test_a_duration_keeps_its_length(self):
        self._open_for(2)
        refusal = self._refused(metric="support", quantity=None, ended_at="2026-01-10T09:30:00Z")
        self._accept(refusal, "2026-05-12")
        event = self.events.search([("transaction_id", "=", refusal.transaction_id)])
        self.assertEqual((event.ended_at - event.occurred_at).total_seconds(), 5400)

    def test_what_is_still_stored_is_not_accepted_again(self):
        row = self._row(occurred_at="2026-01-10T08:00:00Z")
        with freeze_time("2026-01-20"):
            self._ingest(row)
        self._arrived("2026-01-12")
        self._open_for(2)
        self._turn("2026-05-20")
        with freeze_time("2026-05-20"):
            self._ingest(row, refused=1)
        refusal = self.env["cn285.usage.refusal"].search([], limit=1, order="id desc")
        with self.assertRaisesRegex(UserError, "counted already"):
            self._accept(refusal, "2026-05-12")
        refusal.with_user(self.clerk).action_dismiss()
        self.assertEqual(refusal.state, "dismissed")

    def test_a_closed_day_is_refused_again_and_others_are_not_moved(self):
        self._open_for(2)
        refusal = self._refused()
        self._accept(refusal, "2026-02-01")
        self.assertEqual((refusal.state, refusal.reason_code), ("open", "closed_month"))
        with freeze_time("2026-05-20"):
            self._ingest(self._row(metric="nothing"), refused=1)
        other = self.env["cn285.usage.refusal"].search([], limit=1, order="id desc")
        with self.assertRaisesRegex(UserError, "not refused because its month is closed"):
            self._accept(other, "2026-05-12")

    def test_the_setting_has_bounds(self):
        settings = self.env["res.config.settings"].create({"cn285_usage_open_months": 13})
        settings.execute()
        self.assertEqual(self.events._open_months(), 13)
        with self.assertRaisesRegex(UserError, "between 0 and 600"):
            self.env["res.config.settings"].create({"cn285_usage_open_months": -1})
