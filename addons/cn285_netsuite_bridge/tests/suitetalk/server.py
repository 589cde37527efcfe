"""HTTP and SOAP of the server: a thread a call, the signature checked, limits kept."""

import base64
import hashlib
import hmac
import threading
import time
import uuid
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from urllib.parse import quote

from lxml import etree

from . import failures, pages
from .soap import Answer, Fault, parse_time
from .store import ITEMS, Refusal, child, local, text_of
from .wsdl import OPERATIONS, Schema

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
MOST = {"addList": 200, "updateList": 100, "upsertList": 100, "deleteList": 200, "getList": 1000}
CLOCK_SKEW = 300  # seconds
SEARCH_LIVES = timedelta(minutes=15)
SEARCHED = {
    "CustomerSearch": ("Customer",),
    "ItemSearch": ITEMS,
    "TransactionSearch": ("Invoice", "CreditMemo", "JournalEntry"),
}
TRANSACTION_TYPES = {
    "_invoice": "Invoice",
    "_creditMemo": "CreditMemo",
    "_journal": "JournalEntry",
}


class SuiteTalkServer:
    """Serves an account over HTTP on the loopback interface.

    :param Account account: what it holds
    :param dict secrets: consumer_key, consumer_secret, token, token_secret; changing them is a
        changed password
    :param int concurrency: calls at a time; one more is refused
    :param requests: calls that were answered, as (operation, number of records)

    ``with SuiteTalkServer(account) as server: server.url``
    """

    def __init__(self, account, secrets=None, concurrency=4, port=0, failing=None, keep=False):
        self.account = account
        self.secrets = secrets or {
            "consumer_key": "ck" + "1" * 62,
            "consumer_secret": "cs" + "2" * 62,
            "token": "tk" + "3" * 62,
            "token_secret": "ts" + "4" * 62,
        }
        self.concurrency = concurrency
        self.failures = failing or failures.Failures()
        self.calls = []
        self.kept = [] if keep else None  # (request, answer) as bytes, for the conformance check
        self.most_at_once = 0
        self._running = 0
        self._nonces = {}
        self._searches = {}
        self._schemas = {}
        self._lock = threading.Lock()
        self._http = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self._http.daemon_threads = True
        self._thread = None

    @property
    def url(self):
        """Base address, to be used instead of the account's own host."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def start(self):
        self._thread = threading.Thread(target=self._http.serve_forever, daemon=True)
        self._thread.start()
        return self

    def stop(self):
        self._http.shutdown()
        self._http.server_close()

    __enter__ = start

    def __exit__(self, *_error):
        self.stop()

    def serve_forever(self):
        """Serve in this thread until interrupted."""
        self._http.serve_forever()

    def counted(self, operation):
        """Sizes of the answered calls of an operation."""
        return [size for name, size in self.calls if name == operation]

    # ------------------------------------------------------------------ schema

    def schema(self, version):
        """(Schema, validator) of a version."""
        with self._lock:
            if version not in self._schemas:
                schema = Schema(version)
                self._schemas[version] = (schema, _validator(schema, self.url))
            return self._schemas[version]

    def file(self, version, name):
        """A file of the WSDL, or None."""
        schema, _validates = self.schema(version)
        return schema.files(f"{self.url}/services/NetSuitePort_{version}").get(name)

    # ------------------------------------------------------------------ one call

    def answer(self, version, body):
        """(HTTP status, answer) of a SOAP request; None instead of an answer: hang up."""
        failure = self.failures.next()
        if failure == failures.DROP_BEFORE:
            return 0, None
        if failure == failures.UNAVAILABLE:
            return 503, b"<html><body>Service Unavailable</body></html>"
        schema, validator = self.schema(version)
        answer = Answer(schema)
        with self._lock:
            self._running += 1
            running = self._running
            self.most_at_once = max(self.most_at_once, running)
        try:
            status, made = 200, self._work(answer, validator, body, failure, running)
        except Fault as fault:
            status, made = 500, answer.fault(fault)
        finally:
            with self._lock:
                self._running -= 1
        if failure == failures.SLOW:
            time.sleep(self.failures.seconds)
        if failure == failures.DROP_AFTER:
            return 0, None
        if self.kept is not None:
            self.kept.append((body, made))
        return status, made

    def _work(self, answer, validator, body, failure, running):
        try:
            envelope = etree.parse(
                BytesIO(body), etree.XMLParser(resolve_entities=False, huge_tree=True)
            ).getroot()
        except etree.XMLSyntaxError as error:
            raise Fault("UnexpectedErrorFault", "UNEXPECTED_ERROR", str(error)) from error
        header = envelope.find(f"{{{SOAP}}}Header")
        request = envelope.find(f"{{{SOAP}}}Body")[0]
        operation = local(request)
        self._check_passport(None if header is None else child(header, "tokenPassport"))
        if failure == failures.BLOCKED:
            raise Fault(
                "ExceededRequestLimitFault", "WS_REQUEST_BLOCKED", "The request is blocked."
            )
        if failure == failures.CONCURRENCY or running > self.concurrency:
            raise Fault(
                "ExceededConcurrentRequestLimitFault",
                "WS_CONCUR_SESSION_DISALLWD",
                "Only one request may be made against a session at a time",
            )
        if operation not in OPERATIONS:
            raise Fault("UnexpectedErrorFault", "UNEXPECTED_ERROR", f"No operation {operation}.")
        if not validator.validate(request):
            message = str(validator.error_log.last_error)
            raise Fault(
                "UnexpectedErrorFault", "USER_ERROR", f"org.xml.sax.SAXException: {message}"
            )
        size = len(request)
        if size > MOST.get(operation, 10**9):
            raise Fault(
                "ExceededRecordCountFault", "MAX_RCRDS_EXCEEDED", f"{size} records in one call."
            )
        made = getattr(self, f"_do_{operation}")(answer, request, header, failure)
        with self._lock:
            self.calls.append((operation, size))
        return answer.envelope(made)

    def _check_passport(self, passport):
        """The signature as NetSuite's documentation describes it, made here once more."""
        if passport is None:
            raise Fault("InvalidCredentialsFault", "WS_LOG_IN_REQD", "A token passport is needed.")
        given = {name: text_of(passport, name) for name in _PASSPORT}
        known = self.secrets
        expected = base64.b64encode(
            hmac.new(
                f"{_coded(known['consumer_secret'])}&{_coded(known['token_secret'])}".encode(),
                "&".join(_coded(given[name]) for name in _PASSPORT[:5]).encode(),
                hashlib.sha256,
            ).digest()
        ).decode()
        nonce = given["nonce"]
        signature = child(passport, "signature")
        good = (
            given["account"] == self.account.account
            and given["consumerKey"] == known["consumer_key"]
            and given["token"] == known["token"]
            and signature.get("algorithm") == "HMAC-SHA256"
            and hmac.compare_digest(given["signature"], expected)
            and nonce.isalnum()
            and 6 <= len(nonce) <= 64
            and given["timestamp"].isdigit()
            and abs(time.time() - int(given["timestamp"])) < CLOCK_SKEW
        )
        with self._lock:
            fresh = nonce not in self._nonces
            self._nonces[nonce] = True
        if not (good and fresh):
            raise Fault(
                "InvalidCredentialsFault",
                "INVALID_LOGIN_CREDENTIALS",
                "Invalid login attempt. For more details, see the Login Audit Trail in the"
                " NetSuite UI at Setup > Users/Roles > User Management > View Login Audit Trail.",
            )

    # ------------------------------------------------------------------ operations

    def _write_all(self, answer, request, mode, failure):
        """One writeResponse a record of a list call; some may fail."""
        for number, element in enumerate(request):
            type_ = answer.type_name(element)
            if failure == failures.PARTIAL and number % 2 == 0:
                yield answer.refused(
                    self.failures.code, "An unexpected error has occurred.", element
                )
                continue
            try:
                record = self.account.put(type_, element, mode)
            except Refusal as refusal:
                yield answer.refused(refusal.code, str(refusal), element)
            else:
                yield answer.written(record)

    def _do_add(self, answer, request, _header, failure):
        return answer.one("addResponse", *self._write_all(answer, request, "add", failure))

    def _do_addList(self, answer, request, _header, failure):
        return answer.many("addListResponse", self._write_all(answer, request, "add", failure))

    def _do_upsert(self, answer, request, _header, failure):
        return answer.one("upsertResponse", *self._write_all(answer, request, "upsert", failure))

    def _do_upsertList(self, answer, request, _header, failure):
        return answer.many(
            "upsertListResponse", self._write_all(answer, request, "upsert", failure)
        )

    def _do_updateList(self, answer, request, _header, failure):
        return answer.many(
            "updateListResponse", self._write_all(answer, request, "update", failure)
        )

    def _delete_all(self, answer, request):
        for element in request:
            if local(element) != "baseRef":
                continue
            try:
                record = self.account.delete(*answer.reference(element))
            except Refusal as refusal:
                yield answer.refused(refusal.code, str(refusal), element)
            else:
                yield answer.written(record)

    def _do_delete(self, answer, request, _header, _failure):
        return answer.one("deleteResponse", *self._delete_all(answer, request))

    def _do_deleteList(self, answer, request, _header, _failure):
        return answer.many("deleteListResponse", self._delete_all(answer, request))

    def _do_get(self, answer, request, _header, _failure):
        with self.account.lock:
            record = self.account.find(*answer.reference(request[0]))
            return answer.one("getResponse", answer.found(record))

    def _do_getList(self, answer, request, _header, _failure):
        with self.account.lock:
            found = [answer.found(self.account.find(*answer.reference(item))) for item in request]
        return answer.many("getListResponse", found, "readResponseList")

    def _do_getServerTime(self, answer, _request, _header, _failure):
        return answer.server_time(self.account.now())

    def _do_search(self, answer, request, header, _failure):
        search = request[0]
        criteria = child(search, "basic")
        wanted = SEARCHED[answer.type_name(search)]
        with self.account.lock:
            found = [
                record
                for record in self.account.all(*wanted)
                if criteria is None or _matches(record, criteria)
            ]
            preferences = None if header is None else child(header, "searchPreferences")
            size = (
                int(text_of(preferences, "pageSize", "1000")) if preferences is not None else 1000
            )
            size = max(5, min(1000, size))
            search_id = f"WEBSERVICES_{uuid.uuid4().hex[:20]}"
            self._searches[search_id] = (datetime.now(timezone.utc), found, size)
            return answer.page("searchResponse", search_id, found, size, 1)

    def _do_searchMoreWithId(self, answer, request, _header, _failure):
        search_id = text_of(request, "searchId")
        since, found, size = self._searches.get(search_id, (None, [], 0))
        if since is None or datetime.now(timezone.utc) - since > SEARCH_LIVES:
            raise Fault("UnexpectedErrorFault", "UNEXPECTED_ERROR", f"No search {search_id}.")
        index = int(text_of(request, "pageIndex"))
        with self.account.lock:
            return answer.page("searchMoreWithIdResponse", search_id, found, size, index)

    def _do_getDeleted(self, answer, request, _header, _failure):
        wanted = child(request, "getDeletedFilter")
        when = child(wanted, "deletedDate")
        since = parse_time(text_of(when, "searchValue")) if when is not None else None
        kinds = child(wanted, "type")
        names = {(item.text or "").lstrip("_") for item in kinds} if kinds is not None else None
        with self.account.lock:
            found = [
                (moment, record)
                for moment, record in self.account.deleted
                if (since is None or moment >= since)
                and (not names or answer.record_type(record.type) in names)
            ]
        return answer.deleted(found, int(text_of(request, "pageIndex", "1")))


