"""HTTP of the server: a thread a call, keys checked, calls that go wrong as asked."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qsl, urlsplit

from owned_http import OwnedHttp

from . import api, control, page
from .account import Account, Refusal
from .webhooks import Hooks

#: What may go wrong with a call. ``…_after``: what it is for was done, and its answer is lost;
#: ``late``: it seems lost, and is done when nobody waits for it any more.
FAULTS = frozenset(
    {"429", "429_date", "401", "500", "500_after", "drop", "drop_after", "hang_after", "late"}
    | {"garbage", "redirect", "slow"}
)


class YousignServer:
    """Serves an account's API on the loopback interface, and the pages of those who sign.

    :param float hang: seconds that a hanging call takes to be answered
    :param calls: names of the calls that came, in order
    """

    def __init__(self, account=None, port=0, control_port=None, hang=30.0):
        self.hang = hang
        self.calls = []
        self.faults = []
        self._http = OwnedHttp(port, _Handler, self)
        self._control = None
        if control_port is not None:
            self._control = OwnedHttp(control_port, control.Handler, self)
        self.account = account or Account()
        self.account.base = self.url
        self.hooks = Hooks(self.account)

    @property
    def url(self):
        """Base address, instead of ``https://api-sandbox.yousign.app``."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    @property
    def control_url(self):
        return self._control and f"http://127.0.0.1:{self._control.server_address[1]}"

    def start(self):
        for http in filter(None, (self._http, self._control)):
            threading.Thread(target=http.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def stop(self):
        for http in filter(None, (self._http, self._control)):
            http.shutdown()
            http.server_close()

    __enter__ = start

    def __exit__(self, *_error):
        self.stop()

    def serve_forever(self):
        self.start()
        while True:
            time.sleep(1)

    def reset(self):
        """Another account, empty, with the same keys: tests share one server."""
        old, self.account = self.account, Account()
        self.account.api_key, self.account.webhook_secret = old.api_key, old.webhook_secret
        self.account.base = self.url
        self.hooks = Hooks(self.account, self.hooks.url)
        self.calls.clear()
        self.faults.clear()

    def fail(self, call, *faults):
        """The next calls of a name (``*``: of any) go wrong so, one after the other.

        :param faults: of :data:`FAULTS`
        """
        unknown = set(faults) - FAULTS
        if unknown:
            raise ValueError(f"no such faults: {sorted(unknown)}")
        self.faults += [(call, fault) for fault in faults]

    def _fault(self, name):
        for place, (call, fault) in enumerate(self.faults):
            if call in (name, "*"):
                del self.faults[place]
                return fault
        return None

    def work(self, call):
        """(status, answer, headers) of a call; None: hang up without an answer."""
        found = api.route(call.method, call.path)
        if found is None:
            return 404, problem(404, "Resource not found."), {}
        name, function, arguments = found
        self.calls.append(name)
        fault = self._fault(name)
        if fault in _BEFORE:
            return _BEFORE[fault]
        if fault == "late":
            threading.Thread(target=self._late, args=(call, function, arguments)).start()
            return None
        if fault == "slow":
            time.sleep(0.2)
        answer = self._do(call, function, arguments)
        if fault == "hang_after":
            time.sleep(self.hang)
        if fault == "garbage":
            return 200, b"<html>", {}
        if fault == "500_after":
            return 500, problem(500, "An error occurred."), {}
        return None if fault in ("drop_after", "hang_after") else answer

    def _late(self, call, function, arguments):
        time.sleep(self.hang)
        self._do(call, function, arguments)

    def _do(self, call, function, arguments):
        with self.account.lock:
            try:
                status, made = function(self.account, call, *arguments)
            except Refusal as refusal:
                status, detail = refusal.args
                return status, problem(status, detail), {}
        return status, made, {}


def problem(status, detail):
    """What an error is told as."""
    return {"type": "about:blank", "status": status, "title": "Error", "detail": detail}


_BUSY = problem(429, "Too many requests.")
_DATE = "Fri, 01 Jan 2100 00:00:00 GMT"
_BEFORE = {
    "drop": None,
    "429": (429, _BUSY, {"Retry-After": "7"}),
    "429_date": (429, _BUSY, {"Retry-After": _DATE}),
    "401": (401, problem(401, "The access token is invalid."), {}),
    "500": (500, problem(500, "An error occurred."), {}),
    "redirect": (302, b"", {"Location": "http://127.0.0.1:9/stolen"}),
}


class Call:
    """A call as it came."""

    def __init__(self, method, target, content_type, body):
        parts = urlsplit(target)
        self.method, self.path = method, parts.path
        self.query = dict(parse_qsl(parts.query))
        self.content_type, self.body = content_type or "", body

    def json(self):
        try:
            said = json.loads(self.body)
        except ValueError:
            said = None
        if not isinstance(said, dict):
            raise Refusal(400, "The body is no JSON object.")
        return said

    def form(self):
        if not self.content_type.startswith("multipart/form-data"):
            raise Refusal(400, "The body is no form.")
        return api.parse_form(self.content_type, self.body)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_arguments):
        """Silence: who wants to know what happened asks the server."""

    def do_GET(self):
        self._call()

    def do_POST(self):
        self._call()

    def do_DELETE(self):
        self._call()

    def _call(self):
        server = self.server.owner
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        call = Call(self.command, self.path, self.headers.get("Content-Type"), body)
        if call.path.startswith("/sign/"):
            status, text = page.answer(server.account, call)
            self._send(status, text.encode(), "text/html; charset=utf-8")
            return
        if self.headers.get("Authorization") != f"Bearer {server.account.api_key}":
            self._json(401, problem(401, "The access token is invalid."), {})
            return
        answer = server.work(call)
        if answer is None:
            self.close_connection = True
            return
        self._json(*answer)

    def _json(self, status, made, headers):
        if isinstance(made, bytes):
            kind = "application/pdf" if made.startswith(b"%PDF") else "text/html"
            self._send(status, made, kind, headers)
        else:
            body = b"" if made is None else json.dumps(made).encode()
            self._send(status, body, "application/json", headers)

    def _send(self, status, body, kind, headers=()):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in dict(headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
