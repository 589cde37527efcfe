"""Signed messages, answers, names, and what follows from what there is at Yousign; without Odoo."""

import json
from datetime import date, datetime

import pytest
from cn285_sign_yousign_engine.answers import (
    BUSY_SECONDS,
    LONGEST_WAIT,
    Meaning,
    meaning,
    wait_seconds,
)
from cn285_sign_yousign_engine.found import (
    STATES,
    Found,
    NotFiltered,
    NotUnderstood,
    Signer,
    Step,
    next_step,
    pair,
    pick,
    read_request,
)
from cn285_sign_yousign_engine.orders import (
    Person,
    phone_of,
    request_order,
    signature_field,
    signer_order,
    split_name,
)
from cn285_sign_yousign_engine.webhook import BadEvent, is_signed, read_event, signature
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 11, 30, 10, 0)


# === MESSAGES === #


def test_a_signature_as_yousign_makes_it():
    """HMAC-SHA256 of RFC 4231, test case 2, behind the word that Yousign puts before it."""
    expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert signature(b"what do ya want for nothing?", "Jefe") == f"sha256={expected}"


@given(st.binary(max_size=50), st.text(min_size=1).filter(str.strip), st.text(), st.binary())
def test_only_the_secret_signs_the_very_body(body, secret, other, more):
    header = signature(body, secret)
    assert is_signed(body, header, secret)
    assert is_signed(body + more, header, secret) == (not more)
    assert is_signed(body, header, other) == (other == secret)
    for wrong in (None, "", "sha256=", header[7:], header[:-1], header + "0", "é"):
        assert not is_signed(body, wrong, secret)
    for nothing in (None, "", "  "):
        assert not is_signed(body, signature(body, nothing or ""), nothing)


def event(**values):
    said = {
        "event_id": "e-1",
        "event_name": "signature_request.done",
        "event_time": "1670855889",
        "sandbox": True,
        "data": {"signature_request": {"id": "r-1", "external_id": "cn285-1"}},
    }
    return json.dumps({**said, **values}).encode()


def test_an_event():
    found = read_event(event())
    assert (found.event_id, found.request, found.external_id) == ("e-1", "r-1", "cn285-1")
    assert found.sandbox and found.at == datetime(2022, 12, 12, 14, 38, 9)
    bare = read_event(event(event_time="soon", sandbox="true", data=None))
    assert (bare.at, bare.sandbox, bare.request) == (None, False, "")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no json",
        b"\xff",
        b"[]",
        b"{}",
        b"[" * 100_000,
        event(event_id=""),
        event(event_id=7),
        event(event_id="x" * 101),
        event(event_id="a\0b"),
        event(event_id="a\ud800"),
        event(data=[1]),
        event(data={"signature_request": {"id": {"a": 1}}}),
    ],
)
def test_signed_nonsense(body):
    with pytest.raises(BadEvent):
        read_event(body)


@given(st.binary() | st.recursive(st.none() | st.text(), st.lists).map(json.dumps).map(str.encode))
def test_nothing_else_than_a_bad_event(body):
    with pytest.raises(BadEvent):
        read_event(body)


# === ANSWERS === #


def test_what_was_perhaps_done_is_never_taken_for_not_done():
    for status in (None, 408, 500, 502, 503, 504, 599):
        assert meaning(status) is Meaning.UNKNOWN
    assert meaning(429) is Meaning.BUSY
    assert {meaning(status) for status in (400, 409, 422, 301)} == {Meaning.REFUSED}


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120),
        ("0", 1),
        ("999999999999", LONGEST_WAIT),
        ("Mon, 30 Nov 2026 10:01:30 GMT", 90),
        ("Mon, 30 Nov 2026 09:00:00 GMT", 1),
        ("soon", BUSY_SECONDS),
        ("-5", BUSY_SECONDS),
        ("²", BUSY_SECONDS),
        ("", BUSY_SECONDS),
    ],
)
def test_how_long_to_wait(said, seconds):
    assert wait_seconds({"Retry-After": said}, NOW) == seconds


