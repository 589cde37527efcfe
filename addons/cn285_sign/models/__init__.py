"""Who signs what, how it was signed, and what follows once.

A request is made by a button of a contract or a change, or where a rule asks for a signature before
they take effect; signers come by the link of a mail (``controllers/sign_page.py``).
"""

from . import (
    contract,
    contract_change,
    personal_data,
    sign_event,
    sign_provider,
    sign_request,
    sign_request_completion,
    sign_request_ends,
    sign_request_proof,
    sign_rule,
    sign_signer,
    sign_signer_proof,
    sign_signer_signing,
    signers_purged,
)
