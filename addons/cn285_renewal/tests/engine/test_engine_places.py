from datetime import date

import pytest
from cn285_renewal_house.cn285_renewal.engine.holidays import FixedHoliday, WorkingDays
from cn285_renewal_house.cn285_renewal.engine.legal_kind import is_named, legal_kind
from cn285_renewal_house.cn285_renewal.engine.places import (
    Place,
    clean_postcode,
    place_of,
    postcodes_of,
)
from cn285_renewal_house.cn285_renewal.engine.withdrawal import (
    WithdrawalPeriod,
    withdrawal_deadline,
)
from hypothesis import given
from hypothesis import strategies as st

PLACES = [
    Place(1, "", ("57", "67", "68")),
    Place(2, "GP", ("971",)),
    Place(3, "BL", ("97133", "977")),
    Place(4, "MF", ("97150", "978")),
    Place(5, "RE", ("974",)),
    Place(6),
]


@pytest.mark.parametrize(
    ("country", "postcode", "key"),
    [
        ("FR", "67000", 1),
        ("FR", "57 000", 1),
        ("FR", "F-68100", 1),
        ("FR", "75011", None),
        ("FR", "06700", None),
        ("FR", "", None),
        ("FR", "97110", 2),
        ("FR", "97133", 3),
        ("FR", "97150", 4),
        ("FR", "97800", 4),
        ("FR", "97400", 5),
        ("RE", "97400", 5),
        ("RE", "", 5),
        ("GP", "67000", 2),
        ("DE", "67059", None),
        ("", "67000", 1),
    ],
)
def test_where_an_address_lies(country, postcode, key):
    assert place_of(country, postcode, "FR", PLACES) == key


@given(st.text(max_size=12), st.text(max_size=3))
def test_any_text_is_a_place_or_none(postcode, country):
    assert place_of(country, postcode, "FR", PLACES) in {None, 1, 2, 3, 4, 5}


@given(st.integers(0, 99999))
def test_the_longest_beginning_counts(number):
    code = f"{number:05d}"
    found = place_of("FR", code, "FR", PLACES)
    starts = {p: p_.key for p_ in PLACES for p in p_.postcodes if code.startswith(p)}
    assert found == (starts[max(starts, key=len)] if starts else None)


def test_lists_of_postcodes():
    assert postcodes_of(" 57,67;68 ") == ("57", "67", "68")
    assert postcodes_of("") == ()
    assert clean_postcode("fr-57 000") == "57000"


def test_christmas_in_strasbourg():
    """Concluded on 12 December 2025: the 26th is a Friday, a holiday in Alsace-Moselle alone."""
    christmas, second = FixedHoliday(12, 25), FixedHoliday(12, 26)
    concluded = date(2025, 12, 12)
    inside = WithdrawalPeriod(14, working_days=WorkingDays.but([christmas]))
    east = WithdrawalPeriod(14, working_days=WorkingDays.but([christmas, second]))
    assert withdrawal_deadline(concluded, inside) == date(2025, 12, 26)
    assert withdrawal_deadline(concluded, east) == date(2025, 12, 29)


NAMES = ["Syndicat des copropriétaires", "SDC"]


@pytest.mark.parametrize(
    ("legal", "vat", "name", "kind"),
    [
        (False, False, "Camille Durand", "consumer"),
        (False, True, "Camille Durand", "professional"),
        (True, False, "Durand SA", "professional"),
        (True, True, "SYNDICAT DES COPROPRIETAIRES 3 rue des Lilas", "non_professional"),
        (True, False, "SDC Les Lilas", "non_professional"),
        (True, False, "SDCom", "professional"),
        (True, True, "Foncière, syndic de copropriété", "professional"),
        (False, False, "SDC", "consumer"),
        (True, True, "", "professional"),
    ],
)
def test_the_usual_kind(legal, vat, name, kind):
    assert legal_kind(legal, vat, name, NAMES) == kind


@given(st.text(max_size=30), st.lists(st.text(max_size=5), max_size=3))
def test_names_of_nothing_name_nobody(name, phrases):
    assert is_named(name, ["", "  ", "-"]) is False
    assert isinstance(is_named(name, phrases), bool)
