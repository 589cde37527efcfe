from . import test_api_documents
