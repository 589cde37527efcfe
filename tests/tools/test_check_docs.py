"""The check that what the docs name is there."""

import subprocess

import check_docs
import pytest

PYTHON = """
LIMIT = 3

class Run(models.Model):
    _name = "sample.run"

    state = fields.Char()

    def _bill(self):
        return self.env["sample.kind"]
"""


@pytest.fixture
def found():
    tree = check_docs.Tree()
    tree.add_path("addons/cn285_sample/models/billing/run.py")
    tree.add_python(PYTHON)
    return tree


@pytest.mark.parametrize(
    "token",
    [
        "addons/cn285_sample/models/billing/run.py",
        "models/billing/run.py",
        "billing/",
        "run.py",
        "sample.run",
        "sample.run._bill",
        "sample.run._bill()",
        "sample.run.state",
        "sample.kind",
        "_bill",
        # Not names of the tree: words, commands, patterns.
        "planned",
        "make lint",
        "cn285_NAME",
        "[start, end)",
    ],
)
def test_there(found, token):
    assert found.has(token)


@pytest.mark.parametrize(
    "token",
    [
        "models/run.py",
        "billing/bill.py",
        "bill.py",
        "sample.run._pay",
        "sample.run.LIMIT",
        "sample.walk",
        "_pay",
    ],
)
def test_not_there(found, token):
    assert not found.has(token)


def test_names_of_a_page(found, tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# Page\n\n`_bill` and `_pay`\n\n```\n`_gone`\n```\n`run.py`, `walk.py`\n")
    assert list(check_docs.unknown_names(page, found)) == [(3, "_pay"), (8, "walk.py")]


def test_links_of_a_page(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "[one](other.md) [two](gone.md#here)\n[web](https://example.org) [here](#there) [up](.)\n"
    )
    (tmp_path / "other.md").write_text("")
    assert list(check_docs.broken_links(page)) == [(1, "gone.md#here")]


def test_engines_of_a_page(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("**one**\n\n| `plan.py` |\n\n**two**\n\n| `money.py` |\n")
    for name in ("one/engine/__init__", "one/engine/plan", "one/engine/money", "two/engine/money"):
        path = tmp_path / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    missing = list(check_docs.unlisted_engines(page, tmp_path))
    assert missing == [tmp_path / "one/engine/money.py"]


def test_the_tree_is_that_of_git(tmp_path):
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    (tmp_path / ".gitignore").write_text("made/\n")
    for name in ("kept.py", "made/gone.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("NAME_OF_IT = 1\n")
    tree = check_docs.tree(tmp_path)
    assert tree.has("kept.py")
    assert tree.has("NAME_OF_IT")
    assert not tree.has("made/gone.py")
