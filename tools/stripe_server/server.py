"""HTTP of the server: a thread a call, keys checked, broken calls broken as asked."""

import base64
import json
import threading
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import urlsplit

from owned_http import OwnedHttp

from . import api, control, forms, means
from .account import Account, Refusal
from .charges import Broken
from .idempotency import Conflict, Keys
from .webhooks import Hooks

STUB = Path(__file__).with_name("stripe_stub.js")
_CLOSE = object()  # hang up, without an answer


class StripeServer:
    """Serves an account's API over HTTP on the loopback interface, ``stripe.js`` beside it.

    :param Account account: what it holds; a new one if none is given
    :param float hang: seconds that a hanging call takes to be answered
    :param requests: calls that came, as (method, path, values, idempotency key)
    """

    def __init__(self, account=None, port=0, control_port=None, hang=11.0):
        self.account = account or Account()
        self.hooks = Hooks(self.account)
        self.keys = Keys(self.account.clock.now)
        self.hang = hang
        self.requests = []
        self._http = OwnedHttp(port, _Handler, self)
        self._control = None
        if control_port is not None:
            self._control = OwnedHttp(control_port, control.Handler, self)

    @property
    def url(self):
        """Base address, instead of ``https://api.stripe.com``."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    @property
    def control_url(self):
        """Base address of what tests and people press, if there is such a port."""
        return self._control and f"http://127.0.0.1:{self._control.server_address[1]}"

    @property
    def ledger(self):
        """What was moved."""
        return self.account.ledger

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
        """Serve in this thread until interrupted; what is due is done as time goes by."""
        self.start()
        while True:
            time.sleep(1)
            self.account.work_due()

    def reset(self):
        """Another account, empty, with the same keys: tests share one server."""
        old = self.account
        self.account = Account()
        self.account.secret_key, self.account.publishable_key = old.secret_key, old.publishable_key
        self.hooks = Hooks(self.account)
        self.keys = Keys(self.account.clock.now)
        self.requests.clear()

    # ------------------------------------------------------------------ for tests

    def means(self, number, customer=None, month=12, year=None):
        """(customer id, payment method) of a card's number or an IBAN, as if it had been typed."""
        with self.account.lock:
            customer = customer or means.make_customer(self.account, {"name": "Test"})["id"]
            if number.isdigit():
                given = {"number": number, "exp_month": month, "exp_year": year or 2099}
                method = means.make_method(self.account, {"type": "card", "card": given})
            else:
                given = {"iban": number}
                method = means.make_method(
                    self.account, {"type": "sepa_debit", "sepa_debit": given}
                )
                means.make_mandate(self.account, method)
            means.attach(self.account, method, customer)
            return customer, method

    def script(self, method, *steps):
        """The next calls that charge a payment method do these steps, then what its number says."""
        self.account.steps[method] = list(steps)

    def advance(self, seconds):
        """Time goes by for the account, and what is due is done."""
        self.account.clock.advance(seconds)
        self.account.work_due()

    # ------------------------------------------------------------------ one call

    def work(self, method, path, body, key, public):
        """(status, answer, headers) of a call; ``_CLOSE`` instead of an answer: hang up."""
        values = forms.parse(body)
        self.requests.append((method, path, values, key))
        if key:
            try:
                stored = self.keys.begin(key, (method, path, body))
            except Conflict as conflict:
                status, kind, code, message = conflict.args
                return status, _error(Refusal(status, message, kind, code=code)), {}
            if stored:
                return *stored, {"Idempotent-Replayed": "true"}
        status, made, kept, wait = self._answer(method, path, values, public)
        if wait:
            time.sleep(self.hang)
        if key:
            if kept is not None:
                self.keys.finish(key, kept)
            else:
                self.keys.forget(key)
        return status, made, {}

    def _answer(self, method, path, values, public):
        """(status, answer, what is kept under the key, whether to wait first)."""
        with self.account.lock:
            before = len(self.account.objects)
            try:
                status, made = api.answer(self.account, method, path, values, public)
            except Refusal as refusal:
                # What failed validation was not executed, and is not kept.
                answer = refusal.status, _error(refusal)
                executed = refusal.status == 402 or len(self.account.objects) > before
                return *answer, answer if executed else None, False
            except Broken as broken:
                return self._broken(broken)
        return status, made, (status, made), False

    def _broken(self, broken):
        if broken.how == "status":
            messages = {429: "Too many requests.", 409: "The object is being changed."}
            refusal = Refusal(
                broken.status,
                messages.get(broken.status, "An unknown error occurred."),
                "api_error" if broken.status == 500 else "invalid_request_error",
                code={429: "rate_limit", 409: "lock_timeout"}.get(broken.status),
            )
            answer = broken.status, _error(refusal)
            return *answer, answer if broken.kept else None, False
        kept = None
        if broken.kept:  # the call went through, its answer did not arrive
            newest = self.account.all("payment_intent")[0]
            kept = 200, self.account.shown(newest, ("payment_method",))
        return 0, _CLOSE, kept, broken.how == "hang"


def _error(refusal):
    error = {name: value for name, value in refusal.error.items() if value is not None}
    return {"error": error}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_arguments):
        """Silence: who wants to know what happened asks the server."""

    def do_OPTIONS(self):
        self._send(204, b"", "text/plain")

    def do_GET(self):
        self._call()

    def do_POST(self):
        self._call()

    def do_DELETE(self):
        self._call()

    def _call(self):
        server = self.server.owner
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        parts = urlsplit(self.path)
        if parts.path in ("/v3/", "/v3"):
            script = STUB.read_text().replace("__API__", server.url)
            self._send(200, script.encode(), "text/javascript")
            return
        if not parts.path.startswith("/v1/"):
            self._send(404, b"not found", "text/plain")
            return
        account, key = server.account, self._key()
        if key not in (account.secret_key, account.publishable_key):
            refusal = Refusal(401, f"Invalid API Key provided: {(key or '')[:8]}****")
            self._json(401, _error(refusal))
            return
        account.work_due()
        status, made, headers = server.work(
            self.command,
            parts.path[len("/v1/") :],
            "&".join(filter(None, (parts.query, body))),
            self.headers.get("Idempotency-Key") if self.command == "POST" else None,
            key == account.publishable_key,
        )
        if made is _CLOSE:
            self.close_connection = True
            return
        self._json(status, made, headers)

    def _key(self):
        kind, _, given = (self.headers.get("Authorization") or "").partition(" ")
        if kind == "Basic":
            return base64.b64decode(given).decode().partition(":")[0]
        return given

    def _json(self, status, made, headers=None):
        self._send(status, json.dumps(made).encode(), "application/json", headers)

    def _send(self, status, body, kind, headers=None):
        try:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Access-Control-Allow-Headers", "*")
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the client gave up waiting
