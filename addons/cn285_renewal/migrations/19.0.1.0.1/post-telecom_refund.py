"""The days within which electronic communications are refunded are known of the law of France.

The law's record is its users' own once it is installed (``noupdate``): a field that came later is
filled here, where nobody has.
"""

from odoo import SUPERUSER_ID, api

# Code de la consommation, L224-35: ten days.
DAYS = 10


def migrate(cr, version):
    """Fill in the days in a law of France that came with an earlier version."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    law = env.ref("cn285_renewal.law_fr", raise_if_not_found=False)
    if law and law.telecom_notice_days and not law.telecom_refund_days:
        law.telecom_refund_days = DAYS
