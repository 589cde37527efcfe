from . import (
    test_contracts_with_terms,
    test_demonstration,
    test_import_terms,
    test_portal_termination,
    test_renewal_notice,
    test_term,
    test_termination,
    test_termination_order,
    test_tour_termination,
    test_views,
    test_withdrawal,
)
