"""What terms add to the dialog of contract changes of cn285_contract; attempts to find a contract.
Called by: buttons of contracts; the public page of terminations.
"""

from . import contract_change, termination_attempt
