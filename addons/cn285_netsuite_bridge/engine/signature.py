"""Token-based authentication: the signature of a SOAP request.

NetSuite, "The Signature for Web Services and RESTlets": the base string joins account, consumer
key, token, nonce and timestamp by ampersands, the key joins consumer secret and token secret, each
part percent-encoded (RFC 5849, 3.6); HMAC-SHA256, Base64.
"""

import base64
import hashlib
import hmac
import secrets
import string
from dataclasses import dataclass, field
from urllib.parse import quote

ALGORITHM = "HMAC-SHA256"
NONCE_LENGTH = 20
_LETTERS = string.ascii_letters + string.digits


@dataclass(frozen=True)
class Credentials:
    """Who signs. The secrets are not shown by ``repr``."""

    account: str  # as the passport wants it: engine/account.py
    consumer_key: str
    token: str
    consumer_secret: str = field(repr=False)
    token_secret: str = field(repr=False)


@dataclass(frozen=True)
class Passport:
    """What stands in a request's ``tokenPassport``."""

    account: str
    consumer_key: str
    token: str
    nonce: str
    timestamp: int  # seconds since 1970, UTC
    signature: str
    algorithm: str = ALGORITHM


def new_nonce() -> str:
    """20 random letters and digits, never used twice."""
    return "".join(secrets.choice(_LETTERS) for _ in range(NONCE_LENGTH))


def sign(credentials: Credentials, nonce: str, timestamp: int) -> Passport:
    """The passport of one request."""
    base = _joined(
        credentials.account, credentials.consumer_key, credentials.token, nonce, str(timestamp)
    )
    key = _joined(credentials.consumer_secret, credentials.token_secret)
    digest = hmac.new(key.encode(), base.encode(), hashlib.sha256).digest()
    return Passport(
        account=credentials.account,
        consumer_key=credentials.consumer_key,
        token=credentials.token,
        nonce=nonce,
        timestamp=timestamp,
        signature=base64.b64encode(digest).decode(),
    )


def _joined(*parts: str) -> str:
    return "&".join(quote(part, safe="-._~") for part in parts)
