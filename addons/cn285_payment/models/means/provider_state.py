from odoo import api, fields, models

# Names the context in which a provider is disabled: its means stay as they are.
DISABLING = "cn285_disabling_provider"


class PaymentProvider(models.Model):
    """A provider that is disabled keeps its means: they cannot be charged meanwhile.

    Odoo archives them for good, and contracts forget by which means they are paid; enabled again,
    all customers would have to come back. Means of the test mode are none of the real one, and the
    other way round: they are archived, as Odoo does, when the mode changes.
    """

    _inherit = "payment.provider"

    cn285_mode_before = fields.Char(
        readonly=True, copy=False, help="In which mode it was when it was disabled."
    )

    def write(self, vals):
        state = vals.get("state")
        if state == "disabled":
            for provider in self.filtered(lambda provider: provider.state != "disabled"):
                super(PaymentProvider, provider).write({"cn285_mode_before": provider.state})
            self = self.with_context(**{DISABLING: True})
        elif state:
            others = self.filtered(lambda provider: provider._cn285_had_another_mode(state))
            others._archive_linked_tokens()
        return super().write(vals)

    def _cn285_had_another_mode(self, state):
        self.ensure_one()
        before = self.cn285_mode_before
        return self.state == "disabled" and bool(before) and before != state

    def _archive_linked_tokens(self):
        """Odoo's, but where a provider is only disabled."""
        if self.env.context.get(DISABLING):
            return None
        return super()._archive_linked_tokens()

    @api.onchange("state")
    def _onchange_state_warn_before_disabling_tokens(self):
        """Odoo warns that means are archived: not of one that is only disabled."""
        if self.state == "disabled":
            return None
        return super()._onchange_state_warn_before_disabling_tokens()
