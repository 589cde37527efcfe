"""The endpoints: method and path to what is done, by values of the body or the query."""

import re

from . import intents, means, returns
from .account import Refusal
from .forms import many

# Without the secret key, by the object's client_secret: what stripe.js in a browser may do.
PUBLIC = re.compile(r"(payment_intents|setup_intents)/[^/]+(/confirm|/authenticate)?$")


def answer(account, method, path, values, public=False):
    """(status, object) of a call.

    :param str path: below ``/v1/``
    :param bool public: called with the publishable key
    :raises Refusal: as the API refuses it
    """
    for verb, pattern, work in ROUTES:
        match = re.fullmatch(pattern, path)
        if match and verb == method:
            if public:
                _check_public(account, path, match, values)
            made = work(account, *match.groups(), values)
            if isinstance(made, dict) and made.get("object") != "list":
                secret = verb == "POST" and path == "webhook_endpoints"
                made = account.shown(made, many(values, "expand"), secret=secret)
            return 200, made
    raise Refusal(404, f"Unrecognized request URL ({method}: /v1/{path}).")


def _check_public(account, path, match, values):
    """Browsers know the secret of one intent, and do nothing else."""
    known = account.objects.get(match.group(1)) if PUBLIC.match(path) else None
    if not known or values.get("client_secret") != known.get("client_secret"):
        raise Refusal(
            401,
            "This API call cannot be made with a publishable API key.",
            code="secret_key_required",
        )


def _page(account, found, values, url):
    """A list as Stripe pages it: newest first, ``limit``, ``starting_after``, ``created``."""
    created = values.get("created")
    if isinstance(created, dict):
        for name, holds in _COMPARISONS.items():
            if name in created:
                bound = int(float(created[name]))
                found = [each for each in found if holds(each["created"], bound)]
    if values.get("starting_after"):
        identities = [each["id"] for each in found]
        if values["starting_after"] not in identities:
            raise Refusal(400, f"No such object: '{values['starting_after']}'")
        found = found[identities.index(values["starting_after"]) + 1 :]
    limit = max(1, min(100, int(values.get("limit") or 10)))
    return {
        "object": "list",
        "url": f"/v1/{url}",
        "has_more": len(found) > limit,
        "data": [account.shown(each) for each in found[:limit]],
    }


_COMPARISONS = {
    "gt": lambda one, other: one > other,
    "gte": lambda one, other: one >= other,
    "lt": lambda one, other: one < other,
    "lte": lambda one, other: one <= other,
}


def _list(kind, url, *names):
    def work(account, values):
        wanted = {name: values[name] for name in names if values.get(name)}
        return _page(account, account.all(kind, **wanted), values, url)

    return work


def _get(kind):
    def work(account, identity, _values):
        return account.get(kind, identity)

    return work


def _act(kind, function):
    def work(account, identity, values):
        return function(account, account.get(kind, identity), values)

    return work


def _methods_of_customer(account, customer, values):
    account.get("customer", customer)
    return _list("payment_method", f"customers/{customer}/payment_methods", "customer", "type")(
        account, {**values, "customer": customer}
    )


def _events(account, values):
    found = sorted(account.events, key=lambda each: -each["_number"])
    if values.get("type"):
        found = [each for each in found if each["type"] == values["type"]]
    return _page(account, found, values, "events")


def _make_endpoint(account, values):
    if not values.get("url", "").startswith(("http://", "https://")):
        raise Refusal(400, "Invalid URL", code="url_invalid", param="url")
    return account.make_endpoint(
        values["url"], many(values, "enabled_events"), values.get("api_version")
    )


def _change_endpoint(account, endpoint, values):
    if "enabled_events" in values:
        endpoint["enabled_events"] = many(values, "enabled_events")
    if values.get("url"):
        endpoint["url"] = values["url"]
    if "disabled" in values:
        endpoint["status"] = "disabled" if values["disabled"] == "true" else "enabled"
    return endpoint


def _change_intent(_account, intent, values):
    if intent["status"] in ("succeeded", "canceled", "processing"):
        raise intents.unexpected(intent, "update")
    for name in ("description", "metadata", "setup_future_usage"):
        if name in values:
            intent[name] = values[name]
    return intent


ROUTES = (
    ("POST", r"customers", lambda account, values: means.make_customer(account, values)),
    ("GET", r"customers/([^/]+)", _get("customer")),
    (
        "DELETE",
        r"customers/([^/]+)",
        _act("customer", lambda account, made, _values: means.delete_customer(account, made)),
    ),
    ("GET", r"customers/([^/]+)/payment_methods", _methods_of_customer),
    ("POST", r"payment_methods", lambda account, values: means.make_method(account, values)),
    ("GET", r"payment_methods", _list("payment_method", "payment_methods", "customer", "type")),
    ("GET", r"payment_methods/([^/]+)", _get("payment_method")),
    (
        "POST",
        r"payment_methods/([^/]+)/detach",
        _act("payment_method", lambda account, made, _values: means.detach(account, made)),
    ),
    ("POST", r"setup_intents", lambda account, values: means.make_setup(account, values)),
    ("GET", r"setup_intents/([^/]+)", _get("setup_intent")),
    ("POST", r"setup_intents/([^/]+)/confirm", _act("setup_intent", means.confirm_setup)),
    (
        "POST",
        r"setup_intents/([^/]+)/authenticate",
        _act(
            "setup_intent",
            lambda account, made, values: means.finish_setup(
                account, made, values.get("passed", "true") == "true"
            ),
        ),
    ),
    ("POST", r"payment_intents", lambda account, values: intents.make_intent(account, values)),
    ("GET", r"payment_intents", _list("payment_intent", "payment_intents", "customer")),
    ("GET", r"payment_intents/([^/]+)", _get("payment_intent")),
    ("POST", r"payment_intents/([^/]+)", _act("payment_intent", _change_intent)),
    ("POST", r"payment_intents/([^/]+)/confirm", _act("payment_intent", intents.confirm_intent)),
    (
        "POST",
        r"payment_intents/([^/]+)/authenticate",
        _act(
            "payment_intent",
            lambda account, made, values: intents.authenticate(
                account, made, values.get("passed", "true") == "true"
            ),
        ),
    ),
    (
        "POST",
        r"payment_intents/([^/]+)/cancel",
        _act("payment_intent", lambda account, made, _values: intents.cancel_intent(account, made)),
    ),
    (
        "POST",
        r"payment_intents/([^/]+)/capture",
        _act(
            "payment_intent", lambda account, made, _values: intents.capture_intent(account, made)
        ),
    ),
    ("GET", r"charges", _list("charge", "charges", "customer", "payment_intent")),
    ("GET", r"charges/([^/]+)", _get("charge")),
    ("POST", r"refunds", lambda account, values: returns.make_refund(account, values)),
    ("GET", r"refunds", _list("refund", "refunds", "charge", "payment_intent")),
    ("GET", r"refunds/([^/]+)", _get("refund")),
    ("GET", r"mandates/([^/]+)", _get("mandate")),
    ("GET", r"disputes", _list("dispute", "disputes", "charge", "payment_intent")),
    ("GET", r"disputes/([^/]+)", _get("dispute")),
    ("POST", r"webhook_endpoints", _make_endpoint),
    ("GET", r"webhook_endpoints", _list("webhook_endpoint", "webhook_endpoints")),
    ("GET", r"webhook_endpoints/([^/]+)", _get("webhook_endpoint")),
    ("POST", r"webhook_endpoints/([^/]+)", _act("webhook_endpoint", _change_endpoint)),
    ("GET", r"events", _events),
    ("GET", r"events/([^/]+)", _get("event")),
)
