"""What a channel of notices is; no model is here."""

from typing import Any


class NoticeChannel:
    """A way by which renewal notices leave. One object serves all notices.

    Methods get the notices that they are about, records of ``cn285.renewal.notice``. What a channel
    does not say for itself is as it is here.
    """

    #: As it stands in the fields ``channel``.
    name: str
    #: What users read: a text made by ``LazyTranslate``.
    label: Any
    #: Whether notices leave by themselves on their day; otherwise somebody sends them.
    automatic: bool = False

    def reaches(self, partner) -> bool:
        """Whether a customer can be reached: otherwise the notices are planned as letters."""
        return True

    def obstacle(self, notice) -> str | None:
        """Why this notice cannot go now, in words; None if it can."""
        return None

    def sender_obstacle(self, company) -> str | None:
        """Why nothing can leave from this company, in words; None if it can."""
        return None

    def send(self, notices):
        """Let notices leave today, and keep the proof of each by ``notices._keep_proof``.

        :returns: an action to open, where somebody has something left to do (a letter to print)
        :raises UserError: when the text of a notice does not state its last day to refuse
        """
        raise NotImplementedError


def by_name(*channels: NoticeChannel) -> dict[str, NoticeChannel]:
    """The channels as a table, in their order."""
    return {channel.name: channel for channel in channels}
