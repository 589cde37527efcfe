"""The states of a device, and which follows which.

- ``draft``: entered by hand, nothing is done with it; ``pending``: known and free to be activated
- ``active``, ``suspended``: it serves an item of a contract, or would
- ``returned``: it came back and may be used again; ``retired``: never again

>>> can_go("pending", "active")
True
>>> can_go("retired", "pending")
False
"""

from collections.abc import Iterable

DRAFT, PENDING, ACTIVE = "draft", "pending", "active"
SUSPENDED, RETURNED, RETIRED = "suspended", "returned", "retired"

#: From which states each state is reached. What is not named is refused.
REACHED_FROM: dict[str, frozenset[str]] = {
    DRAFT: frozenset(),
    PENDING: frozenset({DRAFT, ACTIVE, SUSPENDED, RETURNED}),
    ACTIVE: frozenset({DRAFT, PENDING, SUSPENDED, RETURNED}),
    SUSPENDED: frozenset({DRAFT, PENDING, ACTIVE, RETURNED}),
    RETURNED: frozenset({PENDING, ACTIVE, SUSPENDED}),
    RETIRED: frozenset({DRAFT, PENDING, RETURNED, ACTIVE, SUSPENDED}),
}
#: A device in one of these may get a service.
SERVABLE = frozenset({DRAFT, PENDING, ACTIVE, SUSPENDED, RETURNED})
#: A device in one of these serves nobody, and may take the place of another one.
FREE = frozenset({DRAFT, PENDING, RETURNED})
IN_SERVICE = frozenset({ACTIVE, SUSPENDED})


def can_go(current: str, target: str) -> bool:
    """Whether a device may go from one state to another one."""
    return current in REACHED_FROM[target]


def served_state(item_states: Iterable[str]) -> str | None:
    """What a device is by the states of the items that it serves; None where it serves none.

    One item that runs keeps it active. Items that have not started leave it waiting.

    >>> served_state(["suspended", "active"])
    'active'
    >>> served_state(["paused"]), served_state(["draft"]), served_state(["ended"])
    ('suspended', 'pending', None)
    """
    states = set(item_states)
    if "active" in states:
        return ACTIVE
    if states & {"paused", "suspended"}:
        return SUSPENDED
    return PENDING if "draft" in states else None
