from . import test_collection, test_refusals
