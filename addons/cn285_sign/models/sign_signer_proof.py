"""What the signed document and its evidence say of each who signed."""

import base64

from odoo import fields, models
from odoo.addons.cn285_renewal.report.letter_pdf import Facts, Picture


class SignSigner(models.Model):
    _inherit = "cn285.sign.signer"

    def _on_behalf_of(self):
        """The name of the firm for which somebody signs; empty where nobody else is bound."""
        self.ensure_one()
        if self.role == "company":
            return self.company_id.name
        home = self.partner_id.commercial_partner_id
        return home.name if home != self.partner_id else ""

    def _signed_files(self, proof):
        """What signers are sent when all have signed, on a durable medium (Code de la consommation,
        L221-13): the signed document, and the terms and conditions that are part of it.
        """
        return (proof | self._terms_to_read()).attachment_id

    def _proof_parts(self):
        """What the page of proof says of this signature, in the language of the context."""
        self.ensure_one()
        events = self.request_id.event_ids.filtered(lambda one: one.signer_id == self)
        signed = events.filtered(lambda one: one.kind == "signed")[:1].data or {}
        roles = dict(self._fields["role"]._description_selection(self.env))
        facts = [
            (self.env._("Asked to sign"), f"{self.name} ({roles[self.role]})"),
            (self.env._("On behalf of"), self._on_behalf_of()),
            (self.env._("Signed (UTC)"), fields.Datetime.to_string(self.signed_at)),
            (self.env._("Code sent to"), self.email),
            (self.env._("Address"), signed.get("address", "")),
            (self.env._("Browser"), signed.get("agent", "")),
            (self.env._("Agreed to"), signed.get("consent", "")),
        ]
        parts = [self.signed_name, Facts([(what, text) for what, text in facts if text])]
        if self.signature:
            parts.append(Picture(base64.b64decode(self.signature)))
        return parts
