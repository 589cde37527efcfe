"""The control port: what no API of Yousign's does, for tests in other processes and for people.

GET ``/`` is a page with a link for whoever signs, ``/ledger``, ``/calls`` and ``/events`` are JSON.
POST of JSON to one of :data:`ACTIONS` does something.
"""

import json
from html import escape
from http.server import BaseHTTPRequestHandler

from .account import Refusal


def _signer(server, given):
    request = server.account.get(given["request"])
    return request, server.account.signer(request, given["signer"])


def _sign(server, given):
    server.account.sign(*_signer(server, given))


def _decline(server, given):
    server.account.decline(*_signer(server, given), given.get("reason", ""))


def _expire(server, given):
    server.account.expire(server.account.get(given["request"]))


def _reactivate(server, given):
    server.account.reactivate(server.account.get(given["request"]))


def _cancel(server, given):
    server.account.cancel(server.account.get(given["request"]))


def _fail(server, given):
    server.fail(given["call"], *given["faults"])


def _deliver(server, given):
    """JSON cannot name a function: ``order`` is ``reversed``."""
    given = dict(given)
    if given.pop("order", None) == "reversed":
        given["order"] = reversed
    return {"statuses": server.hooks.deliver(**given)}


def _lose(server, _given):
    """What waits to be told never is."""
    lost, server.hooks.waiting = server.hooks.waiting, []
    return {"lost": len(lost)}


ACTIONS = {
    "sign": _sign,
    "decline": _decline,
    "expire": _expire,
    "reactivate": _reactivate,
    "cancel": _cancel,
    "fail": _fail,
    "deliver": _deliver,
    "lose": _lose,
}


def page(server):
    """The account as HTML: what there is, and where it is signed."""
    rows = ""
    for request in reversed(list(server.account.requests.values())):
        people = "".join(
            f"<li>{escape(each['info']['email'])}: {escape(each['status'])} "
            + (
                f"<a href='{escape(each['signature_link'])}'>page</a>"
                if each["signature_link"]
                else ""
            )
            + "</li>"
            for each in request["_signers"]
        )
        rows += (
            f"<h3>{escape(request['name'])}: {escape(request['status'])}</h3>"
            f"<p>{escape(request['id'])} / {escape(request['external_id'] or '')}</p>"
            f"<ul>{people}</ul>"
        )
    return (
        "<title>Yousign to try signatures against</title><style>body{font:14px sans-serif;"
        "margin:2em}</style><h1>Yousign to try signatures against</h1>"
        f"<p>{len(server.calls)} calls, {len(server.hooks.waiting)} events waiting.</p>{rows}"
    )


class Handler(BaseHTTPRequestHandler):
    """The control port."""

    def log_message(self, *_arguments):
        """Silence."""

    def do_GET(self):
        server = self.server.owner
        shown = {
            "/ledger": lambda: server.account.ledger,
            "/calls": lambda: server.calls,
            "/events": lambda: {"waiting": server.hooks.waiting, "sent": server.hooks.sent},
        }
        with server.account.lock:
            if self.path == "/":
                self._send(200, page(server), "text/html; charset=utf-8")
            elif self.path in shown:
                self._send(200, json.dumps(shown[self.path]()))
            else:
                self._send(404, "{}")

    def do_POST(self):
        server = self.server.owner
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        action = ACTIONS.get(self.path.lstrip("/"))
        if action is None:
            self._send(404, "{}")
            return
        try:
            done = action(server, json.loads(body or b"{}"))
        except (Refusal, KeyError, TypeError, ValueError) as error:
            self._send(400, json.dumps({"error": str(error)}))
            return
        self._send(200, json.dumps(done or {}))

    def _send(self, status, text, kind="application/json"):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
