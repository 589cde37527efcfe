from . import test_documents, test_layout, test_printing, test_self_billing
