from odoo import api, fields, models


class Mail(models.Model):
    """E-mails that are written and kept, and that somebody holds back on purpose."""

    _inherit = "mail.mail"

    cn285_held = fields.Boolean(
        string="Held Back",
        readonly=True,
        copy=False,
        help="It was made in a test of the future, and is not sent.",
    )

    @api.model
    def _cn285_is_held(self):
        """Whether e-mails are held back here. What an addon sends by itself (text messages, post)
        asks this too."""
        return False
