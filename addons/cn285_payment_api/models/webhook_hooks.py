"""What happens to money and debts, told in the transaction in which it happens: each by the one
method through which it goes.
"""

from odoo import api, models

from ..routers.debtors import show_debtors
from ..routers.passes import show_redemptions
from ..routers.payment_methods import show_methods
from ..routers.payments import show_payments
from ..routers.refunds import show_refunds
from ..routers.wallets import show_topups, show_wallets

#: Events by the states that records come into.
ATTEMPTS = {
    "done": "payment.collected",
    "declined": "payment.failed",
    "returned": "payment.returned",
}
REFUNDS = {"done": "refund.done", "failed": "refund.failed"}
TOPUPS = {
    "done": "wallet.topped_up",
    "failed": "wallet.topup_failed",
    "returned": "wallet.topup_returned",
}
METHODS = {"expired": "payment_method.expired", "revoked": "payment_method.revoked"}
#: Events by what is noted of a debtor.
DEBTORS = {
    "opened": "debtor.opened",
    "step": "debtor.step_taken",
    "promise": "debtor.promised",
    "broken": "debtor.promise_broken",
    "dispute": "debtor.disputed",
    "released": "debtor.released",
    "deactivated": "debtor.suspended",
    "reactivated": "debtor.reactivated",
    "terminated": "debtor.terminated",
    "closed": "debtor.settled",
}
SHOWN = {
    "cn285.dunning.case": show_debtors,
    "cn285.payment.attempt": show_payments,
    "cn285.payment.refund": show_refunds,
    "cn285.promotion.redemption": show_redemptions,
    "cn285.wallet": show_wallets,
    "cn285.wallet.topup": show_topups,
    "payment.token": show_methods,
}


def moved(records, name, vals, events):
    """``(event, those of the records that come into its state)``; no event where none is."""
    target = vals.get(name)
    event = events.get(target)
    return event, records.filtered(lambda one: one[name] != target) if event else records.browse()


class PaymentAttempt(models.Model):
    _inherit = "cn285.payment.attempt"

    def write(self, vals):
        event, changing = moved(self, "state", vals, ATTEMPTS)
        result = super().write(vals)
        self.env["cn285.webhook.event"]._tell(event, changing)
        return result


class PaymentRefund(models.Model):
    _inherit = "cn285.payment.refund"

    def write(self, vals):
        event, changing = moved(self, "state", vals, REFUNDS)
        result = super().write(vals)
        self.env["cn285.webhook.event"]._tell(event, changing)
        return result


class WalletTopup(models.Model):
    _inherit = "cn285.wallet.topup"

    def write(self, vals):
        event, changing = moved(self, "state", vals, TOPUPS)
        result = super().write(vals)
        self.env["cn285.webhook.event"]._tell(event, changing)
        return result


class Wallet(models.Model):
    _inherit = "cn285.wallet"

    def _add_lot(self, kind, amount, **values):
        lot = super()._add_lot(kind, amount, **values)
        if kind == "granted":
            self.env["cn285.webhook.event"]._tell("wallet.granted", self)
        return lot


class PromotionRedemption(models.Model):
    _inherit = "cn285.promotion.redemption"

    @api.model_create_multi
    def create(self, vals_list):
        redemptions = super().create(vals_list)
        self.env["cn285.webhook.event"]._tell("pass.redeemed", redemptions)
        return redemptions


class PaymentToken(models.Model):
    _inherit = "payment.token"

    @api.model_create_multi
    def create(self, vals_list):
        tokens = super().create(vals_list)
        self.env["cn285.webhook.event"]._tell("payment_method.added", tokens)
        return tokens

    def write(self, vals):
        event, changing = moved(self, "cn285_state", vals, METHODS)
        result = super().write(vals)
        self.env["cn285.webhook.event"]._tell(event, changing)
        return result

    def _handle_archiving(self):
        result = super()._handle_archiving()
        self.env["cn285.webhook.event"]._tell("payment_method.removed", self)
        return result


class DunningCase(models.Model):
    _inherit = "cn285.dunning.case"

    def _note(self, kind, text=None, **values):
        events = super()._note(kind, text, **values)
        if kind in DEBTORS:
            self.env["cn285.webhook.event"]._tell(DEBTORS[kind], self)
        return events


class WebhookEvent(models.Model):
    _inherit = "cn285.webhook.event"

    @api.model
    def _shown(self):
        return {**super()._shown(), **SHOWN}
