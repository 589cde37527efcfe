from odoo import api, fields, models

# In the context of a page: what is paid there is of an automatic contract, and its means are kept.
KEEPS_MEANS = "cn285_keeps_means"


class PaymentProvider(models.Model):
    _inherit = "payment.provider"

    cn285_obstacle = fields.Char(
        compute="_compute_cn285_obstacle",
        compute_sudo=True,
        help="Why invoices cannot be collected automatically by this provider.",
    )

    @api.depends("state", "code", "capture_manually", "journal_id")
    def _compute_cn285_obstacle(self):
        for provider in self:
            on = provider.state != "disabled"
            provider.cn285_obstacle = provider._cn285_obstacle() if on else False

    def _cn285_obstacle(self):
        """Why invoices cannot be charged by this provider automatically; None if they can.

        Hook: an addon of a provider adds its own, such as a missing secret of its webhook.

        :returns: the reason in a clerk's words, or None
        """
        self.ensure_one()
        if self.state == "disabled":
            return self.env._("The payment provider %s is disabled.", self.name)
        if self.capture_manually:
            return self.env._(
                "The payment provider %s captures amounts by hand: what it was asked for would "
                "never be paid. Switch that off to collect automatically.",
                self.name,
            )
        if not self.journal_id:
            return self.env._(
                "The payment provider %s has no journal, in which its payments are booked.",
                self.name,
            )
        return None

    def _cn285_due_until(self, day):
        """Hook: up to which due date this provider is asked on a day: that day.

        A provider that moves money only days after it was asked names a later day, so that it
        moves on the due date; at most 14 days later.
        """
        self.ensure_one()
        return day

    def _is_tokenization_required(self, **kwargs):
        """Odoo's; where pages say so, means are kept: see :data:`KEEPS_MEANS`.

        Not where none of these providers keeps means: customers could not pay at all.
        """
        if super()._is_tokenization_required(**kwargs):
            return True
        keeps = self.env.context.get(KEEPS_MEANS) and self.filtered("allow_tokenization")
        return bool(keeps)

    def _cn285_is_idempotent(self):
        """Hook: whether the provider takes the same transaction, sent again, for the same request.

        If so it is sent again, for a day, where it is not known what became of it; else the
        provider is asked first.
        """
        self.ensure_one()
        return False
