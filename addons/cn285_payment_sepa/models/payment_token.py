from odoo import models
from odoo.addons.cn285_payment.engine.declines import SEPA
from odoo.addons.cn285_payment.engine.target_calendar import add_target_days

from .payment_provider import CODE
from .provider_state import BY_METHOD


class PaymentToken(models.Model):
    """A mandate is a means of payment like a card; archived, nothing is debited any more."""

    _inherit = "payment.token"

    def write(self, vals):
        if self.env.context.get(BY_METHOD) and vals.get("active") is False:
            # Mandates stay whatever becomes of their method of payment.
            self = self.filtered(lambda token: token.provider_code != CODE)
        result = super().write(vals)
        if vals.get("cn285_state") == "revoked":
            self._cn285_revoke_mandates(self.env._("The bank returned a debit for good."))
        return result

    def _handle_archiving(self):
        result = super()._handle_archiving()
        self._cn285_revoke_mandates(self.env._("The means of payment was removed."))
        return result

    def _cn285_revoke_mandates(self, reason):
        # sudo: the mandate follows its token, whoever removes his means.
        mandates = self.env["cn285.sepa.mandate"].sudo().search([("token_id", "in", self.ids)])
        mandates._revoke(reason)

    def _cn285_rail(self):
        self.ensure_one()
        return SEPA if self.provider_code == CODE else super()._cn285_rail()

    def _cn285_retry_terms(self, days):
        """Banks are asked again on bank days: usually after 5, and once more after 10."""
        self.ensure_one()
        if self.provider_code == CODE:
            return days.debits, add_target_days
        return super()._cn285_retry_terms(days)

    def _cn285_money_comes(self, move, day):
        """A debit pays on its day: the due date, or the next one on which it can be made."""
        mandate = self._cn285_mandate() if self.provider_code == CODE else None
        if not mandate:
            return super()._cn285_money_comes(move, day)
        debits = self.env["cn285.sepa.debit"].sudo()  # sudo: only the days are worked out
        wished = max(move.invoice_date_due or day, day)
        plan = debits._plan_vals(mandate.provider_id, mandate, wished, move._cn285_told_on(), day)
        return plan["debit_on"]

    def _cn285_mandate(self):
        """The mandate behind a token; none for other means."""
        self.ensure_one()
        # sudo: read by the program, to debit.
        return self.env["cn285.sepa.mandate"].sudo().search([("token_id", "=", self.id)], limit=1)
