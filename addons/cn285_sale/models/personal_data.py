from odoo import api, models
from odoo.addons.cn285_contract.models.privacy.places import Naming
from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)


class PersonalData(models.AbstractModel):
    """Why a quotation was not accepted, or not activated, may name its customer."""

    _inherit = "cn285.personal.data"

    @api.model
    def _places(self):
        return [
            Naming(
                "quote_errors",
                _lt("Quotations that could not be accepted or activated"),
                "sale.order",
                lambda person: [],
                texts=("cn285_activation_error", "cn285_refusal"),
            ),
            *super()._places(),
        ]
