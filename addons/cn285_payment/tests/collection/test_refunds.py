"""Credit notes of paid invoices are refunded to the means, once; and who may move money."""

from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import CollectionCase


@tagged("post_install", "-at_install")
class TestRefunds(CollectionCase):
    def _credit(self, amount=None):
        """A paid invoice, and a credit note of it, in full or of an amount excluding tax."""
        move = self._invoice()
        with self._answers("done"):
            self._collect(move)
        reversal = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        wizard = reversal.create({"journal_id": move.journal_id.id, "date": "2026-01-05"})
        note = self.env["account.move"].browse(wizard.reverse_moves()["res_id"])
        if amount:
            note.invoice_line_ids.price_unit = amount
        if note.state == "draft":
            note.action_post()
        return move, note

    def _refund(self, note):
        with freeze_time("2026-01-06 09:00:00"), trap_jobs():
            note.with_user(self.manager).action_cn285_refund()
        return note.cn285_refund_ids

    def test_a_credit_note_is_refunded_and_reconciled(self):
        move, note = self._credit()
        refund = self._refund(note)
        self.assertEqual((refund.state, refund.amount), ("done", 120.0))
        self.assertEqual(note.amount_residual, 0.0)
        self.assertEqual(refund.transaction_id.amount, -120.0)
        self.assertEqual(refund.payment_id.payment_type, "outbound")
        self.assertIn(note, refund.payment_id.reconciled_invoice_ids)
        self.assertPaid(move)

    def test_refunded_once(self):
        _move, note = self._credit()
        self._refund(note)
        with self.assertRaisesRegex(UserError, "Nothing is refunded"):
            self._refund(note)
        self.assertEqual(len(note.cn285_refund_ids), 1)

    def test_a_part_is_refunded_and_never_more_than_was_paid(self):
        move, note = self._credit(25.0)
        self.assertEqual(self._refund(note).amount, 30.0)
        self.assertEqual(move.cn285_attempt_ids._refundable(), 90.0)

    def test_a_refund_of_which_nothing_is_known_is_not_repeated(self):
        _move, note = self._credit()
        transactions = type(self.env["payment.transaction"])

        def hangs(transaction):
            raise ConnectionError("time-out")

        with patch.object(transactions, "_send_refund_request", hangs):
            refund = self._refund(note)
            self.assertEqual(refund.state, "unknown")
            with self.assertRaisesRegex(UserError, "under way"):
                self._refund(note)
        for moment, answer, state in (
            ("2026-01-06 09:20:00", None, "unknown"),
            ("2026-01-06 09:40:00", "done", "done"),
        ):
            with (
                freeze_time(moment),
                trap_jobs(),
                patch.object(transactions, "_cn285_ask_provider", lambda tx, a=answer: a),
            ):
                self.env["cn285.collection"]._cron_ask_unknown()
            self.assertEqual(refund.state, state)
        self.assertEqual(note.amount_residual, 0.0)

    def test_booked_by_odoo_it_is_reconciled_too(self):
        _move, note = self._credit()
        collection = self.env["cn285.collection"]
        with freeze_time("2026-01-06 09:00:00"), trap_jobs():
            refund = collection._make_refunds(note)
            collection._send_refund(refund)
            self.assertEqual(note.amount_residual, 120.0)
            refund.transaction_id._post_process()
            collection._book_refunds(refund)
        self.assertEqual(note.amount_residual, 0.0)
        self.assertEqual(len(refund.payment_id), 1)

    # === WHO MAY === #

    def test_managers_collect_by_button_and_clerks_do_not(self):
        move = self._invoice()
        with self.assertRaises(AccessError):
            move.with_user(self.clerk).action_cn285_collect()
        with self._answers("done"), freeze_time("2026-01-01 09:00:00"), trap_jobs():
            told = move.with_user(self.manager).action_cn285_collect()
        self.assertEqual(told["params"]["type"], "success")
        self.assertPaid(move)
        with self.assertRaisesRegex(UserError, "not open"):
            move.with_user(self.manager).action_cn285_collect()

    def test_a_manager_decides_what_became_of_an_attempt(self):
        paid, unpaid = self.invoices
        with self._answers("timeout"):
            attempts = self._collect(self.invoices)
        mine = attempts.with_user(self.manager)
        with self.assertRaises(AccessError):
            attempts.with_user(self.clerk).action_was_paid()
        with freeze_time("2026-01-02 09:00:00"), trap_jobs():
            mine.filtered(lambda one: one.move_id == paid).action_was_paid()
            mine.filtered(lambda one: one.move_id == unpaid).action_was_not_paid()
        self.assertPaid(paid)
        with self.assertRaisesRegex(UserError, "known by now"):
            mine.action_was_not_paid()
        with self._answers("done"):
            self._due(date(2026, 1, 3))
        self.assertPaid(unpaid)
        self.assertEqual(unpaid.cn285_attempt_ids.mapped("number"), [2, 1])

    def test_attempts_are_history(self):
        with self._answers("done"):
            attempt = self._collect(self._invoice())
        mine = attempt.with_user(self.manager)
        with self.assertRaises(AccessError):
            mine.write({"state": "open"})
        with self.assertRaises(AccessError):
            mine.unlink()
        self.assertEqual(attempt.with_user(self.clerk).state, "done")
