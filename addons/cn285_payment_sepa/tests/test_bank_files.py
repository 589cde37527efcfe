"""What banks say is done: returns, rejections, and transfers that pay an invoice."""

from datetime import date

from freezegun import freeze_time
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import OURS, SepaCase


def notification(*entries):
    body = "".join(
        f'<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
        f"<BookgDt><Dt>{day}</Dt></BookgDt><AcctSvcrRef>{reference}</AcctSvcrRef>{details}</Ntry>"
        for amount, side, day, reference, details in entries
    )
    return (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"><BkToCstmrDbtCdtNtfctn>'
        f"<Ntfctn><Id>N1</Id><Acct><Id><IBAN>{OURS}</IBAN></Id></Acct>{body}</Ntfctn>"
        "</BkToCstmrDbtCdtNtfctn></Document>"
    )


def returned(debit, code, amount="120.00", fee="", day="2026-01-20", reference="B1"):
    charges = f'<Chrgs><Rcrd><Amt Ccy="EUR">{fee}</Amt></Rcrd></Chrgs>' if fee else ""
    details = (
        f"<NtryDtls><TxDtls><Refs><EndToEndId>{debit.reference}</EndToEndId></Refs>{charges}"
        f"<RtrInf><Rsn><Cd>{code}</Cd></Rsn></RtrInf></TxDtls></NtryDtls>"
    )
    return amount, "DBIT", day, reference, details


def paid(text, amount="120.00", reference="B9"):
    details = f"<NtryDtls><TxDtls><RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls></NtryDtls>"
    return amount, "CRDT", "2026-01-20", reference, details


