"""Classes of refusals: the codes of cards and of direct debits, the issuer's advice, statuses."""

import pytest
from cn285_payment_engine.declines import (
    ADVICE,
    CARD_CODES,
    CONFIG,
    CUSTOMER,
    DECLINED,
    FINAL,
    HARD,
    OPEN,
    OUTCOMES,
    SEPA,
    SEPA_CODES,
    TECHNICAL,
    UNKNOWN,
    classify,
    classify_status,
)
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("insufficient_funds", DECLINED),
        ("generic_decline", DECLINED),
        ("do_not_honor", DECLINED),
        ("try_again_later", DECLINED),
        ("processing_error", DECLINED),
        ("issuer_not_available", DECLINED),
        ("reenter_transaction", DECLINED),
        ("withdrawal_count_limit_exceeded", DECLINED),
        ("card_velocity_exceeded", DECLINED),
        ("authentication_required", CUSTOMER),
        ("expired_card", CUSTOMER),
        ("incorrect_cvc", CUSTOMER),
        ("incorrect_zip", CUSTOMER),
        ("call_issuer", CUSTOMER),
        ("lost_card", HARD),
        ("stolen_card", HARD),
        ("pickup_card", HARD),
        ("fraudulent", HARD),
        ("revocation_of_authorization", HARD),
        ("revocation_of_all_authorizations", HARD),
        ("incorrect_number", HARD),
        ("invalid_account", HARD),
        ("transaction_not_allowed", HARD),
        ("highest_risk_level", HARD),
        ("do_not_try_again", HARD),
        ("Lost_Card ", HARD),
        ("a_code_of_next_year", DECLINED),
        ("", DECLINED),
        (None, DECLINED),
    ],
)
def test_cards(code, outcome):
    assert classify(code) == outcome


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        *((code, DECLINED) for code in ("AM04", "MS03", "am04", "XX99")),
        *((code, CUSTOMER) for code in ("MD06", "MS02")),
        *((code, HARD) for code in ("MD01", "MD02", "AC01", "AC04", "AC06", "AG01", "MD07")),
        *((code, CONFIG) for code in ("AM05", "AG02", "BE05", "FF01", "FF05", "RC01", "DT01")),
    ],
)
def test_direct_debits(code, outcome):
    assert classify(code, rail=SEPA) == outcome


@pytest.mark.parametrize(
    ("code", "advice", "outcome"),
    [
        ("insufficient_funds", "do_not_try_again", HARD),
        ("lost_card", "try_again_later", DECLINED),
        ("do_not_honor", "confirm_card_data", CUSTOMER),
        ("stolen_card", "something_new", HARD),
    ],
)
def test_advice_stands_above_the_code(code, advice, outcome):
    assert classify(code, advice) == outcome


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (None, None, UNKNOWN),
        (500, None, UNKNOWN),
        (503, "lost_card", UNKNOWN),
        (409, None, TECHNICAL),
        (429, "rate_limit", TECHNICAL),
        (402, "insufficient_funds", DECLINED),
        (402, None, DECLINED),
        (402, "expired_card", CUSTOMER),
        (400, "lost_card", HARD),
        (400, "parameter_missing", CONFIG),
        (401, None, CONFIG),
        (404, "resource_missing", CONFIG),
        (418, None, CONFIG),
    ],
)
def test_statuses(status, code, outcome):
    assert classify_status(status, code) == outcome


def test_no_code_is_of_two_classes():
    assert not set(CARD_CODES) & set(SEPA_CODES)
    assert {*CARD_CODES.values(), *SEPA_CODES.values(), *ADVICE.values()} <= FINAL
    assert set(OUTCOMES) == FINAL | OPEN


@given(st.integers(100, 599), st.text(max_size=12) | st.sampled_from(sorted(CARD_CODES)))
def test_every_answer_has_a_class(status, code):
    outcome = classify_status(status, code)
    assert outcome in OUTCOMES
    # Nothing that may have moved money is ever taken for a refusal.
    assert status < 500 or outcome == UNKNOWN
