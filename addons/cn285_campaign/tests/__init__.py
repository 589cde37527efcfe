from . import test_offers, test_plans, test_rights, test_segments
