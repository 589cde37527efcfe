"""One call: who makes it, for which company, in which language."""

import math
import threading
import time
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends
from odoo import http

from ..engine.buckets import Buckets
from ..engine.headers import VERSIONS
from ..engine.keys import bearer, is_key
from .problems import Problem

# A seat-belt for each process; 0 in the parameter "cn285_api.calls_per_second" takes it off.
CALLS_PER_SECOND = "100"
BURST_SECONDS = 5
_buckets = Buckets()
_current = ContextVar("cn285_api_call")


@dataclass
class Key:
    """What is known of the key of a call."""

    id: int
    user_id: int
    company_id: int
    scopes: frozenset
    version: str


@dataclass
class Call:
    """A call that is being answered. ``env`` is the environment of the key's user: what he may
    read and write is what the key may; its company is that of the key."""

    env: Any
    key: Key | None = None
    version: str = ""
    request_id: str = ""
    # Headers that the answer bears.
    headers: dict = field(default_factory=dict)

    @property
    def company(self):
        return self.env.company

    def today(self):
        """Today by the clock of the key's company."""
        return self.company._cn285_today()

    def authenticate(self, scope):
        """Find out who calls; from here on ``env`` is that of the key's user.

        :param scope: the one that the key has to have; "" for any key
        :raises Problem: without a good key, or one that opens this
        """
        request = http.request
        headers = request.httprequest.headers
        given = bearer(headers.get("Authorization"))
        keys = self.env["cn285.api.key"]
        found = keys._find(given) if given and is_key(given) else None
        if not found:
            raise Problem("unauthenticated")
        if not keys._is_from(found["networks"], request.httprequest.remote_addr):
            raise Problem("wrong_network")
        self._limit(found["id"])
        if found.pop("stale") and not self.env.cr.readonly:
            keys._note_use(found["id"])
        found.pop("networks")
        self.key = Key(**found)
        self._choose_version(headers.get("Cn285-Version"))
        self._become_user()
        self.need(scope)

    def _limit(self, key_id):
        """Refuse more calls than a process answers for one key; a proxy in front does it for all.

        :raises Problem: saying when there is room again
        """
        parameters = self.env["ir.config_parameter"]
        rate = float(parameters.get_param("cn285_api.calls_per_second") or CALLS_PER_SECOND)
        wait = _buckets.take(key_id, time.monotonic(), rate, rate * BURST_SECONDS)
        if wait:
            raise Problem("too_many_requests", headers={"Retry-After": str(math.ceil(wait))})

    def _choose_version(self, asked):
        if asked and asked not in VERSIONS:
            raise Problem("unknown_version", ", ".join(VERSIONS))
        self.version = asked or self.key.version

    def _become_user(self):
        """The environment of the key's user, of its company, in his language if none was asked."""
        company = {"allowed_company_ids": [self.key.company_id]}
        env = self.env(user=self.key.user_id, su=False, context={**self.env.context, **company})
        if "lang" not in env.context:
            env = env(context={**env.context, "lang": env.user.lang or "en_US"})
        self.env = env
        http.request.update_env(user=self.key.user_id, context=env.context)
        threading.current_thread().uid = self.key.user_id

    def need(self, scope):
        """Refuse keys without a scope.

        :raises Problem: naming it
        """
        if scope and (self.key is None or scope not in self.key.scopes):
            raise Problem("missing_scope", self.env._("The key lacks the scope “%s”.", scope))

    def conflict(self, detail):
        """The problem that something is not in a state for what is asked."""
        return Problem("wrong_state", detail)


async def _current_call():
    return _current.get()


#: What an operation takes to know who calls: ``def get_thing(call: CurrentCall)``.
CurrentCall = Annotated[Call, Depends(_current_call)]


def entered(call):
    """Make a call the one that operations get; returns what :func:`left` wants."""
    return _current.set(call)


def left(token):
    _current.reset(token)
