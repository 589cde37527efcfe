from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine.orders import Person, needs_phone, phone_of
from .sign_provider import CODE


class SignSigner(models.Model):
    """Somebody who signs at Yousign: by the link of its mail, and by none of ours."""

    _inherit = "cn285.sign.signer"

    yousign_id = fields.Char(string="Signer at Yousign", readonly=True, copy=False)

    def _obstacle(self):
        """Nobody signs here what is signed at Yousign."""
        obstacle = super()._obstacle()
        if obstacle or self.request_id.provider_id.code != CODE:
            return obstacle
        return self.env._("This document is signed at Yousign: follow the link of its e-mail.")

    def _yousign_person(self):
        """This signer as Yousign is told of him."""
        self.ensure_one()
        partner = self.partner_id
        return Person(self.name, self.email, partner.phone or "", partner.lang or self.env.lang)


class SignRequest(models.Model):
    _inherit = "cn285.sign.request"

    @api.model
    def _signers_of(self, target, rule):
        """Who signs at Yousign has what it asks for: a number, where a text message is sent."""
        found = super()._signers_of(target, rule)
        provider = rule.provider_id
        if provider.code == CODE:
            # sudo: of contacts that the contract names.
            partners = self.env["res.partner"].sudo().browse([one["partner_id"] for one in found])
            self._yousign_check_people(provider, partners)
        return found

    def _yousign_attached(self):
        """What is read before signing, and not signed itself: the terms and conditions."""
        self.ensure_one()
        found = self.env["cn285.document"]
        for signer in self.signer_ids:
            found |= signer._terms_to_read()
        return found.sorted("id")

    def _yousign_check_attached(self):
        """:raises UserError: where the terms and conditions are no PDF"""
        for terms in self._yousign_attached():
            if terms.mimetype != "application/pdf":
                raise UserError(
                    self.env._(
                        "Who signs at Yousign reads the terms and conditions there, as a PDF: “%s” "
                        "is none. File a new version of them as a PDF first.",
                        terms.title,
                    )
                )

    @api.model
    def _yousign_check_people(self, provider, partners):
        """Refuse whom Yousign would refuse, before anything is sent.

        :raises UserError: naming the first of them
        """
        for partner in partners:
            if provider.yousign_level == "advanced" and partner.is_company:
                raise UserError(
                    self.env._(
                        "%s is a company: an advanced signature is that of a person, whose "
                        "identity document is verified.",
                        partner.display_name,
                    )
                )
            if needs_phone(provider.yousign_level, provider.yousign_code) and not phone_of(
                partner.phone or ""
            ):
                raise UserError(
                    self.env._(
                        "%s has no phone number with its country (+33 6 …): the code for the "
                        "signature goes there.",
                        partner.display_name,
                    )
                )
