from odoo import api, models
from odoo.addons.cn285_contract.models.privacy.places import Naming
from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)


class PersonalData(models.AbstractModel):
    """What recognition keeps of a person: why something was not recognised; figures name nobody."""

    _inherit = "cn285.personal.data"

    @api.model
    def _places(self):
        return [
            Naming(
                "recognition_issues",
                _lt("Recognition runs: why something was set aside"),
                "cn285.revrec.run.issue",
                None,
                texts=("reason",),
            ),
            *super()._places(),
        ]
