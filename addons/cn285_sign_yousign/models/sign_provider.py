import secrets

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine.answers import Meaning
from ..engine.found import NotUnderstood
from ..transport import CallFailed

CODE = "yousign"


class SignProvider(models.Model):
    """Yousign as a provider: an account's key, its webhook's secret, how people sign there."""

    _inherit = "cn285.sign.provider"

    code = fields.Selection(
        selection_add=[("yousign", "Yousign")],
        ondelete={"yousign": lambda providers: providers.write(_WITHOUT)},
    )
    yousign_environment = fields.Selection(
        [("sandbox", "Sandbox (for trials, without legal effect)"), ("production", "Production")],
        string="Environment",
        default="sandbox",
        help="Where the key is from. What is signed in the sandbox binds nobody.",
    )
    yousign_api_key = fields.Char(string="API Key", groups="base.group_system", copy=False)
    yousign_webhook_secret = fields.Char(
        string="Webhook Secret",
        groups="base.group_system",
        copy=False,
        help="The secret key of the webhook subscription at Yousign. Without it no message is "
        "believed, and news come once a day.",
    )
    yousign_webhook_url = fields.Char(
        string="Webhook Address",
        compute="_compute_yousign_webhook_url",
        groups="base.group_system",
        help="Tell Yousign this address, for all events of signature requests and signers.",
    )
    yousign_level = fields.Selection(
        [
            ("simple", "Simple Electronic Signature"),
            ("advanced", "Advanced Electronic Signature"),
        ],
        string="Signed As",
        default="simple",
        help="Advanced: Yousign verifies an identity document, and a code goes by text message. "
        "It has to be part of your plan there.",
    )
    yousign_code = fields.Selection(
        [("mail", "By E-mail"), ("sms", "By Text Message"), ("none", "No Code")],
        string="Code Sent",
        default="mail",
        help="How who signs shows that it is he. Advanced signatures always take a text message.",
    )

    _yousign_complete = models.Constraint(
        "CHECK(code <> 'yousign' OR (yousign_environment IS NOT NULL AND yousign_level IS NOT NULL"
        " AND yousign_code IS NOT NULL))",
        "Yousign: say in which environment, as what, and by which code is signed.",
    )

    def _compute_yousign_webhook_url(self):
        for provider in self:
            provider.yousign_webhook_url = f"{provider.get_base_url()}/sign/yousign/webhook"

    # === THE INTERFACE OF PROVIDERS === #

    def _sign_level(self):
        if self.code != CODE:
            return super()._sign_level()
        return self.yousign_level

    def _sign_send(self, request):
        """Order the sending: Yousign writes to who signs, one after the other."""
        if self.code != CODE:
            return super()._sign_send(request)
        request._yousign_check_attached()
        # What Yousign knows it by is stored before anything is sent: what got lost is found by it.
        if not request.yousign_key:
            request._write_inside({"yousign_key": f"cn285-{secrets.token_hex(14)}"})
        return request._yousign_order_sync()

    def _sign_remind(self, request):
        if self.code != CODE:
            return super()._sign_remind(request)
        return request._yousign_order_reminder()

    def _sign_cancel(self, request):
        """Cancel it at Yousign at once, so that nobody signs what is said to be cancelled.

        What is replaced is cancelled there by a job: whoever changes a contract waits for nobody.

        :raises UserError: where Yousign does not answer, or it is over there: nothing is cancelled
        """
        if self.code != CODE:
            return super()._sign_cancel(request)
        if request.state == "replaced":
            return request._yousign_order_sync()
        return request._yousign_cancel_now()

    # === BUTTONS === #

    def action_yousign_check(self):
        """Ask Yousign whether it knows the key."""
        self.ensure_one()
        self.check_access("write")
        try:
            self._yousign_client().find(f"cn285-{secrets.token_hex(14)}")
        except (CallFailed, NotUnderstood) as error:
            raise UserError(self._yousign_words(error)) from error
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"message": self.env._("Yousign knows this key."), "type": "success"},
        }

    def _yousign_words(self, error):
        """What a clerk is told of a call that failed."""
        if isinstance(error, NotUnderstood):
            return self.env._("Yousign answered something unexpected (%s).", error)
        texts = {
            Meaning.UNKNOWN: self.env._("Yousign cannot be reached (%s).", error),
            Meaning.BUSY: self.env._("Yousign is asked too often: it says to wait."),
            Meaning.STOP: self.env._(
                "Yousign refuses the key or the account: an administrator looks at the signature "
                "provider (%s).",
                error,
            ),
        }
        return texts.get(error.meaning) or self.env._("Yousign refuses: %s", error)

    # === WHO SIGNED A MESSAGE === #

    @api.model
    def _yousign_signers(self, body, header):
        """The providers whose secret signed a message, by sudo; empty where it is nobody's."""
        # sudo: whoever calls has no rights; the secret says who it is, and is not told.
        providers = self.sudo().search(
            [("code", "=", CODE), ("yousign_webhook_secret", "!=", False)]
        )
        return providers.filtered(lambda one: one._yousign_has_signed(body, header))


# What is left of providers when the addon goes: none that could be taken for another.
_WITHOUT = {"code": "builtin", "active": False}
