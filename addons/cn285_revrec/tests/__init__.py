from . import (
    test_access,
    test_changes,
    test_exports,
    test_import_revrec,
    test_new_company,
    test_oracle,
    test_rules,
    test_runs,
    test_stories,
    test_tour,
    test_usage,
    test_views,
)
