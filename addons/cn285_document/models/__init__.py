"""What makes up a contract, each document written once.

A document is filed by what makes it: the confirmation of a contract, a change that took effect, a
letter that left, or a user who uploads a file. The contract's page, the portal and programs read
it.
"""

from . import (
    contract,
    contract_change,
    contract_paper,
    contract_paper_law,
    document,
    document_file,
    document_filing,
    document_sending,
    import_documents,
    letters,
    numbering,
    personal_data,
    renewal_letters,
    res_company,
    res_config_settings,
)
