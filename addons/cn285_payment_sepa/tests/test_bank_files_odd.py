"""Files of banks that are odd: unreadable lines, details of lots, reversals, other currencies."""

from datetime import date

from freezegun import freeze_time
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import tagged

from .common import SepaCase
from .test_bank_files import notification, paid, returned


def details(*payments):
    """Details of an entry: ``(reference, amount, more)`` each."""
    parts = "".join(
        f"<TxDtls><Refs><EndToEndId>{reference}</EndToEndId></Refs>"
        f'<Amt Ccy="EUR">{amount}</Amt>{more}</TxDtls>'
        for reference, amount, more in payments
    )
    return f"<NtryDtls>{parts}</NtryDtls>"


def reason(code):
    return f"<RtrInf><Rsn><Cd>{code}</Cd></Rsn></RtrInf>"


@tagged("post_install", "-at_install")
class TestBankFilesOdd(SepaCase):
    stock = 2

    def test_a_line_without_an_amount_keeps_no_other(self):
        debit = self._settled(self._invoice())
        bad = returned(debit, "AM04", reference="B0")
        content = notification(bad, returned(debit, "AM04"), paid(self._invoice(1).name))
        content = content.replace('<Amt Ccy="EUR">120.00</Amt>', "", 1)
        lines = self._read(content)
        self.assertEqual(lines.mapped("state"), ["done", "open", "done"])
        self.assertEqual(set(lines.mapped("kind")), {"return", "unreadable", "transfer"})
        bad_line = lines.filtered(lambda line: line.kind == "unreadable")
        self.assertIn("no amount", bad_line.message)
        self.assertEqual(bad_line.reference, "B0")
        self.assertEqual((debit.state, self._invoice(1).amount_residual), ("returned", 0.0))
        # Read again, it is known as well.
        self.assertEqual(set(self._read(content).mapped("state")), {"known"})

    def test_a_payment_of_a_batch_without_an_amount(self):
        debits = [self._settled(self._invoice(number)) for number in range(2)]
        both = details(*((one.reference, "120.00", reason("AM04")) for one in debits))
        both = both.replace('<Amt Ccy="EUR">120.00</Amt>', "", 1)
        lines = self._read(notification(("240.00", "DBIT", "2026-01-20", "B1", both)))
        self.assertEqual([debit.state for debit in debits], ["settled", "returned"])
        self.assertEqual(sorted(lines.mapped("state")), ["done", "open"])

    def test_the_credit_of_a_lot_in_detail_pays_nothing_twice(self):
        """Details name the invoices, as the debits do: that is no transfer of a customer."""
        debits = [self._ordered(self._invoice(number)) for number in range(2)]
        text = f"<RmtInf><Ustrd>{self._invoice().name}</Ustrd></RmtInf>"
        both = details(*((one.reference, "120.00", text) for one in debits))
        lines = self._read(notification(("240.00", "CRDT", "2026-01-15", "L1", both)), "2026-01-15")
        self.assertEqual(lines.mapped("kind"), ["debit"] * 2)
        self.assertEqual(lines.mapped("state"), ["done"] * 2)
        with freeze_time("2026-01-16 08:00:00"), trap_jobs():
            self.env["cn285.sepa.debit"]._cron_settle()
        for number in range(2):
            move = self._invoice(number)
            self.assertPaid(move)
            self.assertEqual(len(move.matched_payment_ids), 1)
            self.assertEqual(self._attempts(move).payment_id, move.matched_payment_ids)

    def test_a_return_without_a_reason(self):
        """The account is debited under the debit's reference: it came back."""
        debit = self._settled(self._invoice())
        plain = details((debit.reference, "120.00", ""))
        line = self._read(notification(("120.00", "DBIT", "2026-01-20", "B1", plain)))
        self.assertEqual((line.kind, line.state, line.code), ("return", "done", "MS03"))
        self.assertEqual(self._invoice().amount_residual, 120.0)

    def test_another_currency_or_amount(self):
        debit = self._settled(self._invoice())
        dollars = notification(returned(debit, "AM04")).replace('Ccy="EUR"', 'Ccy="USD"')
        line = self._read(dollars)
        self.assertEqual((line.state, debit.state), ("open", "settled"))
        self.assertIn("USD", line.message)
        for amount in ("119.99", "120.01", "0.00"):
            line = self._read(notification(returned(debit, "AM04", amount, reference=amount)))
            self.assertEqual((line.state, debit.state), ("open", "settled"))
            self.assertIn("120.00", line.message)

    def test_charges_in_any_place(self):
        """Returned with 5.00 of charges: whether they are within the amount or beside it."""
        for number, amount in enumerate(("125.00", "120.00")):
            debit = self._settled(self._invoice(number))
            line = self._read(
                notification(returned(debit, "AM04", amount, "5.00", reference=amount))
            )
            self.assertEqual((line.state, line.fee), ("done", 5.0))
            self.assertEqual(self._invoice(number).amount_residual, 120.0)

    def test_the_bank_takes_a_return_back(self):
        """What it returned by mistake is paid after all, and not collected a second time."""
        move = self._invoice()
        debit = self._settled(move)
        self._read(notification(returned(debit, "AM04")))
        self.assertEqual(self._attempts(move).retry_date, date(2026, 1, 27))
        back = details((debit.reference, "120.00", reason("AM04")))
        entry = ("120.00", "CRDT", "2026-01-22", "R1", back)
        content = notification(entry).replace("<BookgDt>", "<RvslInd>true</RvslInd><BookgDt>")
        line = self._read(content, "2026-01-22")
        self.assertEqual((line.kind, line.state), ("reversal", "done"))
        self.assertPaid(move)
        self._retry(date(2026, 1, 27))
        self.assertEqual(len(self._attempts(move)), 1)
        receivable = self.env["account.move.line"].search(
            [
                ("partner_id", "=", self.customer.id),
                ("account_type", "=", "asset_receivable"),
                ("move_id", "!=", self._invoice(1).id),
                ("parent_state", "=", "posted"),
            ]
        )
        self.assertEqual(sum(receivable.mapped("balance")), 0)
        # Taken back once more, or told twice: somebody looks at it.
        again = notification((*entry[:3], "R2", entry[4]))
        self.assertEqual(self._read(again, "2026-01-23").state, "open")
        self.assertPaid(move)

    def test_a_return_taken_back_when_it_was_debited_again(self):
        move = self._invoice()
        debit = self._settled(move)
        self._read(notification(returned(debit, "AM04")))
        self._retry(date(2026, 1, 27))
        again = self._debit(move)
        self._file(again.file_on)
        self.assertEqual(again.state, "ordered")
        back = details((debit.reference, "120.00", reason("AM04")))
        line = self._read(notification(("120.00", "CRDT", "2026-01-28", "R1", back)), again.file_on)
        self.assertEqual((line.state, move.amount_residual), ("open", 120.0))
        self.assertIn("paid twice", line.message)

    def test_the_bank_takes_a_lot_back(self):
        debit = self._settled(self._invoice())
        lot = f"<NtryDtls><Btch><PmtInfId>{debit.lot}</PmtInfId></Btch></NtryDtls>"
        line = self._read(notification(("120.00", "DBIT", "2026-01-20", "L2", lot)))
        self.assertEqual((line.state, debit.state), ("open", "settled"))

    def test_a_lot_of_which_one_was_rejected(self):
        """The bank credits what it took, or all and takes one back: both are right."""
        self._collect(self._invoice(0) | self._invoice(1))
        file = self._file(date(2026, 1, 13))
        refused = self._debit(self._invoice(1))
        with freeze_time("2026-01-14 08:00:00"), trap_jobs():
            refused._refuse("AC04", "closed", date(2026, 1, 14))
        self.assertEqual(len(file.debit_ids), 2)
        for amount, state in (("60.00", "open"), ("120.00", "done"), ("240.00", "done")):
            lot = f"<NtryDtls><Btch><PmtInfId>{refused.lot}</PmtInfId></Btch></NtryDtls>"
            line = self._read(
                notification((amount, "CRDT", "2026-01-15", f"L{amount}", lot)), "2026-01-15"
            )
            self.assertEqual((line.state, amount), (state, amount))
        self.assertEqual(refused.state, "rejected")
        with freeze_time("2026-01-15 11:00:00"), trap_jobs():
            self.env["cn285.sepa.debit"]._cron_settle()
        self.assertPaid(self._invoice(0))
        self.assertEqual(self._invoice(1).amount_residual, 120.0)

    def test_the_same_file_again_and_another_copy(self):
        """Its entries without references too: what was returned is returned once."""
        debit = self._settled(self._invoice())
        content = notification(returned(debit, "AM04"))
        bare = content.replace("<AcctSvcrRef>B1</AcctSvcrRef>", "")
        self.assertEqual(self._read(bare).state, "done")
        self.assertEqual(self._read(bare).state, "known")
        other = bare.replace("<Ntfctn><Id>N1</Id>", "<Ntfctn><Id>N2</Id>")
        self.assertEqual(self._read(other).state, "open")
        self.assertEqual(len(self._attempts(self._invoice()).return_move_id), 1)

    def test_days_that_nobody_believes(self):
        """To come, or not told at all: it is done today."""
        for number, day in enumerate(("2099-01-01", "")):
            debit = self._settled(self._invoice(number))
            content = notification(returned(debit, "AM04", day=day or "2026-01-20", reference=day))
            if not day:
                content = content.replace("<BookgDt><Dt>2026-01-20</Dt></BookgDt>", "")
            line = self._read(content)
            self.assertEqual((line.state, line.day), ("done", date(2026, 1, 20)))
            entry = self._attempts(self._invoice(number)).return_move_id
            self.assertEqual(entry.date, date(2026, 1, 20))

    def test_a_locked_month(self):
        """A return of a month that is closed is booked in the first one that is not."""
        debit = self._settled(self._invoice())
        self.company.fiscalyear_lock_date = date(2026, 1, 31)
        line = self._read(notification(returned(debit, "AM04")), date(2026, 2, 3))
        self.assertEqual((line.state, debit.state), ("done", "returned"))
        entry = self._attempts(self._invoice()).return_move_id
        self.assertGreater(entry.date, date(2026, 1, 31))

    def test_a_wrong_charset_and_a_reference_in_groups(self):
        move = self._invoice(1)
        move.payment_reference = "RF18 5390 0754 7034"
        content = notification(paid("Café RF18539007547034 merci"))
        line = self._read(content.encode("cp1252"))
        self.assertEqual((line.state, line.move_id), ("done", move))
        self.assertIn("Café", line.text)

    def test_a_transfer_of_ours(self):
        """It leaves as ordered, comes back, and the bank takes that back: each told in words."""
        move = self._invoice()
        self._settled(move)
        with freeze_time("2026-01-18 08:00:00"), trap_jobs():
            credit = move._reverse_moves([{"invoice_date": "2026-01-18", "date": "2026-01-18"}])
            credit.action_post()
        credit.with_user(self.manager).action_cn285_pay_out()
        with freeze_time("2026-01-19 08:00:00"), trap_jobs():
            self.env["cn285.sepa.file"]._make_transfers(self.sepa)
        transfer = credit.cn285_transfer_ids
        own = details((transfer.reference, "120.00", ""))
        line = self._read(notification(("120.00", "DBIT", "2026-01-19", "T1", own)))
        self.assertEqual((line.kind, line.state), ("payout", "done"))
        back = details((transfer.reference, "120.00", reason("AC04")))
        line = self._read(notification(("120.00", "CRDT", "2026-01-20", "T2", back)))
        self.assertEqual((line.kind, line.state, credit.amount_residual), ("return", "done", 120.0))
        line = self._read(notification(("120.00", "DBIT", "2026-01-20", "T3", back)))
        self.assertEqual((line.kind, line.state, credit.amount_residual),
                         ("reversal", "open", 120.0))  # fmt: skip
