"""Months leave the database for a file, verified, and come back; nothing that is needed goes."""

import errno
import os
import tempfile
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from unittest.mock import patch

from freezegun import freeze_time
from odoo.addons.cn285_contract.models.privacy.person import Person
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ...engine import month_file
from ..rating.test_usage_rating import UsageCase

# Before time stands still: the library's own times are those of Python then.
month_file.need_library()


@tagged("post_install", "-at_install")
@freeze_time("2026-02-01 10:00:00")
class TestUsageArchive(UsageCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = new_test_user(
            cls.env, "archivist", groups="base.group_system,cn285_contract.group_billing_manager"
        )
        cls.events = cls.env["cn285.usage.event"]
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        parameters = cls.env["ir.config_parameter"].sudo()
        parameters.set_param("cn285_usage.archive_folder", folder.name)
        parameters.set_param("cn285_usage.open_months", "1")
        cls.folder = Path(folder.name)

    @contextmanager
    def _on(self, day):
        with freeze_time(f"{day} 10:00:00"):
            yield

    def _billed(self, **values):
        """A contract of which 10 + 4 events of January were billed 28.00 on 1 February."""
        contract = self._usage_contract({"price_unit": 2.0}, **values)
        self._use(contract, 10, properties={"caller": "Jean Dupont"})
        self._use(contract, 4, "2026-01-31")
        self._use(contract, 1, "2026-02-01")
        run = self._bill(date(2026, 2, 1))
        self.assertMoney(run.amount_untaxed, "28.00")
        return contract

    def _january(self):
        months = self.env["cn285.usage.month"].with_user(self.admin)
        months.action_list()
        return months.search([("date_start", "=", "2026-01-01")])

    def _events(self, contract):
        return self.events.search([("item_id", "in", contract.item_ids.ids)])

    def _content(self, contract):
        self.env.cr.execute(
            "SELECT md5(string_agg(e::text, ',' ORDER BY e.id)) FROM cn285_usage_event e "
            "WHERE item_id = ANY(%s) AND occurred_at < '2026-02-01'",
            (contract.item_ids.ids,),
        )
        return self.env.cr.fetchone()[0]

    def _dropped(self, **values):
        contract = self._billed(**values)
        with self._on("2026-04-10"):
            month = self._january()
            month.action_export()
            month.action_drop()
        self.assertEqual(month.state, "dropped")
        return contract, month

    def test_a_month_goes_and_comes_back_to_the_last_digit(self):
        contract = self._billed()
        before, row = self._content(contract), contract.schedule_ids.sorted("period_start")[0]
        with self._on("2026-04-10"):
            month = self._january()
            month.action_export()
            self.assertEqual((month.state, len(self._events(contract))), ("exported", 3))
            self.assertTrue(month.verified_at)
            month.action_drop()
            self.assertEqual((month.state, len(self._events(contract))), ("dropped", 1))
            self.assertFalse(self.events._has_partition(month._begins()))
            self.assertEqual(contract.usage_purged_until, date(2026, 1, 31))
            rows = list(month._rows(contract.item_ids.id))
            self.assertEqual([one["quantity"] for one in rows], ["10", "4"])
            month.action_restore()
            self.assertEqual((month.state, self._content(contract)), ("restored", before))
            # What was billed stays, and is not billed again.
            self.assertEqual(self._bill(date(2026, 4, 10)).row_count, 2)
            self.assertMoney(row.amount, "28.00")
            month.action_drop()
            self.assertEqual((month.state, len(self._events(contract))), ("dropped", 1))

    def test_a_statement_of_an_old_invoice_is_made_of_a_month_that_was_read_back(self):
        layout = self.env["cn285.statement.layout"].search([], limit=1)
        contract, month = self._dropped()
        contract.statement_layout_id = layout
        move = contract.schedule_ids.sorted("period_start")[0].move_id
        self.assertFalse(move.cn285_statement_missing)
        with self.assertRaisesRegex(UserError, "purged"):
            move._make_usage_statements()
        with self._on("2026-04-11"):
            month.action_restore()
        self.env.invalidate_all()
        self.assertTrue(move.cn285_statement_missing)
        self.assertTrue(move._make_usage_statements())

    def test_an_event_that_is_in_a_file_is_not_accepted_for_a_later_day(self):
        self._dropped()
        sent = {"source": "test", "metric": "calls", "occurred_at": "2026-01-10 12:00:00"}
        sent.update(item_id=self.env["cn285.contract.item"].search([], limit=1).id, quantity=9)
        # Its key has gone meanwhile.
        self.env.cr.execute("DELETE FROM cn285_usage_key")
        number = f"t{UsageCase.number - 2}"
        with self._on("2026-04-11"):
            for name in (number, "new"):
                self.events.ingest([{**sent, "transaction_id": name}])
            refusals = self.env["cn285.usage.refusal"].search([], limit=2, order="id desc")
            self.assertEqual(set(refusals.mapped("reason_code")), {"closed_month"})
            accept = self.env["cn285.usage.accept"]
            new, known = refusals
            wizard = accept.create({"refusal_ids": known.ids, "day": "2026-04-10"})
            with self.assertRaisesRegex(UserError, "counted already"):
                wizard.action_accept()
            accept.create({"refusal_ids": new.ids, "day": "2026-04-10"})._moved(new)

    def test_an_open_month_stays(self):
        self._billed()
        with self._on("2026-02-28"):
            month = self._january()
            with self.assertRaisesRegex(UserError, "still takes events"):
                month.action_export()
        self.env["ir.config_parameter"].sudo().set_param("cn285_usage.open_months", "0")
        with self._on("2026-12-31"), self.assertRaisesRegex(UserError, "still takes events"):
            month.action_export()

    def test_what_is_not_billed_keeps_the_month_and_says_so(self):
        self._billed()
        other = self._usage_contract({"price_unit": 2.0})
        self._use(other, 3)
        with self._on("2026-04-10"):
            month = self._january()
            month.action_export()
            with self.assertRaisesRegex(UserError, f"{other.name}: .*not invoiced"):
                month.action_drop()
        self.assertEqual(len(self._events(other)), 1)

    def test_the_cron_says_what_keeps_a_month(self):
        contract = self._usage_contract({"price_unit": 2.0})
        self._use(contract, 3)
        self.env["ir.config_parameter"].sudo().set_param("cn285_usage.archive_months", "2")
        months = self.env["cn285.usage.month"]
        with self._on("2026-04-10"):
            self._use(contract, 1, "2026-03-10")
            months._cron_archive()
        january = months.search([("date_start", "=", "2026-01-01")])
        self.assertEqual(january.state, "exported")
        self.assertIn(contract.name, january.kept_by)
        with self._on("2026-04-11"):
            self._bill(date(2026, 4, 11))
            months._cron_archive()
        self.assertEqual((january.state, january.kept_by), ("dropped", False))
        self.assertEqual(months.search([("date_start", "=", "2026-03-01")]).state, "stored")

    def test_what_is_still_needed_one_by_one_stays(self):
        contract = self._billed()
        last = self.env["cn285.usage.metric"].create(
            {"name": "Seats", "code": "seats", "aggregation": "last"}
        )
        self._use(contract, 7, "2026-01-20", metric=last.code)
        parked = {
            "source": "test",
            "transaction_id": "parked",
            "item": "nobody-yet",
            "metric": "calls",
            "occurred_at": "2026-01-12T12:00:00Z",
            "quantity": 1,
            "park": True,
        }
        self.assertEqual(self.events.ingest([parked])["parked"], 1)
        # In Paris it is 1 February.
        self._use(contract, 2, "2026-01-31 23:30:00")
        self._bill(date(2026, 2, 2))
        with self._on("2026-04-10"):
            self._bill(date(2026, 4, 10))
            month = self._january()
            month.action_export()
            month.action_drop()
            kept = self.events.search([("occurred_at", "<", "2026-02-01")])
            self.assertEqual(sorted(kept.mapped("quantity")), [1.0, 2.0, 7.0])
            month.action_restore()
            self.assertEqual(self.events.search_count([("occurred_at", "<", "2026-02-01")]), 5)
            month.action_drop()
            february = month.search([("date_start", "=", "2026-02-01")])
        with self._on("2026-05-10"):
            february.action_export()
            february.action_drop()
            kept = self.events.search([("occurred_at", "<", "2026-02-01")])
            self.assertEqual(sorted(kept.mapped("quantity")), [1.0, 7.0])

    def test_what_was_changed_since_is_exported_again(self):
        contract = self._billed()
        with self._on("2026-04-10"):
            month = self._january()
            month.action_export()
            self.env.cr.execute(
                "UPDATE cn285_usage_event SET beneficiary_id = %s WHERE item_id = %s",
                (self.customer.id, contract.item_ids.id),
            )
            month.action_drop()
            owners = {one["beneficiary_id"] for one in month._rows(contract.item_ids.id)}
        self.assertEqual(owners, {self.customer.id})

    def test_a_damaged_or_lost_file_drops_nothing_and_reads_nothing_back(self):
        contract = self._billed()
        with self._on("2026-04-10"):
            month = self._january()
            month.action_export()
            path = month.sudo()._path()
            whole = path.read_bytes()
            self.assertEqual(path.stat().st_mode & 0o777, 0o600)
            for damaged in (whole[:-1], whole[: len(whole) // 2] + b"x" + whole[-99:], b""):
                path.write_bytes(damaged)
                with self.assertRaisesRegex(UserError, "not what was written|cannot be read"):
                    month.action_drop()
            os.unlink(path)
            with self.assertRaisesRegex(UserError, "cannot be read"):
                month.action_verify()
            self.assertEqual(len(self._events(contract)), 3)
            path.write_bytes(whole)
            month.action_drop()
            path.write_bytes(whole[:-9])
            with self.assertRaisesRegex(UserError, "not what was written"):
                month.action_restore()

    def test_a_full_disk_or_a_closed_folder_is_told_in_words(self):
        contract = self._billed()
        full = OSError(errno.ENOSPC, "No space left on device")
        with self._on("2026-04-10"):
            month = self._january()
            with (
                patch.object(os, "fsync", side_effect=full),
                self.assertRaisesRegex(UserError, "2026-01: .*No space left on device"),
            ):
                month.action_export()
            self.assertEqual(month.state, "stored")
            left = list(self.folder.rglob("*.part"))
            self.assertFalse(left, "a half-written file takes no room")
            blocked = self.folder / "a file"
            blocked.touch()
            parameters = self.env["ir.config_parameter"].sudo()
            parameters.set_param("cn285_usage.archive_folder", str(blocked))
            with self.assertRaisesRegex(UserError, "2026-01: .*a file"):
                month.action_export()
            parameters.set_param("cn285_usage.archive_folder", str(self.folder))
            month.action_export()
            month.action_drop()
        self.assertEqual(month.state, "dropped")
        self.assertEqual(len(self._events(contract)), 1)

    def test_without_the_library_it_says_what_to_install(self):
        self._billed()
        with (
            self._on("2026-04-10"),
            patch.object(month_file, "need_library", side_effect=month_file.NoParquet),
        ):
            month = self._january()
            with self.assertRaisesRegex(UserError, "pyarrow"):
                month.action_export()
            self.env["ir.config_parameter"].sudo().set_param("cn285_usage.archive_months", "1")
            with self.assertLogs("odoo.addons.cn285_usage", "ERROR"):
                month.sudo()._cron_archive()
        self.assertEqual(month.state, "stored")

    def test_only_administrators(self):
        self._billed()
        month = self._january()
        manager = new_test_user(self.env, "m", groups="cn285_contract.group_billing_manager")
        for method in ("action_export", "action_drop", "action_restore", "action_list"):
            with self.assertRaises(AccessError):
                getattr(month.with_user(manager), method)()

    # === PERSONAL DATA === #

    def test_anonymous_in_the_file_too(self):
        contract, month = self._dropped()
        data = self.env["cn285.personal.data"]
        contract._close_usage(date(2026, 1, 31))
        place = {one.name: one for one in data._places()}["usage_months"]
        someone = Person(self.customer)
        self.assertEqual(place.found(someone), month.ids)
        place.anonymise(someone)
        self.assertEqual(place.found(someone), [])
        rows = list(month.sudo()._rows(contract.item_ids.id))
        self.assertEqual([one["properties"] for one in rows], [None, None])
        self.assertEqual([one["quantity"] for one in rows], ["10", "4"])
        with self._on("2026-04-11"):
            month.action_verify()
            month.action_restore()
        self.assertFalse(any(self._events(contract).filtered("properties")))

    def test_a_purge_reaches_the_files(self):
        contract, month = self._dropped()
        size = len(list(month.sudo()._rows()))
        self.calls.retention_months = 12
        with self._on("2027-02-01"):
            self.events._purge(self.company)
            self.assertEqual(len(list(month.sudo()._rows(contract.item_ids.id))), 0)
            self.assertEqual(month.event_count, size - 2)
            month.action_verify()
