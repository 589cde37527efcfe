from odoo import api, fields, models
from odoo.addons.cn285_contract.models.common import STATE_DOOR
from odoo.exceptions import UserError
from odoo.tools import html_sanitize
from odoo.tools.misc import clean_context

# What users say of a sending that they made themselves; the rest only its channel knows.
BY_HAND = {"notice_id", "date", "channel", "recipient", "subject", "body"}


class RenewalNoticeSending(models.Model):
    """The proof of one sending: when, to whom, by what, the text, and whether it arrived."""

    _name = "cn285.renewal.notice.sending"
    _description = "Sending of a Renewal Notice"
    _inherit = ["cn285.guarded"]
    _order = "date desc, id desc"

    notice_id = fields.Many2one(
        "cn285.renewal.notice", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="notice_id.company_id", store=True)
    date = fields.Date(
        string="Sent On", required=True, help="The day it left, by the company's clock."
    )
    channel = fields.Selection("_channel_selection", required=True, default="letter")
    recipient = fields.Char(required=True, help="The e-mail address, or the postal one.")
    subject = fields.Char()
    body = fields.Html(string="Text", sanitize=False)
    well_formed = fields.Boolean(
        string="States the Last Day in a Box",
        default=True,
        readonly=True,
        help="The notice is a letter or e-mail of its own that names the customer and shows the "
        "last day to refuse in a visible box.",
    )
    message_id = fields.Char(string="Message-Id", readonly=True, index="btree_not_null")
    mail_message_id = fields.Many2one("mail.message", string="Message", readonly=True)
    attachment_id = fields.Many2one(
        "ir.attachment", string="Letter", readonly=True, index="btree_not_null"
    )
    delivery = fields.Selection(
        [
            ("outgoing", "On its Way"),
            ("sent", "Sent"),
            ("held", "Held Back (Test)"),
            ("failed", "Not Sent"),
            ("bounced", "Came Back"),
        ],
        default="sent",
        required=True,
        readonly=True,
    )
    delivery_note = fields.Text(readonly=True, help="What the mail server said.")
    user_id = fields.Many2one("res.users", default=lambda self: self.env.user, readonly=True)

    @api.model
    def _channel_selection(self):
        return self.env["cn285.renewal.notice"]._channel_selection()

    @api.model_create_multi
    def create(self, vals_list):
        if self._is_inside():
            sendings = super().create(vals_list)
        else:
            # Defaults that a caller chose would be a way around what is checked.
            context = clean_context(self.env.context)
            self = self.with_context(context)  # pylint: disable=context-overridden
            sendings = super().create([self._by_hand(vals) for vals in vals_list])
        sendings.notice_id._refresh_state()
        return sendings

    def write(self, vals):
        self.check_access("write")
        if not self._is_inside():
            raise UserError(self.env._("Sendings of a renewal notice are proof and do not change."))
        result = super().write(vals)
        if "delivery" in vals:
            self.notice_id._refresh_state()
        return result

    def copy(self, default=None):  # pylint: disable=method-required-super
        raise UserError(
            self.env._(
                "Sendings of a renewal notice are proof: each was made once, none is copied."
            )
        )

    def _is_inside(self):
        return self.env.context.get("cn285_state_door") is STATE_DOOR

    def _by_hand(self, vals):
        """Values of a sending that a user made by other means and adds, in the user's own name.

        :raises UserError: for what only a channel can know, and for a channel that is automatic
        """
        unknown = sorted(vals.keys() - BY_HAND)
        if unknown:
            names = self.fields_get(unknown, ["string"])
            raise UserError(
                self.env._(
                    "“%s” of a sending is noted by the program alone: it is the proof.",
                    names.get(unknown[0], {}).get("string", unknown[0]),
                )
            )
        channels = self.env["cn285.renewal.notice"]._channels()
        channel = channels.get(vals.get("channel", "letter"))
        if channel and channel.automatic:
            raise UserError(
                self.env._(
                    "Sendings by “%s” are noted when they leave: send the notice by its button.",
                    self.env._(channel.label),
                )
            )
        body = html_sanitize(vals.get("body") or "") or False
        return {**vals, "body": body, "user_id": self.env.uid}

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Sendings of a renewal notice are proof and stay."))
