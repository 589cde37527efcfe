from odoo import api, models
from odoo.addons.cn285_contract.models.privacy.places import Naming
from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)


class PersonalData(models.AbstractModel):
    """What simulations keep of a person: how they are called, why a contract was set aside."""

    _inherit = "cn285.personal.data"

    @api.model
    def _places(self):
        return [
            Naming(
                "simulations", _lt("Price simulations"), "cn285.simulation", None, texts=("name",)
            ),
            Naming(
                "simulation_problems",
                _lt("Price simulations: why something was set aside"),
                "cn285.simulation.line",
                None,
                texts=("problem",),
            ),
            Naming(
                "margin_problems",
                _lt("Margins: why something was set aside"),
                "cn285.margin",
                None,
                texts=("problem",),
            ),
            *super()._places(),
        ]
