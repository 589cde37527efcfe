"""The catalogue as a page for people: docs/bi.md from its marker on."""

from collections.abc import Iterable

from .catalogue import KINDS, View

#: From this line on a page is made of the catalogue.
MARKER = "<!-- Made of the catalogue: python tools/bi_page.py --write -->"
_TYPES = {**KINDS, "key": "key"}


def text(views: Iterable[View]) -> str:
    """All views with their columns, in English and in French, as Markdown."""
    views = list(views)
    lines = [MARKER, "", "| View | A row is | Une ligne est | Addon |", "| --- | --- | --- | --- |"]
    lines += [
        f"| [{view.name}](#{view.name}) | {_cell(view.en)} | {_cell(view.fr)} | `{view.addon}` |"
        for view in views
    ]
    for view in views:
        lines += ["", f"### {view.name}", f"{view.en}.  ", f"*{view.fr}.*", ""]
        lines += ["| Column | Type | Is | En français |", "| --- | --- | --- | --- |"]
        lines += [
            f"| `{one.name}` | {_TYPES[one.kind]} | {_cell(_with_addon(one))} | {_cell(one.fr)} |"
            for one in view.columns
        ]
    return "\n".join(lines) + "\n"


def _with_addon(column) -> str:
    return f"{column.en} (`{column.addon}`)" if column.addon else column.en


def _cell(told: str) -> str:
    return told.replace("|", "\\|")
