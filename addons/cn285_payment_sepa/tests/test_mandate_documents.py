"""A mandate that was signed in the portal is a document of the contracts that it pays."""

from odoo.addons.cn285_payment_sepa.tests.common import IBAN, SepaCase
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import new_test_user, tagged


@tagged("post_install", "-at_install")
class TestMandateDocuments(SepaCase):
    stock = 1

    def setUp(self):
        super().setUp()
        if "cn285.document" not in self.env:
            self.skipTest("without cn285_document")
        self.portal = new_test_user(self.env, "portal_mandated", "base.group_portal", lang="en_US")
        self.portal.partner_id.parent_id = self.customer

    def _mandates(self, contract):
        return contract.sudo().document_ids.filtered(lambda one: one.kind == "mandate")

    def _sign(self):
        with trap_jobs() as jobs:
            mandate = (
                self.env["cn285.sepa.mandate"]
                .with_user(self.portal)
                .sudo()
                ._sign_in_portal(self.customer, self.sepa, IBAN, "Martin", self.portal, "127.0.0.1")
            )
            jobs.perform_enqueued_jobs()
        return mandate

    def test_filed_with_running_contracts_and_new_ones(self):
        running = self._create_contract()
        mandate = self._sign()
        [paper] = self._mandates(running)
        self.assertEqual((paper.state, paper.is_for_customer), ("final", True))
        self.assertIn(mandate.reference, paper.title)
        mandate._job_file_mandates()
        self.assertEqual(self._mandates(running), paper, "once, whatever runs again")
        with trap_jobs() as jobs:
            later = self._create_contract()
            jobs.perform_enqueued_jobs()
        self.assertEqual(len(self._mandates(later)), 1)

    def test_one_on_paper_is_uploaded(self):
        """What was signed on paper has its paper: nothing is made up for it."""
        running = self._create_contract()
        with trap_jobs() as jobs:
            mandate = self.env["cn285.sepa.mandate"].create(
                {
                    "partner_id": self.customer.id,
                    "provider_id": self.sepa.id,
                    "iban": IBAN,
                    "signed_on": self.company._cn285_today(),
                }
            )
            mandate.action_sign()
            jobs.perform_enqueued_jobs()
        self.assertFalse(self._mandates(running))

    def test_other_customers_get_none(self):
        other = self.env["res.partner"].create({"name": "Other"})
        theirs = self._create_contract(partner_id=other.id)
        self._sign()
        self.assertFalse(self._mandates(theirs))
