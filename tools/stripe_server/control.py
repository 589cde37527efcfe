"""The control port: what no API of Stripe's does, for tests in other processes and for people.

GET ``/`` is a page, ``/ledger``, ``/requests``, ``/events`` are JSON. POST of JSON to one of
:data:`ACTIONS` does something.
"""

import json
from contextlib import nullcontext
from html import escape
from http.server import BaseHTTPRequestHandler

from . import cards, charges, means, returns


def _script(server, given):
    server.script(given["payment_method"], *given["steps"])


def _clock(server, given):
    if "now" in given:
        server.account.clock.set(float(given["now"]))
    server.advance(float(given.get("advance", 0)))
    return {"now": server.account.clock.now()}


def _update_card(server, given):
    account = server.account
    method = account.get("payment_method", given["payment_method"])
    means.update_card(
        account,
        method,
        given["exp_month"],
        given["exp_year"],
        given.get("last4"),
        given.get("automatic", True),
    )


def _detach(server, given):
    account = server.account
    means.detach(account, account.get("payment_method", given["payment_method"]))


def _end_mandate(server, given):
    means.end_mandate(server.account, server.account.get("mandate", given["mandate"]))


def _settle(server, given):
    intent = server.account.get("payment_intent", given["payment_intent"])
    charges.settle(server.account, intent, given.get("step", "ok"))


def _dispute(server, given):
    account = server.account
    made = returns.open_dispute(
        account,
        account.get("charge", given["charge"]),
        given.get("reason", "fraudulent"),
        given.get("final", False),
        given.get("amount"),
    )
    return {"dispute": made["id"]}


def _close_dispute(server, given):
    account = server.account
    returns.close_dispute(account, account.get("dispute", given["dispute"]), given["won"])


def _roll(server, given):
    endpoint = server.account.get("webhook_endpoint", given["webhook_endpoint"])
    return {"secret": server.hooks.roll(endpoint)}


def _deliver(server, given):
    """JSON cannot name a function: ``order`` is ``reversed``."""
    given = dict(given)
    if given.pop("order", None) == "reversed":
        given["order"] = reversed
    return {"statuses": server.hooks.deliver(**given)}


def _means(server, given):
    customer, method = server.means(
        given["number"], given.get("customer"), given.get("month", 12), given.get("year")
    )
    return {"customer": customer, "payment_method": method["id"]}


ACTIONS = {
    "means": _means,
    "script": _script,
    "clock": _clock,
    "update_card": _update_card,
    "detach": _detach,
    "end_mandate": _end_mandate,
    "settle": _settle,
    "dispute": _dispute,
    "close_dispute": _close_dispute,
    "roll": _roll,
    "deliver": _deliver,
}


def page(server):
    """The account as HTML: the cards to type, and what was moved."""
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(str(row[name]))}</td>" for name in _SHOWN) + "</tr>"
        for row in reversed(server.ledger.rows[-200:])
    )
    numbers = "".join(
        f"<li>{number}: {escape(' '.join(steps))}</li>"
        for number, steps in {**cards.NUMBERS, **cards.IBANS}.items()
    )
    head = "".join(f"<th>{name}</th>" for name in _SHOWN)
    return (
        "<title>Stripe to try payments against</title><style>body{font:14px sans-serif;margin:2em}"
        "td,th{padding:2px 12px;text-align:left}</style><h1>Stripe to try payments against</h1>"
        f"<p>{len(server.requests)} calls, {len(server.hooks.waiting)} events waiting.</p>"
        f"<h2>Ledger</h2><table><tr>{head}</tr>{rows}</table>"
        f"<h2>Cards and accounts</h2><ul>{numbers}</ul>"
    ).encode()


_SHOWN = ("kind", "amount", "currency", "description", "payment_intent", "customer")


class Handler(BaseHTTPRequestHandler):
    """HTTP of the control port."""

    def log_message(self, *_arguments):
        """Silence."""

    def do_GET(self):
        server = self.server.owner
        if self.path == "/":
            self._send(200, page(server), "text/html; charset=utf-8")
        elif self.path == "/ledger":
            self._json(200, server.ledger.rows)
        elif self.path == "/requests":
            self._json(200, server.requests)
        elif self.path == "/events":
            self._json(200, [server.account.shown(each) for each in server.account.events])
        else:
            self._json(404, {"error": "not found"})

    def do_POST(self):
        server = self.server.owner
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        action = ACTIONS.get(self.path.strip("/"))
        if not action:
            self._json(404, {"error": "not found"})
            return
        # Whoever is told of events calls back meanwhile: deliveries lock what they touch only.
        lock = nullcontext() if action is _deliver else server.account.lock
        try:
            with lock:
                made = action(server, json.loads(body or b"{}"))
        except Exception as error:  # whoever presses wants to read what was wrong
            self._json(400, {"error": f"{type(error).__name__}: {error}"})
        else:
            self._json(200, made or {})

    def _json(self, status, made):
        self._send(status, json.dumps(made).encode(), "application/json")

    def _send(self, status, body, kind):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
