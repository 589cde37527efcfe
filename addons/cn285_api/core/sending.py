"""A message over the network, to a public address and nowhere else, as no redirect is followed."""

import socket
import time

import certifi
import urllib3

from ..engine.addresses import BadAddress, check_url, is_public
from ..engine.signing import sign

SECONDS = urllib3.Timeout(connect=5, read=10)
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
        host, port, path = check_url(url, private)
    except BadAddress as error:
        raise Unsendable(str(error)) from error
    address = _address(host, port, private)
    stamp = int(time.time())
    headers = {
        "Host": host if port in (80, 443) else f"{host}:{port}",
        "Content-Type": "application/json",
        "User-Agent": "Cn285-Webhooks/1",
        "webhook-id": message_id,
        "webhook-timestamp": str(stamp),
        "webhook-signature": sign(secrets, message_id, stamp, body),
    }
    pool = _pool(url, host, address, port)
    try:
        answer = pool.urlopen(
            "POST",
            path,
            body=body,
            headers=headers,
            redirect=False,
            retries=False,
            preload_content=False,
            timeout=SECONDS,
        )
        text = answer.read(LARGEST_ANSWER, decode_content=False).decode("utf-8", "replace")
        return answer.status, text.replace("\0", "")
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise Unsendable(type(error).__name__) from error
    finally:
        pool.close()


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


def _pool(url, host, address, port):
    if url.startswith("https:"):
        return urllib3.HTTPSConnectionPool(
            address,
            port,
            maxsize=1,
            cert_reqs="CERT_REQUIRED",
            ca_certs=certifi.where(),
            server_hostname=host,
            assert_hostname=host,
        )
    return urllib3.HTTPConnectionPool(address, port, maxsize=1)
