from odoo import api, models
from odoo.addons.cn285_contract.models.privacy.places import Naming, Texts
from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)


class PersonalData(models.AbstractModel):
    """Where mandates, orders to the bank and what it says name people and their accounts.

    Files to and of the bank stay as they are: they belong to the books, that the law keeps.
    """

    _inherit = "cn285.personal.data"

    @api.model
    def _places(self):
        return [
            Texts(
                "mandates",
                _lt("SEPA mandates"),
                "cn285.sepa.mandate",
                lambda person: [("partner_id", "in", person.partners.ids)],
                texts=("revoked_reason",),
                cleared=("bic", "holder", "signed_by"),
                marked=("iban", "proof"),
                is_proof=True,
            ),
            Texts(
                "debits",
                _lt("SEPA debits"),
                "cn285.sepa.debit",
                lambda person: [("mandate_id.partner_id", "in", person.partners.ids)],
                texts=("text", "message"),
                cleared=("iban", "bic", "holder"),
                is_proof=True,
            ),
            Texts(
                "transfers",
                _lt("SEPA transfers"),
                "cn285.sepa.transfer",
                lambda person: [("partner_id", "in", person.partners.ids)],
                texts=("text", "message"),
                cleared=("bic",),
                marked=("iban", "holder"),
                is_proof=True,
            ),
            Naming(
                "bank_lines",
                _lt("Lines of the bank"),
                "cn285.sepa.bank.line",
                lambda person: [],
                texts=("party", "text", "message"),
            ),
            *super()._places(),
        ]

    @api.model
    def _documents(self, person):
        """Also what was written and attached to mandates."""
        mandates = person.env["cn285.sepa.mandate"].search(
            [("partner_id", "in", person.partners.ids)]
        )
        return {**super()._documents(person), "cn285.sepa.mandate": mandates.ids}

    @api.model
    def _obstacles(self, person):
        """Also what may still be debited."""
        mandates = person.env["cn285.sepa.mandate"].search(
            [("partner_id", "in", person.partners.ids), ("state", "=", "active")]
        )
        debits = person.env["cn285.sepa.debit"].search(
            [
                ("mandate_id.partner_id", "in", person.partners.ids),
                ("state", "in", ("waiting", "ordered")),
            ]
        )
        return [
            *super()._obstacles(person),
            *(
                self.env._("Mandate %s can be debited: revoke it first.", mandate.reference)
                for mandate in mandates
            ),
            *(self.env._("Debit %s is under way.", debit.reference) for debit in debits),
        ]