# === ORDERS === #


@given(st.text(max_size=300))
def test_a_name_is_always_two(name):
    first, last = split_name(name)
    assert 0 < len(first) <= 100
    assert 0 < len(last) <= 100
    assert not set("<>_\n") & set(first + last)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+33612345678", "+33612345678"),
        ("+33 6-12.34/56 78", "+33612345678"),
        ("0612345678", ""),
        ("+0612345678", ""),
        ("+33", ""),
        ("", ""),
        ("+3361234567890123456", ""),
        ("+٣٣٦١٢٣٤٥٦٧٨", ""),
    ],
)
def test_numbers(text, number):
    assert phone_of(text) == number


@pytest.mark.parametrize(
    ("level", "code", "sent"),
    [
        ("simple", "mail", ("electronic_signature", "otp_email")),
        ("simple", "none", ("electronic_signature", "no_otp")),
        ("simple", "sms", ("electronic_signature", "otp_sms")),
        ("advanced", "mail", ("advanced_electronic_signature", "otp_sms")),
    ],
)
def test_levels(level, code, sent):
    person = Person("Camille Martin", "c@client.example", "+33 6 12 34 56 78", "fr_FR")
    order = signer_order(person, level, code, [signature_field("d-1", 3, 0)])
    assert (order["signature_level"], order["signature_authentication_mode"]) == sent
    assert ("phone_number" in order["info"]) == (sent[1] == "otp_sms")
    assert order["info"]["locale"] == "fr"


def test_without_a_number_there_is_no_text_message():
    with pytest.raises(ValueError, match="Camille"):
        signer_order(Person("Camille Martin", "c@client.example"), "advanced", "mail", [])


def test_fields_stand_beside_one_another_on_the_page():
    fields = [signature_field("d", 1, place) for place in range(8)]
    places = {(one["x"], one["y"]) for one in fields}
    assert len(places) == 8
    for one in fields:
        assert 0 <= one["x"] <= 595 - one["width"]
        assert 0 <= one["y"] <= 842 - one["height"]


def test_a_request_is_a_draft_in_order():
    order = request_order("cn285-1", "x" * 300, date(2026, 12, 30), "Europe/Paris", "fr_FR")
    assert order["ordered_signers"] and order["external_id"] == "cn285-1"
    assert order["expiration_date"] == "2026-12-30" and len(order["name"]) == 128


# === WHAT THERE IS === #


def found(status="draft", **values):
    return Found(**{"id": "r-1", "status": status, "external_id": "k", **values})


def test_the_one_that_was_sent_is_kept():
    sent, old, new = (
        found("ongoing", id="c", created_at="3"),
        found(id="a", created_at="1"),
        found(id="b", created_at="2"),
    )
    assert pick([new, old], "k") == (old, [new])
    assert pick([new, old, sent], "k") == (sent, [old, new])
    assert pick([found("deleted")], "k") == (None, [])
    with pytest.raises(NotFiltered):
        pick([old, found(external_id="another")], "k")


@pytest.mark.parametrize("said", [None, [], {}, {"id": 1, "status": "draft"}, {"id": "x"}, "x"])
def test_what_is_no_request(said):
    with pytest.raises(NotUnderstood):
        read_request(said)


def test_a_status_that_yousign_did_not_have():
    with pytest.raises(NotUnderstood):
        _state = found("brand_new").state


def test_which_signer_is_which():
    theirs = [Signer("1", "a@x"), Signer("2", "b@x"), Signer("3", "A@x")]
    assert {
        own: one.id for own, one in pair([(7, "a@X"), (8, "a@x"), (9, "b@x")], theirs).items()
    } == {
        7: "1",
        8: "3",
        9: "2",
    }
    assert pair([(7, "z@x")], theirs) == {}


TWO = (Signer("1"), Signer("2"))


