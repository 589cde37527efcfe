from odoo import api, fields, models

from .payment_provider import CODE


class SepaMandate(models.Model):
    """Mandates that customers sign in the portal, with what proves it."""

    _inherit = "cn285.sepa.mandate"

    @api.model
    def _portal_creditors(self, payer):
        """Who may ask a customer for a mandate: companies with whom he has a contract.

        :returns: providers, with sudo
        """
        # sudo: customers read no providers; they are shown who debits.
        contracts = (
            self.env["cn285.contract"]
            .sudo()
            .search([("payer_id.commercial_partner_id", "=", payer.id)])
        )
        providers = (
            self.env["payment.provider"]
            .sudo()
            .search(
                [
                    ("code", "=", CODE),
                    ("state", "!=", "disabled"),
                    ("company_id", "parent_of", contracts.company_id.ids),
                ]
            )
        )
        return providers.filtered(lambda provider: not provider._cn285_obstacle())

    @api.model
    def _mandate_text(self, provider):
        """What the payer agrees to, in the words of the EPC's rulebook, in his language.

        :returns: paragraphs
        """
        company = provider.company_id
        return [
            self.env._(
                "By signing this mandate form, you authorise (A) %(creditor)s to send instructions "
                "to your bank to debit your account and (B) your bank to debit your account in "
                "accordance with the instructions from %(creditor)s.",
                creditor=company.name,
            ),
            self.env._(
                "As part of your rights, you are entitled to a refund from your bank under the "
                "terms and conditions of your agreement with your bank. A refund must be claimed "
                "within 8 weeks starting from the date on which your account was debited."
            ),
            self.env._(
                "You are told of each debit at least %(days)s days before; an invoice that names "
                "its amount and due date tells you.",
                days=provider.cn285_notice_days,
            ),
        ]

    def _mandate_facts(self):
        """What the rulebooks (EPC016-06) ask of a mandate besides its text: who, by what number."""
        self.ensure_one()
        creditor, payer = self.company_id, self.partner_id.commercial_partner_id
        return [
            self.env._("SEPA direct debit mandate %s (CORE)", self.reference),
            self.env._(
                "Creditor: %(name)s, %(address)s. Creditor identifier: %(number)s",
                name=creditor.name,
                address=self._address_line(creditor.partner_id),
                number=self.provider_id.cn285_creditor_identifier or "–",
            ),
            self.env._(
                "Debtor: %(name)s, %(address)s",
                name=payer.name,
                address=self._address_line(payer),
            ),
            self.env._("Type of payment: recurrent"),
        ]

    @api.model
    def _address_line(self, partner):
        """An address in one line."""
        town = " ".join(filter(None, [partner.zip, partner.city]))
        parts = [partner.street, partner.street2, town, partner.country_id.name]
        return ", ".join(filter(None, parts)) or "–"

    @api.model
    def _sign_in_portal(self, payer, provider, iban, holder, signer, address):
        """A mandate that was signed just now.

        :param signer: the user who signed
        :param address: from which network address
        :raises UserError: where the account cannot be debited
        """
        mandate = self.create(
            {
                "partner_id": payer.id,
                "provider_id": provider.id,
                "iban": iban,
                "holder": holder,
            }
        )
        # The number under which it is known stands in what is proved.
        mandate._write_inside({"reference": mandate._next_reference()})
        now = fields.Datetime.now()
        lines = [
            *mandate._mandate_facts(),
            *self._mandate_text(provider),
            self.env._("Account: %(iban)s, held by %(holder)s", iban=iban, holder=holder),
            self.env._(
                "Signed in the portal by %(name)s (%(login)s) at %(moment)s UTC from %(address)s.",
                name=signer.name,
                login=signer.login,
                moment=now,
                address=address or "?",
            ),
        ]
        day = provider.company_id._cn285_today()
        mandate._sign(day, how="portal", by=signer.name, proof="\n".join(lines))
        return mandate

    def _carried_contracts(self):
        """Contracts that are collected by this mandate."""
        self.ensure_one()
        return self.token_id._cn285_paid_contracts()
