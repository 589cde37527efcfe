from odoo import fields, models
from odoo.addons.cn285_payment.engine.declines import SEPA
from odoo.addons.cn285_payment.engine.expiry import last_valid_day
from odoo.addons.cn285_payment.engine.target_calendar import add_target_days

from ..engine.means import details


class PaymentToken(models.Model):
    """What Stripe tells of means after they were added."""

    _inherit = "payment.token"

    # By these, events name means.
    provider_ref = fields.Char(index="btree_not_null")
    stripe_payment_method = fields.Char(index="btree_not_null")
    stripe_mandate = fields.Char(index="btree_not_null")

    def _cn285_rail(self):
        """Direct debits by Stripe come back for a bank's reasons."""
        rail = super()._cn285_rail()
        method = self.payment_method_id
        is_debit = "sepa_direct_debit" in (method.code, method.primary_payment_method_id.code)
        return SEPA if self.provider_code == "stripe" and is_debit else rail

    def _cn285_stripe_update(self, method):
        """Take over what is new about a payment method.

        :param dict method: as Stripe has it now
        :returns: the tokens that changed
        """
        values = self._cn285_stripe_values(method)
        changed = self.filtered(
            lambda token: any(token[name] != value for name, value in values.items())
        )
        for token in changed:
            was = token.cn285_expiry_date
            token.write(self._cn285_stripe_shown(method))
            if was and values.get("cn285_expiry_date", was) > was:
                token._cn285_renew(values)
            else:
                token.write(values)
        return changed

    def _cn285_stripe_values(self, method):
        """Values of our fields of a payment method."""
        told = details(method)
        expiry = told.pop("expiry", None)
        values = {f"cn285_{name}": value for name, value in told.items()}
        if expiry:
            values["cn285_expiry_date"] = last_valid_day(*expiry)
        return values

    def _cn285_stripe_shown(self, method):
        """What Odoo shows of a token: its last digits."""
        last4 = details(method).get("last4")
        return {"payment_details": last4} if last4 else {}

    def _cn285_retry_terms(self, days):
        """Direct debits are tried again on days on which banks work."""
        if self.provider_code == "stripe" and self._cn285_rail() == SEPA:
            return days.debits, add_target_days
        return super()._cn285_retry_terms(days)
