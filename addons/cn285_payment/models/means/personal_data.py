from odoo import api, models
from odoo.addons.cn285_contract.models.privacy.places import Done, Naming, Texts
from odoo.tools import LazyTranslate

from ..collection.payment_attempt import OPEN_STATES
from ..debt_places import DEBT_PLACES

_lt = LazyTranslate(__name__)


class PersonalData(models.AbstractModel):
    """Where means of payment and attempts to charge them say something of a person."""

    _inherit = "cn285.personal.data"

    @api.model
    def _places(self):
        return [
            Done(
                "means_in_use",
                _lt("Means of payment that can be charged"),
                "payment.token",
                lambda person: [
                    ("partner_id", "in", person.partners.ids),
                    ("active", "=", True),
                ],
                method="_cn285_anonymise",
            ),
            Texts(
                "means",
                _lt("Means of payment"),
                "payment.token",
                lambda person: [("partner_id", "in", person.partners.ids)],
                cleared=(
                    "payment_details",
                    "cn285_expiry_date",
                    "cn285_brand",
                    "cn285_last4",
                    "cn285_funding",
                    "cn285_fingerprint",
                    "cn285_mandate_ref",
                ),
            ),
            Texts(
                "transactions",
                _lt("Payment transactions: who paid, from where"),
                "payment.transaction",
                lambda person: [("partner_id", "in", person.partners.ids)],
                texts=("state_message",),
                cleared=(
                    "partner_name",
                    "partner_email",
                    "partner_address",
                    "partner_zip",
                    "partner_city",
                    "partner_phone",
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

    @api.model
    def _obstacles(self, person):
        """Also payments that are under way: means are charged, or refunded, by them."""
        attempts = person.env["cn285.payment.attempt"].search(
            [("partner_id", "in", person.partners.ids), ("state", "in", OPEN_STATES)]
        )
        topups = person.env["cn285.wallet.topup"].search(
            [
                ("wallet_id.partner_id", "in", person.partners.ids),
                ("state", "=", "pending"),
                ("transaction_id", "!=", False),
            ]
        )
        return [
            *super()._obstacles(person),
            *(
                self.env._("Payment %s is under way.", record.name)
                for records in (attempts, topups)
                for record in records
            ),
        ]


class PaymentToken(models.Model):
    _inherit = "payment.token"

    def _cn285_anonymise(self, person):
        """Nothing is charged to these means any more."""
        self.write({"cn285_state": "revoked", "active": False})
