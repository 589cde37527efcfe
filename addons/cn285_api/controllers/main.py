import time

from odoo import http

from ..core.dispatcher import ROOT_PATH
from ..core.problems import Problem
from ..engine.buckets import Recent
from ..engine.headers import fingerprint

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]


_seen = Recent(seconds=3_600)


def _only_reads(_controller, _rule, _args):
    """Whether a request may be answered from a replica.

    Once an hour one that could is not: it notes that its key was used.
    """
    request = http.request.httprequest
    key = request.headers.get("Authorization") or ""
    known = _seen.has(fingerprint("", "", b"", key.encode()), time.monotonic())
    return request.method in ("GET", "HEAD") and known


class Api(http.Controller):
    """The one route of the API. What it answers is decided by the routers of its endpoint."""

    @http.route(
        [ROOT_PATH, f"{ROOT_PATH}/", f"{ROOT_PATH}/<cn285_rest:application_path>"],
        type="cn285_api",
        auth="none",
        methods=METHODS,
        csrf=False,
        save_session=False,
        readonly=_only_reads,
    )
    def api(self, **_kwargs):
        """Never called: the dispatcher of the route's type answers."""
        raise Problem("not_found")
