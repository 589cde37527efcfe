"""The text of a letter that users edit: paragraphs with placeholders such as ``{{ last_day }}``.

Paragraphs are parted by empty lines. A placeholder stands for words within a paragraph, or, alone
on its own, for something that is drawn: a box, a table, several paragraphs. No code is run.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

_PLACEHOLDER = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")
_BRACES = re.compile(r"\{\{.*?\}\}|\{\{|\}\}", re.DOTALL)


def placeholders(text: str) -> list[str]:
    """Return the names of the placeholders in a text, each once, in order.

    >>> placeholders("Until {{ day }}, and {{day}} only: {{ box }}")
    ['day', 'box']
    """
    return list(dict.fromkeys(_PLACEHOLDER.findall(text)))


def malformed(text: str) -> list[str]:
    """Return what looks like a placeholder and is none.

    >>> malformed("Until {{ Day }}, {{ day }}, {{ day")
    ['{{ Day }}', '{{']
    """
    return [found for found in _BRACES.findall(text) if not _PLACEHOLDER.fullmatch(found)]


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a text, without empty ones.

    >>> paragraphs(" One, \\n two.\\n\\n\\n{{ box }}\\n")
    ['One,\\ntwo.', '{{ box }}']
    """
    parts = re.split(r"\n\s*\n", text.replace("\r\n", "\n"))
    lines = ("\n".join(line.strip() for line in part.strip().split("\n")) for part in parts)
    return [part for part in lines if part]


def alone(paragraph: str) -> str | None:
    """Return the placeholder that a paragraph consists of, None where it is more than that."""
    found = _PLACEHOLDER.fullmatch(paragraph)
    return found.group(1) if found else None


def amid(text: str, names: Iterable[str]) -> list[str]:
    """Return those of the names that stand amid other words of a paragraph.

    >>> amid("See {{ box }}.\\n\\n{{ facts }}", ["box", "facts"])
    ['box']
    """
    wanted = set(names)
    return [
        name
        for part in paragraphs(text)
        if alone(part) is None
        for name in placeholders(part)
        if name in wanted
    ]


def fill_words(text: str, words: Mapping[str, str]) -> str:
    """Return the text with words for its placeholders; raise ``KeyError`` for an unknown one."""
    return _PLACEHOLDER.sub(lambda found: words[found.group(1)], text)


def fill(text: str, words: Mapping[str, str], blocks: Mapping[str, Iterable[Any]]) -> list[Any]:
    """Return the parts of a letter: its paragraphs as text, and what its blocks consist of.

    ``words``: what stands for placeholders within paragraphs; a paragraph that is left empty is
    left out. ``blocks``: what stands for those on their own. Raises ``KeyError`` for an unknown
    placeholder.

    >>> fill("Dear {{ who }},\\n\\n{{ facts }}\\n\\n{{ note }}", {"who": "you", "note": ""},
    ...      {"facts": [1, 2]})
    ['Dear you,', 1, 2]
    """
    parts: list[Any] = []
    for part in paragraphs(text):
        name = alone(part)
        if name in blocks:
            parts.extend(blocks[name])
            continue
        filled = fill_words(part, words).strip()
        if filled:
            parts.append(filled)
    return parts
