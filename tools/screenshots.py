"""Takes the screenshots of the README from a running web client.

    make demo && make serve            # in another terminal; it prints the address
    .local/venv/bin/python tools/screenshots.py --url http://127.0.0.1:8069

Writes docs/images/contract.png (a contract with its items) and docs/images/schedule.png (its
billing schedule). Needs Chromium and the Python package websocket-client; the server is only read.
"""

import argparse
import base64
import contextlib
import itertools
import json
import shutil
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

import websocket

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# A window as on a desk; the images are scaled to 1400 pixels in width.
WIDTH, HEIGHT, SCALE = 1600, 900, 0.875
TIMEOUT_SECONDS = 60
# How many items the contract shown may have: enough to see, not too many for the window.
MIN_ITEMS, MAX_ITEMS = 3, 7


class Problem(Exception):
    """Something the user can mend, in words."""


class Server:
    """A session of one user on an Odoo server, over JSON-RPC."""

    def __init__(self, url, database, login, password):
        self.url = url.rstrip("/")
        self.cookies = CookieJar()
        handler = urllib.request.HTTPCookieProcessor(self.cookies)
        self.opener = urllib.request.build_opener(handler)
        params = {"db": database, "login": login, "password": password}
        self.post("/web/session/authenticate", params)

    def post(self, path, params):
        """Calls a JSON route; raises Problem with the server's message."""
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, body, headers)
        try:
            with self.opener.open(request, timeout=TIMEOUT_SECONDS) as response:
                answer = json.load(response)
        except OSError as error:
            raise Problem(
                f"No web client at {self.url}: {error}. Start it by make serve."
            ) from error
        if "error" in answer:
            raise Problem(answer["error"]["data"]["message"])
        return answer["result"]

    def search(self, model, domain, fields, **options):
        """Reads records: a list of dicts with ``id`` and ``fields``."""
        path = f"/web/dataset/call_kw/{model}/search_read"
        kwargs = {"domain": domain, "fields": fields, **options}
        return self.post(
            path, {"model": model, "method": "search_read", "args": [], "kwargs": kwargs}
        )

    @property
    def session(self):
        return next(cookie.value for cookie in self.cookies if cookie.name == "session_id")


class Browser:
    """A headless Chromium, driven through its debugging socket; a context manager."""

    def __init__(self, width=WIDTH, height=HEIGHT):
        program = next(filter(None, map(shutil.which, BROWSERS)), None)
        if not program:
            raise Problem("Chromium is missing: apt-get install chromium")
        self.profile = tempfile.mkdtemp(prefix="cn285-chromium-")
        self.process = subprocess.Popen(
            [
                program,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                "--remote-debugging-port=0",
                "--remote-allow-origins=*",
                f"--user-data-dir={self.profile}",
                f"--window-size={width},{height}",
                "about:blank",
            ],
            stderr=subprocess.DEVNULL,
        )
        self.numbers = itertools.count(1)
        self.socket = websocket.create_connection(self._target(), timeout=TIMEOUT_SECONDS)
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=SCALE,
            mobile=False,
        )

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.socket.close()
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)

    def _target(self):
        """The debugging address of the first tab."""
        port_file = Path(self.profile) / "DevToolsActivePort"
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError, IndexError, StopIteration):
                port = port_file.read_text().splitlines()[0]
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/json") as answer:
                    pages = (page for page in json.load(answer) if page["type"] == "page")
                    return next(pages)["webSocketDebuggerUrl"]
            time.sleep(0.1)
        raise Problem("Chromium does not start.")

    def call(self, method, **params):
        """One command of the DevTools protocol; returns its result."""
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            message = json.loads(self.socket.recv())
            if message.get("id") == number:
                if "error" in message:
                    raise Problem(f"{method}: {message['error']['message']}")
                return message["result"]

    def evaluate(self, expression):
        """The value of a JavaScript expression in the page."""
        result = self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        return result["result"].get("value")

    def login(self, server):
        host = urllib.parse.urlparse(server.url).hostname
        cookie = {"name": "session_id", "value": server.session, "domain": host, "path": "/"}
        self.call("Network.setCookies", cookies=[cookie])

    def open(self, url, ready):
        """Opens a page and waits until the selector ``ready`` is there and the page is quiet."""
        self.call("Page.navigate", url=url)
        self.wait(ready)

    def wait(self, selector):
        """Waits for an element, then for images and fonts."""
        found = f"!!document.querySelector({json.dumps(selector)})"
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while not self.evaluate(found):
            if time.monotonic() > deadline:
                raise Problem(f"The page does not show {selector}")
            time.sleep(0.2)
        self.evaluate("document.fonts.ready.then(() => true)")
        time.sleep(1.0)

    def save(self, path):
        """Writes what the window shows as PNG."""
        image = self.call("Page.captureScreenshot", format="png")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(image["data"]))
        print(f"{path} {path.stat().st_size // 1000} kB")


def find_contract(server, name=None):
    """The contract to show: the one of that number, or an active one of many rhythms.

    :rtype: dict
    """
    domain = [("name", "=", name)] if name else [("state", "=", "active")]
    fields = ["name", "item_ids", "schedule_count", "invoice_count"]
    contracts = server.search("cn285.contract", domain, fields, limit=500)
    if not name:
        contracts = [
            contract
            for contract in contracts
            if contract["invoice_count"] and MIN_ITEMS <= len(contract["item_ids"]) <= MAX_ITEMS
        ]
    if not contracts:
        raise Problem("No contract to show: run make demo first, or give --contract.")
    ids = [item for contract in contracts for item in contract["item_ids"]]
    terms = ["billing_type", "recurring_interval", "recurring_unit"]
    items = server.search("cn285.contract.item", [("id", "in", ids)], terms)
    rhythms = {item["id"]: tuple(item[term] for term in terms) for item in items}

    def interest(contract):
        different = {rhythms[item] for item in contract["item_ids"]}
        return len(different), -contract["schedule_count"], -contract["id"]

    return max(contracts, key=interest)


def take(server, images, contract_name=None):
    """Takes both screenshots into the folder ``images``."""
    contract = find_contract(server, contract_name)
    form = f"{server.url}/odoo/cn285-contracts/{contract['id']}"
    with Browser() as browser:
        browser.login(server)
        browser.open(form, ".o_form_view .o_field_x2many .o_data_row")
        browser.save(images / "contract.png")
        browser.evaluate("document.querySelector('button[name=action_view_schedule]').click()")
        browser.wait(".o_list_view .o_data_row")
        browser.save(images / "schedule.png")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", default="http://127.0.0.1:8069", help="the web client")
    parser.add_argument("--database", default="cn285_demo")
    parser.add_argument("--login", default="admin")
    parser.add_argument("--password", default="admin")
    parser.add_argument("--contract", help="number of the contract to show")
    parser.add_argument("--images", type=Path, default=IMAGES, help="folder to write to")
    options = parser.parse_args()
    try:
        server = Server(options.url, options.database, options.login, options.password)
        take(server, options.images, options.contract)
    except Problem as problem:
        parser.exit(1, f"{problem}\n")


if __name__ == "__main__":
    main()
