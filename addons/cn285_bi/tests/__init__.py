from . import test_bi_replica, test_bi_views
