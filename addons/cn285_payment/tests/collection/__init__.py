from . import test_collection, test_netting, test_refunds, test_refusals
