"""Calls of Yousign's API v3; nothing is tried again here, and no secret is told or logged."""

from datetime import datetime, timezone
from urllib.parse import quote

import requests
from urllib3.exceptions import HTTPError

from ..engine.answers import Meaning, meaning, wait_seconds
from ..engine.found import ATTACHMENT, Found, NotUnderstood, Signer, read_request, read_signer

# Seconds to wait for an answer.
PATIENCE = 20
# The largest file that is taken from there, in bytes; pages of a list that are read.
LARGEST_FILE = 60_000_000
MOST_PAGES = 20
LONGEST_REASON = 500


class CallFailed(Exception):
    """A call that did not do what it was for.

    ``status``: of HTTP; None: no answer. ``seconds``: after which it may be made again. The
    message is Yousign's own words, without anything of the call.
    """

    def __init__(self, message, status=None, seconds=None):
        super().__init__(message)
        self.status = status
        self.seconds = seconds

    @property
    def meaning(self):
        return meaning(self.status)


class Client:
    """Calls with one company's key.

    :param str base: address with the version, without a slash at its end
    :param str key: API key; sent as a header, and put into nothing else
    """

    def __init__(self, base, key, patience=PATIENCE):
        self._base = base
        self._key = key
        self._patience = patience

    def __repr__(self):
        return f"Client({self._base!r})"

    # === REQUESTS === #

    def find(self, external_id) -> list[Found]:
        """All requests of an external id, deleted ones too, page by page."""
        found, after = [], None
        for _page in range(MOST_PAGES):
            query = {"external_id[eq]": external_id, "limit": 100}
            if after:
                query["after"] = after
            said = self._json("GET", "signature_requests", params=query)
            if not isinstance(said, dict) or not isinstance(said.get("data"), list):
                raise NotUnderstood("a list of requests that is none")
            found += [read_request(each) for each in said["data"]]
            after = (said.get("meta") or {}).get("next_cursor")
            if not after:
                return found
        raise NotUnderstood("too many requests of one external id")

    def fetch(self, request) -> Found:
        return read_request(self._json("GET", _path(request)))

    def create(self, order) -> Found:  # pylint: disable=method-required-super
        return read_request(self._json("POST", "signature_requests", json=order))

    def activate(self, request):
        self._call("POST", _path(request, "activate"))

    def cancel(self, request, note):
        reason = {"reason": "other", "custom_note": note[:255]}
        self._call("POST", _path(request, "cancel"), json=reason)

    def delete(self, request):
        self._call("DELETE", _path(request))

    # === DOCUMENTS AND SIGNERS === #

    def upload(self, request, name, content, attached=False):
        """Upload what is to be signed, or read before that; returns its id."""
        files = {"file": (name, content, "application/pdf")}
        data = {"nature": "signable_document", "parse_anchors": "false"}
        if attached:
            data = {"nature": ATTACHMENT}
        said = self._json("POST", _path(request, "documents"), files=files, data=data)
        return _id(said)

    def document_hash(self, request, document):
        """SHA-256 of a document, as Yousign has it; None where it does not tell."""
        said = self._json("GET", _path(request, "documents", document))
        return said.get("sha256") if isinstance(said, dict) else None

    def signers(self, request) -> list[Signer]:
        said = self._json("GET", _path(request, "signers"))
        if not isinstance(said, list):
            raise NotUnderstood("a list of signers that is none")
        try:
            return [read_signer(each) for each in said]
        except (KeyError, TypeError, AttributeError) as error:
            raise NotUnderstood(str(error)) from error

    def add_signer(self, request, order):
        """Add a signer, after those that are there; returns his id."""
        return _id(self._json("POST", _path(request, "signers"), json=order))

    def remind(self, request, signer):
        self._call("POST", _path(request, "signers", signer, "send_reminder"))

    # === WHAT IS THERE IN THE END === #

    def signed_document(self, request, document):
        """The bytes of the signed PDF, by itself: of several files Yousign makes an archive."""
        path = _path(request, "documents", document, "download")
        return self._pdf(path, {"version": "completed"})

    def audit_trail(self, request):
        """The bytes of the audit trails of all signers, as one PDF."""
        return self._pdf(_path(request, "audit_trails", "download"), {"merge": "true"})

    # === ONE CALL === #

    def _pdf(self, path, params):
        answer = self._call("GET", path, params=params, stream=True)
        with answer:
            try:
                content = answer.raw.read(LARGEST_FILE + 1, decode_content=True)
            except (HTTPError, OSError, ValueError) as error:
                raise CallFailed(type(error).__name__) from None
        said = answer.headers.get("Content-Length") or ""
        if said.isdigit() and "Content-Encoding" not in answer.headers and len(content) < int(said):
            raise CallFailed("IncompleteRead")
        if len(content) > LARGEST_FILE or not content.startswith(b"%PDF-"):
            raise NotUnderstood("a file that is no PDF")
        return content

    def _json(self, method, path, **arguments):
        try:
            return self._call(method, path, **arguments).json()
        except ValueError:
            raise NotUnderstood("an answer that is no JSON") from None

    def _call(self, method, path, **arguments):
        try:
            answer = requests.request(
                method,
                f"{self._base}/{path}",
                headers={"Authorization": f"Bearer {self._key}", "Accept": "*/*"},
                timeout=self._patience,
                # The key goes to this address and to no other.
                allow_redirects=False,
                **arguments,
            )
        except (requests.exceptions.RequestException, ValueError) as error:
            # Only what kind of error it is: its text may hold what was sent.
            raise CallFailed(type(error).__name__) from None
        what = meaning(answer.status_code)
        if what is Meaning.DONE:
            return answer
        seconds = None
        if what is Meaning.BUSY:
            seconds = wait_seconds(answer.headers, datetime.now(timezone.utc))
        raise CallFailed(self._reason(answer), answer.status_code, seconds)

    def _reason(self, answer):
        """Why it was refused, in Yousign's words."""
        try:
            said = answer.json()
            parts = [said.get("detail") or said.get("title") or said.get("message") or ""]
            parts += [
                f"{each.get('name')}: {each.get('reason')}"
                for each in said.get("invalid_params") or ()
            ]
            text = "; ".join(str(part) for part in parts if part)
        except (ValueError, AttributeError, TypeError):
            text = ""
        return (text or f"HTTP {answer.status_code}").replace(self._key, "***")[:LONGEST_REASON]


def _path(*parts):
    return "/".join(("signature_requests", *(quote(str(part), safe="") for part in parts)))


def _id(said):
    if not isinstance(said, dict) or not isinstance(said.get("id"), str):
        raise NotUnderstood("an answer without an id")
    return said["id"]
