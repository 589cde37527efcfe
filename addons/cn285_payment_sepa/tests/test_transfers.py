"""Credit notes are paid out by transfer, once, and open again where the bank does not pay."""

from datetime import date
from importlib.resources import files

from freezegun import freeze_time
from lxml import etree
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import SepaCase
from .test_bank_files import notification


@tagged("post_install", "-at_install")
class TestTransfers(SepaCase):
    stock = 1

    def _credited(self):
        """A credit note of the shared invoice, which was paid before."""
        move = self._invoice()
        self._settled(move)
        with freeze_time("2026-02-01 09:00:00"):
            wizard = self.env["account.move.reversal"].with_context(
                active_model="account.move", active_ids=move.ids
            )
            reversal = wizard.create({"journal_id": move.journal_id.id, "reason": "Gesture"})
            reversal.refund_moves()
            note = reversal.new_move_ids
            if note.state == "draft":
                note.action_post()
        return note

    def _pay_out(self, note):
        note.with_user(self.manager).action_cn285_pay_out()
        with freeze_time("2026-02-07 08:00:00"), trap_jobs():
            return self.env["cn285.sepa.file"]._make_transfers(self.sepa)

    def test_paid_out(self):
        note = self._credited()
        file = self._pay_out(note)
        transfer = note.cn285_transfer_ids
        self.assertEqual((transfer.state, transfer.iban), ("ordered", self.mandate.iban))
        # 7 February 2026 is a Saturday.
        self.assertEqual(transfer.pay_on, date(2026, 2, 9))
        self.assertMoney(note.amount_residual, "0.00")
        schema = etree.XMLSchema(
            etree.parse(str(files("sepaxml") / "schemas" / f"{file.form}.xsd"))
        )
        schema.assertValid(etree.fromstring(file.attachment_id.raw))
        self.assertEqual(file._content(), file.attachment_id.raw)
        with self.assertRaises(UserError):
            note.with_user(self.manager).action_cn285_pay_out()

    def test_once(self):
        note = self._credited()
        note.with_user(self.manager).action_cn285_pay_out()
        with self.assertRaisesRegex(UserError, "waits"):
            note.with_user(self.manager).action_cn285_pay_out()
        # What is paid out is not settled with what is charged next; else it would be.
        self.assertTrue(note._cn285_is_to_be_refunded())
        note.cn285_transfer_ids.with_user(self.manager).action_cancel()
        self.assertFalse(note._cn285_is_to_be_refunded())
        self.assertFalse(self.env["cn285.sepa.file"]._make_transfers(self.sepa))

    def test_clerks_do_not(self):
        note = self._credited()
        with self.assertRaises(UserError):
            note.with_user(self.clerk).action_cn285_pay_out()

    def test_came_back(self):
        note = self._credited()
        self._pay_out(note)
        transfer = note.cn285_transfer_ids
        details = (
            f"<NtryDtls><TxDtls><Refs><EndToEndId>{transfer.reference}</EndToEndId></Refs>"
            "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf></TxDtls></NtryDtls>"
        )
        file = self.env["cn285.sepa.bank.file"].create({"name": "b.xml", "content": "eA=="})
        with freeze_time("2026-02-11 08:00:00"), trap_jobs():
            file._read_content(
                notification(("120.00", "CRDT", "2026-02-11", "B7", details)).encode()
            )
        self.assertEqual((transfer.state, transfer.code), ("returned", "AC04"))
        self.assertMoney(note.amount_residual, "120.00")
        self.assertEqual(file.line_ids.state, "done")
