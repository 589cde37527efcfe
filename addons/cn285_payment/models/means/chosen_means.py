from odoo import api, models
from odoo.addons.cn285_contract.models.common import LIVE_STATES


class PaymentToken(models.Model):
    """What customers choose of their own means, in the portal."""

    _inherit = "payment.token"

    @api.model
    def _cn285_of_visitor(self, partner):
        """Means that a customer sees: his own, and those of his company; of nobody else.

        :param partner: the contact of the user who asks
        """
        # sudo: by whom they are is asked here; customers see what the page shows of them.
        return self.sudo().search(
            [("partner_id", "in", [partner.id, partner.commercial_partner_id.id])], order="id desc"
        )

    def _cn285_take_over(self):
        """New means become their payer's usual ones where he has none that are valid.

        Means that cannot be charged themselves, as their provider is not set up yet, do not.
        """
        for token in self:
            company = token.company_id
            payer = token.partner_id.commercial_partner_id.with_company(company)
            usual = payer.cn285_payment_token_id
            valid = usual and usual.cn285_state == "valid"
            if valid and not usual._cn285_obstacle(payer, company):
                continue
            if not token._cn285_obstacle(payer, company):
                payer.cn285_payment_token_id = token

    def _cn285_replace(self, old):
        """These means pay what others paid, which are removed."""
        self.ensure_one()
        company = self.company_id
        payer = self.partner_id.commercial_partner_id.with_company(company)
        if payer.cn285_payment_token_id == old:
            payer.cn285_payment_token_id = self
        contracts = old.cn285_contract_ids
        contracts.write({"payment_token_id": self.id})
        old.active = False


class Contract(models.Model):
    _inherit = "cn285.contract"

    def _choosable(self, partner):
        """Running contracts that a customer's company pays: for which it chooses the means."""
        # sudo: by who pays; the page shows their numbers and their means.
        return self.sudo().search(
            [
                ("payer_id", "child_of", partner.commercial_partner_id.id),
                ("state", "in", LIVE_STATES),
            ]
        )

    def _choose_means(self, token):
        """The customer chooses by what a contract is paid, and that it is collected by itself.

        :param token: one of his means; none: his usual ones
        """
        self.ensure_one()
        self.write({"payment_token_id": token.id, "collection_mode": "automatic"})
        self.message_post(
            body=self.env._(
                "The customer chose the means of payment: %s",
                token.display_name if token else self.env._("the usual ones"),
            )
        )
