from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bounds import END
from odoo.addons.cn285_contract.models.guarded import is_for_staff, refuse_kept_links

from ...engine.declines import CARD
from ...engine.retries import plain_days
from .provider_state import DISABLING


class PaymentToken(models.Model):
    """A means of payment: what is kept of it, and who pays by it."""

    _name = "payment.token"
    _inherit = ["payment.token", "cn285.bounded.values"]

    cn285_expiry_date = fields.Date(
        string="Valid Until", index="btree_not_null", help="The last valid day."
    )
    cn285_brand = fields.Char(string="Brand")
    cn285_last4 = fields.Char(string="Last Digits")
    cn285_funding = fields.Char(
        string="Funding", help="Whether a card is of credit, debit or prepaid."
    )
    cn285_fingerprint = fields.Char(
        string="Fingerprint",
        readonly=True,
        help="The same for the same card, whoever added it, as the provider tells.",
    )
    cn285_state = fields.Selection(
        [("valid", "Valid"), ("expired", "Expired"), ("revoked", "Revoked")],
        string="Validity",
        default="valid",
        required=True,
        readonly=True,
        help="Expired cards are still tried, as their issuer may have renewed them; what the "
        "customer or his bank revoked is not.",
    )
    cn285_mandate_ref = fields.Char(string="Mandate Reference")
    cn285_renewed_at = fields.Datetime(
        string="Renewed",
        readonly=True,
        help="Refusals before that moment do not count: the issuer has renewed the card.",
    )
    cn285_contract_ids = fields.One2many(
        "cn285.contract", "payment_token_id", string="Contracts", readonly=True
    )

    @api.model
    def _bounds(self):
        # Cards are valid to the end of a month, some for ever.
        return {**super()._bounds(), "cn285_expiry_date": END}

    def _has_field_access(self, field, operation):
        return super()._has_field_access(field, operation) and not is_for_staff(self, field)

    def write(self, vals):
        refuse_kept_links(self, vals)
        if self.env.context.get(DISABLING) and vals.get("active") is False:
            # Methods that no other provider has are archived with it: not what was added by them.
            return True
        return super().write(vals)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            refuse_kept_links(self.browse(), vals)
        return super().create(vals_list)

    def _cn285_obstacle(self, payer, company):
        """Why a payer's invoices cannot be charged to these means; None if they can.

        :param payer: the contract's payer
        :param company: the contract's company
        :returns: the reason in a clerk's words, or None
        """
        self.ensure_one()
        # sudo: providers are the administrators'; here only what stands in the way is told.
        token = self.sudo()
        if not token.active or token.cn285_state == "revoked":
            return self.env._("The means of payment %s was revoked.", token.display_name)
        if token.partner_id.commercial_partner_id != payer.commercial_partner_id:
            return self.env._(
                "The means of payment %(means)s is not of %(payer)s.",
                means=token.display_name,
                payer=payer.display_name,
            )
        if token.company_id and token.company_id not in company.sudo().parent_ids:
            return self.env._(
                "The means of payment %(means)s is of another company than %(company)s.",
                means=token.display_name,
                company=company.name,
            )
        return token.provider_id._cn285_obstacle()

    # === RENEWED === #

    def _cn285_renew(self, details):
        """The issuer has renewed these means: they are valid, and charge what they refused.

        :param dict details: what is new of them, as ``_cn285_token_details`` has it
        """
        # sudo: what the provider tells of the means, whoever passes it on.
        for token in self.sudo():
            token.write(
                {
                    **details,
                    "cn285_state": "valid",
                    "cn285_renewed_at": fields.Datetime.now(),
                    "cn285_notice": 0,
                }
            )
            token._cn285_paid_contracts()._charge_new_means()

    def _cn285_paid_contracts(self):
        """The running contracts that are paid by these means, be they theirs or their payer's."""
        self.ensure_one()
        payers = self.sudo().partner_id.commercial_partner_id
        contracts = self.env["cn285.contract"].sudo()
        contracts = contracts.search(
            [("payer_id", "child_of", payers.ids), ("collection_mode", "=", "automatic")]
        )
        tokens = contracts._payment_tokens()
        return contracts.filtered(lambda contract: tokens[contract].id == self.id)

    # === HOOKS OF PROVIDERS === #

    def _cn285_rail(self):
        """Hook: whose codes tell why these means refuse: one of :mod:`engine.declines`."""
        self.ensure_one()
        return CARD

    def _cn285_money_comes(self, move, day):
        """Hook: on which day these means pay an invoice that is asked for on a day: that day.

        :param move: the invoice
        :param day: date on which it is asked for
        """
        self.ensure_one()
        return day

    def _cn285_retry_terms(self, days):
        """Hook: on which days after the first refusal these means are tried again.

        :param days: ``RetryDays`` of the policy that holds for the invoice
        :returns: ``(days, function of a day and a number of days that counts them)``
        """
        self.ensure_one()
        return days.cards, plain_days
