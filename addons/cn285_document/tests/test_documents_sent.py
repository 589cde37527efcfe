from freezegun import freeze_time
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .test_contract_papers import PaperCase


@tagged("post_install", "-at_install")
@freeze_time("2026-01-05 10:00:00")
class TestDocumentsSent(PaperCase):
    """Consumers get their contracts on a durable medium (Code de la consommation, L221-13)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.cn285_sends_documents = "consumers"
        cls.customer.cn285_legal_kind = "consumer"
        cls.customer.lang = "fr_FR"

    def _filed(self, contract):
        with trap_jobs() as jobs:
            contract._job_file_documents()
            jobs.perform_enqueued_jobs()
        return self._papers(contract, "contract")

    def _mails(self, document):
        return self.env["mail.mail"].search(
            [("model", "=", document._name), ("res_id", "=", document.id)]
        )

    def test_to_consumers_by_themselves(self):
        terms = self.env["cn285.document"]._file(
            b"terms",
            {
                "kind": "terms",
                "title": "Terms",
                "company_id": self.company.id,
                "date": "2026-01-01",
            },
        )
        contract = self._confirmed()
        paper = self._filed(contract)
        [mail] = self._mails(paper)
        self.assertEqual(mail.recipient_ids, self.customer)
        self.assertEqual(mail.attachment_ids, (paper | terms).attachment_id)
        self.assertEqual(paper.sent_on.isoformat(), "2026-01-05")
        self._filed(contract)
        paper._job_send()
        self.assertEqual(self._mails(paper), mail, "once, whatever runs again")
        self.assertTrue(paper._is_intact())

    def test_amendments_too(self):
        contract = self._confirmed()
        change = self._changed(contract, "price", "2026-01-05", price_unit=120.0)
        with trap_jobs() as jobs:
            change.sudo()._job_file_amendments()
            jobs.perform_enqueued_jobs()
        self.assertEqual(len(self._mails(self._papers(contract, "amendment"))), 1)

    def test_as_the_company_wants(self):
        for kind, wish, sent in (
            ("professional", "consumers", 0),
            ("professional", "all", 1),
            ("consumer", "none", 0),
        ):
            with self.subTest(kind=kind, wish=wish):
                self.customer.cn285_legal_kind = kind
                self.company.cn285_sends_documents = wish
                paper = self._filed(self._confirmed())
                self.assertEqual(len(self._mails(paper)), sent)

    def test_who_has_no_address_is_told_by_the_button(self):
        self.customer.email = False
        paper = self._filed(self._confirmed())
        self.assertFalse(paper.sent_on)
        with self.assertRaisesRegex(UserError, "no e-mail address"):
            paper.with_user(self.seller).action_send()

    def test_by_the_button_once_more(self):
        paper = self._filed(self._confirmed())
        paper.with_user(self.seller).action_send()
        self.assertEqual(len(self._mails(paper)), 2)
        reader = new_test_user(
            self.env, "sent_reader", "base.group_user,cn285_contract.group_contract_reader"
        )
        with self.assertRaises(AccessError):
            paper.with_user(reader).action_send()
        paper.with_user(self.seller).is_for_customer = False
        with self.assertRaisesRegex(UserError, "not shown"):
            paper.with_user(self.seller).action_send()
