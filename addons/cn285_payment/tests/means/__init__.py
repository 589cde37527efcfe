from . import test_import_means, test_means, test_provider_state
