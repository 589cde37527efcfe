import base64
from datetime import date

from freezegun import freeze_time
from odoo.addons.cn285_payment.tests.collection.common import CollectionCase
from odoo.addons.queue_job.tests.common import trap_jobs

IBAN = "FR7630006000011234567890189"
OTHER_IBAN = "DE89370400440532013000"
OURS = "FR7610107001011234567890129"


class SepaCase(CollectionCase):
    """A company with a creditor identifier, and a payer whose mandate was signed on paper.

    Shared invoices are of 120.00, dated and due on 1 January 2026, a Thursday.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sepa = cls._sepa_provider()
        cls.mandate = cls._mandate()
        cls.customer.cn285_payment_token_id = cls.mandate.token_id

    @classmethod
    def _sepa_provider(cls):
        journal = cls.env["account.journal"].create(
            {"name": "Bank for debits", "code": "SDD", "type": "bank", "company_id": cls.company.id}
        )
        journal.set_bank_account(OURS)
        provider = cls.env.ref("cn285_payment_sepa.provider_sepa")
        provider.write(
            {
                "company_id": cls.company.id,
                "cn285_creditor_identifier": "FR72ZZZ123456",
                "state": "test",
                "journal_id": journal.id,
            }
        )
        cls.env.ref("payment.payment_method_sepa_direct_debit").active = True
        return provider

    @classmethod
    def _mandate(cls, sign=True, **values):
        with freeze_time("2025-12-01 10:00:00"):
            mandate = cls.env["cn285.sepa.mandate"].create(
                {
                    "partner_id": cls.customer.id,
                    "provider_id": cls.sepa.id,
                    "iban": IBAN,
                    "signed_on": date(2025, 12, 1),
                    **values,
                }
            )
            if sign:
                mandate.action_sign()
        return mandate

    def _ordered(self, move, day=date(2026, 1, 13), given=True):
        """The debit of an invoice that is collected on 1 January, put into a file on a day."""
        self._collect(move)
        files = self._file(day, given)
        debit = self._debit(move)
        self.assertEqual(debit.file_id, files)
        return debit

    def _debit(self, move):
        return self.env["cn285.sepa.debit"].search(
            [("transaction_id.invoice_ids", "in", move.ids)], order="id desc", limit=1
        )

    def _file(self, day, given=True):
        """The day's file, given to the bank at once."""
        with freeze_time(f"{day} 08:00:00"), trap_jobs():
            file = self.env["cn285.sepa.file"]._make(self.sepa)
            if given:
                file.with_user(self.manager).action_sent()
            return file

    def _settled(self, move, day=date(2026, 1, 15)):
        debit = self._ordered(move)
        with freeze_time(f"{day} 08:00:00"), trap_jobs():
            self.env["cn285.sepa.debit"]._settle_due(self.company)
        return debit

    def _read(self, content, day=date(2026, 1, 20), user=None):
        """What a file of the bank says, line by line, once it was read on a day."""
        content = content if isinstance(content, bytes) else content.encode()
        file = self.env["cn285.sepa.bank.file"].with_user(user or self.manager)
        file = file.create({"name": "bank.xml", "content": base64.b64encode(content).decode()})
        with freeze_time(f"{day} 10:00:00"), trap_jobs():
            file.action_read()
        return file.sudo().line_ids
