"""Stripe, beyond what Odoo's provider does: events that are signed and worked once, means that
change by themselves, answers that got lost, authentication, disputes.
"""

from . import (
    payment_provider,
    payment_token,
    payment_transaction,
    stripe_intent,
    stripe_refund,
    stripe_withdrawal,
    stripe_dispute,
    stripe_confirmation,
    stripe_event,
    stripe_event_means,
    stripe_event_payments,
)
