import secrets
from datetime import timedelta

from odoo import SUPERUSER_ID, fields, models
from odoo.tools import consteq, hmac
from odoo.tools.misc import clean_context

from ..engine.flow import OVER

SCOPE = "cn285-sign"
# So long after a request is over its links still tell what came of it, and give the signed file.
LINK_AFTER = timedelta(days=90)


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

    def _path(self):
        """The page where this signer signs, from the root of the site; nothing of it is stored."""
        self.ensure_one()
        return f"/my/sign/{self.id}/{self._secret()}"

    def _is_by_link(self):
        """Whether this signer signs on our page: where the provider is the one built in."""
        self.ensure_one()
        return self.request_id.provider_id.code == "builtin"

    def _link(self):
        """The whole address of that page."""
        return f"{self.request_id.contract_id.get_base_url()}{self._path()}"

    def _by_link(self, signer_id, token):
        """The signer of a link, by sudo, in its company; empty where the link is nobody's.

        Neither says more: who tries numbers learns not which there are.
        """
        # sudo: a visitor has no rights; the token says who it is.
        signer = self.sudo().browse(signer_id).exists()
        if not signer or not consteq(signer._secret(), token):
            return self.sudo().browse()
        return signer.with_company(signer.company_id)

    def _is_link_over(self):
        """Whether the link leads nowhere any more: long after the request is over."""
        self.ensure_one()
        request = self.request_id
        if request.state not in OVER or not request.over_on:
            return False
        return request.company_id._cn285_today() > request.over_on + LINK_AFTER

    def _newer(self):
        """The same person as signer of the request that took the place of this one; or nobody.

        Only by the same e-mail address: a link never opens what went to another one.
        """
        self.ensure_one()
        newest = self.request_id._newest()
        if newest == self.request_id:
            return self.browse()
        return newest.signer_ids.filtered(
            lambda one: (one.partner_id, one.email) == (self.partner_id, self.email)
        )[:1]

    def _replaces_another(self):
        """Whether this signer was asked to sign an earlier version, which is replaced."""
        self.ensure_one()
        request = self.request_id
        earlier = request.search(
            [
                ("contract_id", "=", request.contract_id.id),
                ("change_id", "=", request.change_id.id),
                ("state", "=", "replaced"),
                ("id", "<", request.id),
            ],
            limit=1,
        )
        return self.email in earlier.signer_ids.mapped("email")

    # === MAILS === #

    def _ask(self, again=False):
        """Mail the link to these signers."""
        name = "mail_template_sign_reminder" if again else "mail_template_sign_ask"
        for signer in self:
            signer._mail(name)
            signer.request_id._note("asked", signer, email=signer.email, again=again)

    def _mail(self, name, attachments=()):
        """Hand a mail to the queue, in the signer's language; it leaves after the commit.

        What it says is kept in the mail alone, that administrators read: whoever reads the request
        would find links and codes in its message else, and could sign for the signer.
        """
        self.ensure_one()
        # sudo: of whoever sends the contract, who need not write mails; and as the program's own
        # user, as who makes a message reads it.
        # Without the defaults of their context: one may name who gets a copy.
        signer = self.with_context(clean_context(self.env.context))  # pylint: disable=context-overridden
        signer = signer.with_user(SUPERUSER_ID).with_company(self.company_id)
        template = signer.env.ref(f"cn285_sign.{name}")
        sent = template.send_mail(
            self.id,
            email_layout_xmlid="mail.mail_notification_light",
            # To the address that the request names, whatever the contact's is by now.
            email_values={
                **self.company_id._cn285_writes_as(),
                "email_to": self.email,
                # Nor to anybody whom a template names besides.
                "email_cc": False,
                "recipient_ids": [],
                "attachment_ids": [fields.Command.link(one.id) for one in attachments],
            },
        )
        mail = signer.env["mail.mail"].browse(sent)
        mail.mail_message_id.body = False
        signer.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()

    def _localised(self):
        return self.with_context(lang=self.partner_id.lang or self.env.lang)
