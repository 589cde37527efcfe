"""To which addresses of the network messages may be sent: to none of our own."""

from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

# All of IPv6 that is given to anybody so far (IANA, "Global Unicast"), and what of it reaches an
# IPv4 address. So neither what is of one site only (fec0::/10) nor other ways to write an IPv4
# address (::10.0.0.1, 64:ff9b::10.0.0.1) is public, whatever else comes.
_GIVEN = ip_network("2000::/3")
_NOT_PUBLIC = (
    ip_network("2002::/16"),
    ip_network("192.88.99.0/24"),
    ip_network("192.0.0.0/24"),
)
PORTS = (80, 443, 8_443)


class BadAddress(ValueError):
    """A URL to which nothing is sent."""


def check_url(url: str, private: bool = False) -> tuple[str, int, str]:
    """The host, port and path of a URL to which messages may be sent.

    >>> check_url("https://shop.example/hooks?a=1")
    ('shop.example', 443, '/hooks?a=1')

    :param private: addresses of our own, without encryption, are allowed: for tests
    :raises BadAddress: saying why not
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise BadAddress("it is no URL") from error
    if parts.scheme != "https" and not (private and parts.scheme == "http"):
        raise BadAddress("it does not begin with https://")
    plain = url.isascii() and url.isprintable()
    if not host or parts.username or parts.password or not plain:
        raise BadAddress("it is no plain URL of a host")
    port = port or (443 if parts.scheme == "https" else 80)
    if not private and port not in PORTS:
        raise BadAddress(f"port {port} is not one of 443 and 8443")
    if not private and _is_address(host) and not is_public(host):
        raise BadAddress("its address is not a public one")
    path = parts.path or "/"
    return host, port, f"{path}?{parts.query}" if parts.query else path


def _is_address(host):
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def is_public(address: str) -> bool:
    """Whether an address is one of the internet, and not one of ours or of this machine.

    >>> [is_public(one) for one in ("93.184.216.34", "10.0.0.1", "127.0.0.1", "169.254.169.254")]
    [True, False, False, False]
    >>> [is_public(one) for one in ("::1", "fd00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "x")]
    [False, False, False, False, False]
    """
    try:
        found = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    if mapped is not None:
        return is_public(str(mapped))
    if found.version == 6 and found not in _GIVEN:
        return False
    if any(found.version == one.version and found in one for one in _NOT_PUBLIC):
        return False
    return found.is_global and not found.is_multicast
