"""The Stripe server over sockets: what payments are tried against has to be right itself."""

import threading
import time

import pytest
import requests
import stripe

from stripe_server import StripeServer, card_number
from stripe_server.webhooks import signature

FORMS = {"Stripe-Version": "2019-05-16"}


@pytest.fixture(scope="module")
def shared():
    with StripeServer(hang=0.6, control_port=0) as server:
        yield server


@pytest.fixture
def server(shared):
    shared.reset()
    return shared


def call(server, method, path, key=None, public=False, timeout=5, **values):
    """(status, answer) of a call, as Odoo makes it."""
    account = server.account
    secret = account.publishable_key if public else account.secret_key
    headers = {"Authorization": f"Bearer {secret}", **FORMS}
    if key:
        headers["Idempotency-Key"] = key
    answer = requests.request(
        method, f"{server.url}/v1/{path}", data=values, headers=headers, timeout=timeout
    )
    return answer.status_code, answer.json()


def pay(server, number, key=None, reference="C1-1", amount=1200, timeout=5, means=None, **values):
    """Charge a card off session, as Odoo does."""
    customer, method = means or server.means(number)
    return call(
        server,
        "POST",
        "payment_intents",
        key,
        timeout=timeout,
        amount=amount,
        currency="eur",
        customer=customer,
        payment_method=method["id"],
        confirm="True",
        off_session="True",
        description=reference,
        **{"expand[]": "payment_method", "payment_method_types[]": method["type"], **values},
    )


def test_charge(server):
    status, intent = pay(server, "4242424242424242")
    assert status == 200
    assert intent["status"] == "succeeded"
    assert intent["payment_method"]["card"]["last4"] == "4242"
    assert intent["charges"]["data"][0]["payment_method_details"]["card"]["exp_year"] == 2099
    assert server.ledger.total(description="C1-1") == 1200
    assert [event["type"] for event in server.account.events][-1] == "payment_intent.succeeded"
    assert "4242424242424242" not in str(server.account.events)


@pytest.mark.parametrize(
    ("code", "error_code", "advice"),
    [
        ("insufficient_funds", "card_declined", "try_again_later"),
        ("lost_card", "card_declined", "do_not_try_again"),
        ("expired_card", "expired_card", "confirm_card_data"),
        ("do_not_honor", "card_declined", None),
        ("revocation_of_all_authorizations", "card_declined", None),
    ],
)
def test_declines(server, code, error_code, advice):
    status, answer = pay(server, card_number(f"decline:{code}"))
    error = answer["error"]
    assert status == 402
    assert (error["code"], error["decline_code"]) == (error_code, code)
    assert error.get("advice_code") == advice
    assert error["payment_intent"]["status"] == "requires_payment_method"
    assert server.ledger.rows == []
    last = server.account.events[-1]
    assert last["type"] == "payment_intent.payment_failed"
    assert last["data"]["object"]["last_payment_error"]["decline_code"] == code


def test_expired_card_and_updater(server):
    from stripe_server.means import update_card

    customer, method = server.means("4242424242424242", year=2020)
    status, answer = pay(server, None, means=(customer, method))
    assert (status, answer["error"]["code"]) == (402, "expired_card")
    update_card(server.account, method, 2, 2098, "1111")
    event = server.account.events[-1]
    assert event["type"] == "payment_method.automatically_updated"
    assert event["data"]["previous_attributes"]["card"]["exp_year"] == 2020
    assert pay(server, None, means=(customer, method))[0] == 200


def test_same_key_same_answer(server):
    means = server.means("4242424242424242")
    first = pay(server, None, key="k", means=means)
    again = pay(server, None, key="k", means=means)
    assert first == again
    assert server.ledger.total() == 1200
    status, answer = pay(server, None, key="k", means=means, amount=1300)
    assert (status, answer["error"]["type"]) == (400, "idempotency_error")
    assert pay(server, None, key="other", means=means)[1]["id"] != first[1]["id"]
    assert server.ledger.total() == 2400


def test_key_is_forgotten_after_a_day(server):
    means = server.means("4242424242424242")
    first = pay(server, None, key="k", means=means)
    server.advance(25 * 3600)
    assert pay(server, None, key="k", means=means)[1]["id"] != first[1]["id"]


def test_refusals_and_errors_are_replayed(server):
    means = server.means(card_number("decline:insufficient_funds"))
    first = pay(server, None, key="k", means=means)
    server.script(means[1]["id"], "ok")
    assert pay(server, None, key="k", means=means) == first
    broken = server.means(card_number("error_500"))
    assert pay(server, None, key="b", means=broken)[0] == 500
    server.script(broken[1]["id"], "ok")
    assert pay(server, None, key="b", means=broken)[0] == 500
    assert server.ledger.rows == []


