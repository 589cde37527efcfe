from . import test_access, test_exports, test_rules, test_runs, test_stories
