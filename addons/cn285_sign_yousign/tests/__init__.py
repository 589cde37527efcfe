"""Signatures at Yousign, over real sockets, against the server of tools/yousign_server."""

from . import (
    test_yousign_access,
    test_yousign_events,
    test_yousign_sending,
    test_yousign_story,
    test_yousign_taking,
)
