"""What a failed call means for what comes next."""

from enum import Enum


class Meaning(str, Enum):
    """What follows an error.

    RETRY: the other side was busy or could not be reached. STOP: nothing can work until somebody
    acts. REFUSE: what was sent is wrong, the same again would fail again.
    """

    RETRY = "retry"
    STOP = "stop"
    REFUSE = "refuse"


class CallFailed(Exception):
    """A call to the other system failed as a whole."""

    def __init__(self, message: str, meaning: Meaning, code: str = ""):
        super().__init__(message)
        self.meaning = meaning
        self.code = code
