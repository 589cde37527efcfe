"""Terms, tacit renewal, notices, termination and withdrawal, by the law of the customer's country.
Called by: the daily crons, the portal, and a billing run before it looks at rows.
"""

from . import (
    company_settings,
    law,
    term_rules,
    price_index,
    contract_term,
    contract_taken,
    letters,
    renewal_notice,
    renewal_notice_proof,
    renewal_notice_sending,
    renewal_notice_cron,
    contract_notices,
    contract_change_renewal,
    contract_renewal,
    contract_termination,
    contract_change_termination,
    contract_change_quote,
    contract_change_refund,
    contract_change_confirmation,
    proof_attachment,
    contract_withdrawal,
    contract_change_withdrawal,
    contract_portal_termination,
    termination_evidence,
    termination_public,
    contract_change_types,
    import_terms,
    personal_data,
)
