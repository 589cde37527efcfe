from . import test_api_signatures
