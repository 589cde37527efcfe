from . import test_contract_papers, test_documents, test_documents_access, test_documents_portal
