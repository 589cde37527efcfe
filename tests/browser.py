"""A real browser for scripts that are no test case: one page of Chromium, led by its own protocol.

As ``odoo.tests.common.ChromeBrowser``, which needs a test case and a database in its transaction;
a story that is told over real commits has neither.
"""

import itertools
import json
import shutil
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

#: Seconds that a page may take on a slow machine.
PATIENCE = 120
SWITCHES = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-extensions",
    "--no-first-run",
    "--mute-audio",
    "--remote-debugging-port=0",
)


class Browser:
    """A page: ``with Browser() as page``."""

    def __enter__(self):
        import websocket
        from odoo.tests.common import _find_executable

        self._folder = tempfile.mkdtemp(suffix="_chrome_cn285")
        self._process = subprocess.Popen(
            [_find_executable(), *SWITCHES, f"--user-data-dir={self._folder}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._numbers = itertools.count(1)
        self._socket = websocket.create_connection(
            self._address(), timeout=PATIENCE, suppress_origin=True
        )
        return self

    def __exit__(self, *_what):
        self._socket.close()
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _address(self):
        """Where the page is led from, once the browser says it."""
        port = Path(self._folder, "DevToolsActivePort")
        self._wait(lambda: port.is_file() and port.read_text().count("\n"), "the browser")
        place = f"http://127.0.0.1:{port.read_text().splitlines()[0]}/json"

        def pages():
            with urllib.request.urlopen(place, timeout=PATIENCE) as answer:
                return [one for one in json.load(answer) if one["type"] == "page"]

        return self._wait(pages, "a page")[0]["webSocketDebuggerUrl"]

    @staticmethod
    def _wait(ask, what):
        until = time.monotonic() + PATIENCE
        while not (found := ask()):
            if time.monotonic() > until:
                raise TimeoutError(f"{what} does not come")
            time.sleep(0.1)
        return found

    def _ask(self, method, **params):
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            answer = json.loads(self._socket.recv())
            if answer.get("id") == number:
                return answer

    def open(self, address):
        self._ask("Page.navigate", url=address)

    def run(self, script):
        """What an expression of JavaScript comes to, a promise too; None while the page changes."""
        answer = self._ask(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        told = answer.get("result", {})
        if "exceptionDetails" in told:
            raise RuntimeError(told["exceptionDetails"])
        return told.get("result", {}).get("value")

    def wait(self, selector, words=""):
        """Wait for an element that can be seen, and that says these words."""
        script = (
            f"[...document.querySelectorAll({json.dumps(selector)})].some("
            f"one => one.offsetParent && one.innerText.includes({json.dumps(words)}))"
        )
        self._wait(lambda: self.run(script), f"{selector} {words}")

    def click(self, selector):
        self.run(f"document.querySelector({json.dumps(selector)}).click()")

    def type(self, selector, text):
        """Put text into a field, as somebody does who types it."""
        place = f"document.querySelector({json.dumps(selector)})"
        self.run(f"{place}.focus(); {place}.select(); 0")
        self._ask("Input.insertText", text=text)
