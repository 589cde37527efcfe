"""Which tests wait for ``make test-all``."""

from types import SimpleNamespace

import everyday
import pytest


def test_the_list_names_what_is_there():
    listed = everyday.thorough(everyday.LIST.read_text())
    assert listed
    assert everyday.missing(listed) == []


def test_comments_and_blank_lines():
    assert everyday.thorough("# why\n\ntests/a.py\n  addons/b/tests  # odd cases\n") == [
        "tests/a.py",
        "addons/b/tests",
    ]


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        ("tests/test_a.py::test_x", False),
        ("tests/test_ab.py::test_x", True),
        ("tests/a/test_c.py::test_x", False),
        ("tests/ab/test_c.py::test_x", True),
        ("tests/test_d.py::TestD::test_one", False),
        ("tests/test_d.py::TestD::test_one[2]", True),
        ("tests/test_d.py::TestD::test_two", True),
    ],
)
def test_a_folder_leaves_out_what_is_in_it(node, expected):
    left_out = ["tests/test_a.py", "tests/a", "tests/test_d.py::TestD::test_one"]
    assert everyday.is_everyday(node, left_out) is expected


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        ({}, ["quick"]),
        ({"everything": True}, ["slow", "quick"]),
        ({"keyword": "test"}, ["slow", "quick"]),
        ({"file_or_dir": ["tests"]}, ["slow", "quick"]),
    ],
)
def test_what_the_command_asks_for_is_run(monkeypatch, tmp_path, asked, left):
    listed = tmp_path / "thorough.txt"
    here = "tests/tools/test_everyday.py"
    listed.write_text(f"{here}::slow\n")
    monkeypatch.setattr(everyday, "LIST", listed)
    items = [SimpleNamespace(nodeid=f"{here}::{name}") for name in ("slow", "quick")]
    everyday.pytest_collection_modifyitems(_config(**asked), items)
    assert [item.nodeid.split("::")[1] for item in items] == left


class TestWaiting:
    __test__ = False


class TestWaitingByUser(TestWaiting):
    TOLD_BY_A_USER = True


class TestTodayByUser(TestWaiting):
    """Not told by a user: it only has the story's name in its own."""


def test_a_story_that_waits_is_not_told_by_its_users_either(monkeypatch, tmp_path):
    listed = tmp_path / "thorough.txt"
    listed.write_text("tests/tools/test_everyday.py::TestWaiting\n")
    monkeypatch.setattr(everyday, "LIST", listed)
    items = [
        SimpleNamespace(nodeid=f"tests/told.py::{cls.__name__}::test_x", cls=cls, originalname="x")
        for cls in (TestWaitingByUser, TestTodayByUser)
    ]
    everyday.pytest_collection_modifyitems(_config(), items)
    assert [item.cls for item in items] == [TestTodayByUser]


def test_a_list_that_is_out_of_date_is_said(monkeypatch, tmp_path):
    listed = tmp_path / "thorough.txt"
    listed.write_text("tests/test_gone.py\n")
    monkeypatch.setattr(everyday, "LIST", listed)
    with pytest.raises(pytest.UsageError, match=r"tests/test_gone\.py"):
        everyday.pytest_collection_modifyitems(_config(), [])


def _config(**asked):
    said = {"everything": False, "file_or_dir": [], "keyword": "", "markexpr": "", **asked}
    hook = SimpleNamespace(pytest_deselected=lambda items: None)
    return SimpleNamespace(option=SimpleNamespace(**said), hook=hook)
