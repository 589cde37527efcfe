"""cn285_contract is whole without the addons that build on it."""

import os
from pathlib import Path

import pytest

from .processes import copied, work

WORKER = Path(__file__).with_name("contract_alone_worker.py")


@pytest.fixture(scope="module")
def told():
    with copied(os.environ["CN285_BASE"]) as name:
        yield work(WORKER, name, "story")


def test_nothing_else_is_installed(told):
    assert set(told["addons"]) <= {"cn285_contract", "cn285_import"}


def test_it_confirms_bills_changes_and_terminates(told):
    assert told["billed"] == 2
    assert told["states"] == ["applied", "applied", "applied"]
    assert told["heir"] == ["Heir", ["posted"]]
    assert told["last day"] == told["today"]
