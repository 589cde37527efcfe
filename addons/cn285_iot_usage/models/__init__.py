from . import device_type, device_test, usage_event, usage_event_tests
