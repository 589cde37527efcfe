"""A connection to SuiteTalk SOAP by zeep: its settings, its WSDL, and what goes over the wire."""

import datetime as dt
import threading
from dataclasses import dataclass
from urllib.parse import urljoin

import zeep
from lxml import etree
from zeep.cache import SqliteCache
from zeep.exceptions import Fault
from zeep.exceptions import TransportError as ZeepTransportError
from zeep.plugins import Plugin
from zeep.transports import Transport as ZeepTransport

from ..engine import limits
from ..engine.account import wsdl_path
from ..engine.signature import Credentials

WSDL_CACHE_SECONDS = 30 * 24 * 3600

_documents = {}
_documents_lock = threading.Lock()


@dataclass(frozen=True)
class SoapSettings:
    """Where and how an account is reached.

    ``base_url`` is the account's own host, or a server to try against. ``cache`` is a file for the
    WSDL, None for none.
    """

    base_url: str
    version: str
    credentials: Credentials
    zone: dt.tzinfo = dt.timezone.utc
    timeout: float = 300
    page_size: int = limits.PAGE_SIZE
    cache: str | None = None


class Wire(Plugin):
    """Remembers what went over the wire in the last call."""

    def __init__(self):
        self.sent = self.received = None

    def egress(self, envelope, http_headers, operation, binding_options):
        self.sent = envelope
        return envelope, http_headers

    def ingress(self, envelope, http_headers, operation):
        self.received = envelope
        return envelope, http_headers


class _Http(ZeepTransport):
    """Tells an answer that is no SOAP (a proxy's page, an overloaded server) from a fault."""

    def post(self, address, message, headers):
        response = super().post(address, message, headers)
        kind = response.headers.get("Content-Type", "")
        if response.status_code >= 400 and "xml" not in kind:
            raise ZeepTransportError(status_code=response.status_code)
        return response


def client(settings: SoapSettings, session, wire) -> zeep.Client:
    """A client of its own on a WSDL that the process has parsed once."""
    address = urljoin(settings.base_url, wsdl_path(settings.version))
    cache = SqliteCache(path=settings.cache, timeout=WSDL_CACHE_SECONDS) if settings.cache else None
    transport = _Http(
        cache=cache,
        session=session,
        timeout=settings.timeout,
        operation_timeout=settings.timeout,
    )
    options = zeep.Settings(strict=False, xml_huge_tree=True)
    with _documents_lock:
        document = _documents.get(address)
        if document is None:
            document = zeep.Client(address, transport=transport, settings=options).wsdl
            _documents[address] = document
    return zeep.Client(document, transport=transport, settings=options, plugins=[wire])


def fault_parts(fault: Fault):
    """(name of the fault, NetSuite's code, message) of a SOAP fault."""
    name = code = ""
    detail = fault.detail
    for element in detail if detail is not None else ():
        name = etree.QName(element).localname
        for child in element:
            if etree.QName(child).localname == "code":
                code = (child.text or "").strip()
    return name, code, plain(fault)


def plain(error: Exception) -> str:
    """An error's text on one line, cut to what a log shows."""
    return " ".join(str(error).split())[:500]


def text(envelope) -> str:
    """A SOAP envelope as indented text; empty for none."""
    if envelope is None:
        return ""
    return etree.tostring(envelope, pretty_print=True, encoding="unicode")
