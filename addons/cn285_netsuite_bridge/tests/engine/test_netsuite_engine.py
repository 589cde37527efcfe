"""Signature, account ids, errors, and records from and to NetSuite's words."""

import doctest
import importlib
import string
from datetime import date, datetime, timezone
from decimal import Decimal

import pytest
from cn285_connected.cn285_bridge.engine.errors import Meaning
from cn285_connected.cn285_netsuite_bridge.engine import account, customer, document, item, journal
from cn285_connected.cn285_netsuite_bridge.engine.countries import (
    BY_CODE,
    country_code,
    netsuite_country,
)
from cn285_connected.cn285_netsuite_bridge.engine.faults import (
    fault_meaning,
    http_meaning,
    record_meaning,
)
from cn285_connected.cn285_netsuite_bridge.engine.raw import from_json, to_json
from cn285_connected.cn285_netsuite_bridge.engine.records import Custom, Record, Ref
from cn285_connected.cn285_netsuite_bridge.engine.signature import Credentials, new_nonce, sign
from hypothesis import given
from hypothesis import strategies as st

# The example of NetSuite's documentation of token-based authentication.
PUBLISHED = Credentials(
    account="1234567",
    consumer_key="71cc02b731f05895561ef0862d71553a3ac99498a947c3b7beaf4a1e4a29f7c4",
    consumer_secret="7278da58caf07f5c336301a601203d10a58e948efa280f0618e25fcee1ef2abd",
    token="89e08d9767c5ac85b374415725567d05b54ecf0960ad2470894a52f741020d82",
    token_secret="060cd9ab3ffbbe1e3d3918e90165ffd37ab12acc76b4691046e2d29c7d7674c2",
)
ENGINE = "cn285_connected.cn285_netsuite_bridge.engine"


@pytest.mark.parametrize(
    "name", ["account", "countries", "customer", "document", "faults", "limits", "raw"]
)
def test_examples(name):
    results = doctest.testmod(importlib.import_module(f"{ENGINE}.{name}"))
    assert results.attempted
    assert not results.failed


# --- signature


def test_signature_of_the_published_example():
    passport = sign(PUBLISHED, "6obMKq0tmY8ylVOdEkA1", 1439829974)
    assert passport.signature == "FCghIZqXNetuZY8ILWOFH0ucdfzQOmAuL+q+kF21zPs="
    assert passport.algorithm == "HMAC-SHA256"
    assert (passport.account, passport.token) == (PUBLISHED.account, PUBLISHED.token)


def test_every_part_changes_the_signature():
    base = sign(PUBLISHED, "6obMKq0tmY8ylVOdEkA1", 1439829974).signature
    others = {
        sign(PUBLISHED, "6obMKq0tmY8ylVOdEkA2", 1439829974).signature,
        sign(PUBLISHED, "6obMKq0tmY8ylVOdEkA1", 1439829975).signature,
    }
    for name in ("account", "consumer_key", "token", "consumer_secret", "token_secret"):
        changed = Credentials(**{**PUBLISHED.__dict__, name: "x"})
        others.add(sign(changed, "6obMKq0tmY8ylVOdEkA1", 1439829974).signature)
    assert len(others) == 7
    assert base not in others


def test_a_nonce_has_twenty_letters_and_digits_and_is_new():
    nonces = {new_nonce() for _ in range(200)}
    assert len(nonces) == 200
    assert {len(nonce) for nonce in nonces} == {20}
    assert set("".join(nonces)) <= set(string.ascii_letters + string.digits)


def test_secrets_are_not_shown():
    assert PUBLISHED.token_secret not in repr(PUBLISHED)
    assert PUBLISHED.consumer_secret not in repr(PUBLISHED)


# --- account


@pytest.mark.parametrize(
    ("given", "passport", "host"),
    [
        ("1234567", "1234567", "1234567"),
        ("1234567_SB1", "1234567_SB1", "1234567-sb1"),
        ("1234567-sb12", "1234567_SB12", "1234567-sb12"),
        (" 1234567_sb1 ", "1234567_SB1", "1234567-sb1"),
        ("1234567_RP", "1234567_RP", "1234567-rp"),
        ("TSTDRV1234567", "TSTDRV1234567", "tstdrv1234567"),
    ],
)
def test_forms_of_an_account_id(given, passport, host):
    assert account.account_id(given) == passport
    assert account.host_name(given) == f"{host}.suitetalk.api.netsuite.com"


@pytest.mark.parametrize(
    "bad", ["", "12 34", "https://1234567.app.netsuite.com", "1234567/x", None]
)
def test_what_is_no_account_id(bad):
    with pytest.raises(ValueError):
        account.account_id(bad)


