from . import test_api_devices
