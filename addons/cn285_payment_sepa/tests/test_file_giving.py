"""Files that nobody gave to the bank settle nothing, and nothing is debited twice."""

from datetime import date

from freezegun import freeze_time
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import OTHER_IBAN, SepaCase
from .test_bank_files import notification, returned
from .test_debits import texts


@tagged("post_install", "-at_install")
class TestFileGiving(SepaCase):
    stock = 2

    def _settle(self, day):
        with freeze_time(f"{day} 08:00:00"), trap_jobs():
            self.env["cn285.sepa.debit"]._cron_settle()

    def _given_on(self, file, day, today):
        with freeze_time(f"{today} 09:00:00"):
            dialog = self.env["cn285.sepa.file.given"].with_user(self.manager)
            dialog.create({"file_id": file.id, "day": day}).action_given()

    def _anew(self, file, day):
        with freeze_time(f"{day} 09:00:00"):
            file.with_user(self.manager).action_make_anew()

    def test_not_given_it_does_not_settle(self):
        move = self._invoice()
        debit = self._ordered(move, given=False)
        for day in ("2026-01-15", "2026-01-16", "2026-02-20"):
            self._settle(day)
            self.assertEqual((debit.state, move.amount_residual), ("ordered", 120.0))
            self.assertFalse(self._attempts(move).payment_id)

    def test_somebody_is_asked_once_and_no_more_when_it_is_given(self):
        file = self._ordered(self._invoice(), given=False).file_id
        self._settle("2026-01-14")
        self.assertFalse(file.activity_ids)
        for day in ("2026-01-15", "2026-01-16"):
            self._settle(day)
            self.assertEqual(len(file.activity_ids), 1)
        self.assertIn("01/13/2026", file.activity_ids.summary)
        found = self.env["cn285.sepa.file"].with_user(self.manager)
        self.assertEqual(
            found.search([("state", "=", "made"), ("first_day", "<=", "2026-01-15")]), file
        )
        with freeze_time("2026-01-16 09:00:00"):
            file.with_user(self.manager).action_sent()
        self.assertFalse(file.activity_ids)

    def test_marked_late_but_given_in_time(self):
        """Paid on the day that was ordered, whenever it is said; booked on that day."""
        move = self._invoice()
        debit = self._ordered(move, given=False)
        self._given_on(debit.file_id, date(2026, 1, 13), "2026-01-21")
        self._settle("2026-01-21")
        self.assertEqual(debit.state, "settled")
        self.assertPaid(move)
        self.assertEqual(self._attempts(move).payment_id.date, date(2026, 1, 15))
        self.assertEqual(self.mandate.last_debit_on, date(2026, 1, 15))

    def test_given_late(self):
        """After the cut-off the bank executes on the next day that it can: Tuesday 20 January."""
        move = self._invoice()
        debit = self._ordered(move, given=False)
        with freeze_time("2026-01-16 09:00:00"):
            debit.file_id.with_user(self.manager).action_sent()
        self._settle("2026-01-19")
        self.assertEqual((debit.state, move.amount_residual), ("ordered", 120.0))
        self._settle("2026-01-20")
        self.assertEqual(debit.state, "settled")
        self.assertEqual(self._attempts(move).payment_id.date, date(2026, 1, 20))
        # The file is what it was: the same bytes.
        self.assertEqual(debit.file_id._content(), debit.file_id.attachment_id.raw)

    def test_not_on_a_day_to_come(self):
        file = self._ordered(self._invoice(), given=False).file_id
        with self.assertRaisesRegex(UserError, "day to come"):
            self._given_on(file, date(2026, 1, 17), "2026-01-16")

    def test_made_anew(self):
        """Another file orders the same debit by the same reference, on the next bank day."""
        move = self._invoice()
        debit = self._ordered(move, given=False)
        old = debit.file_id
        self._settle("2026-01-15")
        self._anew(old, "2026-01-16")
        self.assertEqual(
            (old.state, debit.state, old.activity_ids.ids), ("withdrawn", "waiting", [])
        )
        new = self._file(date(2026, 1, 16))
        self.assertNotEqual(new, old)
        self.assertEqual((debit.file_id, debit.debit_on), (new, date(2026, 1, 20)))
        for path in ("EndToEndId", "InstdAmt"):
            self.assertEqual(
                texts(new, path), [{"EndToEndId": f"C{move.id}-1", "InstdAmt": "120.00"}[path]]
            )
        self.assertEqual(texts(new, "ReqdColltnDt"), ["2026-01-20"])
        self._settle("2026-01-20")
        self.assertPaid(move)
        self.assertEqual(len(self._attempts(move)), 1)
        # The old one can neither be given to the bank nor be made anew once more.
        for action in ("action_download", "action_make_anew"):
            with self.assertRaises(UserError):
                getattr(old.with_user(self.manager), action)()
        old.with_user(self.manager).action_sent()
        self.assertEqual(old.state, "withdrawn")

    def test_paid_otherwise_before_it_is_made_anew(self):
        move = self._invoice()
        debit = self._ordered(move, given=False)
        with freeze_time("2026-01-15 09:00:00"):
            self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=move.ids
            ).create({})._create_payments()
        self._anew(debit.file_id, "2026-01-16")
        self.assertFalse(self._file(date(2026, 1, 16)))
        self.assertEqual(debit.state, "cancelled")

    def test_another_account_is_told_by_the_new_file(self):
        self._settled(self._invoice(0))
        self.mandate._change_account(OTHER_IBAN)
        move = self._invoice(1)
        self._collect(move, date(2026, 2, 2))
        old = self._file(date(2026, 2, 3), given=False)
        self.assertFalse(self.mandate.account_changed)
        self._anew(old, "2026-02-06")
        self.assertTrue(self.mandate.account_changed)
        new = self._file(date(2026, 2, 6))
        self.assertEqual(texts(new, "OrgnlDbtrAcct/Id/Othr/Id"), ["SMNDA"])

    def test_what_the_bank_has_is_not_made_anew(self):
        debit = self._ordered(self._invoice())
        with self.assertRaisesRegex(UserError, "given to the bank"):
            self._anew(debit.file_id, "2026-01-14")
        self.sepa.cn285_settle_given = False
        other = self._ordered(self._invoice(1), given=False)
        self._settle("2026-01-15")
        self.assertEqual(other.state, "settled")
        with self.assertRaisesRegex(UserError, "paid or refused"):
            self._anew(other.file_id, "2026-01-16")

    def test_the_setting_of_old(self):
        """Who has files fetched by another program settles on the day, marked or not."""
        self.sepa.cn285_settle_given = False
        move = self._invoice()
        debit = self._ordered(move, given=False)
        self._settle("2026-01-15")
        self.assertEqual(debit.state, "settled")
        self.assertPaid(move)
        self.assertFalse(debit.file_id.activity_ids)

    def test_the_bank_tells_of_it(self):
        """A lot that the bank credits was given to it: it settles, on the bank's day."""
        move = self._invoice()
        debit = self._ordered(move, given=False)
        lot = (
            "120.00", "CRDT", "2026-01-16", "L1",
            f"<NtryDtls><Btch><PmtInfId>{debit.lot}</PmtInfId><NbOfTxs>1</NbOfTxs></Btch>"
            "</NtryDtls>",
        )  # fmt: skip
        line = self._read(notification(lot), "2026-01-16")
        self.assertEqual((line.state, line.kind), ("done", "lot"))
        self.assertEqual((debit.file_id.state, debit.paid_on), ("sent", date(2026, 1, 16)))
        self._settle("2026-01-16")
        self.assertEqual(debit.state, "settled")
        self.assertPaid(move)
        self.assertEqual(self._attempts(move).payment_id.date, date(2026, 1, 16))

    def test_the_bank_returns_what_was_never_marked(self):
        """It was debited, so it was paid, and came back: two entries, and the invoice is open."""
        move = self._invoice()
        debit = self._ordered(move, given=False)
        line = self._read(notification(returned(debit, "AM04")), "2026-01-20")
        self.assertEqual(
            (line.state, debit.state, debit.file_id.state), ("done", "returned", "sent")
        )
        attempt = self._attempts(move)
        self.assertTrue(attempt.payment_id and attempt.return_move_id)
        self.assertEqual(move.amount_residual, 120.0)
        self.assertEqual(attempt.retry_date, date(2026, 1, 27))

    def test_accepted_by_a_status_report(self):
        debit = self._ordered(self._invoice(), given=False)
        report = (
            '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.03"><CstmrPmtStsRpt>'
            f"<OrgnlGrpInfAndSts><OrgnlMsgId>{debit.file_id.name}</OrgnlMsgId>"
            "<GrpSts>ACCP</GrpSts></OrgnlGrpInfAndSts></CstmrPmtStsRpt></Document>"
        )
        line = self._read(report, "2026-01-14")
        self.assertEqual((line.state, line.kind), ("done", "acceptance"))
        self.assertEqual(debit.file_id.state, "sent")

    def test_a_withdrawn_file_that_the_bank_has_all_the_same(self):
        """What it ordered waits no more: it settles, and no other file orders it."""
        move = self._invoice()
        debit = self._ordered(move, given=False)
        old, lot = debit.file_id, debit.lot
        self._anew(old, "2026-01-14")
        details = f"<NtryDtls><Btch><PmtInfId>{lot}</PmtInfId></Btch></NtryDtls>"
        entry = ("120.00", "CRDT", "2026-01-15", "L1", details)
        line = self._read(notification(entry), "2026-01-15")
        self.assertEqual((line.state, old.state, debit.file_id), ("done", "sent", old))
        self.assertFalse(self._file(date(2026, 1, 15)))
        self._settle("2026-01-15")
        self.assertPaid(move)

    def test_a_withdrawn_transfer_that_the_bank_has_all_the_same(self):
        transfer, old = self._paid_out()
        self._anew(old, "2026-01-20")
        details = (
            f"<NtryDtls><TxDtls><Refs><EndToEndId>{transfer.reference}</EndToEndId></Refs>"
            "</TxDtls></NtryDtls>"
        )
        line = self._read(notification(("120.00", "DBIT", "2026-01-20", "T1", details)))
        self.assertEqual((line.kind, line.state, transfer.file_id), ("payout", "done", old))
        self.assertEqual(transfer.move_id.amount_residual, 0.0)
        with freeze_time("2026-01-21 10:00:00"), trap_jobs():
            self.assertFalse(self.env["cn285.sepa.file"]._make_transfers(self.sepa))

    def test_both_files_are_at_the_bank(self):
        """Told loudly: the customer is debited twice."""
        debit = self._ordered(self._invoice(), given=False)
        lot = debit.lot
        self._anew(debit.file_id, "2026-01-14")
        self._file(date(2026, 1, 14))
        details = f"<NtryDtls><Btch><PmtInfId>{lot}</PmtInfId></Btch></NtryDtls>"
        line = self._read(
            notification(("120.00", "CRDT", "2026-01-15", "L1", details)), "2026-01-15"
        )
        self.assertEqual(line.state, "open")
        self.assertIn("withdrawn", line.message)

    def _paid_out(self):
        """A credit note that is paid out by a file that nobody gave to the bank."""
        move = self._invoice()
        self._settled(move)
        with freeze_time("2026-01-18 08:00:00"), trap_jobs():
            credit = move._reverse_moves([{"invoice_date": "2026-01-18", "date": "2026-01-18"}])
            credit.action_post()
        credit.with_user(self.manager).action_cn285_pay_out()
        files = self.env["cn285.sepa.file"]
        with freeze_time("2026-01-19 08:00:00"), trap_jobs():
            old = files._make_transfers(self.sepa)
        self.assertEqual(credit.amount_residual, 0.0)
        return credit.cn285_transfer_ids, old

    def test_a_transfer_that_nobody_gave_to_the_bank(self):
        _transfer, old = self._paid_out()
        for day in ("2026-01-19", "2026-01-20"):
            self._settle(day)
            self.assertEqual(len(old.activity_ids), 1)

    def test_a_transfer_made_anew(self):
        transfer, old = self._paid_out()
        credit, files = transfer.move_id, self.env["cn285.sepa.file"]
        self._anew(old, "2026-01-20")
        self.assertEqual((transfer.state, credit.amount_residual), ("waiting", 120.0))
        with freeze_time("2026-01-20 10:00:00"), trap_jobs():
            new = files._make_transfers(self.sepa)
        self.assertEqual((transfer.file_id, credit.amount_residual), (new, 0.0))
        self.assertEqual(len(credit.cn285_transfer_ids), 1)

    def test_rights(self):
        file = self._ordered(self._invoice(), given=False).file_id
        with self.assertRaises(UserError):
            file.with_user(self.clerk).action_make_anew()
        with self.assertRaises(AccessError):
            self.env["cn285.sepa.file.given"].with_user(self.clerk).create({"file_id": file.id})
        self.assertEqual(file.state, "made")
