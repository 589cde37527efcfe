"""What is wanted of a device on its network, what is asked for next, and when again.

What is wanted and what the network says are two things: one follows from contracts, the other
comes late, twice, or never.
"""

ON, OFF, GONE = "on", "off", "gone"
#: What is wanted on the network of a device in each state; None: nothing yet.
WANTED: dict[str, str | None] = {
    "draft": None,
    "pending": OFF,
    "active": ON,
    "suspended": OFF,
    "returned": OFF,
    "retired": GONE,
}
#: Minutes between attempts: at once, then ever longer, at most a day.
FIRST_PAUSE, LONGEST_PAUSE = 2, 1440
#: After so many attempts a person is asked.
MAX_ATTEMPTS = 8


def wanted(state: str, waits_for_network: bool = False) -> str | None:
    """What is wanted of a device: by its state, and whether it waits to be confirmed.

    >>> wanted("pending"), wanted("pending", waits_for_network=True)
    ('off', 'on')
    """
    return ON if waits_for_network and state == "pending" else WANTED[state]


def to_ask(want: str | None, network: str | None) -> str | None:
    """What is asked of the network; None where nothing is.

    What was never on need not be switched off.

    >>> to_ask("on", None), to_ask("off", None), to_ask("off", "on"), to_ask("on", "on")
    ('on', None, 'off', None)
    """
    if want is None or want == network:
        return None
    if network in (None, GONE) and want in (OFF, GONE):
        return None
    return want


def pause_minutes(attempts: int) -> int:
    """How long to wait after so many attempts.

    >>> [pause_minutes(number) for number in (1, 2, 3, 20)]
    [2, 4, 8, 1440]
    """
    return min(FIRST_PAUSE * 2 ** max(attempts - 1, 0), LONGEST_PAUSE)
