"""The customer's own hand: what a customer may change of a contract in the portal, by what the
contract's template allows, and who of a customer's people may. Called by: ``portal_change`` of the
controllers.
"""

from . import (
    permission_terms,
    permission,
    customer_request,
    customer_regret,
    customer_payment,
    portal_role,
)