_PASSPORT = ("account", "consumerKey", "token", "nonce", "timestamp", "signature")


def _coded(text):
    return quote(text, safe="-._~")


def _matches(record, criteria):
    for item in criteria:
        name, operator = local(item), item.get("operator")
        values = [value for value in item if local(value) == "searchValue"]
        if name == "lastModifiedDate":
            since = parse_time(values[0].text)
            after = operator in ("after", "onOrAfter", "notBefore")
            if after and record.modified < since:
                return False
        elif name == "type":
            wanted = {TRANSACTION_TYPES.get(value.text, value.text) for value in values}
            if not wanted & {record.type, _item_type(record.type)}:
                return False
        elif name == "subsidiary":
            if record.ref(name)[0] not in {value.get("internalId") for value in values}:
                return False
        elif name in ("internalId", "externalId"):
            ids = {value.get(name) for value in values}
            if (record.internal_id if name == "internalId" else record.external_id) not in ids:
                return False
    return True


def _item_type(type_):
    if type_.startswith("Service"):
        return "_service"
    return "_nonInventoryItem" if type_.startswith("NonInventory") else None


def _validator(schema, url):
    """An lxml validator over the files of a schema, without touching the disk."""
    files = schema.files(f"{url}/services/NetSuitePort_{schema.version}")

    class Files(etree.Resolver):
        def resolve(self, address, _public_id, context):
            name = address.rpartition("/")[2]
            return self.resolve_string(files[f"xsd/{name}"], context)

    parser = etree.XMLParser()
    parser.resolvers.add(Files())
    return etree.XMLSchema(etree.fromstring(schema.one_schema(), parser))


def _handler(server):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_arguments):
            """Silence: who wants to know what happened asks the server."""

        def do_GET(self):
            if self.path == "/":
                self._send(200, pages.page(server), "text/html; charset=utf-8")
                return
            found = None
            parts = self.path.strip("/").split("/")
            if parts[0] == "wsdl" and len(parts) > 2 and parts[1].startswith("v"):
                found = server.file(parts[1][1:].rpartition("_")[0], "/".join(parts[2:]))
            if found is None:
                self._send(404, b"not found", "text/plain")
            else:
                self._send(200, found.encode(), "text/xml; charset=utf-8")

        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.path == "/":
                pages.act(server, body)
                self.send_response(303)
                self.send_header("Location", "/")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            prefix = "/services/NetSuitePort_"
            if not self.path.startswith(prefix):
                self._send(404, b"not found", "text/plain")
                return
            status, made = server.answer(self.path[len(prefix) :], body)
            if made is None:
                self.close_connection = True
                return
            kind = "text/xml" if made.lstrip().startswith(b"<?xml") else "text/html"
            self._send(status, made, f"{kind}; charset=utf-8")

        def _send(self, status, body, kind):
            try:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True  # the client gave up waiting

    return Handler
