import pytest
from cn285_renewal_house.cn285_renewal.engine.attempts import Limits, may_try
from cn285_renewal_house.cn285_renewal.engine.confirmation import (
    Route,
    confirmation_route,
    is_email,
    postal_lines,
)
from cn285_renewal_house.cn285_renewal.engine.contract_names import name_key, same_name
from cn285_renewal_house.cn285_renewal.engine.evidence import (
    MOST_BYTES,
    MOST_FILES,
    Evidence,
    check_evidence,
    clean_name,
)
from hypothesis import given
from hypothesis import strategies as st

FILED = ("Camille Durand", "3 rue des Lilas", "69003 Lyon")


@pytest.mark.parametrize(
    ("declared", "email", "postal", "mails", "route"),
    [
        ("new@x.example", "old@x.example", FILED, True, Route("email", ("new@x.example",))),
        ("", "old@x.example", FILED, True, Route("email", ("old@x.example",))),
        (
            "5 quai, 69001 Lyon",
            "old@x.example",
            FILED,
            True,
            Route("letter", ("5 quai", "69001 Lyon")),
        ),
        ("", "", FILED, True, Route("letter", FILED)),
        ("", "not an address", FILED, True, Route("letter", FILED)),
        ("new@x.example", "", FILED, False, Route("letter", FILED)),
        ("", "", (), True, Route("none")),
        ("  ", " ", ("",), True, Route("none")),
        ("new@x.example", "", (), False, Route("none")),
    ],
)
def test_where_a_confirmation_goes(declared, email, postal, mails, route):
    assert confirmation_route(declared, email, postal, mails=mails) == route


@given(st.text(max_size=40), st.text(max_size=20), st.booleans())
def test_nobody_is_told_nothing(declared, email, mails):
    """Whatever was declared: an address to go to, or no confirmation."""
    route = confirmation_route(declared, email, FILED, mails=mails)
    assert route.channel in ("email", "letter")
    if route.channel == "email":
        assert is_email(route.to[0])


@pytest.mark.parametrize(
    "text",
    [
        "a@b",
        "a@b.example\nBcc: c@d.example",
        "a@b.example,c@d.example",
        "@b.example",
        "a b@c.example",
    ],
)
def test_no_address(text):
    assert not is_email(text)


def test_lines():
    assert postal_lines("A\r\nB, C\n") == ("A", "B, C")
    assert postal_lines("") == ()


@pytest.mark.parametrize(
    ("typed", "known", "same"),
    [
        ("durand camille", ["Camille Durand"], True),
        ("Mme Camille DURAND", ["Camille Durand"], True),
        ("Hélène Brémond-Roux", ["helene bremond roux"], True),
        ("Boulangerie Martin", ["Boulangerie Martin SARL"], True),
        ("Durand", ["Camille Durand"], False),
        ("", [""], False),
        ("SARL", ["SAS"], False),
        ("%", ["Camille Durand"], False),
        ("Madame", ["Camille Durand"], False),
        ("Camille", ["", "Camille"], True),
    ],
)
def test_names(typed, known, same):
    assert same_name(typed, known) is same


@given(st.text(max_size=30))
def test_a_name_is_itself(name):
    assert same_name(name, [name]) is bool(name_key(name))


@given(st.integers(0, 100), st.integers(0, 100), st.integers(0, 100))
def test_more_attempts_never_open_what_was_shut(missed, visitor, number):
    limits = Limits()
    if not may_try(missed, visitor, number, limits):
        assert not may_try(missed + 1, visitor + 1, number, limits)
        assert not may_try(missed, visitor + 1, number, limits)
        assert not may_try(missed, visitor, number + 1, limits)


PDF, JPEG, PNG = b"%PDF-1.7\n", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize(
    ("name", "content", "already", "taken"),
    [
        ("bail.pdf", PDF, 0, "bail.pdf"),
        ("photo.JPG", JPEG, 0, "photo.jpg"),
        ("C:\\docs\\scan.png", PNG, 4, "scan.png"),
        ("x.pdf", b"<html>", 0, "bad_type"),
        ("x.svg", b"<svg/>", 0, "bad_type"),
        ("x.exe", b"MZ", 0, "bad_type"),
        ("x.pdf", b"", 0, "empty"),
        ("x.pdf", PDF, MOST_FILES, "too_many"),
        ("x.pdf", PDF + bytes(MOST_BYTES), 0, "too_large"),
        ("virus.exe", PDF, 0, "virus.pdf"),
    ],
)
def test_files(name, content, already, taken):
    found = check_evidence(name, content, already)
    assert (found.name if isinstance(found, Evidence) else found) == taken


@given(st.text(max_size=200))
def test_names_of_files_hold_no_paths(name):
    cleaned = clean_name(name, "image/png")
    assert cleaned.endswith(".png")
    assert not set(cleaned) & set("/\\\x00<>")
    assert 4 < len(cleaned) <= 84
