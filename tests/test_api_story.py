"""A program that has nothing but the generated client lives a contract's whole life over HTTP.

In real processes: the API over a socket, jobs, and a receiver of webhooks that refuses one message
in five. ``CN285_API_EVENTS=50000`` sends as many usage events as a large customer's day has.
"""

import os
from pathlib import Path

import pytest

from .processes import copied, work

WORKER = Path(__file__).with_name("api_story_worker.py")
EVENTS = os.environ.get("CN285_API_EVENTS", "5000")


@pytest.fixture(scope="module")
def story():
    with copied(os.environ["CN285_TEST_TEMPLATE"]) as name:
        yield work(WORKER, name, "story", env={**os.environ, "CN285_API_EVENTS": EVENTS})


def test_it_ran_when_it_was_signed_in_french_in_a_browser(story):
    assert story["signature"] == ["sent", "signed"]
    assert story["same_file"], "the page shows the very file that is signed"
    assert story["signed"] == "active"
    assert story["signer"] == "Camille Martin"
    assert story["proof"] == "%PDF"
    assert story["evidence"]


def test_a_change_was_tried_before_it_was_made(story):
    assert story["tried"] == ["100.00", "300.00"]
    assert story["change"] == "scheduled"


def test_each_event_was_counted_once(story):
    assert story["accepted"] == int(EVENTS)
    assert story["duplicates"] == int(EVENTS)
    assert story["usage_amount"] == f"{int(EVENTS) * 0.01:.2f}"


def test_what_was_billed_was_fetched_with_its_statement(story):
    assert story["run"] == "done"
    assert story["invoices"]
    assert story["pdf"] == "%PDF"
    assert story["statement"] > 100


def test_a_part_was_credited(story):
    assert story["credited"] == "25.00"


def test_it_ended_on_the_day_that_was_asked_for(story):
    assert story["ending"] == story["earliest"]
    assert float(story["refund"]) >= 0


def test_every_webhook_came_once_and_in_order(story):
    assert story["refused"] >= 2, "the receiver must refuse some"
    assert story["unsigned"] == 0
    assert sorted(story["received"]) == sorted(story["told"])
    assert story["in_order"]
    types = set(story["types"])
    assert types >= {
        "contract.created",
        "contract.active",
        "signature.sent",
        "signature.completed",
        "document.filed",
        "contract_change.scheduled",
        "invoice.posted",
        "billing_run.finished",
    }
