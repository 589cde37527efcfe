import binascii
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import hash_sign, verify_hash_signed

# What a link to renew means is signed for; no other link of the program opens its page.
SCOPE = "cn285_renew_means"
# How long it is valid: as long as the first notice of a card that expires comes ahead.
VALID_DAYS = 30
# Longer than any link that we sign.
LONGEST = 400
PAGE = "/my/renew-means"


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _cn285_renewal_path(self, company, token=None, contract=None):
        """The path of the page on which this payer adds means without a login.

        Who has it can add means for this payer and company, and neither see nor change anything
        else. It is valid for :data:`VALID_DAYS`, and signed: nothing of it can be altered.

        :param token: means that the new ones replace
        :param contract: the contract that they pay
        """
        self.ensure_one()
        told = [self.id, company.id, token.id if token else 0, contract.id if contract else 0]
        # sudo: the database's secret signs, whoever sends the link.
        key = hash_sign(self.env(su=True), SCOPE, told, expiration=timedelta(days=VALID_DAYS))
        return f"{PAGE}/{key}"

    @api.model
    def _cn285_read_renewal(self, key):
        """What a link to renew means is about.

        :returns: ``(payer, company, old means, contract)`` by sudo; None where it is not ours, was
            altered, is over, or is about what is not as it was
        """
        if not isinstance(key, str) or len(key) > LONGEST or not key.isascii():
            return None
        env = self.env(su=True)  # sudo: the signature says what may be seen
        try:
            told = verify_hash_signed(env, SCOPE, key)
        except (ValueError, binascii.Error):
            return None
        if not isinstance(told, list) or len(told) != 4:
            return None
        names = ("res.partner", "res.company", "payment.token", "cn285.contract")
        payer, company, token, contract = (
            env[name].browse(id_).exists() for name, id_ in zip(names, told, strict=True)
        )
        if not payer.active or not company:
            return None
        ours = payer.commercial_partner_id
        if token.partner_id.commercial_partner_id != ours:
            token = token.browse()
        if contract and contract.payer_id.commercial_partner_id != ours:
            return None
        return payer, company, token, contract


class PaymentTransaction(models.Model):
    """Means that a payer adds by a link take the place of those of which it was about."""

    _inherit = "payment.transaction"

    cn285_renews_token_id = fields.Many2one(
        "payment.token", string="Renews", readonly=True, copy=False, ondelete="set null"
    )
    cn285_renews_contract_id = fields.Many2one(
        "cn285.contract", string="For Contract", readonly=True, copy=False, ondelete="set null"
    )

    def _cn285_renewed(self):
        """The new means pay what the old ones paid, or the contract of the link."""
        self.ensure_one()
        token, old = self.token_id, self.cn285_renews_token_id
        contract = self.cn285_renews_contract_id
        if old.active and old != token:
            token._cn285_replace(old)
            if token.cn285_state == "valid":
                token._cn285_take_over()
        elif contract and contract._usable(token):
            contract.write({"payment_token_id": token.id})
