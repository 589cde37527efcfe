"""Events on their way: signed, and then late, doubled, out of order or wrong, as tests want."""

import hashlib
import hmac
import json
import threading
import time

import requests

from .account import event


class Hooks:
    """What is to be sent to an address.

    Events wait until :meth:`deliver` is called, or are sent at once by a thread of their own where
    ``url`` is set and ``automatic`` is.
    """

    def __init__(self, account, url=None):
        self.account = account
        self.url = url
        self.automatic = False
        self.waiting = []
        self.sent = []  # (event id, name, status)
        account.listeners.append(self._hear)

    def _hear(self, name, request, signer):
        self.waiting.append(event(self.account, name, request, signer))
        if self.automatic and self.url:
            threading.Thread(target=self._send_soon, daemon=True).start()

    def _send_soon(self):
        time.sleep(0.2)  # the answer of the call that caused it goes first, mostly
        for _attempt in range(3):
            if all(status < 300 for status in self.deliver()):
                return
            time.sleep(2)

    def body(self, event, sandbox=None):
        """The bytes of an event; ``sandbox``: another flag than the account's."""
        given = {} if sandbox is None else {"sandbox": sandbox}
        return json.dumps({**event, **given}).encode()

    def headers(self, body, sign=True, retry=0):
        """Headers as Yousign sends them.

        :param sign: True, False (no signature), or a wrong secret
        """
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Yousign Webhook Bot",
            "X-Yousign-Retry": str(retry),
            "X-Yousign-Issued-At": str(int(time.time())),
        }
        if sign:
            key = sign if isinstance(sign, str) else self.account.webhook_secret
            digest = hmac.new(key.encode(), body, hashlib.sha256).hexdigest()
            headers["X-Yousign-Signature-256"] = f"sha256={digest}"
        return headers

    def deliver(self, times=1, order=None, sign=True, sandbox=None, post=None):
        """Send what waits; what was not answered with 2xx waits again.

        :param times: how often each event is sent
        :param order: a function that puts the list of events in order
        :param sign: as in :meth:`headers`
        :param post: instead of ``requests.post``, with its arguments
        :returns: the statuses, as they came
        """
        with self.account.lock:
            going, self.waiting = self.waiting, []
        statuses = []
        for one in order(going) if order else going:
            body = self.body(one, sandbox)
            for number in range(times):
                status = self._post(post or requests.post, body, self.headers(body, sign, number))
                statuses.append(status)
                self.sent.append((one["event_id"], one["event_name"], status))
            if status >= 300:
                self.waiting.append(one)
        return statuses

    def _post(self, post, body, headers):
        try:
            return post(self.url, data=body, headers=headers, timeout=20).status_code
        except requests.exceptions.RequestException:
            return 599
