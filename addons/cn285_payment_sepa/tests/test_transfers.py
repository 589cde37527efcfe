"""Credit notes are paid out by transfer, once, and open again where the bank does not pay."""

from datetime import date
from importlib.resources import files
from unittest.mock import patch

from freezegun import freeze_time
from lxml import etree
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .common import OTHER_IBAN, SepaCase
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

    def test_not_to_the_means_and_the_account_at_once(self):
        """A refund to a card of which nobody knows what became, and then a transfer: not both."""
        self.customer.cn285_payment_token_id = self.card
        move = self._invoice()
        with self._answers("done"):
            self._collect(move)
        with freeze_time("2026-02-01 09:00:00"):
            note = move._reverse_moves([{"invoice_date": "2026-02-01"}])
            note.action_post()
        transactions = type(self.env["payment.transaction"])
        account = self.env["res.partner.bank"].create(
            {"partner_id": self.customer.id, "acc_number": OTHER_IBAN, "allow_out_payment": True}
        )

        def hangs(transaction):
            raise TimeoutError

        with patch.object(transactions, "_send_refund_request", hangs), trap_jobs():
            self.env["cn285.collection"]._refund(note)
        self.assertEqual(note.cn285_refund_ids.state, "unknown")
        with self.assertRaisesRegex(UserError, "being refunded"):
            note.with_user(self.manager).action_cn285_pay_out()
        note.cn285_refund_ids._inside().sudo().write({"state": "failed"})
        note.with_user(self.manager).action_cn285_pay_out()
        self.assertEqual(note.cn285_transfer_ids.iban, account.sanitized_acc_number)
        # And the other way round.
        with self.assertRaisesRegex(UserError, "Nothing is refunded"):
            note.with_user(self.manager).action_cn285_refund()

    def test_not_to_an_account_that_somebody_typed_in_the_portal(self):
        """Of a mandate that was never debited nobody knows whose account it is."""
        note = self._credited()
        used = self.mandate
        used._revoke("Elsewhere")
        user = new_test_user(self.env, "types_an_account", "base.group_portal")
        user.partner_id.parent_id = self.customer
        mandate = self.env["cn285.sepa.mandate"]._sign_in_portal(
            self.customer, self.sepa, OTHER_IBAN, "Somebody", user, "192.0.2.1"
        )
        with self.assertRaisesRegex(UserError, "neither a mandate"):
            note.with_user(self.manager).action_cn285_pay_out()
        account = self.env["res.partner.bank"].create(
            {
                "partner_id": self.customer.id,
                "acc_number": "FR7610107001011234567890129",
                "allow_out_payment": True,
            }
        )
        self.assertNotEqual(account.sanitized_acc_number, mandate.iban)
        note.with_user(self.manager).action_cn285_pay_out()
        self.assertEqual(note.cn285_transfer_ids.iban, account.sanitized_acc_number)

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
