from . import test_api_mandates
