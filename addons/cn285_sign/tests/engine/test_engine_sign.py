"""Codes, the log's chain, and whose turn it is, without Odoo."""

import base64
import io
import ipaddress
from datetime import datetime, timedelta

import pytest
from cn285_sign_engine.chain import START, first_broken, link
from cn285_sign_engine.codes import (
    ASKED_AN_HOUR,
    MAILS_AN_HOUR,
    TRIES,
    VALID_FOR,
    WRONG_AN_HOUR,
    Answer,
    Code,
    check,
    hashed,
    may_send,
    may_try,
    network,
    new_code,
)
from cn285_sign_engine.drawings import drawing
from cn285_sign_engine.flow import MOVES, OVER, Signer, may_move, outcome, turn
from cn285_sign_engine.words import many_lines, one_line
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

NOW = datetime(2026, 11, 30, 10, 0)
CODE = Code(hashed("012345", "secret"), NOW)


@pytest.mark.parametrize(
    ("typed", "code", "secret", "later", "expected"),
    [
        ("012345", CODE, "secret", timedelta(), Answer.RIGHT),
        (" 012 345 ", CODE, "secret", VALID_FOR, Answer.RIGHT),
        ("12345", CODE, "secret", timedelta(), Answer.WRONG),
        ("", CODE, "secret", timedelta(), Answer.WRONG),
        ("012345", CODE, "another", timedelta(), Answer.WRONG),
        ("012345", CODE, "secret", VALID_FOR + timedelta(seconds=1), Answer.EXPIRED),
        ("012345", Code(CODE.hashed, NOW, TRIES), "secret", timedelta(), Answer.EXHAUSTED),
        ("012345", Code(CODE.hashed, NOW, TRIES - 1), "secret", timedelta(), Answer.RIGHT),
        ("012345", None, "secret", timedelta(), Answer.NONE),
    ],
)
def test_codes(typed, code, secret, later, expected):
    assert check(typed, code, secret, NOW + later) is expected


def test_codes_are_six_digits_and_differ():
    codes = {new_code() for _number in range(200)}
    assert all(len(code) == 6 and code.isdigit() for code in codes)
    assert len(codes) > 150


def test_so_many_mails_an_hour():
    sent = [NOW - timedelta(minutes=number) for number in range(MAILS_AN_HOUR)]
    assert not may_send(sent, NOW)
    assert may_send(sent[1:], NOW)
    assert may_send(sent, NOW + timedelta(hours=1))


def chained(entries):
    previous, rows = START, []
    for entry in entries:
        own = link(previous, entry)
        rows.append((previous, own, entry))
        previous = own
    return rows


ENTRIES = st.lists(
    st.dictionaries(st.text(max_size=5), st.one_of(st.text(), st.integers(), st.none())),
    min_size=1,
    max_size=6,
)


@given(ENTRIES, st.data())
def test_an_altered_log_is_told(entries, data):
    rows = chained(entries)
    assert first_broken(rows) is None
    place = data.draw(st.integers(0, len(rows) - 1))
    previous, own, entry = rows[place]
    altered = [*rows]
    altered[place] = (previous, own, {**entry, "forged": True})
    assert first_broken(altered) == place
    without = rows[:place] + rows[place + 1 :]
    assert first_broken(without) == (None if place == len(rows) - 1 else place)


STATES = st.sampled_from(["waiting", "signed", "declined"])
SIGNERS = st.lists(st.builds(Signer, st.integers(1, 3), STATES), max_size=5)


@given(SIGNERS)
def test_somebody_s_turn_or_an_outcome(signers):
    places = turn(signers)
    if outcome(signers) is None and signers:
        assert places
    else:
        assert not places
    lowest = min((one.order for one in signers if one.state == "waiting"), default=None)
    assert all(signers[place].order == lowest for place in places)


def test_what_is_over_is_over():
    for state in OVER - {"expired", "signed"}:
        assert not MOVES.get(state)
    assert MOVES["signed"] == {"replaced"}, "what could not take effect and says something else"
    assert may_move("expired", "sent"), "an expired one may be sent once more"


def test_an_address_of_the_network():
    assert may_try(0, 0)
    assert may_try(ASKED_AN_HOUR - 1, WRONG_AN_HOUR - 1)
    assert not may_try(ASKED_AN_HOUR, 0)
    assert not may_try(0, WRONG_AN_HOUR)


@given(st.text(), st.integers(1, 300))
def test_one_line_is_one_line(text, longest):
    line = one_line(text, longest)
    assert len(line) <= longest
    assert all(one.isprintable() for one in line)
    assert one_line(line, longest) == line.strip()


@given(st.text(), st.integers(1, 300))
def test_lines_hold_no_control_signs(text, longest):
    lines = many_lines(text, longest)
    assert len(lines) <= longest
    assert all(one.isprintable() or one == "\n" for one in lines)


def test_what_people_type_stays():
    assert one_line("  Éloïse  d’Arc ", 200) == "Éloïse d’Arc"
    assert many_lines("Trop cher\r\n\r\net tard", 200) == "Trop cher\n\net tard"


def test_a_log_whose_words_were_purged():
    """Its entries stand in their places, whatever they said; one that is gone is told."""
    rows = chained([{"a": 1}, {"b": 2}, {"c": 3}])
    purged = [(previous, own, None) for previous, own, _entry in rows]
    assert first_broken(purged) is None
    assert first_broken(purged[:1] + purged[2:]) == 1


def posted(content, kind="png"):
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


def picture(size=(360, 120), kind="PNG"):
    file = io.BytesIO()
    Image.new("RGB", size, (10, 20, 30)).save(file, kind)
    return file.getvalue()


def test_a_drawing_is_a_picture():
    assert drawing(posted(picture())) == picture()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"AAAA",
        b"<svg onload='x()'></svg>",
        picture((3000, 30)),
        picture(kind="JPEG"),
        picture()[: len(picture()) // 2],
        b"\x89PNG\r\n\x1a\n" + b"\xff" * 60,
    ],
)
def test_nothing_else_is_a_drawing(content):
    assert drawing(posted(content)) is None
    assert drawing(posted(content)[5:]) is None
    assert drawing(posted(picture(), "svg+xml")) is None


@given(st.ip_addresses())
def test_by_what_an_address_is_counted(address):
    counted = network(str(address))
    if address.version == 4:
        assert counted == str(address)
    elif not address.ipv4_mapped:
        assert address in ipaddress.ip_network(counted)
        assert network(str(ipaddress.ip_network(counted)[-1])) == counted
    assert network(f"{counted} or not") == f"{counted} or not"
