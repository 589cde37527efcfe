from odoo import api, models
from odoo.addons.cn285_contract.models.privacy.places import Naming, Texts
from odoo.tools import LazyTranslate

from ..debt_places import DEBT_PLACES

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
            Naming(
                "wallet_lots",
                _lt("Credit in wallets: why it was granted"),
                "cn285.wallet.lot",
                None,
                texts=("name",),
            ),
            Naming(
                "wallet_openings",
                _lt("Credit in wallets that was taken over"),
                "cn285.wallet.opening",
                None,
                texts=("name",),
            ),
            Naming(
                "wallet_topups",
                _lt("Top-ups of wallets"),
                "cn285.wallet.topup",
                None,
                texts=("message",),
            ),
            Naming(
                "wallet_topup_rules",
                _lt("Top-up rules of wallets"),
                "cn285.wallet.topup.rule",
                None,
                texts=("message",),
            ),
            Texts(
                "prepayments",
                _lt("Payments before contracts start"),
                "cn285.prepayment",
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
            *DEBT_PLACES,
            *super()._places(),
        ]
