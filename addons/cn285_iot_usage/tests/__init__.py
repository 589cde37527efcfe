from . import test_device_usage
