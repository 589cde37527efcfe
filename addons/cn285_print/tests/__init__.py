from . import test_documents, test_epc_qr, test_layout, test_printing, test_self_billing
