from odoo import api, models
from odoo.addons.cn285_contract.models.privacy.places import Texts
from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)


class PersonalData(models.AbstractModel):
    """Where plans and offers say something of a person."""

    _inherit = "cn285.personal.data"

    @api.model
    def _places(self):
        return [
            Texts(
                "communications",
                _lt("Plans: what customers were told"),
                "cn285.communication",
                lambda person: [
                    "|",
                    ("contract_id", "in", person.contracts.ids),
                    ("partner_id", "in", person.partners.ids),
                ],
                texts=("reason", "subject", "body"),
            ),
            Texts(
                "retention_offers",
                _lt("Retention offers: what was offered, and answered"),
                "cn285.retention.offer",
                lambda person: [("contract_id", "in", person.contracts.ids)],
                texts=("words", "answer"),
            ),
            *super()._places(),
        ]
