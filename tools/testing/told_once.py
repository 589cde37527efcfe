"""A story that its users tell in the same run is not told by the superuser before.

``tests/test_stories_by_users.py`` tells the addons' stories again as a billing manager or a revenue
accountant. In a run that has both, the users' is kept: it tries all that the superuser's does, and
the rights beside. What the users tell otherwise (a method of their own, or none) is kept of both. A
room alone is told by the superuser, which takes seconds.
"""

import inspect
from pathlib import Path

#: Of classes whose stories are told by a user: see ``tests/acting.py``.
MARK = "TOLD_BY_A_USER"


def known_as(cls):
    """What a class is known by, however often its module was loaded."""
    return Path(inspect.getfile(cls)).resolve(), cls.__name__


def told_again(items):
    """Tests that a user tells as they stand, as ``{(file, class, method)}``."""
    told = set()
    for item in items:
        cls = getattr(item, "cls", None)
        if not getattr(cls, MARK, False) or item.originalname in vars(cls):
            continue
        told.add((*known_as(story(cls)), item.originalname))
    return told


def story(cls):
    """The class of tests that a class tells again: the nearest of those it is made from."""
    return next(
        base
        for base in cls.__mro__[1:]
        if base.__name__.startswith("Test") and not getattr(base, MARK, False)
    )


def pytest_collection_modifyitems(config, items):
    told = told_again(items)
    kept, twice = [], []
    for item in items:
        cls = getattr(item, "cls", None)
        is_plain = cls and not getattr(cls, MARK, False)
        again = is_plain and (*known_as(cls), item.originalname) in told
        (twice if again else kept).append(item)
    if twice:
        config.hook.pytest_deselected(items=twice)
        items[:] = kept
