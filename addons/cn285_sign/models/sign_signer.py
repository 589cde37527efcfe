import secrets

from odoo import fields, models
from odoo.tools import consteq, hmac

SCOPE = "cn285-sign"


class SignSigner(models.Model):
    """Somebody who signs: comes by a link of a mail, and has a code sent to the same address."""

    _name = "cn285.sign.signer"
    _description = "Signer"
    _inherit = ["cn285.guarded"]
    _order = "request_id, order, id"

    request_id = fields.Many2one(
        "cn285.sign.request", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="request_id.company_id", store=True, index=True)
    partner_id = fields.Many2one("res.partner", required=True, readonly=True, ondelete="restrict")
    name = fields.Char(required=True, readonly=True)
    email = fields.Char(required=True, readonly=True)
    role = fields.Selection(
        [("customer", "Customer"), ("company", "Company")], required=True, readonly=True
    )
    order = fields.Integer(required=True, readonly=True, default=1)
    state = fields.Selection(
        [("waiting", "Waiting"), ("signed", "Signed"), ("declined", "Declined")],
        string="Status",
        required=True,
        default="waiting",
        readonly=True,
    )
    nonce = fields.Char(
        required=True,
        readonly=True,
        groups="base.group_system",
        default=lambda self: secrets.token_urlsafe(24),
    )
    code_hash = fields.Char(readonly=True, groups="base.group_system")
    code_sent_at = fields.Datetime(readonly=True, groups="base.group_system")
    code_tries = fields.Integer(readonly=True, groups="base.group_system")
    signed_name = fields.Char(string="Name as Signed", readonly=True)
    signed_at = fields.Datetime(readonly=True)
    signature = fields.Binary(string="Drawn Signature", readonly=True, attachment=False)
    declined_reason = fields.Text(readonly=True)

    # === THE LINK === #

    def _secret(self):
        """What only this database and this signer have in common."""
        self.ensure_one()
        # sudo: the nonce is the administrators'; what is made of it goes to the signer alone.
        return hmac(self.env(su=True), SCOPE, (self.id, self.sudo().nonce))

    def _link(self):
        """The address of the page where this signer signs; nothing of it is stored."""
        self.ensure_one()
        base = self.request_id.contract_id.get_base_url()
        return f"{base}/my/sign/{self.id}/{self._secret()}"

    def _by_link(self, signer_id, token):
        """The signer of a link, by sudo; empty where the link is nobody's."""
        # sudo: a visitor has no rights; the token says who it is.
        signer = self.sudo().browse(signer_id).exists()
        if not signer or not consteq(signer._secret(), token):
            return self.sudo().browse()
        return signer

    # === MAILS === #

    def _ask(self, again=False):
        """Mail the link to these signers."""
        name = "mail_template_sign_reminder" if again else "mail_template_sign_ask"
        for signer in self:
            signer._mail(name)
            signer.request_id._note("asked", signer, email=signer.email, again=again)

    def _mail(self, name):
        """Hand a mail to the queue, in the signer's language."""
        self.ensure_one()
        # sudo: of whoever sends the contract, who need not write mails.
        template = self.env.ref(f"cn285_sign.{name}").sudo()
        company = self.request_id.company_id
        template.send_mail(
            self.id,
            email_layout_xmlid="mail.mail_notification_light",
            # To the address that the request names, whatever the contact's is by now.
            email_values={
                **company._cn285_writes_as(),
                "email_to": self.email,
                "recipient_ids": [],
            },
        )

    def _localised(self):
        return self.with_context(lang=self.partner_id.lang or self.env.lang)
