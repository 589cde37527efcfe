"""What the customer sees of usage in the portal: the running period and the bill to be expected.
Called by: the browser. The figures come from the room ``rating`` (``usage_portal.py``).
"""

from . import portal
