from odoo import api, models
from odoo.addons.cn285_contract.models.privacy.places import Naming
from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)


class PersonalData(models.AbstractModel):
    """What programs were told of a person."""

    _inherit = "cn285.personal.data"

    @api.model
    def _places(self):
        return [
            Naming(
                "webhook_events",
                _lt("What programs were told"),
                "cn285.webhook.event",
                None,
                data=("payload",),
            ),
            Naming(
                "webhook_deliveries",
                _lt("What programs said when they were told"),
                "cn285.webhook.delivery",
                None,
                texts=("answer",),
            ),
            Naming(
                "api_answers",
                _lt("Answers that are kept for requests that come again"),
                "cn285.api.idempotency",
                None,
                texts=("body",),
            ),
            *super()._places(),
        ]


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.model
    def _cn285_authorships(self):
        mine = [("cn285.api.key", "user_id"), ("cn285.webhook.endpoint", "user_id")]
        return [*super()._cn285_authorships(), *mine]