@pytest.mark.parametrize("bad", ["", "2025.2", "2025_3", "v2025_2_0", None])
def test_what_is_no_version(bad):
    with pytest.raises(ValueError):
        account.wsdl_path(bad)


# --- errors


@pytest.mark.parametrize(
    ("code", "fault", "meaning"),
    [
        ("WS_REQUEST_BLOCKED", "ExceededRequestLimitFault", Meaning.RETRY),
        ("WS_CONCUR_SESSION_DISALLWD", "ExceededConcurrentRequestLimitFault", Meaning.RETRY),
        ("UNEXPECTED_ERROR", "UnexpectedErrorFault", Meaning.RETRY),
        ("", "exceededRequestLimitFault", Meaning.RETRY),
        ("INVALID_LOGIN", "", Meaning.STOP),
        ("INVALID_LOGIN_CREDENTIALS", "InvalidCredentialsFault", Meaning.STOP),
        ("INSUFFICIENT_PERMISSION", "InsufficientPermissionFault", Meaning.STOP),
        ("INVALID_ACCT", "", Meaning.STOP),
        ("USER_ERROR", "InvalidCredentialsFault", Meaning.STOP),
        ("USER_ERROR", "", Meaning.REFUSE),
    ],
)
def test_what_a_failed_call_means(code, fault, meaning):
    assert fault_meaning(code, fault) is meaning


@pytest.mark.parametrize(
    ("status", "meaning"),
    [(500, "retry"), (502, "retry"), (503, "retry"), (429, "retry"), (404, "stop"), (401, "stop")],
)
def test_what_a_page_instead_of_an_answer_means(status, meaning):
    assert http_meaning(status).value == meaning


def test_a_record_never_stops_the_bridge():
    assert record_meaning("INSUFFICIENT_PERMISSION") is Meaning.REFUSE
    assert record_meaning("UNEXPECTED_ERROR") is Meaning.RETRY


# --- countries


def test_countries_go_and_come_back():
    for code in BY_CODE:
        assert country_code(netsuite_country(code)) == code
    assert len(BY_CODE) == len(set(BY_CODE.values())) > 240


# --- customers

COMPANY = {
    "name": "Acme SARL",
    "is_company": True,
    "email": "a@acme.example",
    "phone": "",
    "vat": "FR23334175221",
    "street": "1 rue A",
    "street2": "",
    "city": "Lyon",
    "zip": "69001",
    "country": "FR",
    "terms": "3",
    "currency": "1",
    "inactive": False,
}


def there(shared, known=None, address_id=""):
    """What NetSuite would say after it took the values."""
    values = customer.to_netsuite(shared, "1", address_id, known)
    if "addressbookList" in values:
        values["addressbookList"] = list(values["addressbookList"].lines)
    return Record("customer", {name: value for name, value in values.items() if value is not None})


def test_a_customer_says_the_same_there():
    assert customer.from_netsuite(there(COMPANY)) == COMPANY


words = st.text(st.sampled_from("abcé"), min_size=1, max_size=4)


@given(st.lists(words, min_size=1, max_size=4), st.booleans())
def test_names_of_companies_and_people_survive(parts, company):
    shared = {**COMPANY, "name": " ".join(parts), "is_company": company}
    assert customer.from_netsuite(there(shared))["name"] == shared["name"]


def test_what_became_empty_is_cleared_there_but_only_where_it_was_not():
    values = customer.to_netsuite({**COMPANY, "email": "", "terms": ""}, "1", "", COMPANY)
    assert values["email"] is None
    assert values["terms"] is None
    assert "phone" not in values


def test_the_address_goes_only_when_it_changed_and_into_its_own_line():
    assert "addressbookList" not in customer.to_netsuite(COMPANY, "1", "55", COMPANY)
    values = customer.to_netsuite({**COMPANY, "city": "Nice"}, "1", "55", COMPANY)
    (line,) = values["addressbookList"].lines
    assert line["internalId"] == "55"
    assert line["addressbookAddress"]["city"] == "Nice"


def test_a_country_that_netsuite_does_not_know():
    with pytest.raises(LookupError):
        customer.to_netsuite({**COMPANY, "country": "ZZ"}, "1")


def test_the_billing_address_counts():
    record = Record(
        "customer",
        {
            "companyName": "A",
            "addressbookList": [
                {"addressbookAddress": {"city": "Paris"}},
                {"defaultBilling": True, "addressbookAddress": {"city": "Lyon"}},
            ],
        },
    )
    assert customer.from_netsuite(record)["city"] == "Lyon"


# --- items


