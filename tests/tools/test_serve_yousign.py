"""The Yousign server over sockets: what signatures are tried against has to be right itself."""

import hashlib
import hmac
import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from yousign_server import YousignServer

PDF = b"%PDF-1.6 to be signed"
ORDER = {"name": "Contract", "delivery_mode": "email", "external_id": "k", "ordered_signers": True}


@pytest.fixture(scope="module")
def shared():
    with YousignServer(hang=0.5, control_port=0) as server:
        yield server


@pytest.fixture
def server(shared):
    shared.reset()
    return shared


def call(server, method, path, key=None, timeout=5, **arguments):
    headers = {"Authorization": f"Bearer {key or server.account.api_key}"}
    url = f"{server.url}/v3/signature_requests{path}"
    return requests.request(method, url, headers=headers, timeout=timeout, **arguments)


def upload(server, request, content=PDF):
    files = {"file": ("été.pdf", content, "application/pdf")}
    data = {"nature": "signable_document"}
    return call(server, "POST", f"/{request}/documents", files=files, data=data)


def signer(document, name="Camille", **values):
    return {
        "info": {
            "first_name": name,
            "last_name": "Martin",
            "email": f"{name}@client.example",
            "locale": "fr",
        },
        "signature_level": "electronic_signature",
        "signature_authentication_mode": "otp_email",
        "fields": [{"type": "signature", "document_id": document, "page": 1, "x": 1, "y": 1}],
        **values,
    }


def sent(server, people=("Camille", "Ann")):
    """(id of a request that was sent, its signers)."""
    request = call(server, "POST", "", json=ORDER).json()["id"]
    document = upload(server, request).json()["id"]
    for name in people:
        made = call(server, "POST", f"/{request}/signers", json=signer(document, name))
        assert made.status_code == 201
    assert call(server, "POST", f"/{request}/activate").status_code == 201
    return request, call(server, "GET", f"/{request}/signers").json()


def test_a_request_from_draft_to_done(server):
    request, people = sent(server)
    assert [one["status"] for one in people] == ["notified", "initiated"]
    page = people[0]["signature_link"]
    assert "Sign</button>" in requests.get(page, timeout=5).text
    assert "Sign</button>" not in requests.get(people[1]["signature_link"], timeout=5).text
    [document] = call(server, "GET", f"/{request}").json()["documents"]
    signed = f"/{request}/documents/{document['id']}/download"
    assert call(server, "GET", signed).status_code == 400
    for one in people:
        requests.post(one["signature_link"], data={"sign": "1"}, timeout=5)
    assert call(server, "GET", f"/{request}").json()["status"] == "done"
    assert call(server, "GET", signed).content.startswith(PDF)
    trail = call(server, "GET", f"/{request}/audit_trails/download")
    assert trail.headers["Content-Type"] == "application/pdf"
    names = [event["event_name"] for event in server.hooks.waiting]
    assert names.count("signer.done") == 2 and names[-1] == "signature_request.done"
    assert call(server, "POST", f"/{request}/cancel", json={}).status_code == 400


def test_what_is_refused(server):
    assert call(server, "GET", "", key="wrong").status_code == 401
    assert call(server, "GET", "/unknown").status_code == 404
    assert call(server, "POST", "", data="no json").status_code == 400
    assert call(server, "POST", "", json={**ORDER, "name": "x" * 129}).status_code == 400
    past = {**ORDER, "expiration_date": "2001-01-01"}
    assert call(server, "POST", "", json=past).status_code == 400
    request = call(server, "POST", "", json=ORDER).json()["id"]
    assert upload(server, request, b"%PDF-1.4 too old").status_code == 400
    assert call(server, "POST", f"/{request}/activate").status_code == 400
    document = upload(server, request).json()
    assert document["sha256"] == hashlib.sha256(PDF).hexdigest()
    assert document["filename"] == "été.pdf"
    for wrong in (
        {"fields": []},
        {"fields": [{"document_id": "another"}]},
        {"signature_level": "qualified"},
        {"signature_authentication_mode": "otp_sms"},
        {
            "signature_level": "advanced_electronic_signature",
            "signature_authentication_mode": "otp_email",
        },
        {"info": {"first_name": "x"}},
    ):
        order = signer(document["id"], **wrong)
        assert call(server, "POST", f"/{request}/signers", json=order).status_code == 400, wrong
    assert call(server, "DELETE", f"/{request}").status_code == 204
    assert call(server, "GET", f"/{request}").json()["status"] == "deleted"


