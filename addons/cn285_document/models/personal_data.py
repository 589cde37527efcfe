from dateutil.relativedelta import relativedelta
from odoo import SUPERUSER_ID, api, models
from odoo.addons.cn285_contract.models.bulk import commit_batch
from odoo.addons.cn285_contract.models.common import LIVE_STATES
from odoo.addons.cn285_contract.models.privacy.places import Done
from odoo.tools import SQL, LazyTranslate, split_every

_lt = LazyTranslate(__name__)

PURGED_TOGETHER = 500


class PersonalData(models.AbstractModel):
    """Contracts' papers name their parties: their files go, when their retention is over."""

    _inherit = "cn285.personal.data"

    @api.model
    def _places(self):
        return [
            Done(
                "documents",
                _lt("Documents of contracts"),
                "cn285.document",
                lambda person: [
                    ("contract_id", "in", person.contracts.ids),
                    ("attachment_id", "!=", False),
                ],
                is_proof=True,
                method="_purge_for",
            ),
            *super()._places(),
        ]

    @api.model
    def _documents(self, person):
        documents = person.env["cn285.document"].search(
            [("contract_id", "in", person.contracts.ids)]
        )
        return {**super()._documents(person), "cn285.document": documents.ids}

    @api.model
    def _purge_proofs(self, company):
        """Also the papers of contracts that ended before the retention."""
        purged = super()._purge_proofs(company)
        years = company.cn285_proof_retention_years
        if years <= 0:
            return purged
        before = company._cn285_today() - relativedelta(years=years)
        # sudo: proofs are past all others.
        found = (
            self.env["cn285.document"]
            .sudo()
            .search(
                [
                    ("company_id", "=", company.id),
                    ("contract_id", "!=", False),
                    ("contract_id.state", "not in", LIVE_STATES),
                    # Drafts that were sent to be signed and never ran have no end.
                    "|",
                    ("contract_id.date_end", "=", False),
                    ("contract_id.date_end", "<", before),
                    ("date", "<", before),
                    ("attachment_id", "!=", False),
                ]
            )
        )
        for ids in split_every(PURGED_TOGETHER, found.ids):
            found.browse(ids)._purge_files()
            commit_batch(self.env)
        return purged + len(found)


class Document(models.Model):
    _inherit = "cn285.document"

    def _purge_for(self, _person):
        self._purge_files()

    def _purge_files(self):
        """Let go of the files: the law on personal data goes above what is written once.

        Number, kind, day and fingerprint stay, by which a copy elsewhere is known again.
        """
        self.flush_recordset()
        # As the superuser: proofs are past all others.
        attachments = self.with_user(SUPERUSER_ID).attachment_id
        mark = self.env["cn285.personal.data"]._purged_mark()
        self.env.cr.execute(
            SQL(
                """UPDATE cn285_document
                      SET attachment_id = NULL, title = %s, file_name = %s WHERE id = ANY(%s)""",
                mark,
                mark,
                self.ids,
            )
        )
        self.invalidate_recordset(flush=False)
        attachments.unlink()
