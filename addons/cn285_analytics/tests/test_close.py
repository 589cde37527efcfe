from datetime import date

import psycopg2
from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .common import AnalyticsCase


@tagged("post_install", "-at_install")
@freeze_time("2026-02-10 10:00:00")
class TestClose(AnalyticsCase):
    """A month that was closed is as it was told."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(cls.env, "close_mgr", "cn285_contract.group_billing_manager")
        cls.clerk = new_test_user(cls.env, "close_clerk", "cn285_contract.group_contract_user")

    def _close(self, month="2026-01-20", user=None):
        closes = self.env["cn285.mrr.close"].with_user(user or self.manager)
        return closes.create({"month": month})

    def test_what_is_entered_later_stands_beside_it(self):
        contract = self._create_contract()
        close = self._close()
        # What was pending is in it.
        self.assertEqual(close.month, date(2026, 1, 1))
        told = close.closing
        self.assertGreaterEqual(told, 100.0)
        self.assertEqual((close.variance, close.late_count), (0.0, 0))
        self.assertEqual(close.closed_by_id, self.manager)
        checksum = close.checksum
        with freeze_time("2026-02-20 10:00:00"):
            self._change(contract, "quantity", "2026-01-20", item=contract.item_ids, quantity=3.0)
            self._record()
            self.env.invalidate_all()
            self.assertEqual(close.closing, told)
            self.assertEqual(close.checksum, checksum)
            self.assertEqual((close.closing_now, close.variance), (told + 200.0, 200.0))
            self.assertEqual(close.late_count, 1)
            action = close.action_view_late()
            late = self.env["cn285.mrr.entry"].with_user(self.manager).search(action["domain"])
            self.assertEqual(late.change_id.type, "quantity")

    def test_a_new_one_opens_before_its_month_is_chosen(self):
        form = Form(self.env["cn285.mrr.close"].with_user(self.manager))
        self.assertEqual((form.variance, form.late_count), (0.0, 0))
        form.month = date(2026, 1, 5)
        self.assertEqual(form.save().month, date(2026, 1, 1))

    def test_once_and_after_its_end(self):
        self._close()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.IntegrityError),
            self.env.cr.savepoint(),
        ):
            self._close("2026-01-02")
        with self.assertRaisesRegex(UserError, "not over yet"):
            self._close("2026-02-01")

    def test_it_stays(self):
        close = self._close()
        for step in (
            lambda: close.write({"month": "2025-12-01"}),
            lambda: close.write({"closing": 1.0}),
            close.unlink,
            lambda: close.sudo().unlink(),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                step()

    def test_a_clerk_reads_it(self):
        close = self._close()
        self.assertEqual(close.with_user(self.clerk).closing, close.closing)
        with self.assertRaises(AccessError):
            self._close("2025-12-01", self.clerk)