def test_error_after_the_charge(server):
    means = server.means(card_number("charge_then_500"))
    assert pay(server, None, key="k", means=means)[0] == 500
    assert server.ledger.total(description="C1-1") == 1200
    assert pay(server, None, key="k", means=means)[0] == 500
    assert server.ledger.total(description="C1-1") == 1200
    _status, found = call(
        server, "GET", f"payment_intents?customer={means[0]}&created[gte]={int(time.time()) - 60}"
    )
    assert [each["description"] for each in found["data"]] == ["C1-1"]


def test_not_kept(server):
    for step, status in (("rate_limited", 429), ("lock_timeout", 409)):
        means = server.means("4242424242424242")
        server.script(means[1]["id"], step)
        assert pay(server, None, key=step, means=means)[0] == status
        assert pay(server, None, key=step, means=means)[0] == 200
    assert server.ledger.total() == 2400


def test_charge_then_hang(server):
    means = server.means(card_number("charge_then_hang"))
    with pytest.raises(requests.exceptions.Timeout):
        pay(server, None, key="k", means=means, timeout=0.3)
    assert server.ledger.total() == 1200
    status, answer = pay(server, None, key="k", means=means)
    assert (status, answer["error"]["code"]) == (409, "idempotency_key_in_use")
    time.sleep(0.5)
    status, answer = pay(server, None, key="k", means=means)
    assert (status, answer["status"]) == (200, "succeeded")
    assert server.ledger.total() == 1200


@pytest.mark.parametrize(
    ("step", "charged"), [("drop", 0), ("hang", 0), ("charge_then_drop", 1200)]
)
def test_no_answer(server, step, charged):
    means = server.means(card_number(step))
    with pytest.raises(requests.exceptions.RequestException):
        pay(server, None, key="k", means=means, timeout=0.3)
    assert server.ledger.total() == charged
    server.script(means[1]["id"], "ok")
    deadline = time.time() + 5
    while pay(server, None, key="k", means=means)[0] == 409 and time.time() < deadline:
        time.sleep(0.05)
    assert server.ledger.total() == 1200


def test_two_calls_at_once(server):
    means = server.means("4242424242424242")
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(pay(server, None, key="k", means=means)))
        for _number in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {status for status, _answer in found} <= {200, 409}
    assert server.ledger.total() == 1200


def test_authentication(server):
    means = server.means("4000002760003184")
    status, answer = pay(server, None, means=means)
    assert (status, answer["error"]["code"]) == (402, "authentication_required")
    intent = answer["error"]["payment_intent"]
    secret = {"client_secret": intent["client_secret"]}
    path = f"payment_intents/{intent['id']}"
    assert call(server, "POST", f"{path}/confirm", public=True)[0] == 401
    assert call(server, "GET", "customers/x", public=True)[0] == 401
    _status, made = call(
        server, "POST", f"{path}/confirm", public=True, payment_method=means[1]["id"], **secret
    )
    assert made["status"] == "requires_action"
    assert server.ledger.rows == []
    _status, made = call(server, "POST", f"{path}/authenticate", public=True, **secret)
    assert made["status"] == "succeeded"
    assert server.ledger.total() == 1200
    assert call(server, "POST", f"{path}/cancel")[0] == 400


def test_cancelled_intents_are_never_charged(server):
    means = server.means("4000002760003184")
    intent = pay(server, None, means=means)[1]["error"]["payment_intent"]
    path = f"payment_intents/{intent['id']}"
    assert call(server, "POST", f"{path}/cancel")[1]["status"] == "canceled"
    status, answer = call(server, "POST", f"{path}/confirm", payment_method=means[1]["id"])
    assert (status, answer["error"]["code"]) == (400, "payment_intent_unexpected_state")
    assert server.ledger.rows == []


def test_sepa(server):
    status, intent = pay(server, "DE89370400440532013000")
    assert (status, intent["status"]) == (200, "processing")
    assert server.ledger.rows == []
    server.advance(6 * 86400)
    assert call(server, "GET", f"payment_intents/{intent['id']}")[1]["status"] == "succeeded"
    _status, intent = pay(server, "DE62370400440532013001", reference="C2-1")
    server.advance(6 * 86400)
    made = call(server, "GET", f"payment_intents/{intent['id']}")[1]
    assert made["status"] == "requires_payment_method"
    assert made["charges"]["data"][0]["failure_code"] == "insufficient_funds"
    assert server.ledger.total() == 1200
    pay(server, "DE35370400440532013002", reference="C3-1")
    server.advance(8 * 86400)
    assert server.ledger.total(description="C3-1") == 0
    assert server.account.all("dispute")[0]["status"] == "lost"


def test_setup(server):
    _status, customer = call(server, "POST", "customers", name="Ada")
    _status, setup = call(
        server, "POST", "setup_intents", customer=customer["id"], description="V-1"
    )
    _status, made = call(
        server,
        "POST",
        f"setup_intents/{setup['id']}/confirm",
        public=True,
        client_secret=setup["client_secret"],
        **{
            "payment_method_data[type]": "card",
            "payment_method_data[card][number]": "4242 4242 4242 4242",
            "payment_method_data[card][exp_month]": 2,
            "payment_method_data[card][exp_year]": 2028,
        },
    )
    assert made["status"] == "succeeded"
    _status, found = call(server, "GET", f"customers/{customer['id']}/payment_methods")
    assert found["data"][0]["card"]["exp_month"] == 2
    _status, made = call(
        server, "GET", f"setup_intents/{setup['id']}", **{"expand[]": "payment_method"}
    )
    assert made["payment_method"]["id"] == found["data"][0]["id"]
    assert call(server, "POST", f"payment_methods/{found['data'][0]['id']}/detach")[0] == 200
    assert pay(server, None, means=(customer["id"], found["data"][0]))[0] == 400


