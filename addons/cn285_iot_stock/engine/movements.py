"""What a transfer of a serial number means for its device, and where the device is by its stock.

A location is ``inside`` (the company's own stock), ``rented`` (the company's stock at its
customers), ``customer`` (theirs) or ``supplier`` (anywhere else that goods come from or vanish to).
"""

from collections.abc import Iterable

INSIDE, RENTED, CUSTOMER, SUPPLIER = "inside", "rented", "customer", "supplier"
OUTSIDE = frozenset({RENTED, CUSTOMER})


def movement(source: str, target: str) -> str | None:
    """What it means that a device went from one sort of location to another one.

    - ``receipt``: it is new in stock; ``out``: it went to a customer; ``back``: it came back
    - ``sold``: the customer who rents it keeps it; None: nothing to be told

    >>> movement("inside", "rented"), movement("rented", "inside"), movement("rented", "customer")
    ('out', 'back', 'sold')
    """
    if target in OUTSIDE and source not in OUTSIDE:
        return "out"
    if (source, target) == (RENTED, CUSTOMER):
        return "sold"
    if target != INSIDE or source == INSIDE:
        return None
    return "back" if source in OUTSIDE else "receipt"


def place(quants: Iterable[tuple[str, float, float]]) -> str:
    """Where a device is: ``in`` stock and free, ``reserved`` there, ``out``, or nowhere (``none``).

    :param quants: sort of location, quantity, of it reserved

    >>> place([("inside", 1, 0)]), place([("inside", 1, 1)]), place([("customer", 1, 0)])
    ('in', 'reserved', 'out')
    """
    held = [(where, reserved) for where, quantity, reserved in quants if quantity > 0]
    for where, reserved in held:
        if where == INSIDE:
            return "reserved" if reserved > 0 else "in"
    return "out" if any(where in OUTSIDE for where, _reserved in held) else "none"


def obstacle(where: str, state: str) -> str | None:
    """Why a device that is kept in stock cannot get a service; None where it can.

    What is out and still with its customer may get another service there; what was returned has to
    come back first.

    >>> obstacle("out", "returned"), obstacle("out", "pending"), obstacle("none", "pending")
    ('not_back', None, 'missing')
    """
    if where == "out":
        return "not_back" if state == "returned" else None
    return {"none": "missing", "reserved": "reserved"}.get(where)
