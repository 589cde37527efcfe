"""The API served by a process of its own, and schemathesis against it, over HTTP.

``python api_fuzz_worker.py DATABASE fuzz``; prints a JSON object: the exit code of schemathesis and
the end of what it said. ``CN285_API_CASES``: cases of each operation; ``CN285_API_PHASES`` and
``CN285_API_CHAPTER``: which phases, and operations of which chapter (all, where it is empty).
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import forks
from api_worker import NAMES, requests, seed
from forks import environment

SHOWN = 12_000


def fuzz(database):
    """Serve, and have every operation called in ways that nobody thinks of."""
    from odoo.http import root
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Quiet(WSGIRequestHandler):
        def log(self, *args):
            pass

    with environment(database) as env:
        seed(env)
    with environment(database) as env:
        names = json.loads(env["ir.config_parameter"].get_param(NAMES))
    server = make_server("127.0.0.1", 0, root, threaded=True, request_handler=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.port}"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "openapi.json"
        path.write_text(json.dumps(_specification(names)))
        (Path(folder) / "schemathesis.toml").write_text("")
        done = subprocess.run(
            _command(path, f"{url}/cn285/v1", names["key"]),
            capture_output=True,
            text=True,
            cwd=folder,
            check=False,
        )
    server.shutdown()
    return {"code": done.returncode, "out": (done.stdout + done.stderr)[-SHOWN:]}


def _command(path, url, key):
    chapter = os.environ.get("CN285_API_CHAPTER")
    chosen = ["--include-tag", chapter] if chapter else []
    return [
        str(Path(sys.executable).parent / "schemathesis"),
        "run",
        str(path),
        *("--url", url, "-H", f"Authorization: Bearer {key}", "--no-color"),
        *("--phases", os.environ.get("CN285_API_PHASES", "examples,coverage,fuzzing,stateful")),
        *("-n", os.environ.get("CN285_API_CASES", "3"), "--no-shrink", "--continue-on-failure"),
        *("--checks", "not_a_server_error,status_code_conformance,content_type_conformance"),
        *("--generation-database", "none", "--suppress-health-check", "all", "--warnings", "off"),
        *chosen,
    ]


def _specification(names):
    """The specification, with records that there are among what paths and bodies may name."""
    from odoo.http import root
    from werkzeug.test import Client

    spec = Client(root, use_cookies=False).get("/cn285/v1/openapi.json").json
    for methods in spec["paths"].values():
        for about in methods.values():
            ask = requests.asks()[about["operationId"]]
            for parameter in about.get("parameters", ()):
                if parameter.get("in") == "path":
                    place = ask.places.get(parameter["name"], f"{{{parameter['name']}}}")
                    known = requests.filled(place, {"job": "none", **names})
                    parameter["schema"] = {"anyOf": [{"enum": [known]}, parameter["schema"]]}
                    parameter["example"] = known
            body = about.get("requestBody", {}).get("content", {}).get("application/json")
            if body is not None and ask.body is not None:
                body["example"] = requests.filled(ask.body, names)
    for schema in spec["components"]["schemas"].values():
        for name, value in schema.get("properties", {}).items():
            if name in names and '"maxLength": 130' in json.dumps(value):
                schema["properties"][name] = {"anyOf": [{"enum": [str(names[name])]}, value]}
    return spec


COMMANDS = {"fuzz": fuzz}

if __name__ == "__main__":
    forks.main(COMMANDS, lambda env: {}, log_level="critical")
