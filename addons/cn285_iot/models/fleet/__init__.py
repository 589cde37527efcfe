"""What users and programs do with devices, one or thousands: in jobs, and told for each.

Called by: the dialog, import files and the API; does its work by contract changes and by the door
of states.
"""

from . import device_actions, fleet_order, fleet_order_line, fleet_order_run
