"""A message over the network, to a public address and nowhere else, as no redirect is followed."""

import socket
import ssl
import threading
import time
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPException

import certifi
from urllib3.util import parse_url

from ..engine.addresses import BadAddress, check_url, is_public
from ..engine.signing import sign

CONNECT_SECONDS = 5
# For all of an exchange: who answers drop by drop must not hold up those that wait behind him.
SECONDS = 10
# So much of an answer is read: it is noted, no more.
LARGEST_ANSWER = 2_000


class Unsendable(Exception):
    """Why there is no answer, in words for a log."""


def send(url, secrets, message_id, body, private=False):
    """Send a message once; returns ``(status, beginning of the answer)``.

    The host's addresses are looked up once, checked, and the connection is made to one of those: a
    name that answers otherwise the next time leads nowhere.

    :raises Unsendable: where nobody answers, or where nothing may be sent
    """
    try:
        host, port, _path = check_url(url, private)
    except BadAddress as error:
        raise Unsendable(str(error)) from error
    address = _address(host, port, private)
    stamp = int(time.time())
    named = f"[{host}]" if ":" in host else host
    headers = {
        "Host": named if port in (80, 443) else f"{named}:{port}",
        "Content-Type": "application/json",
        "User-Agent": "Cn285-Webhooks/1",
        "webhook-id": message_id,
        "webhook-timestamp": str(stamp),
        "webhook-signature": sign(secrets, message_id, stamp, body),
    }
    try:
        with closing(socket.create_connection((address, port), CONNECT_SECONDS)) as plain:
            return _exchange(plain, url, host, body, headers)
    except (HTTPException, OSError, ValueError) as error:
        raise Unsendable(type(error).__name__) from error


def _exchange(plain, url, host, body, headers):
    with _no_longer_than(SECONDS, plain) as late:
        try:
            sock = _secured(plain, host) if url.startswith("https:") else plain
            with closing(sock):
                connection = HTTPConnection(host, timeout=SECONDS)
                connection.sock = sock
                connection.request("POST", parse_url(url).request_uri, body, headers)
                answer = connection.getresponse()
                text = answer.read(LARGEST_ANSWER).decode("utf-8", "replace")
        except (HTTPException, OSError, ValueError):
            if not late.is_set():
                raise
        # One that was cut may look like an answer that is complete.
        if late.is_set():
            raise Unsendable(f"no answer within {SECONDS} seconds")
        return answer.status, text.replace("\0", "")


def _secured(plain, host):
    """The connection with TLS, to whoever can prove to be the host."""
    context = ssl.create_default_context(cafile=certifi.where())
    return context.wrap_socket(plain, server_hostname=host)


@contextmanager
def _no_longer_than(seconds, connection):
    """Cut a connection after so many seconds; yields an event that says whether it was."""
    late = threading.Event()
    # Of its own: TLS takes the other one over. Both are of the same connection.
    handle = connection.dup()

    def cut():
        late.set()
        with suppress(OSError):
            handle.shutdown(socket.SHUT_RDWR)

    connection.settimeout(seconds)
    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()
        timer.join()
        handle.close()


def _address(host, port, private):
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unsendable("the host is not known") from error
    addresses = [entry[4][0] for entry in found]
    # One that is not public is enough: a name that mixes them is no honest one.
    if not private and not all(map(is_public, addresses)):
        raise Unsendable("the host's address is not a public one")
    return addresses[0]
