from . import (
    test_device_portal,
    test_device_terms,
    test_devices,
    test_fleet_orders,
    test_fleet_preview,
    test_import_devices,
    test_networks,
)
