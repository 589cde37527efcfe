from odoo import api, models
from odoo.addons.cn285_contract.models.privacy.places import Naming
from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)


class PersonalData(models.AbstractModel):
    """What Yousign said of a request that could not be sent may name who signs."""

    _inherit = "cn285.personal.data"

    @api.model
    def _places(self):
        return [
            Naming(
                "yousign_problems",
                _lt("Problems with signatures at Yousign"),
                "cn285.sign.request",
                lambda person: [],
                texts=("yousign_problem",),
            ),
            *super()._places(),
        ]
