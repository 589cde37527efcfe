from . import bundle_choice, down_payment, quote_campaign
