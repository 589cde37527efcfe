from odoo import api, models
from odoo.addons.cn285_contract.models.privacy.places import Texts
from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)


class PersonalData(models.AbstractModel):
    """Where means of payment and attempts to charge them say something of a person."""

    _inherit = "cn285.personal.data"

    @api.model
    def _places(self):
        return [
            Texts(
                "means",
                _lt("Means of payment"),
                "payment.token",
                lambda person: [("partner_id", "in", person.partners.ids)],
                cleared=(
                    "cn285_brand",
                    "cn285_last4",
                    "cn285_funding",
                    "cn285_fingerprint",
                    "cn285_mandate_ref",
                ),
            ),
            Texts(
                "attempts",
                _lt("Attempts to collect invoices"),
                "cn285.payment.attempt",
                lambda person: [("partner_id", "in", person.partners.ids)],
                cleared=("message",),
            ),
            Texts(
                "refunds",
                _lt("Refunds to means of payment"),
                "cn285.payment.refund",
                lambda person: [("move_id.partner_id", "in", person.partners.ids)],
                cleared=("message",),
            ),
            *super()._places(),
        ]
