"""What the API says of itself: OpenAPI 3.1, and a page that shows it, both without a key."""

import json
from functools import cache
from html import escape
from pathlib import Path

from fastapi import Request, Response
from pydantic import TypeAdapter

from ..engine.headers import VERSIONS
from ..schemas.common import ProblemOut
from .call import _current
from .problems import KINDS

# What operations were asked and have answered in a test, which holds it against the API.
EXAMPLES = Path(__file__).parents[1] / "static" / "examples.json"
STATIC = "/cn285_api/static/lib/swagger-ui"
PAGE = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Cn285 API</title>
<link rel="stylesheet" href="{STATIC}/swagger-ui.css">
</head>
<body>
<div id="page" data-url="openapi.json"></div>
<script src="{STATIC}/swagger-ui-bundle.js"></script>
<script src="/cn285_api/static/src/docs.js"></script>
</body>
</html>
"""
PROBLEMS_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Cn285 API: problems</title>
</head>
<body>
<h1>Problems</h1>
<table>
<tr><th>Status</th><th>Code</th><th>Means</th></tr>
{rows}
</table>
</body>
</html>
"""
HEADERS = {
    "Idempotency-Key": {
        "description": "Sent again with the same key, a request is answered as the first time, and "
        "done once. Kept for seven days; what was refused does not use it up.",
        "schema": {
            "type": "string",
            "minLength": 1,
            "maxLength": 255,
            "pattern": r"^[\x21-\x7e]+$",
        },
        "example": "order-4711",
    },
    "Cn285-Version": {
        "description": "The version of the API; left out, the one that the key was made for.",
        "schema": {"type": "string", "enum": list(VERSIONS)},
    },
    "Accept-Language": {
        "description": "In which language problems and texts are told: `fr`, `en`.",
        "schema": {"type": "string", "maxLength": 100},
    },
    "X-Request-Id": {
        "description": "Your own id for the request: it is in our log, and in the answer.",
        "schema": {"type": "string", "maxLength": 64},
    },
}


def describe(app):
    """Give an app its documentation: ``openapi.json`` and ``docs``."""
    generate = app.openapi
    kept = {}

    def specification():
        if "spec" not in kept:
            kept["spec"] = complete(generate())
        return kept["spec"]

    async def openapi(_request: Request):
        if "text" not in kept:
            kept["text"] = json.dumps(specification(), ensure_ascii=False)
        return Response(kept["text"], media_type="application/json", headers=CACHED)

    async def docs(_request: Request):
        return Response(PAGE, media_type="text/html", headers=CACHED)

    async def problems(_request: Request):
        headers = {**CACHED, "Vary": "Accept-Language"}
        return Response(_problems_page(_current.get().env), 200, headers, "text/html")

    app.openapi = specification
    app.add_route("/openapi.json", openapi, include_in_schema=False)
    app.add_route("/docs", docs, include_in_schema=False)
    app.add_route("/docs/problems", problems, include_in_schema=False)


def _problems_page(env):
    """What the ``type`` of a problem leads to: all codes, each under its name."""
    rows = "\n".join(
        f'<tr id="{code}"><td>{kind.status}</td><td><code>{code}</code></td>'
        f"<td>{escape(env._(kind.title))}</td></tr>"
        for code, kind in KINDS.items()
    )
    return PROBLEMS_PAGE.format(rows=rows)


CACHED = {"Cache-Control": "public, max-age=300"}


def complete(spec):
    """The specification with what all operations have in common."""
    components = spec.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    problem = TypeAdapter(ProblemOut).json_schema(
        ref_template="#/components/schemas/{model}", mode="serialization"
    )
    schemas.update(problem.pop("$defs", {}))
    schemas["Problem"] = {**problem, "title": "Problem"}
    components["securitySchemes"] = {
        "key": {
            "type": "http",
            "scheme": "bearer",
            "description": "A key made under *Contracts › Configuration › API Keys*.",
        }
    }
    components["parameters"] = {
        name: {"name": name, "in": "header", "required": False, **about}
        for name, about in HEADERS.items()
    }
    _link(spec.get("paths", {}))
    spec["servers"] = [{"url": "/cn285/v1"}]
    for methods in spec.get("paths", {}).values():
        for method, about in methods.items():
            _complete_operation(method, about)
    return spec


def _complete_operation(method, about):
    common = ["Accept-Language", "X-Request-Id"]
    if about.get("x-scope") is not None:
        common.append("Cn285-Version")
        if method == "post":
            common.insert(0, "Idempotency-Key")
        if about["x-scope"]:
            about["description"] = (
                f"{about.get('description', '')}\n\nScope: `{about['x-scope']}`".strip()
            )
    parameters = about.setdefault("parameters", [])
    parameters += [{"$ref": f"#/components/parameters/{name}"} for name in common]
    _show_example(about)


@cache
def _examples():
    return json.loads(EXAMPLES.read_text())


def _show_example(about):
    """Put into an operation's documentation what it was asked and has answered in the test."""
    example = _examples().get(about["operationId"])
    if example is None:
        return
    body = about.get("requestBody", {}).get("content", {}).get("application/json")
    if body is not None and "request" in example:
        body["example"] = example["request"]
    answers = about["responses"].get(str(example["status"]), {}).get("content", {})
    if "application/json" in answers and "answer" in example:
        answers["application/json"]["example"] = example["answer"]


def _link(paths):
    """Say of what an operation makes which operations are about it: OpenAPI's links.

    What ``POST /things`` answers has an id, which paths that begin with ``/things/{thing}`` name.
    """
    for path, methods in paths.items():
        about = methods.get("post")
        if about is None or "{" in path:
            continue
        links = {}
        for other, others in paths.items():
            rest = other.removeprefix(f"{path}/")
            if rest == other or not rest.startswith("{"):
                continue
            name = rest[1 : rest.index("}")]
            for member in others.values():
                links[member["operationId"]] = {
                    "operationId": member["operationId"],
                    "parameters": {f"path.{name}": "$response.body#/id"},
                }
        made = [status for status in ("201", "202") if status in about["responses"]]
        if links and made:
            about["responses"][made[0]]["links"] = links
