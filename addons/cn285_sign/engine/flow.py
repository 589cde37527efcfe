"""Who signs when, and what a request for signatures has come to."""

from collections.abc import Sequence
from dataclasses import dataclass

# States of a request that are over; in none of them anybody signs.
OVER = frozenset({"signed", "declined", "expired", "cancelled", "replaced"})
# From which state a request may go to which.
MOVES = {
    "draft": frozenset({"sent", "cancelled", "replaced"}),
    "sent": frozenset({"signed", "declined", "expired", "cancelled", "replaced"}),
    "expired": frozenset({"sent", "cancelled", "replaced"}),
    # Only what could not take effect, and says something else than its contract by now.
    "signed": frozenset({"replaced"}),
}
# Ends by which what was to be signed never holds.
WITHOUT_EFFECT = frozenset({"declined", "expired", "cancelled", "replaced"})


@dataclass(frozen=True)
class Signer:
    """Somebody who signs, in an order; ``state`` is waiting, signed or declined."""

    order: int
    state: str


def may_move(state: str, target: str) -> bool:
    """Whether a request in a state may go to another.

    >>> may_move("sent", "signed"), may_move("signed", "cancelled"), may_move("draft", "signed")
    (True, False, False)
    """
    return target in MOVES.get(state, ())


def turn(signers: Sequence[Signer]) -> list[int]:
    """Return the places of those whose turn it is: the lowest order that has not signed.

    Nobody's, once one has declined.

    >>> turn([Signer(1, "signed"), Signer(2, "waiting"), Signer(3, "waiting")])
    [1]
    """
    if any(one.state == "declined" for one in signers):
        return []
    waiting = [one.order for one in signers if one.state == "waiting"]
    if not waiting:
        return []
    first = min(waiting)
    return [
        place for place, one in enumerate(signers) if one.state == "waiting" and one.order == first
    ]


def outcome(signers: Sequence[Signer]) -> str | None:
    """Return what the request has come to: signed, declined, or None while somebody's turn is.

    >>> outcome([Signer(1, "signed")]), outcome([]), outcome([Signer(1, "declined")])
    ('signed', None, 'declined')
    """
    if any(one.state == "declined" for one in signers):
        return "declined"
    if signers and all(one.state == "signed" for one in signers):
        return "signed"
    return None
