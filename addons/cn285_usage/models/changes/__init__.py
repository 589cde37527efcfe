"""Contract changes of items that bill usage: which say what they do, and which are refused.

The types of ``cn285_contract`` are extended here; terms of usage have a type of their own.
Called by: ``cn285.contract.change``, which asks a change's type at each step.
"""

from . import calculator_change, contract_change, discount_change, usage_at_stake
