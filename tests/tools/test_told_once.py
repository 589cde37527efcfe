"""Stories that users tell are told once, whatever is told otherwise twice."""

from types import SimpleNamespace

import pytest
import told_once


class TestStory:
    __test__ = False

    def test_told(self):
        """Told by a user as it stands."""

    def test_otherwise(self):
        """Told by a user in words of his own."""

    def test_never(self):
        """Nothing that a user does."""


class TestStoryByUser(TestStory):
    TOLD_BY_A_USER = True

    test_never = None

    def test_otherwise(self):
        """In other words."""


class TestOther:
    __test__ = False

    def test_told(self):
        """A test of the same name that no user tells."""


@pytest.fixture
def items():
    told = ("test_told", "test_otherwise", "test_never")
    return [
        *(SimpleNamespace(cls=TestStory, originalname=name) for name in told),
        *(SimpleNamespace(cls=TestStoryByUser, originalname=name) for name in told[:2]),
        SimpleNamespace(cls=TestOther, originalname="test_told"),
        SimpleNamespace(cls=None, originalname="test_told"),
    ]


def left(items):
    gone = []
    hook = SimpleNamespace(pytest_deselected=lambda items: gone.extend(items))
    told_once.pytest_collection_modifyitems(SimpleNamespace(hook=hook), items)
    names = [(item.cls and item.cls.__name__, item.originalname) for item in items]
    return names, [(item.cls.__name__, item.originalname) for item in gone]


def test_only_what_a_user_tells_as_it_stands_goes(items):
    names, gone = left(items)
    assert gone == [("TestStory", "test_told")]
    assert names == [
        ("TestStory", "test_otherwise"),
        ("TestStory", "test_never"),
        ("TestStoryByUser", "test_told"),
        ("TestStoryByUser", "test_otherwise"),
        ("TestOther", "test_told"),
        (None, "test_told"),
    ]


def test_a_room_alone_is_told_by_the_superuser(items):
    alone = [item for item in items if item.cls is not TestStoryByUser]
    names, gone = left(alone)
    assert not gone
    assert len(names) == 5
