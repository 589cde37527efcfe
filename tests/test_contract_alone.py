"""cn285_contract is whole without the addons that build on it."""

import os
import re
from pathlib import Path

import pytest

from .processes import copied, work

WORKER = Path(__file__).with_name("contract_alone_worker.py")
ADDONS = Path(__file__).parents[1] / "addons"
# Fields of cn285_renewal whose names are also those of Odoo's own fields, of filters or variables.
COMMON_NAMES = {
    "attachment_id",
    "by_month",
    "country_id",
    "last_day",
    "mail_message_id",
    "message_id",
}


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


def test_usage_without_the_addon_that_rates_it_is_set_aside(told):
    assert told["usage"] == {
        "reasons": ["It bills usage, and the app that does that is not installed."],
        "explained": "worked out by an addon that is not installed any more (usage_tier)",
    }


def test_it_loads_its_demonstration(told):
    assert told["demonstration"] == {"errors": [], "contracts": 396}


# === NOTHING BELOW SPEAKS OF WHAT IS ABOVE === #


def _sources(addon, pattern="*"):
    for path in sorted((ADDONS / addon).rglob(pattern)):
        if path.suffix in (".py", ".xml", ".csv", ".js") and "tests" not in path.parts:
            yield path, path.read_text()


def _names(addon, pattern):
    return {
        name for _path, text in _sources(addon, "*.py") for name in re.findall(pattern, text, re.M)
    }


def _that_speak_of(addon, words):
    any_word = "|".join(map(re.escape, sorted(words)))
    found = re.compile(rf"(?<![\w.])({any_word})(?!\w)")
    return {(path.name, word) for path, text in _sources(addon) for word in found.findall(text)}


def test_it_knows_no_field_or_model_of_renewal():
    field, model = r"^    (\w+) = fields\.", r'_name = "(cn285\.[\w.]+)"'
    fields = _names("cn285_renewal", field) - _names("cn285_contract", field) - COMMON_NAMES
    models = _names("cn285_renewal", model) - _names("cn285_contract", model)
    assert {"term_length", "withdrawal_days"} <= fields
    assert {"cn285.law", "cn285.renewal.notice"} <= models
    # Names of one word (day, name, state) are everybody's.
    words = {name for name in fields if "_" in name} | models | {"cn285_renewal"}
    assert not _that_speak_of("cn285_contract", words)


@pytest.mark.parametrize("addon", ["cn285_usage", "cn285_revrec", "cn285_netsuite_bridge"])
def test_others_do_without_renewal(addon):
    model = r'_name = "(cn285\.[\w.]+)"'
    models = _names("cn285_renewal", model) - _names("cn285_contract", model)
    assert not _that_speak_of(addon, models | {"cn285_renewal"})