def test_refunds(server):
    _status, intent = pay(server, "4242424242424242")
    assert call(server, "POST", "refunds", payment_intent=intent["id"], amount=200)[0] == 200
    assert call(server, "POST", "refunds", payment_intent=intent["id"], amount=1001)[0] == 400
    assert call(server, "POST", "refunds", payment_intent=intent["id"])[0] == 200
    assert call(server, "POST", "refunds", payment_intent=intent["id"])[0] == 400
    assert server.ledger.total() == 0
    assert server.account.events[-1]["data"]["object"]["refunds"]["data"][0]["amount"] == 1000


def test_disputes_by_the_control_port(server):
    _status, intent = pay(server, "4242424242424242")
    charge = intent["charges"]["data"][0]["id"]
    made = requests.post(f"{server.control_url}/dispute", json={"charge": charge}, timeout=5).json()
    assert server.ledger.total() == 0
    assert server.ledger.total("fee") == -2000
    requests.post(
        f"{server.control_url}/close_dispute", json={**made, "won": True}, timeout=5
    ).raise_for_status()
    assert server.ledger.total() == 1200
    assert requests.get(f"{server.control_url}/ledger", timeout=5).json() == server.ledger.rows
    assert b"Ledger" in requests.get(server.control_url, timeout=5).content


def test_events_are_signed_doubled_and_out_of_order(server):
    _status, endpoint = call(
        server, "POST", "webhook_endpoints", url="http://hook.example/", **{"enabled_events[]": "*"}
    )
    assert "secret" not in call(server, "GET", f"webhook_endpoints/{endpoint['id']}")[1]
    pay(server, "4242424242424242")
    got = []

    class Answer:
        status_code = 200

    def post(url, data, headers, timeout):
        got.append((data, headers.get("Stripe-Signature")))
        return Answer

    waiting = len(server.hooks.waiting)
    assert server.hooks.deliver(times=2, order=reversed, post=post) == [200] * 2 * waiting
    assert b'"payment_intent.succeeded"' in got[0][0]
    for body, header in got:
        stripe.WebhookSignature.verify_header(body, header, endpoint["secret"], 300)
    new = server.hooks.roll(server.account.get("webhook_endpoint", endpoint["id"]))
    pay(server, "4242424242424242")
    got.clear()
    server.hooks.deliver(late=600, post=post)
    body, header = got[0]
    assert header.count("v1=") == 2
    for secret in (endpoint["secret"], new):
        stripe.WebhookSignature.verify_header(body, header, secret, 900)
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.WebhookSignature.verify_header(body, header, secret, 300)
    assert signature("{}", ["a"], 1) == stripe.WebhookSignature.generate_signature_header(
        "{}", "a", 1
    )


def test_stripe_package_understands_it(server):
    client = stripe.StripeClient(
        server.account.secret_key,
        stripe_version="2019-05-16",
        base_addresses={"api": server.url},
        max_network_retries=0,
    )
    customer, method = server.means("4242424242424242", month=2, year=2028)
    pay(server, None, means=(customer, method))
    found = client.v1.payment_intents.list({"customer": customer, "limit": 100})
    assert [each.description for each in found.data] == ["C1-1"]
    assert client.v1.payment_methods.retrieve(method["id"]).card.exp_month == 2
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.mandates.retrieve("mandate_x")


def test_wrong_key(server):
    answer = requests.get(
        f"{server.url}/v1/customers/x", headers={"Authorization": "Bearer sk_wrong_key"}, timeout=5
    )
    assert answer.status_code == 401
    assert "sk_wrong_key" not in answer.text


def test_lists_are_paged(server):
    means = server.means("4242424242424242")
    for number in range(5):
        pay(server, None, means=means, reference=f"C{number}-1")
    _status, first = call(server, "GET", f"payment_intents?customer={means[0]}&limit=2")
    assert first["has_more"]
    assert [each["description"] for each in first["data"]] == ["C4-1", "C3-1"]
    _status, rest = call(
        server,
        "GET",
        f"payment_intents?customer={means[0]}&starting_after={first['data'][-1]['id']}",
    )
    assert [each["description"] for each in rest["data"]] == ["C2-1", "C1-1", "C0-1"]
    assert not rest["has_more"]


def test_stripe_js(server):
    text = requests.get(f"{server.url}/v3/", timeout=5).text
    assert server.url in text
    for name in ("elements", "confirmSetup", "confirmPayment", "confirmCardPayment"):
        assert f"{name}:" in text
