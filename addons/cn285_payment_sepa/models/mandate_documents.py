"""Mandates that were signed in the portal are documents of the contracts that they pay.

Where cn285_document is installed; without it nothing is filed.
"""

from odoo import models
from odoo.addons.cn285_contract.models.common import LIVE_STATES, in_language_of


class SepaMandate(models.Model):
    _inherit = "cn285.sepa.mandate"

    def _delay_documents(self):
        """Order a job that files these mandates with the contracts that run."""
        signed = self.filtered(lambda one: one.state == "active" and one.proof)
        if signed and "cn285.document" in self.env:
            signed.with_delay(
                channel="root.documents",
                description=self.env._("Mandates as documents: %s", len(signed)),
            )._job_file_mandates()

    def _job_file_mandates(self, contracts=None):
        """Job: file the mandates, once with each contract. Safe to run again.

        :param contracts: those to file them with; None: all that run and are of their payers
        """
        papers = []
        for mandate in self.exists():
            for contract in contracts or mandate._contracts_of_payer():
                papers.append(mandate._paper(contract))
        if papers:
            self.env["cn285.document"]._file_many(papers)

    def _contracts_of_payer(self):
        self.ensure_one()
        payer = self.partner_id.commercial_partner_id
        # sudo: the mandate belongs to all contracts of its payer, whoever reads which.
        return (
            self.env["cn285.contract"]
            .sudo()
            .search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("payer_id", "child_of", payer.id),
                    ("state", "in", LIVE_STATES),
                ]
            )
        )

    def _paper(self, contract):
        """The mandate, as it was signed, as a document of a contract."""
        self.ensure_one()
        localised = in_language_of(contract, contract.payer_id)
        return self.env["cn285.document"]._text_paper(
            localised,
            "mandate",
            localised.env._("SEPA mandate %s", self.reference),
            self.proof.splitlines(),
            f"{self._name},{self.id}:{contract.id}",
        )


class Contract(models.Model):
    _inherit = "cn285.contract"

    def action_confirm(self):
        result = super().action_confirm()
        self._delay_mandates()
        return result

    def _delay_mandates(self):
        """Order jobs that file with new contracts the mandates by which they are paid."""
        if "cn285.document" not in self.env:
            return
        payers = self.payer_id.commercial_partner_id
        # sudo: that a payer signed a mandate follows from who pays, not from who confirms.
        mandates = (
            self.env["cn285.sepa.mandate"]
            .sudo()
            .search(
                [
                    ("state", "=", "active"),
                    ("proof", "!=", False),
                    ("partner_id", "child_of", payers.ids),
                    ("company_id", "in", self.company_id.ids),
                ]
            )
        )
        for contract in self if mandates else ():
            payer = contract.payer_id.commercial_partner_id
            own = mandates.filtered(
                lambda one, payer=payer, contract=contract: (
                    one.partner_id.commercial_partner_id == payer
                    and one.company_id == contract.company_id
                )
            )
            if own:
                own.with_delay(
                    channel="root.documents",
                    description=self.env._("Mandates as documents: %s", len(own)),
                )._job_file_mandates(contract.sudo())  # sudo: as above
