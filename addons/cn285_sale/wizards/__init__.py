from . import bundle_choice, down_payment
