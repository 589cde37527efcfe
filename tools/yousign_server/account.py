"""What an account holds: requests for signatures, their states, and what moves them.

States as in Yousign's documentation: draft, ongoing, done, declined, expired, canceled, deleted.
"""

import hashlib
import io
import re
import secrets
import threading
import time
import uuid
from datetime import datetime, timezone

from reportlab.pdfgen.canvas import Canvas

LEVELS = {
    "electronic_signature": {"otp_email", "otp_sms", "no_otp"},
    "advanced_electronic_signature": {"otp_sms"},
}
# The least that a document to be signed has to have.
PDF_VERSION = (1, 6)
# Of the texts that are sent: their longest.
LONGEST = {"name": 128, "external_id": 250}


class Refusal(Exception):
    """What the API answers instead: (status, detail)."""


class Account:
    """The requests of an account.

    :param bool sandbox: which environment events say that they are of
    :param listeners: called with (event name, request, signer or None) at each event
    """

    def __init__(self, sandbox=True):
        self.api_key = secrets.token_hex(16)
        self.webhook_secret = secrets.token_hex(16)
        self.sandbox = sandbox
        self.lock = threading.RLock()
        self.requests = {}
        self.ledger = []
        self.listeners = []
        self.base = ""

    # === READING === #

    def get(self, request_id):
        if request_id not in self.requests or self.requests[request_id]["_gone"]:
            raise Refusal(404, "Resource not found.")
        return self.requests[request_id]

    def of(self, external_id, status=None):
        """All requests of an external id, deleted ones too."""
        return [
            each
            for each in self.requests.values()
            if each["external_id"] == external_id and status in (None, each["status"])
        ]

    def signer(self, request, signer_id):
        for signer in request["_signers"]:
            if signer["id"] == signer_id:
                return signer
        raise Refusal(404, "Resource not found.")

    def by_link(self, token):
        """(request, signer) of a signing page; None where it is nobody's."""
        for request in self.requests.values():
            for signer in request["_signers"]:
                if signer["_token"] == token:
                    return request, signer
        return None

    # === MAKING === #

    def create(self, order):
        if not order.get("name") or order.get("delivery_mode") not in ("email", "none"):
            raise Refusal(400, "name and delivery_mode are mandatory.")
        for name, longest in LONGEST.items():
            if len(order.get(name) or "") > longest:
                raise Refusal(400, f"{name} is too long.")
        until = order.get("expiration_date")
        if until and until < datetime.now(timezone.utc).date().isoformat():
            raise Refusal(400, "expiration_date is in the past.")
        request = {
            "id": str(uuid.uuid4()),
            "status": "draft",
            "name": order["name"],
            "delivery_mode": order["delivery_mode"],
            "created_at": datetime.now(timezone.utc).isoformat(),
            "ordered_signers": bool(order.get("ordered_signers")),
            "timezone": order.get("timezone") or "Europe/Paris",
            "expiration_date": until,
            "external_id": order.get("external_id"),
            "signers_allowed_to_decline": bool(order.get("signers_allowed_to_decline")),
            "decline_information": None,
            "_signers": [],
            "_documents": [],
            "_gone": False,
        }
        self.requests[request["id"]] = request
        self._done("create", request)
        return request

    def upload(self, request, name, content, nature):
        self._draft(request)
        if nature not in ("signable_document", "attachment"):
            raise Refusal(400, "nature is not valid.")
        version = re.match(rb"%PDF-(\d)\.(\d)", content)
        least = PDF_VERSION if nature == "signable_document" else (1, 0)
        if not version or (int(version[1]), int(version[2])) < least:
            raise Refusal(400, f"The file is no PDF of version {least[0]}.{least[1]} or higher.")
        document = {
            "id": str(uuid.uuid4()),
            "filename": name,
            "nature": nature,
            "content_type": "application/pdf",
            "sha256": hashlib.sha256(content).hexdigest(),
            "_content": content,
        }
        request["_documents"].append(document)
        self._done("upload", request)
        return document

    def add_signer(self, request, order):
        self._draft(request)
        info = order.get("info") or {}
        for name in ("first_name", "last_name", "email", "locale"):
            if not info.get(name):
                raise Refusal(400, f"info.{name} is mandatory.")
        mode = order.get("signature_authentication_mode")
        if mode not in LEVELS.get(order.get("signature_level"), ()):
            raise Refusal(400, "signature_authentication_mode does not go with signature_level.")
        if mode == "otp_sms" and not info.get("phone_number"):
            raise Refusal(400, "info.phone_number is mandatory.")
        known = {each["id"] for each in request["_documents"] if each["nature"] != "attachment"}
        fields = order.get("fields") or []
        if not fields or any(each.get("document_id") not in known for each in fields):
            raise Refusal(400, "fields: a signature field of a document is mandatory.")
        token = secrets.token_urlsafe(12)
        signer = {
            "id": str(uuid.uuid4()),
            "info": dict(info),
            "status": "initiated",
            "fields": fields,
            "signature_level": order["signature_level"],
            "signature_authentication_mode": mode,
            "signature_link": None,
            "_token": token,
            "_reminders": 0,
        }
        request["_signers"].append(signer)
        self._done("add_signer", request)
        return signer

    def activate(self, request):
        self._draft(request)
        if not request["_documents"] or not request["_signers"]:
            raise Refusal(400, "A document and a signer are mandatory.")
        request["status"] = "ongoing"
        for signer in request["_signers"]:
            signer["signature_link"] = f"{self.base}/sign/{signer['_token']}"
        self._done("activate", request)
        self._tell("signature_request.activated", request)
        self._notify(request)

    def _notify(self, request):
        """Write to whose turn it is."""
        for signer in request["_signers"]:
            if signer["status"] == "initiated":
                signer["status"] = "notified"
                self._tell("signer.notified", request, signer)
            if signer["status"] != "signed" and request["ordered_signers"]:
                return

    # === WHAT PEOPLE DO === #

    def sign(self, request, signer):
        """A signer signs; the last one completes the request."""
        self._in_turn(request, signer)
        signer["status"] = "signed"
        self._done("sign", request)
        self._tell("signer.done", request, signer)
        if all(each["status"] == "signed" for each in request["_signers"]):
            self._end(request, "done")
        else:
            self._notify(request)

    def decline(self, request, signer, reason=""):
        self._in_turn(request, signer)
        signer["status"] = "declined"
        request["decline_information"] = {"reason": reason, "signer_id": signer["id"]}
        self._end(request, "declined")

    def expire(self, request):
        self._ongoing(request)
        self._end(request, "expired")

    def reactivate(self, request):
        if request["status"] != "expired":
            raise Refusal(400, "The request is not expired.")
        request["status"] = "ongoing"
        self._tell("signature_request.reactivated", request)

    def cancel(self, request):
        self._ongoing(request)
        self._end(request, "canceled")

    def delete(self, request, *, permanent=False):
        if request["status"] == "ongoing":
            raise Refusal(400, "The request is ongoing.")
        request["_gone"] = permanent
        self._end(request, "deleted")

    def remind(self, request, signer):
        self._ongoing(request)
        if signer["status"] != "notified":
            raise Refusal(400, "The signer was not notified.")
        signer["_reminders"] += 1
        self._done("remind", request)

    def _end(self, request, status):
        request["status"] = status
        self._done(status, request)
        self._tell(f"signature_request.{status}", request)

    def _draft(self, request):
        if request["status"] != "draft":
            raise Refusal(400, "The request is no draft.")

    def _ongoing(self, request):
        if request["status"] != "ongoing":
            raise Refusal(400, "The request is not ongoing.")

    def _in_turn(self, request, signer):
        self._ongoing(request)
        if signer["status"] != "notified":
            raise Refusal(400, "It is not the turn of this signer.")

    def _done(self, what, request):
        self.ledger.append((what, request["external_id"], request["id"]))

    def _tell(self, name, request, signer=None):
        for listener in self.listeners:
            listener(name, request, signer)

    # === FILES === #

    def document(self, request, document_id):
        for document in request["_documents"]:
            if document["id"] == document_id:
                return document
        raise Refusal(404, "Resource not found.")

    def signed_file(self, request, document=None):
        """The document as it is when all have signed: the very bytes, and something behind them.

        Of an attachment the very bytes alone: nobody signs it.
        """
        if request["status"] != "done":
            raise Refusal(400, "The request is not done.")
        document = document or request["_documents"][0]
        if document["nature"] == "attachment":
            return document["_content"]
        names = ", ".join(each["info"]["last_name"] for each in request["_signers"])
        return document["_content"] + f"\n% Signed by {names}\n".encode()

    def audit_trail(self, request):
        if request["status"] != "done":
            raise Refusal(400, "The request is not done.")
        file = io.BytesIO()
        canvas = Canvas(file, invariant=True)
        lines = [f"Audit trail of {request['id']}"]
        lines += [f"{each['info']['email']}: {each['status']}" for each in request["_signers"]]
        for number, line in enumerate(lines):
            canvas.drawString(60, 780 - 20 * number, line)
        canvas.save()
        return file.getvalue()


def event(account, name, request, signer):
    """An event as it is sent: what was so when it happened, which may be long ago when it comes."""
    data = {"signature_request": {**shown(request), "status": request["status"]}}
    if signer:
        data["signer"] = {"id": signer["id"], "status": signer["status"]}
    return {
        "event_id": str(uuid.uuid4()),
        "event_name": name,
        "event_time": str(int(time.time())),
        "subscription_id": "subscription-1",
        "subscription_description": "All events",
        "sandbox": account.sandbox,
        "data": data,
    }


def shown(request):
    """A request as the API tells it."""
    plain = {name: value for name, value in request.items() if not name.startswith("_")}
    return {
        **plain,
        "documents": [
            {"id": each["id"], "nature": each["nature"]} for each in request["_documents"]
        ],
        "signers": [{"id": each["id"], "status": each["status"]} for each in request["_signers"]],
    }


def plain(thing):
    """A document or signer as the API tells it."""
    return {name: value for name, value in thing.items() if not name.startswith("_")}
