"""The app that answers, one for each database and root path, run by the worker's own thread.

OCA's pool keeps an app for every path that was ever asked, and runs it in a thread beside the
worker. Here there is one app, whatever the path: its operations share nothing but their routes. It
is made anew when its database's modules or its endpoint change.
"""

import asyncio
from queue import Empty, LifoQueue
from weakref import ref

_apps = {}
_loops = LifoQueue()


def app_of(env, root_path):
    """The app of the endpoint at a root path; None where there is none."""
    endpoint_id, stamp = env["fastapi.endpoint"].sudo()._cn285_endpoint(root_path)
    if not endpoint_id:
        return None
    place = (env.cr.dbname, root_path)
    registry, made, app = _apps.get(place, (None, None, None))
    if app is None or registry() is not env.registry or made != stamp:
        app = env["fastapi.endpoint"].sudo().browse(endpoint_id)._cn285_make_app()
        _apps[place] = (ref(env.registry), stamp, app)
    return app


def run(app, scope, body):
    """Have an app answer a request, in this thread.

    :param scope: of ASGI
    :param body: bytes of the request
    :returns: ``(status, headers as list of pairs of texts, bytes)``
    :raises Exception: what the app raises
    """
    started, parts = {}, []

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message):
        if message["type"] == "http.response.start":
            started.update(message)
        elif message["type"] == "http.response.body":
            parts.append(message.get("body", b""))

    try:
        loop = _loops.get_nowait()
    except Empty:
        loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(app(scope, receive, send))
    finally:
        _loops.put(loop)
    headers = [
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in started["headers"]
    ]
    return started["status"], headers, b"".join(parts)
