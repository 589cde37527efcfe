"""Checks the addons' XML for what Odoo 19 no longer understands, and that each file is loaded.

Odoo refuses most of it only when the view is opened or the module installed; this takes a second.
"""

import ast
import re
import sys
from pathlib import Path

from lxml import etree

from provision import ADDONS, ROOT

#: Attribute of any view, and what stands in its place.
GONE_ATTRIBUTES = {
    "attrs": 'invisible="…", readonly="…" or required="…"',
    "states": 'invisible="state not in (…)"',
}


def problems(path):
    """Yields (line, text) for all that is wrong in one file."""
    try:
        tree = etree.parse(str(path))
    except etree.XMLSyntaxError as error:
        yield error.lineno or 1, error.msg
        return
    for element in tree.iter(etree.Element):
        if element.tag == "tree":
            yield element.sourceline, "<tree> is <list> since Odoo 18"
        # Records carry these names as data, too: only views have them as attributes.
        for name, instead in GONE_ATTRIBUTES.items():
            if name in element.attrib and element.tag not in ("filter", "record"):
                yield element.sourceline, f"the attribute {name} is gone: {instead}"
        if (
            element.tag == "group"
            and _in_search(element)
            and set(element.attrib)
            & {
                "expand",
                "string",
            }
        ):
            yield element.sourceline, "<group> of a search view takes neither expand nor string"
        if element.get("name") == "view_mode" and re.search(r"\btree\b", element.text or ""):
            yield element.sourceline, "view_mode tree is list since Odoo 18"
        if element.tag == "t" and element.get("t-name") == "kanban-box":
            yield element.sourceline, 'the kanban template is t-name="card"'
        if "t-raw" in element.attrib:
            yield element.sourceline, "t-raw does not escape: t-out"


def _in_search(element):
    return any(parent.tag == "search" for parent in element.iterancestors())


def unloaded(addon):
    """Data files in the addon's folders that its manifest does not name."""
    manifest = ast.literal_eval((addon / "__manifest__.py").read_text())
    named = {*manifest.get("data", ()), *manifest.get("demo", ())}
    folders = ("views", "data", "security", "wizards", "report")
    for path in sorted(path for folder in folders for path in (addon / folder).rglob("*.xml")):
        if str(path.relative_to(addon)) not in named:
            yield path
    for name in sorted(named):
        if not (addon / name).is_file():
            yield addon / name


def main():
    """Prints what is wrong as file:line: text; the exit code says whether anything was."""
    found = []
    for path in sorted(ADDONS.rglob("*.xml")):
        found += [(path, line, text) for line, text in problems(path)]
    for manifest in sorted(ADDONS.glob("*/__manifest__.py")):
        for path in unloaded(manifest.parent):
            text = "not named in the manifest" if path.exists() else "named, but not there"
            found.append((path, 1, text))
    for path, line, text in found:
        print(f"{Path(path).relative_to(ROOT)}:{line}: {text}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
