from odoo import api, models
from odoo.addons.cn285_contract.models.privacy.places import Naming, Place
from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)


class PersonalData(models.AbstractModel):
    """What other systems were told of a person, and have told."""

    _inherit = "cn285.personal.data"

    @api.model
    def _places(self):
        return [
            Naming(
                "bridge_bindings",
                _lt("Bindings to other systems"),
                "cn285.bridge.binding",
                None,
                texts=("reason",),
                data=("base_values",),
            ),
            Place(
                "bridge_links",
                _lt("The contact in other systems"),
                "cn285.bridge.binding",
                lambda person: [
                    ("res_model", "=", "res.partner"),
                    ("res_id", "in", person.partners.ids),
                ],
                kept=_lt("Kept, so that the other system is told to forget the name too."),
            ),
            Naming(
                "bridge_inbox",
                _lt("What came from other systems"),
                "cn285.bridge.inbox",
                None,
                texts=("reason",),
                data=("raw",),
            ),
            Naming(
                "bridge_outbox",
                _lt("What goes to other systems"),
                "cn285.bridge.outbox",
                None,
                texts=("reason",),
            ),
            Naming(
                "bridge_conflicts",
                _lt("Conflicts with other systems"),
                "cn285.bridge.conflict",
                None,
                data=("raw",),
            ),
            Naming(
                "bridge_conflict_lines",
                _lt("Fields in conflict"),
                "cn285.bridge.conflict.line",
                None,
                texts=("base", "ours", "theirs"),
            ),
            Naming(
                "bridge_exchanges",
                _lt("Log of what was exchanged"),
                "cn285.bridge.exchange",
                None,
                texts=("message", "request", "answer"),
            ),
            *super()._places(),
        ]
