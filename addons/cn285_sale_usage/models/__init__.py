"""Customers choose what of their usage is included: a kind of change of the portal. Called by:
``cn285.contract._customer_kinds``.
"""

from . import tariff, contract
