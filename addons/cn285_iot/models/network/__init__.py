"""Networks that devices are on: what is asked of them, once at a time, and what they say.

Called by: the door of a device's states; jobs that ask, a cron that asks again, a nightly one that
compares.
"""

from . import provisioning_provider, provisioning_operation, device_network
