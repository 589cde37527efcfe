from . import test_collection, test_refunds, test_refusals
