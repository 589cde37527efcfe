"""Events on their way: signed, and then late, doubled, out of order, unsigned as tests want."""

import hashlib
import hmac
import json
import secrets
import threading
import time

import requests

ROLL_LIVES = 24 * 3600  # seconds an old secret still signs


class Hooks:
    """What is to be sent to the endpoints of an account.

    Events wait until :meth:`deliver` is called, or are sent at once by a thread of their own when
    ``automatic`` is set. Stripe promises no order, and to send until an answer is 2xx.
    """

    def __init__(self, account):
        self.account = account
        self.waiting = []  # (endpoint, event)
        self.sent = []  # (event id, type, status)
        self.automatic = False
        account.listeners.append(self._hear)

    def _hear(self, event):
        for endpoint in self.account.all("webhook_endpoint", status="enabled"):
            if "*" in endpoint["enabled_events"] or event["type"] in endpoint["enabled_events"]:
                self.waiting.append((endpoint, event))
                if self.automatic:
                    threading.Thread(target=self._send_soon, daemon=True).start()

    def _send_soon(self):
        time.sleep(0.2)  # the answer of the call that caused it goes first, mostly
        for _attempt in range(3):
            if all(status < 300 for status in self.deliver()):
                return
            time.sleep(1)

    def roll(self, endpoint, lives=ROLL_LIVES):
        """A new secret; the old one signs as well until its time is over."""
        endpoint["_old"] = [(endpoint["secret"], time.time() + lives)]
        endpoint["secret"] = "whsec_" + secrets.token_hex(16)
        return endpoint["secret"]

    def deliver(self, times=1, order=None, late=0, sign=True, types=None, post=None):
        """Send what waits; what was not answered with 2xx waits again.

        :param times: how often each event is sent
        :param order: a function that puts the list of (endpoint, event) in order
        :param late: seconds that the signature is old
        :param sign: True, False (no signature), or a wrong secret
        :param types: only events of these types; the others keep waiting
        :param post: instead of ``requests.post``, with its arguments
        :returns: the statuses, as they came
        """
        with self.account.lock:
            going = [each for each in self.waiting if types is None or each[1]["type"] in types]
            self.waiting = [each for each in self.waiting if each not in going]
        if order:
            going = list(order(going))
        statuses = []
        for endpoint, event in going:
            body = json.dumps(self.account.shown(event))
            for _time in range(times):
                status = self._post(endpoint, body, late, sign, post or requests.post)
                statuses.append(status)
                self.sent.append((event["id"], event["type"], status))
            if status >= 300:
                self.waiting.append((endpoint, event))
        return statuses

    def _post(self, endpoint, body, late, sign, post):
        headers = {"Content-Type": "application/json"}
        if sign:
            keys = [sign] if isinstance(sign, str) else signing(endpoint)
            headers["Stripe-Signature"] = signature(body, keys, int(time.time()) - late)
        try:
            return post(
                endpoint["url"], data=body.encode(), headers=headers, timeout=20
            ).status_code
        except requests.exceptions.RequestException:
            return 599


def signing(endpoint):
    """The secrets that sign: the new one and, after a roll, old ones first."""
    old = [secret for secret, until in endpoint.get("_old", ()) if until > time.time()]
    return [*old, endpoint["secret"]]


def signature(body, keys, timestamp):
    """The header as Stripe makes it: one ``v1=`` a secret."""
    made = [f"t={timestamp}"]
    for key in keys:
        digest = hmac.new(key.encode(), f"{timestamp}.{body}".encode(), hashlib.sha256).hexdigest()
        made.append(f"v1={digest}")
    return ",".join(made)
