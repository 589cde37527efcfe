"""The customer's contracts in the portal: a list, and a page for each with its next invoices.
Called by: the browser. What may be seen of a contract says ``models/contract_portal.py``.
"""

from . import portal
