"""Types of contract change that concern many items at once, so that a fleet needs one change.

Called by: the changes of cn285_contract, as it calls its own types; ordered by the room ``fleet``.
"""

from . import contract_change