@tagged("post_install", "-at_install")
class TestBankFiles(SepaCase):
    stock = 2

    def test_no_funds(self):
        """The invoice is open again, and debited again after five bank days."""
        move = self._invoice()
        debit = self._settled(move)
        line = self._read(notification(returned(debit, "AM04", "127.00", "7.00")))
        self.assertEqual((line.state, line.debit_id, line.fee), ("done", debit, 7.0))
        self.assertEqual((debit.state, debit.code), ("returned", "AM04"))
        self.assertMoney(move.amount_residual, "120.00")
        attempt = self._attempts(move)
        self.assertEqual((attempt.state, attempt.outcome), ("returned", "declined"))
        self.assertEqual(attempt.retry_date, date(2026, 1, 27))
        self.assertEqual(self.mandate.state, "active")
        # The second attempt pays it: three entries remain, and the payer owes nothing.
        self._retry(date(2026, 1, 27))
        again = self._debit(move)
        self.assertEqual(again.reference, f"C{move.id}-2")
        self._file(again.file_on)
        with freeze_time(f"{again.debit_on} 08:00:00"), trap_jobs():
            self.env["cn285.sepa.debit"]._settle_due(self.company)
        self.assertMoney(move.amount_residual, "0.00")
        receivable = self.env["account.move.line"].search(
            [
                ("partner_id", "=", self.customer.id),
                ("account_id", "=", debit.transaction_id.payment_id.destination_account_id.id),
                ("move_id", "!=", self._invoice(1).id),
                ("parent_state", "=", "posted"),
            ]
        )
        self.assertEqual(sum(receivable.mapped("balance")), 0)

    def test_no_mandate(self):
        move = self._invoice()
        debit = self._settled(move)
        self._read(notification(returned(debit, "MD01")))
        self.assertEqual(self.mandate.state, "revoked")
        self.assertFalse(self._attempts(move).retry_date)
        contract = self._automatic()
        self.assertFalse(contract._payment_tokens()[contract])

    def test_refunded_to_the_customer(self):
        move = self._invoice()
        debit = self._settled(move)
        self._read(notification(returned(debit, "MD06")))
        attempt = self._attempts(move)
        self.assertEqual((attempt.outcome, attempt.retry_date), ("customer", False))
        self.assertEqual(self.mandate.state, "active")

    def test_read_twice(self):
        """The same entry in a notification and in the statement is done once."""
        move = self._invoice()
        debit = self._settled(move)
        content = notification(returned(debit, "AM04"))
        self._read(content)
        again = self._read(content)
        self.assertEqual(again.state, "known")
        entries = self.env["account.move"].search_count([("ref", "like", debit.reference)])
        self.assertEqual(len(self._attempts(move)), 1)
        self.assertGreaterEqual(entries, 1)

    def test_a_batch_of_mixed_returns_of_which_one_is_unknown(self):
        """One entry, as banks sum returns: what is known is taken back, the rest is a clerk's."""
        debits = [self._settled(self._invoice(number)) for number in range(2)]
        parts = "".join(
            f"<TxDtls><Refs><EndToEndId>{reference}</EndToEndId></Refs>"
            f'<Amt Ccy="EUR">{amount}</Amt>'
            f"<RtrInf><Rsn><Cd>{code}</Cd></Rsn></RtrInf></TxDtls>"
            for reference, amount, code in (
                (debits[0].reference, "120.00", "AM04"),
                ("C0-9", "55.00", "AM04"),
                (debits[1].reference, "120.00", "AM04"),
                (debits[1].reference, "120.00", "AM04"),
            )
        )
        entry = ("415.00", "DBIT", "2026-01-20", "B7", f"<NtryDtls>{parts}</NtryDtls>")
        lines = self._read(notification(entry)).sorted("key")
        self.assertEqual(lines.mapped("state"), ["done", "open", "done", "open"])
        self.assertEqual([debit.state for debit in debits], ["returned"] * 2)
        for number in range(2):
            self.assertMoney(self._invoice(number).amount_residual, "120.00")
            self.assertEqual(len(self._attempts(self._invoice(number)).return_move_id), 1)

    def test_an_entry_of_a_notification_and_of_the_statement(self):
        """The statement tells the sum only: it is known. What tells more than before is read."""
        debit = self._settled(self._invoice())
        self._read(notification(returned(debit, "AM04")))
        plain = ("120.00", "DBIT", "2026-01-20", "B1", "")
        self.assertEqual(self._read(notification(plain)).state, "known")
        other = self._settled(self._invoice(1))
        self.assertEqual(
            self._read(notification(("120.00", "DBIT", "2026-01-21", "B2", ""))).state, "open"
        )
        detailed = returned(other, "MD06", day="2026-01-21", reference="B2")
        self.assertEqual(self._read(notification(detailed)).state, "done")

    def test_a_whole_lot_is_rejected(self):
        for number in range(2):
            self._collect(self._invoice(number))
        file = self._file(date(2026, 1, 13))
        report = (
            '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>'
            f"<OrgnlGrpInfAndSts><OrgnlMsgId>{file.name}</OrgnlMsgId></OrgnlGrpInfAndSts>"
            f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{file.debit_ids[0].lot}</OrgnlPmtInfId>"
            "<PmtInfSts>RJCT</PmtInfSts><StsRsnInf><Rsn><Cd>FF01</Cd></Rsn></StsRsnInf>"
            "</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"
        )
        line = self._read(report, date(2026, 1, 14))
        self.assertEqual((line.state, line.message), ("done", "2 debits are refused."))
        self.assertEqual(set(file.debit_ids.mapped("state")), {"rejected"})
        self.assertEqual(set(self._attempts(self.invoices).mapped("outcome")), {"config"})

    def test_what_is_left_to_a_clerk(self):
        move = self._invoice()
        debit = self._settled(move)
        lines = self._read(
            notification(
                returned(debit, "AM04", "50.00", reference="B1"),
                ("9.00", "DBIT", "2026-01-20", "B2", ""),
                paid("nothing we know", reference="B3"),
                paid(f"Facture {self._invoice(1).name}", "119.00", reference="B4"),
            )
        )
        self.assertEqual(lines.mapped("state"), ["open"] * 4)
        self.assertEqual((debit.state, move.amount_residual), ("settled", 0.0))
        self.assertEqual(self._invoice(1).amount_residual, 120.0)

    def test_a_transfer_that_names_its_invoice(self):
        move = self._invoice(1)
        line = self._read(notification(paid(f"Facture {move.name} merci")))
        self.assertEqual((line.state, line.move_id), ("done", move))
        self.assertEqual(move.amount_residual, 0.0)
        self.assertEqual(move.matched_payment_ids.journal_id, self.sepa.journal_id)

    def test_rejected_before_its_day(self):
        move = self._invoice()
        debit = self._ordered(move)
        report = (
            '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>'
            f"<OrgnlGrpInfAndSts><OrgnlMsgId>{debit.file_id.name}</OrgnlMsgId></OrgnlGrpInfAndSts>"
            f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{debit.lot}</OrgnlPmtInfId><TxInfAndSts>"
            f"<OrgnlEndToEndId>{debit.reference}</OrgnlEndToEndId><TxSts>RJCT</TxSts>"
            "<StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf></TxInfAndSts></OrgnlPmtInfAndSts>"
            "</CstmrPmtStsRpt></Document>"
        )
        line = self._read(report, date(2026, 1, 14))
        self.assertEqual((line.state, debit.state), ("done", "rejected"))
        self.assertEqual((move.amount_residual, self.mandate.state), (120.0, "revoked"))
        self.assertFalse(self._attempts(move).payment_id)
        with freeze_time("2026-01-15 08:00:00"), trap_jobs():
            self.env["cn285.sepa.debit"]._settle_due(self.company)
        self.assertEqual(move.amount_residual, 120.0)

    def test_rights(self):
        with self.assertRaises(AccessError):
            self._read(notification(), user=self.clerk)
        for content in ("no XML", "<Document/>", notification()[:-30]):
            with self.assertRaises(UserError):
                self._read(content)
