"""By what a file is known again, without Odoo."""

from cn285_document_engine.fingerprint import fingerprint, is_same
from hypothesis import given
from hypothesis import strategies as st


def test_the_standards_own_example():
    """FIPS 180-4 (SHA-256) gives this one for “abc”."""
    known = fingerprint(b"abc")
    assert known.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert known.size == 3


@given(st.binary(), st.binary())
def test_only_the_same_bytes_are_the_same(one, other):
    known = fingerprint(one)
    assert is_same(one, known.sha256.upper(), known.size)
    assert is_same(other, known.sha256, known.size) == (one == other)
