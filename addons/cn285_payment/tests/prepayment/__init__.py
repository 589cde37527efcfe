from . import test_paid_first, test_means_first, test_prepayment_doors, test_prepayment_portal
