"""The next number of a sequence of which not all is seen."""

import pytest
from cn285_engine.next_number import last_taken
from hypothesis import given
from hypothesis import strategies as st


def ask(end, last, guess):
    """Return what is found where ``end`` is the last taken, and how many questions it took."""
    asked = []

    def is_taken(number):
        asked.append(number)
        return number <= end

    return last_taken(is_taken, last, guess), len(asked)


@pytest.mark.parametrize(
    ("end", "last", "guess", "questions"),
    [
        (100, 100, 100, 1),  # nobody else took any
        (300, 100, 300, 2),  # another job took 200, as was foreseen
        (300, 100, 100, 15),  # nobody foresaw it: not 200 questions
        (100, 100, 300, 8),  # the other job failed: halved from 200 to 1
    ],
)
def test_few_questions(end, last, guess, questions):
    assert ask(end, last, guess) == (end, questions)


@given(last=st.integers(0, 50), taken=st.integers(0, 5000), guess=st.integers(0, 6000))
def test_found_whatever_was_guessed(last, taken, guess):
    found, questions = ask(last + taken, last, guess)
    assert found == last + taken
    assert questions <= 30
