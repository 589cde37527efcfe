from . import test_api_devices, test_api_fleet_story
