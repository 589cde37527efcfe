"""TCP ports of this clone: derived from its path, checked to be free, and remembered."""

import json
import socket

from . import CLONE_ID, RUN, write_if_changed

REMEMBERED = RUN / "ports.json"


def is_free(port):
    """Whether nobody listens on the port of the loopback interface."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port(name, keep=False):
    """The clone's port for this purpose; another one only if it is taken.

    ``keep``: it is ours that listens there, so do not look whether it is free.
    """
    known = json.loads(REMEMBERED.read_text()) if REMEMBERED.is_file() else {}
    port = known.get(name)
    if port and (keep or is_free(port)):
        return port
    taken = set(known.values())
    # Below the range that systems hand out to outgoing connections.
    start = int(CLONE_ID, 16) % 12000
    for step in range(12000):
        port = 18000 + (start + step) % 12000
        if port not in taken and is_free(port):
            write_if_changed(REMEMBERED, json.dumps({**known, name: port}))
            return port
    raise OSError("no free port between 18000 and 30000")
