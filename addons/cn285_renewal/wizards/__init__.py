from . import contract_change
