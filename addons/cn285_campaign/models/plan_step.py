from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bounds import Bound
from odoo.addons.cn285_renewal.engine.letter_text import malformed, placeholders
from odoo.exceptions import UserError, ValidationError

from .channels import CHANNELS, WORDS, Channel


class CommunicationStep(models.Model):
    """A step of a plan: by which way, and how many days before or after which date."""

    _name = "cn285.communication.step"
    _description = "Step of a Communication Plan"
    _inherit = ["cn285.guarded", "cn285.bounded"]
    _order = "plan_id, delay, sequence, id"

    plan_id = fields.Many2one(
        "cn285.communication.plan", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="plan_id.company_id", store=True, precompute=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    name = fields.Char(required=True, translate=True)
    moment = fields.Selection(
        [("anchor", "The Segment's Date"), ("entered", "The Day It Came In")],
        string="Counted From",
        default="anchor",
        required=True,
    )
    delay = fields.Integer(
        string="Days After (− Before)",
        default=0,
        required=True,
        help="−15: a fortnight before the date. 3: three days after it.",
    )
    channel = fields.Selection("_channel_selection", string="By", required=True, default="mail")
    mail_template_id = fields.Many2one(
        "mail.template",
        string="E-mail Template",
        domain="[('model', '=', 'cn285.communication')]",
        ondelete="restrict",
        help="Left empty: subject and text below, in the usual frame.",
    )
    offer_template_id = fields.Many2one(
        "cn285.retention.offer.template", string="Offer", ondelete="restrict"
    )
    subject = fields.Char(translate=True)
    body = fields.Text(
        string="Text",
        translate=True,
        help="Paragraphs with placeholders: {{ customer }}, {{ contract }}, {{ date }}, "
        "{{ company }}, {{ offer }}, {{ until }}.",
    )
    shown_days = fields.Integer(
        string="Shown for (days)",
        default=30,
        required=True,
        help="How long a note stands in the customer's portal.",
    )

    # === CHANNELS === #

    @api.model
    def _channels(self) -> dict[str, Channel]:
        """The ways by which steps are carried out; another addon adds its own to these."""
        return CHANNELS

    @api.model
    def _channel_selection(self):
        return [(name, self.env._(one.label)) for name, one in self._channels().items()]

    def _channel(self):
        self.ensure_one()
        return self._channels()[self.channel]

    # === CHECKS === #

    @api.model
    def _bounds(self):
        return {
            **super()._bounds(),
            "delay": Bound(-1000, 1000),
            "shown_days": Bound(1, 366),
        }

    @api.constrains("channel", "offer_template_id", "subject", "body", "mail_template_id")
    def _check_content(self):
        for step in self:
            wrong = step._channel().missing(step)
            if wrong:
                raise ValidationError(
                    self.env._("Step “%(step)s”: %(reason)s", step=step.name, reason=wrong)
                )
            for text in (step.subject or "", step.body or ""):
                unknown = [*malformed(text), *(set(placeholders(text)) - WORDS)]
                if unknown:
                    raise ValidationError(
                        self.env._(
                            "Step “%(step)s”: “%(name)s” is no placeholder; known are: %(known)s.",
                            step=step.name,
                            name=unknown[0],
                            known=", ".join(sorted(WORDS)),
                        )
                    )

    @api.ondelete(at_uninstall=False)
    def _unlink_only_unused(self):
        # sudo: only whether there are any.
        used = self.env["cn285.communication"].sudo().search([("step_id", "in", self.ids)], limit=1)
        if used:
            raise UserError(
                self.env._(
                    "Step “%s” has been planned or carried out: archive it instead.",
                    used.step_id.name,
                )
            )