def test_lists_have_pages(server):
    for _number in range(5):
        call(server, "POST", "", json=ORDER)
    call(server, "POST", "", json={**ORDER, "external_id": "another"})
    server.account.page = 2
    found, after = [], None
    while True:
        query = {"external_id[eq]": "k", **({"after": after} if after else {})}
        said = call(server, "GET", "", params=query).json()
        found += said["data"]
        after = said["meta"]["next_cursor"]
        if not after:
            break
    assert len({one["id"] for one in found}) == 5


@pytest.mark.parametrize(
    ("fault", "status", "done"),
    [("429", 429, False), ("500", 500, False), ("500_after", 500, True), ("401", 401, False)],
)
def test_what_goes_wrong_once(server, fault, status, done):
    server.fail("create", fault)
    answer = call(server, "POST", "", json=ORDER)
    assert answer.status_code == status
    assert ("Retry-After" in answer.headers) == (status == 429)
    assert len(server.account.of("k")) == done
    assert call(server, "POST", "", json=ORDER).status_code == 201


@pytest.mark.parametrize(
    ("fault", "at_once", "in_the_end"),
    [("drop", 0, 0), ("drop_after", 1, 1), ("hang_after", 1, 1), ("late", 0, 1)],
)
def test_what_is_not_answered(server, fault, at_once, in_the_end):
    server.fail("create", fault)
    with pytest.raises(requests.exceptions.RequestException):
        call(server, "POST", "", json=ORDER, timeout=0.2)
    assert len(server.account.of("k")) == at_once
    time.sleep(server.hang + 0.2)
    assert len(server.account.of("k")) == in_the_end


def test_an_unknown_fault(server):
    with pytest.raises(ValueError, match="no such faults"):
        server.fail("create", "explode")


def test_events_are_signed_as_the_documentation_says(server):
    sent(server)
    event = server.hooks.waiting[0]
    body = server.hooks.body(event)
    digest = hmac.new(server.account.webhook_secret.encode(), body, hashlib.sha256).hexdigest()
    assert server.hooks.headers(body)["X-Yousign-Signature-256"] == f"sha256={digest}"
    said = json.loads(body)
    assert said["sandbox"] is True and said["data"]["signature_request"]["external_id"] == "k"
    assert json.loads(server.hooks.body(event, sandbox=False))["sandbox"] is False


def test_two_at_once_sign_once(server):
    request, [first, _second] = sent(server)
    found = server.account.get(request)
    link = first["signature_link"]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _n: requests.post(link, data={"sign": "1"}, timeout=5), range(8)))
    assert [row[0] for row in server.account.ledger].count("sign") == 1
    assert found["status"] == "ongoing"


def test_the_control_port(server):
    request, [first, _second] = sent(server)

    def press(action, **values):
        return requests.post(f"{server.control_url}/{action}", json=values, timeout=5)

    assert first["signature_link"] in requests.get(server.control_url, timeout=5).text
    assert press("expire", request=request).status_code == 200
    assert press("reactivate", request=request).status_code == 200
    assert press("decline", request=request, signer=first["id"]).status_code == 200
    assert press("sign", request=request, signer=first["id"]).status_code == 400
    assert press("explode").status_code == 404
    press("fail", call="*", faults=["500"])
    assert call(server, "GET", "").status_code == 500
    assert press("lose").json()["lost"] > 3
    assert requests.get(f"{server.control_url}/ledger", timeout=5).json()[0][0] == "create"
    for path in ("calls", "events"):
        assert requests.get(f"{server.control_url}/{path}", timeout=5).status_code == 200
