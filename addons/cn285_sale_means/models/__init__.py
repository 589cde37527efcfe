"""What of payments customers find on the page where they change their contract, and changes that
are paid before they take effect. Called by: ``cn285.contract._customer_kinds``, the state of
changes, and prepayments, which go on with what came.
"""

from . import customer_kinds, paid_change, prepayment
