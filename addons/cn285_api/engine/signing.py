"""Signatures of what is sent to others: Standard Webhooks, version 1."""

import base64
import hashlib
import hmac
import secrets

PREFIX = "whsec_"
BYTES = 32
#: Seconds that a receiver should let a signature be old.
TOLERANCE = 300


class BadSignature(ValueError):
    """What came is not from who has the secret, or is too old."""


def new_secret() -> str:
    """A fresh secret.

    >>> secret = new_secret()
    >>> secret.startswith("whsec_"), len(base64.b64decode(secret[6:]))
    (True, 32)
    """
    return PREFIX + base64.b64encode(secrets.token_bytes(BYTES)).decode()


def sign(secrets_: list[str], message_id: str, timestamp: int, body: bytes) -> str:
    """The header ``webhook-signature``: one signature a secret, while one follows another.

    >>> sign(["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
    ...      b'{"test": 2432232314}')
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    """
    return " ".join(f"v1,{_signature(one, message_id, timestamp, body)}" for one in secrets_)


def verify(secret: str, headers: dict, body: bytes, now: float) -> str:
    """What a receiver does first; returns the id of the message, which it should see once only.

    :param headers: of the request, with small names
    :raises BadSignature: where nothing of it may be believed
    """
    message_id = headers.get("webhook-id", "")
    stamp = headers.get("webhook-timestamp", "")
    if not stamp.isdecimal() or abs(now - int(stamp)) > TOLERANCE:
        raise BadSignature("the timestamp is missing or too old")
    expected = _signature(secret, message_id, int(stamp), body)
    for given in headers.get("webhook-signature", "").split():
        version, _comma, signature = given.partition(",")
        if version == "v1" and hmac.compare_digest(signature, expected):
            return message_id
    raise BadSignature("no signature fits")


def _signature(secret, message_id, timestamp, body):
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
