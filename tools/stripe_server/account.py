"""What a Stripe account holds: objects, the ledger of what was moved, its clock and its events."""

import copy
import itertools
import secrets
import threading
import time

PREFIXES = {
    "customer": "cus",
    "payment_method": "pm",
    "setup_intent": "seti",
    "payment_intent": "pi",
    "charge": "ch",
    "refund": "re",
    "mandate": "mandate",
    "dispute": "du",
    "webhook_endpoint": "we",
    "event": "evt",
    "balance_transaction": "txn",
}


class Refusal(Exception):
    """An error that the API answers with: status, and what stands in ``error``."""

    def __init__(self, status, message, kind="invalid_request_error", **details):
        super().__init__(message)
        self.status = status
        self.error = {"type": kind, "message": message, **details}


class Clock:
    """The account's time in seconds: the machine's, moved by as much as tests want."""

    def __init__(self):
        self.offset = 0.0

    def now(self):
        return time.time() + self.offset

    def set(self, timestamp):
        """Let it be this time now; only forwards, as what is due is worked once."""
        self.offset = max(self.offset, timestamp - time.time())

    def advance(self, seconds):
        self.offset += seconds


class Ledger:
    """Each movement of money, in the order of time: what tests compare with the books.

    Kinds: ``charge`` (to us), ``refund``, ``dispute`` (taken back), ``reinstated``, ``fee``.
    Amounts are whole minor units, signed as they move our balance.
    """

    def __init__(self):
        self.rows = []

    def add(self, kind, amount, charge, at):
        self.rows.append(
            {
                "kind": kind,
                "amount": amount,
                "currency": charge["currency"],
                "charge": charge["id"],
                "payment_intent": charge["payment_intent"],
                "customer": charge["customer"],
                "description": charge["description"],
                "at": at,
            }
        )

    def total(self, *kinds, description=None, currency=None):
        """Sum of the movements of these kinds (all but fees when none is named)."""
        found = self.find(*kinds, description=description)
        return sum(row["amount"] for row in found if currency in (None, row["currency"]))

    def find(self, *kinds, description=None):
        """The movements of these kinds, of this description."""
        return [
            row
            for row in self.rows
            if (row["kind"] in kinds if kinds else row["kind"] != "fee")
            and description in (None, row["description"])
        ]


class Account:
    """Objects by id. Every change is made under :attr:`lock` and tells :attr:`listeners`."""

    def __init__(self):
        self.secret_key = "sk_test_" + secrets.token_hex(12)
        self.publishable_key = "pk_test_" + secrets.token_hex(12)
        self.lock = threading.RLock()
        self.clock = Clock()
        self.ledger = Ledger()
        self.objects = {}
        self.steps = {}  # payment method → steps still to come; then what its number says
        self.events = []
        self.listeners = []
        self.settlement_days = 5  # of a SEPA debit
        self._counter = itertools.count(1)
        self._due = []  # (time, number, function): settlements and late disputes
        self._moment = None

    # ------------------------------------------------------------------ objects

    def make(self, kind, **values):
        """A new object."""
        number = next(self._counter)
        made = {
            "id": f"{PREFIXES[kind]}_{number:06d}{secrets.token_hex(8)}",
            "object": kind,
            "created": int(self.clock.now()),
            "livemode": False,
            **values,
        }
        made["_number"] = number
        self.objects[made["id"]] = made
        return made

    def get(self, kind, identity):
        """An object of this kind.

        :raises Refusal: 404, as Stripe says it
        """
        found = self.objects.get(identity)
        if not found or found["object"] != kind:
            raise Refusal(404, f"No such {kind}: '{identity}'", code="resource_missing")
        return found

    def all(self, kind, **values):
        """Objects of a kind, the newest first."""
        found = [
            each
            for each in self.objects.values()
            if each["object"] == kind
            and all(each.get(name) == value for name, value in values.items())
        ]
        return sorted(found, key=lambda each: -each["_number"])

    def shown(self, made, expand=(), secret=False):
        """An object as an answer shows it."""
        given = {name: value for name, value in copy.deepcopy(made).items() if name[0] != "_"}
        if not secret and made["object"] == "webhook_endpoint":
            given.pop("secret", None)
        for name in expand:
            identity = given.get(name)
            if isinstance(identity, str) and identity in self.objects:
                given[name] = self.shown(self.objects[identity])
        return given

    # ------------------------------------------------------------------ events

    def tell(self, kind, made, previous=None):
        """Something happened: an event with the object as it is now."""
        event = self.make(
            "event",
            type=kind,
            api_version="2019-05-16",
            data={"object": self.shown(made)},
            pending_webhooks=1,
            request={"id": None, "idempotency_key": None},
        )
        if previous:
            event["data"]["previous_attributes"] = previous
        self.events.append(event)
        for listener in self.listeners:
            listener(event)
        return event

    def make_endpoint(self, url, enabled_events, api_version=None):
        """An address that is told of events, with a secret that signs them."""
        return self.make(
            "webhook_endpoint",
            url=url,
            enabled_events=enabled_events,
            api_version=api_version,
            secret="whsec_" + secrets.token_hex(16),
            status="enabled",
        )

    # ------------------------------------------------------------------ later

    def later(self, seconds, function):
        """Do this when the account's clock has come that far."""
        since = self._moment or self.clock.now()
        self._due.append((since + seconds, next(self._counter), function))

    def work_due(self):
        """Do what is due by the account's clock, in the order of time."""
        with self.lock:
            while self._due and min(self._due)[0] <= self.clock.now():
                first = min(self._due)
                self._due.remove(first)
                self._moment = first[0]  # what follows from it follows from when it was due
                first[2]()
            self._moment = None

    # ------------------------------------------------------------------ means

    def next_step(self, method):
        """What charging a payment method does this time."""
        waiting = self.steps.get(method["id"])
        if waiting:
            return waiting.pop(0)
        return method["_steps"][0]
