"""Quotations that change, or renew, a running contract: its items as lines, what is different of
them, and the contract changes that acceptance makes of it. Called by: buttons of contracts and of
quotations, acceptance, campaigns.
"""

from . import (
    contract,
    contract_change,
    amended_line,
    amended_order,
    amendment_parts,
    amendment_effect,
    amendment_kept,
    amendment_figures,
    amendment_approval,
    renewal,
    renewal_rule,
    ramp,
)
