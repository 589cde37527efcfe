"""What of payments customers find on the page where they change their contract.
Called by: ``cn285.contract._customer_kinds``.
"""

from . import customer_kinds