@pytest.mark.parametrize(
    ("state", "there", "overdue", "step"),
    [
        ("sent", None, False, Step.CREATE),
        ("sent", None, True, Step.NOTHING),
        ("sent", found(), False, Step.UPLOAD),
        ("sent", found(documents=("d",)), False, Step.ADD_SIGNER),
        ("sent", found(documents=("d",), signers=TWO[:1]), False, Step.ADD_SIGNER),
        ("sent", found(documents=("d",), signers=TWO), False, Step.ACTIVATE),
        ("sent", found(documents=("d",), signers=TWO), True, Step.DELETE),
        ("sent", found("approval"), False, Step.TAKE),
        ("sent", found("ongoing"), False, Step.TAKE),
        ("sent", found("ongoing"), True, Step.CANCEL),
        ("sent", found("done"), True, Step.TAKE),
        ("sent", found("expired"), True, Step.TAKE),
        ("expired", found("ongoing"), False, Step.TAKE),
        ("expired", found("ongoing"), True, Step.CANCEL),
        ("expired", found("done"), True, Step.TAKE),
        ("expired", found("declined"), False, Step.TAKE),
        ("expired", found("canceled"), False, Step.TAKE),
        ("expired", found("canceled"), True, Step.NOTHING),
        ("expired", found("expired"), True, Step.NOTHING),
        ("expired", None, True, Step.NOTHING),
        ("cancelled", found(), False, Step.DELETE),
        ("cancelled", found("ongoing"), False, Step.CANCEL),
        ("cancelled", found("done"), False, Step.TELL),
        ("replaced", found("done"), False, Step.TELL),
        ("replaced", found("canceled"), False, Step.NOTHING),
        ("signed", found("ongoing"), False, Step.NOTHING),
        ("declined", found("declined"), False, Step.NOTHING),
        ("draft", None, False, Step.NOTHING),
    ],
)
def test_what_follows(state, there, overdue, step):
    assert next_step(state, there, 2, overdue=overdue) is step


@given(st.lists(st.sampled_from(["work", "lost", "refused"]), max_size=40), st.integers(1, 4))
def test_whatever_answers_are_lost_there_is_one_request(luck, signers):
    """A provider that does what it is told, and whose answer is lost; or does nothing."""
    there = []

    def step():
        one, rest = pick(there, "k")
        assert not rest
        what = next_step("sent", one, signers)
        if what is Step.CREATE:
            there.append(found())
        elif what is Step.UPLOAD:
            there[0] = found(documents=("d",))
        elif what is Step.ADD_SIGNER:
            more = (*there[0].signers, Signer(str(len(there[0].signers))))
            there[0] = found(documents=("d",), signers=more)
        elif what is Step.ACTIVATE:
            there[0] = found("ongoing", documents=("d",), signers=there[0].signers)
        return what

    for one in luck:
        if one != "refused":  # the act is done, whether or not its answer arrives
            step()
    while step() is not Step.TAKE:
        pass
    assert [one.status for one in there] == ["ongoing"]
    assert len(there[0].signers) == signers and there[0].documents == ("d",)


def test_what_is_read_before_is_no_document_to_be_signed():
    files = [{"id": "d", "nature": "signable_document"}, {"id": "a", "nature": "attachment"}]
    read = read_request({"id": "r-1", "status": "draft", "documents": files})
    assert (read.documents, read.attachments) == (("d",), ("a",))


@pytest.mark.parametrize(
    ("attachments", "there", "step"),
    [
        (1, found(documents=("d",)), Step.UPLOAD),
        (2, found(documents=("d",), attachments=("a",)), Step.UPLOAD),
        (1, found(documents=("d",), attachments=("a",)), Step.ADD_SIGNER),
        (1, found(documents=("d",), attachments=("a",), signers=TWO), Step.ACTIVATE),
        # By what was read it is known; what was sent is not sent again.
        (1, found("ongoing", documents=("d",)), Step.TAKE),
    ],
)
def test_all_files_are_there_before_it_is_sent(attachments, there, step):
    assert next_step("sent", there, 2, attachments) is step


def test_every_state_is_known():
    assert set(STATES.values()) == {None, "sent", "signed", "declined", "expired", "cancelled"}
