"""What the servers to try against (stripe_server, yousign_server) answer with."""

import sys
from http.server import ThreadingHTTPServer


class OwnedHttp(ThreadingHTTPServer):
    """Threads that know the server they answer for, as ``server.owner``; on the loopback alone."""

    daemon_threads = True

    def __init__(self, port, handler, owner):
        super().__init__(("127.0.0.1", port), handler)
        self.owner = owner

    def handle_error(self, request, client_address):
        """Callers that hang up, or are killed, are what these servers are for."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)
