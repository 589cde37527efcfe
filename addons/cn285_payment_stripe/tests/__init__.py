from . import (
    test_stripe_charges,
    test_stripe_confirmation,
    test_stripe_events,
    test_stripe_portal,
    test_stripe_prepayment,
    test_stripe_secrets,
    test_stripe_topups,
    test_stripe_webhook,
)
