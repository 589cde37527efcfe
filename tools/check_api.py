"""Holds the API against the specification that programs were written for.

python tools/check_api.py            fails where something was taken away, or is not noted yet
python tools/check_api.py --write    notes what came new; refuses where something was taken away

The specification is addons/cn285_api/static/openapi.json. No database is needed.
"""

import argparse
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
    from odoo.addons.cn285_api.engine.headers import LATEST
    from odoo.addons.cn285_api.routers import ROUTERS

    app = FastAPI(
        title="Cn285 API", version=LATEST, docs_url=None, redoc_url=None, openapi_url=None
    )
    for router, _model in ROUTERS:
        app.include_router(router)
    describe(app)
    return json.loads(json.dumps(app.openapi()))


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
