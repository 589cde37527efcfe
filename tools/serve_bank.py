"""A bank that takes orders of direct debits and answers by its files, over HTTP.

python tools/serve_bank.py [--port 8092]

Give it a pain.008 as it was downloaded, and fetch what it says of it::

    curl --data-binary @CN285-7.xml http://127.0.0.1:8092/orders
    curl -O http://127.0.0.1:8092/CN285-7/accepted.xml     # pain.002: it has the file
    curl -O http://127.0.0.1:8092/CN285-7/credited.xml     # camt.054: the credit of each lot
    curl -O http://127.0.0.1:8092/CN285-7/returned.xml     # camt.054: what came back
    curl -O "http://127.0.0.1:8092/CN285-7/returned.xml?C12-1=AM04&C13-1=MD01"

Without wishes, accounts that end in 04 have no funds, in 06 want their money back, in 01, 11
and 24 cannot be debited (tools/bank.py). A message that it has already is refused, as banks do.
"""

import argparse
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import bank
from lxml import etree

PORT = 8092
MOST_BYTES = 200 * 1024**2


class Bank(ThreadingHTTPServer):
    """The orders that it has, by their messages; they last as long as it is served."""

    def __init__(self, port=PORT):
        super().__init__(("127.0.0.1", port), _Handler)
        self.taken = {}

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        content = self.rfile.read(min(int(self.headers.get("Content-Length", 0)), MOST_BYTES))
        try:
            known = bank.orders(content)
        except (etree.XMLSyntaxError, ValueError, ArithmeticError) as error:
            self._say(400, {"error": f"this is no order of debits: {error}"})
            return
        if not known:
            self._say(400, {"error": "there is no debit in it"})
            return
        message = known[0].message
        if message in self.server.taken:
            self._say(409, {"error": f"{message} was given before (AM05)"})
            return
        self.server.taken[message] = content
        total = sum(one.amount for one in known)
        self._say(201, {"message": message, "debits": len(known), "total": f"{total:.2f}"})

    def do_GET(self):
        url = urlsplit(self.path)
        message, _slash, name = url.path.strip("/").partition("/")
        content = self.server.taken.get(message)
        if not message:
            self._say(200, {"messages": sorted(self.server.taken)})
            return
        wishes = dict(parse_qsl(url.query))
        answer = content and _answer(content, name, wishes)
        if not answer:
            self._say(404, {"error": "there is no such order or answer"})
            return
        self._send(200, answer, "application/xml")

    def _say(self, status, value):
        self._send(status, json.dumps(value).encode(), "application/json")

    def _send(self, status, content, kind):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, text, *values):
        """Nothing: what was taken is told at /."""


def _answer(content, name, wishes):
    """The bank's file of that name; None where there is none."""
    answers = {
        "accepted.xml": lambda: bank.accepted(content),
        "rejected.xml": lambda: bank.rejected(content, wishes or None),
        "credited.xml": lambda: bank.credited(content),
        "returned.xml": lambda: bank.returned(content, wishes or bank.reasons(content)),
    }
    return answers[name]() if name in answers else None


def main():
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=PORT)
    options = parser.parse_args()
    server = Bank(options.port)
    print(f"A bank at {server.url}: POST orders to /orders, GET /MESSAGE/returned.xml")
    print("Ctrl-C ends it.", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
