"""Terms, tacit renewal, notices, termination and withdrawal, by the law of the customer's country.
Called by: the daily crons, the portal, and a billing run before it looks at rows.
"""

from . import (
    contract_change_regret,
    term_rules,
    price_index,
    legal_rate,
    contract_term,
    contract_law,
    letters,
    renewal_notice,
    renewal_notice_sending,
    renewal_notice_cron,
    contract_notices,
    contract_change_renewal,
    contract_renewal,
    contract_termination,
    contract_change_termination,
    contract_change_confirmation,
    contract_withdrawal,
    contract_portal_termination,
    contract_change_types,
    import_terms,
)
