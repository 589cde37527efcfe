from . import test_api_analytics
