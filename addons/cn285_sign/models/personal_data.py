from odoo import api, models
from odoo.addons.cn285_contract.models.privacy.places import Naming, Texts
from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)


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
