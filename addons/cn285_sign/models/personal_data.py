from dateutil.relativedelta import relativedelta
from odoo import SUPERUSER_ID, api, models
from odoo.addons.cn285_contract.models.bulk import commit_batch
from odoo.addons.cn285_contract.models.common import LIVE_STATES
from odoo.addons.cn285_contract.models.privacy.places import Done, Naming, Texts
from odoo.tools import LazyTranslate, split_every

_lt = LazyTranslate(__name__)


PURGED_TOGETHER = 500


class PersonalData(models.AbstractModel):
    """Signers are people: their names, addresses and drawings go with the proof they make."""

    _inherit = "cn285.personal.data"

    @api.model
    def _places(self):
        return [
            Texts(
                "signers",
                _lt("Signers of documents"),
                "cn285.sign.signer",
                lambda person: [("partner_id", "in", person.partners.ids)],
                texts=("declined_reason",),
                cleared=("signed_name", "signature"),
                marked=("name", "email"),
                is_proof=True,
            ),
            Done(
                "signature_addresses",
                _lt("Log of signatures: network addresses and browsers"),
                "cn285.sign.event",
                lambda person: [("signer_id.partner_id", "in", person.partners.ids)],
                is_proof=True,
                method="_purge_for",
            ),
            Texts(
                "signature_log",
                _lt("Log of signatures"),
                "cn285.sign.event",
                lambda person: [("request_id.signer_ids.partner_id", "in", person.partners.ids)],
                data=("data",),
                is_proof=True,
            ),
            Naming(
                "signature_errors",
                _lt("Signatures that could not take effect"),
                "cn285.sign.request",
                lambda person: [],
                texts=("error",),
            ),
            *super()._places(),
        ]

    @api.model
    def _documents(self, person):
        requests = person.env["cn285.sign.request"].search(
            [("contract_id", "in", person.contracts.ids)]
        )
        signers = person.env["cn285.sign.signer"].search(
            [("partner_id", "in", person.partners.ids)]
        )
        return {
            **super()._documents(person),
            "cn285.sign.request": requests.ids,
            "cn285.sign.signer": signers.ids,
        }

    @api.model
    def _purge_proofs(self, company):
        """Also who signed, or was asked to, when the retention of proofs is over: names, addresses,
        drawings, and what the log says of them. That it was signed, and when, stays.
        """
        purged = super()._purge_proofs(company)
        years = company.cn285_proof_retention_years
        if years <= 0:
            return purged
        before = company._cn285_today() - relativedelta(years=years)
        requests = self.env(user=SUPERUSER_ID)["cn285.sign.request"]  # proofs are past all others
        found = requests.search(
            [
                ("company_id", "=", company.id),
                ("contract_id.state", "not in", LIVE_STATES),
                "|",
                ("contract_id.date_end", "=", False),
                ("contract_id.date_end", "<", before),
                ("over_on", "<", before),
                ("signer_ids.email", "!=", self._purged_mark()),
            ],
            order="id",
        )
        for ids in split_every(PURGED_TOGETHER, found.ids):
            found.browse(ids)._purge_people()
            commit_batch(self.env)
        return purged + len(found)
