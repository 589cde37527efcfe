"""Holds the API against the specification that programs were written for.

python tools/check_api.py            fails where something was taken away, or is not noted yet
python tools/check_api.py --write    notes what came new; refuses where something was taken away

The specification is addons/cn285_api/static/openapi.json: that of a database where all of our
addons are installed, those too that bring routers (``ROUTERS`` of a package ``routers``) or have
bodies take more (``ADDED``). No database is needed.
"""

import argparse
import importlib
import json
import sys

import odoo.addons

from provision import ADDONS

GOLDEN = ADDONS / "cn285_api" / "static" / "openapi.json"


def current():
    """The specification as the routers have it now, all of ours installed."""
    odoo.addons.__path__.append(str(ADDONS))
    from fastapi import FastAPI
    from odoo.addons.cn285_api.core.documentation import describe
    from odoo.addons.cn285_api.core.extending import widened
    from odoo.addons.cn285_api.engine.headers import LATEST

    packages = routers()
    added = [pair for package in packages for pair in getattr(package, "ADDED", ())]
    app = FastAPI(
        title="Cn285 API", version=LATEST, docs_url=None, redoc_url=None, openapi_url=None
    )
    for package in packages:
        for router, _model in package.ROUTERS:
            app.include_router(widened(router, added))
    describe(app)
    return json.loads(json.dumps(app.openapi()))


def routers():
    """The packages of routers of all of our addons, cn285_api's first."""
    names = {path.parents[1].name for path in ADDONS.glob("*/routers/__init__.py")}
    others = sorted(names - {"cn285_api"})
    return [
        importlib.import_module(f"odoo.addons.{name}.routers") for name in ("cn285_api", *others)
    ]


def main(arguments=None):
    """Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="note what came new")
    options = parser.parse_args(arguments)
    found = current()
    from odoo.addons.cn285_api.engine.narrowing import narrowed

    golden = json.loads(GOLDEN.read_text()) if GOLDEN.exists() else {}
    lost = narrowed(golden, found)
    for line in lost:
        print(f"taken away: {line}")
    if lost:
        return 1
    if options.write:
        GOLDEN.write_text(json.dumps(found, indent=1, ensure_ascii=False, sort_keys=True) + "\n")
        return 0
    missing = narrowed(found, golden)
    for line in missing:
        print(f"not noted yet (python tools/check_api.py --write): {line}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
