"""Pages on which customers terminate, refuse a renewal or withdraw, without JavaScript.
Called by: the browser. What they offer and do says ``models/contract_portal_termination.py``.
"""

from . import portal_termination, public_termination
