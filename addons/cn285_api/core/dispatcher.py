"""How Odoo hands a request to the app, and what becomes of what goes wrong."""

import logging
import time
from urllib.parse import quote

from a2wsgi.asgi import build_scope
from fastapi.exceptions import RequestValidationError
from odoo import SUPERUSER_ID
from odoo.addons.fastapi.context import odoo_env_ctx
from odoo.addons.fastapi.fastapi_dispatcher import FastApiDispatcher
from psycopg2 import DataError
from starlette.exceptions import HTTPException
from werkzeug.exceptions import RequestEntityTooLarge

from ..engine.headers import LATEST, languages, request_id, spoken
from .call import Call, entered, left
from .failures import as_problem, loudness
from .pool import app_of, run
from .problems import Problem
from .route import LARGEST_BODY

_logger = logging.getLogger(__name__)
ROOT_PATH = "/cn285/v1"
# What callers do wrong, as others raise it. Odoo logs it as an error, with all of its traceback;
# what it may try again by itself is none of these.
CALLERS_OWN = (RequestValidationError, HTTPException, DataError)


class ApiDispatcher(FastApiDispatcher):
    """OCA's dispatcher for our endpoint: one app, problems instead of details, no session."""

    routing_type = "cn285_api"

    def __init__(self, request):
        super().__init__(request)
        self.since = time.monotonic()
        self.request_id = request_id(request.httprequest.headers.get("X-Request-Id"))
        self.call = None

    def dispatch(self, endpoint, args):
        self.request.params = {}
        self.since = time.monotonic()
        call = self.call = self._new_call()
        app = app_of(call.env, ROOT_PATH)
        if app is None:
            raise Problem("unavailable")
        scope = build_scope(self.request.httprequest.environ)
        scope["root_path"] = ROOT_PATH
        if scope["method"] == "HEAD":
            # As a GET; what it has is not sent (RFC 9110, 9.3.2).
            scope["method"] = "GET"
        tokens = entered(call), odoo_env_ctx.set(call.env)
        try:
            status, headers, body = run(app, scope, self._body())
        except CALLERS_OWN as error:
            problem = as_problem(call.env, error)
            raise (error if problem.status >= 500 else problem) from error
        finally:
            left(tokens[0])
            odoo_env_ctx.reset(tokens[1])
        response = self.request.make_response(body, headers=headers, status=status)
        response.headers.extend(call.headers)
        return self._finished(response)

    def handle_error(self, exc):
        """The problem that an exception is; Odoo has undone the transaction."""
        request = self.request
        call = self.call or self._new_call()
        problem = as_problem(call.env, exc)
        level = loudness(exc) if problem.status >= 500 else logging.DEBUG
        _logger.log(level, "Request %s failed", self.request_id, exc_info=exc)
        response = request.make_json_response(
            problem.body(call.env, self.request_id),
            headers={"Content-Type": "application/problem+json"},
            status=problem.status,
        )
        response.headers.extend({**call.headers, **problem.headers})
        if problem.status == 401:
            response.headers["WWW-Authenticate"] = 'Bearer realm="cn285"'
        return self._finished(response)

    # === PARTS === #

    def _new_call(self):
        """A call of nobody yet, in the language that the request prefers."""
        env = self.request.env
        asked = languages(self.request.httprequest.headers.get("Accept-Language") or "")
        # sudo: which languages are installed; and the superuser finds the key, who answers as its
        # user from then on.
        known = [code for code, _name in env["res.lang"].sudo().get_installed()] if asked else []
        lang = spoken(asked, known)
        context = {"lang": lang} if lang else {}
        return Call(
            env=env(user=SUPERUSER_ID, su=True, context=context),
            version=LATEST,
            request_id=self.request_id,
        )

    def _body(self):
        """All of the body, kept for when Odoo runs the request again."""
        httprequest = self.request.httprequest
        if not hasattr(httprequest, "_cn285_body"):
            # One more: what comes in pieces is cut there without a word.
            httprequest.max_content_length = LARGEST_BODY + 1
            try:
                body = httprequest.get_data(cache=False, parse_form_data=False)
            except RequestEntityTooLarge as error:
                raise Problem("too_large") from error
            if len(body) > LARGEST_BODY:
                raise Problem("too_large")
            httprequest._cn285_body = body
        return httprequest._cn285_body

    def _finished(self, response):
        response.headers["X-Request-Id"] = self.request_id
        response.headers["Cn285-Version"] = self.call.version if self.call else LATEST
        response.headers["Cache-Control"] = response.headers.get("Cache-Control") or "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        key = self.call and self.call.key
        # The query and the headers may hold what is nobody's business: neither is logged.
        _logger.info(
            "%s %s %s in %.0f ms, key %s, request %s",
            self.request.httprequest.method,
            # As it was sent: what is encoded in it must not write to the log or a terminal.
            quote(self.request.httprequest.path),
            response.status_code,
            1000 * (time.monotonic() - self.since),
            key.id if key else "-",
            self.request_id,
        )
        return response
