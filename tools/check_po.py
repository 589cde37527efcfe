"""Checks the French translations: complete, none fuzzy, placeholders as in the English text."""

import re
import sys

import polib

from provision import ADDONS, ROOT

PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[-+ #0]*\d*(?:\.\d+)?[sdrfi%]")


def problems(path):
    """Yields (line, text) for all that is wrong in one file."""
    catalogue = polib.pofile(str(path), check_for_duplicates=False)
    seen = set()
    for entry in catalogue:
        if entry.obsolete:
            continue
        key = (entry.msgctxt, entry.msgid)
        if key in seen:
            yield entry.linenum, f"twice: {entry.msgid!r}"
        seen.add(key)
        if entry.fuzzy:
            yield entry.linenum, f"fuzzy: {entry.msgid!r}"
        elif not entry.msgstr:
            yield entry.linenum, f"not translated: {entry.msgid!r}"
        elif sorted(PLACEHOLDER.findall(entry.msgid)) != sorted(PLACEHOLDER.findall(entry.msgstr)):
            yield entry.linenum, f"other placeholders than in English: {entry.msgid!r}"


def main():
    """Prints what is wrong as file:line: text; the exit code says whether anything was."""
    failed = False
    for path in sorted(ADDONS.glob("*/i18n/*.po")):
        for line, text in problems(path):
            failed = True
            print(f"{path.relative_to(ROOT)}:{line}: {text}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
