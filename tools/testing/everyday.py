"""What `make test` leaves to `make test-all`: what ``tests/thorough.txt`` lists.

All tests take longer than one waits for after each change. The everyday run has the engines whole,
each story once, the walls, the screens and the files that guard money; what tries the same again by
other hands, at more steps or in odder cases is thorough, whoever tells it. Tests that the command
asks for (a path, ``-k``) are run, whatever the list says.
"""

from pathlib import Path

import pytest
import told_once

ROOT = Path(__file__).resolve().parents[2]
LIST = ROOT / "tests" / "thorough.txt"


def thorough(text):
    """Entries of a list, one a line, with comments after ``#``: paths or tests, from the root."""
    lines = (line.split("#")[0].strip() for line in text.splitlines())
    return [line for line in lines if line]


def is_everyday(node, left_out):
    """Whether a test, ``folder/file.py::Class::name``, is not listed, nor what it stands in."""
    return not any(
        node.startswith((f"{entry}/", f"{entry}::")) or node == entry for entry in left_out
    )


def missing(left_out):
    """Entries of the list whose file or folder is not there."""
    return [entry for entry in left_out if not (ROOT / entry.split("::")[0]).exists()]


def pytest_addoption(parser):
    parser.addoption(
        "--everything", action="store_true", help="the thorough tests too: tests/thorough.txt"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """Before ``told_once``: what a user tells in a file that is left out is not told there."""
    if not _is_of_every_day(config):
        return
    entries = thorough(LIST.read_text())
    if gone := missing(entries):
        raise pytest.UsageError(f"{LIST.name} lists what is not there: {', '.join(gone)}")
    kept, left = [], []
    for item in items:
        waits = not all(is_everyday(node, entries) for node in _nodes(item))
        (left if waits else kept).append(item)
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = kept


def _nodes(item):
    """A test, and the one that it tells again as a user: a story waits, whoever tells it."""
    yield item.nodeid
    cls = getattr(item, "cls", None)
    if getattr(cls, told_once.MARK, False):
        file, name = told_once.known_as(told_once.story(cls))
        yield f"{file.relative_to(ROOT)}::{name}::{item.originalname}"


def _is_of_every_day(config):
    """Whether the command asks for no tests in particular."""
    option = config.option
    return not (option.everything or option.file_or_dir or option.keyword or option.markexpr)


def pytest_terminal_summary(terminalreporter, config):
    if _is_of_every_day(config):
        terminalreporter.write_line("the thorough tests were left out: make test-all has them too")
