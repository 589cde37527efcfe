from . import test_devices, test_fleet_orders
