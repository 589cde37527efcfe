"""States: what a contract is, given what its items are."""

from collections.abc import Iterable
from typing import Literal

ContractState = Literal["active", "suspended", "paused", "closed", "withdrawn", "cancelled"]

# The first state that one of the items has decides. A draft item is still to come.
_ORDER: tuple[tuple[str, ContractState], ...] = (
    ("draft", "active"),
    ("active", "active"),
    ("suspended", "suspended"),
    ("paused", "paused"),
    ("ended", "closed"),
    ("withdrawn", "withdrawn"),
    ("cancelled", "cancelled"),
)


def contract_state(item_states: Iterable[str]) -> ContractState:
    """Return the state of a confirmed contract whose items have these states.

    It is active while one item is, or may still start; else suspended or paused while one item is;
    else it is over. Without items it is active.

    >>> contract_state(["ended", "paused"])
    'paused'
    """
    found = set(item_states)
    for item_state, state in _ORDER:
        if item_state in found:
            return state
    return "active"
