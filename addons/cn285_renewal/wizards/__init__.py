"""What terms add to the dialog of contract changes of cn285_contract.
Called by: buttons of contracts.
"""

from . import contract_change
