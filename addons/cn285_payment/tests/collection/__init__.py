from . import test_collection, test_network_limit, test_refunds, test_refusals
