"""What a test opened is closed when it ends, however it ends."""

from types import SimpleNamespace
from unittest.mock import Mock

import closed_sessions
import pytest


def _torn_down(item, outcome=None):
    """Run the hook around a teardown that returns, or raises ``outcome``."""
    steps = closed_sessions.pytest_runtest_teardown(item)
    next(steps)
    if outcome:
        steps.throw(outcome)
    with pytest.raises(StopIteration):
        steps.send(None)


def test_session_is_closed():
    opener = Mock()
    _torn_down(SimpleNamespace(instance=SimpleNamespace(opener=opener)))
    opener.close.assert_called_once_with()


def test_session_is_closed_where_the_teardown_fails():
    opener = Mock()
    with pytest.raises(ZeroDivisionError):
        _torn_down(SimpleNamespace(instance=SimpleNamespace(opener=opener)), ZeroDivisionError())
    opener.close.assert_called_once_with()


def test_tests_without_a_session_are_left_alone():
    _torn_down(SimpleNamespace())
    _torn_down(SimpleNamespace(instance=object()))
