"""Holds docs/bi.md against the catalogue of views that it is made of.

python tools/bi_page.py            fails where the page is not what the catalogue says
python tools/bi_page.py --write    makes it anew, from its marker on

No database is needed.
"""

import argparse
import importlib
import sys

from provision import ADDONS, ROOT

PAGE = ROOT / "docs" / "bi.md"


def wanted(before):
    """The page with what people wrote before the marker, and the catalogue after it."""
    # The addon's own modules, without Odoo: as its engine's tests import them.
    sys.path.insert(0, str(ADDONS / "cn285_bi" / "tests" / "engine"))
    addon = "cn285_bi_house.cn285_bi"
    page = importlib.import_module(f"{addon}.engine.page")
    views = importlib.import_module(f"{addon}.catalogue").CATALOGUE
    written, marker, _made = before.partition(page.MARKER)
    if not marker:
        raise SystemExit(f"{PAGE.name}: the line {page.MARKER} is missing")
    return written + page.text(views)


def main(arguments=None):
    """Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="make it anew")
    options = parser.parse_args(arguments)
    before = PAGE.read_text()
    after = wanted(before)
    if before == after:
        return 0
    if options.write:
        PAGE.write_text(after)
        return 0
    print("docs/bi.md is not what the catalogue says: python tools/bi_page.py --write")
    return 1


if __name__ == "__main__":
    sys.exit(main())
