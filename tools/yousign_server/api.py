"""Which call does what: one row each, with the name by which tests make it go wrong."""

import re
from email.parser import BytesParser
from email.policy import HTTP

from .account import plain, shown

PAGE = 100


def _list(account, call):
    wanted = call.query.get("external_id[eq]")
    found = [
        each
        for each in account.requests.values()
        if not each["_gone"] and wanted in (None, each["external_id"])
    ]
    found.sort(key=lambda each: each["created_at"], reverse=True)
    size = min(int(call.query.get("limit", PAGE)), account_page(account))
    start = int(call.query.get("after") or 0)
    more = start + size < len(found)
    return 200, {
        "meta": {"next_cursor": str(start + size) if more else None},
        "data": [shown(each) for each in found[start : start + size]],
    }


def account_page(account):
    """How many requests a page has: tests make it small."""
    return getattr(account, "page", PAGE)


def _create(account, call):
    return 201, shown(account.create(call.json()))


def _fetch(account, _call, request):
    return 200, shown(account.get(request))


def _upload(account, call, request):
    name, content, values = call.form()
    made = account.upload(account.get(request), name, content, values.get("nature"))
    return 201, plain(made)


def _document(account, _call, request, document):
    return 200, plain(account.document(account.get(request), document))


def _signers(account, _call, request):
    return 200, [plain(each) for each in account.get(request)["_signers"]]


def _add_signer(account, call, request):
    return 201, plain(account.add_signer(account.get(request), call.json()))


def _activate(account, _call, request):
    found = account.get(request)
    account.activate(found)
    return 201, shown(found)


def _cancel(account, _call, request):
    found = account.get(request)
    account.cancel(found)
    return 201, shown(found)


def _delete(account, _call, request):
    account.delete(account.get(request))
    return 204, None


def _remind(account, _call, request, signer):
    found = account.get(request)
    account.remind(found, account.signer(found, signer))
    return 201, None


def _download(account, _call, request, document):
    found = account.get(request)
    return 200, account.signed_file(found, account.document(found, document))


def _trail(account, _call, request):
    return 200, account.audit_trail(account.get(request))


_ID = r"([\w-]+)"
_ONE = rf"/v3/signature_requests/{_ID}"
#: (name, method, path, what it does)
CALLS = (
    ("list", "GET", r"/v3/signature_requests", _list),
    ("create", "POST", r"/v3/signature_requests", _create),
    ("fetch", "GET", _ONE, _fetch),
    ("delete", "DELETE", _ONE, _delete),
    ("upload", "POST", rf"{_ONE}/documents", _upload),
    ("download", "GET", rf"{_ONE}/documents/{_ID}/download", _download),
    ("document", "GET", rf"{_ONE}/documents/{_ID}", _document),
    ("signers", "GET", rf"{_ONE}/signers", _signers),
    ("add_signer", "POST", rf"{_ONE}/signers", _add_signer),
    ("activate", "POST", rf"{_ONE}/activate", _activate),
    ("cancel", "POST", rf"{_ONE}/cancel", _cancel),
    ("remind", "POST", rf"{_ONE}/signers/{_ID}/send_reminder", _remind),
    ("trail", "GET", rf"{_ONE}/audit_trails/download", _trail),
)


def route(method, path):
    """(name, function, arguments) of a call; None where there is no such thing."""
    for name, wanted, pattern, function in CALLS:
        found = wanted == method and re.fullmatch(pattern, path)
        if found:
            return name, function, found.groups()
    return None


def parse_form(content_type, body):
    """(file name, content, other values) of a multipart form."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    name, content, values = "", b"", {}
    for part in BytesParser(policy=HTTP).parsebytes(head + body).iter_parts():
        field = part.get_param("name", header="content-disposition")
        payload = part.get_payload(decode=True)
        if field == "file":
            name, content = part.get_filename() or "", payload
        else:
            values[field] = payload.decode()
    return name, content, values