def test_an_item_with_price_levels_and_breaks():
    record = Record(
        "nonInventorySaleItem",
        {
            "itemId": "BOX",
            "isInactive": True,
            "incomeAccount": Ref("54"),
            "pricingMatrix": [
                {
                    "currency": Ref("1"),
                    "priceLevel": Ref("1"),
                    "priceList": [
                        {"value": Decimal(9), "quantity": Decimal(10)},
                        {"value": Decimal(12), "quantity": Decimal(0)},
                    ],
                },
                {"currency": Ref("2"), "priceLevel": Ref("1"), "priceList": [{"value": None}]},
            ],
        },
    )
    found = item.from_netsuite(record)
    assert (found.name, found.is_service, found.inactive) == ("BOX", False, True)
    assert found.base_price("1", "1") == 12
    assert found.base_price("1", "2") is None
    assert len(found.prices) == 2


# --- documents

LINE = document.Line(
    Ref("11"), "API", Decimal(3), Decimal("100.00"), "7", Decimal("20.00"),
    date(2026, 1, 1), date(2026, 1, 31),
)  # fmt: skip
INVOICE = document.Document(
    Ref("5"),
    date(2026, 1, 31),
    "1",
    (LINE,),
    "INV1",
    "memo",
    "INV1",
    "3",
    date(2026, 3, 2),
    "http://p",
)


def test_an_invoice_in_netsuites_words():
    values = document.invoice_values(INVOICE, document.CustomFields("custbody_p", "custcol_s"))
    (line,) = values["itemList"]
    assert Decimal(line["rate"]) * 3 == pytest.approx(Decimal(100), abs=Decimal("0.00000002"))
    assert line["amount"] == Decimal("100.00")
    assert line["tax1Amt"] == Decimal("20.00")
    assert line["customFieldList"] == [Custom("custcol_s", date(2026, 1, 1))]
    assert values["customFieldList"] == [Custom("custbody_p", "http://p")]
    assert (values["startDate"], values["endDate"]) == (date(2026, 1, 1), date(2026, 1, 31))
    assert values["terms"] == Ref("3")


def test_without_a_field_of_its_own_the_link_stands_in_the_memo():
    values = document.invoice_values(INVOICE, document.CustomFields())
    assert values["memo"] == "memo http://p"
    assert "customFieldList" not in values


def test_a_credit_memo_pays_its_invoices_and_no_others():
    credit = document.Document(
        Ref("5"), date(2026, 2, 1), "1", (LINE,), applied=(document.Applied("9", Decimal(60)),)
    )
    values = document.credit_values(credit, document.CustomFields())
    assert values["autoApply"] is False
    assert values["applyList"] == [{"apply": True, "doc": 9, "amount": Decimal(60)}]
    assert "dueDate" not in values


cents = st.integers(-10_000, 10_000).map(lambda number: Decimal(number).scaleb(-2))


@given(cents, st.lists(cents, min_size=1, max_size=8))
def test_shared_tax_adds_up(total, bases):
    parts = document.share_tax(total, bases, Decimal("0.01"))
    assert sum(parts) == total
    assert len(parts) == len(bases)


# --- journal entries


def test_a_journal_entry_balances_or_is_refused():
    lines = (
        journal.EntryLine("60", Decimal("10.00"), "a"),
        journal.EntryLine("54", Decimal("-10.00"), "b", Ref("5")),
        journal.EntryLine("61", Decimal("0.00")),
    )
    entry = journal.Entry(date(2026, 1, 31), "1", "1", lines, "J1", "m", date(2026, 2, 1))
    values = journal.entry_values(entry)
    assert [sorted(line) for line in values["lineList"]] == [
        ["account", "debit", "memo"],
        ["account", "credit", "entity", "memo"],
    ]
    assert values["reversalDate"] == date(2026, 2, 1)
    with pytest.raises(journal.Unbalanced) as problem:
        journal.entry_values(journal.Entry(date(2026, 1, 31), "1", "1", lines[:1]))
    assert problem.value.difference == Decimal("10.00")


# --- raw


def test_a_record_is_kept_raw_and_comes_back():
    record = Record(
        "invoice",
        {
            "entity": Ref("1", "x", "customer", "n"),
            "total": Decimal("10.50"),
            "lastModifiedDate": datetime(2026, 1, 1, tzinfo=timezone.utc),
            "day": date(2026, 1, 2),
            "list": [{"a": True, "c": Custom("s", date(2026, 1, 3))}],
        },
        "7",
        "ours-7",
        datetime(2026, 1, 1, tzinfo=timezone.utc),
    )
    assert from_json(to_json(record)) == record
