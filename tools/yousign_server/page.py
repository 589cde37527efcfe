"""The page on which somebody signs: a button to sign, and one to decline."""

from html import escape
from urllib.parse import parse_qs

from .account import Refusal

STYLE = (
    "<style>body{font:16px sans-serif;margin:3em;max-width:40em}button{padding:8px 20px}</style>"
)


def answer(account, call):
    """(status, HTML) of a page, or of what was pressed on it."""
    token = call.path.removeprefix("/sign/")
    with account.lock:
        found = account.by_link(token)
        if not found:
            return 404, "<title>Yousign</title>No such page."
        if call.method == "POST":
            _press(account, found, parse_qs(call.body.decode()))
        return 200, _page(*found, token)


def _press(account, found, pressed):
    request, signer = found
    try:
        if "sign" in pressed:
            account.sign(request, signer)
        elif "decline" in pressed:
            account.decline(request, signer, " ".join(pressed.get("reason", [])))
    except Refusal:
        return  # the page says how it stands


def _page(request, signer, token):
    name = f"{signer['info']['first_name']} {signer['info']['last_name']}"
    buttons = ""
    if request["status"] == "ongoing" and signer["status"] == "notified":
        buttons = (
            f"<form method='post' action='/sign/{escape(token)}'>"
            "<button name='sign' value='1'>Sign</button> "
            "<input name='reason' placeholder='Why not'> "
            "<button name='decline' value='1'>Decline</button></form>"
        )
    files = "".join(f"<li>{escape(each['filename'])}</li>" for each in request["_documents"])
    return (
        f"<title>Yousign to try signatures against</title>{STYLE}<h1>{escape(request['name'])}</h1>"
        f"<p>{escape(name)}, {escape(signer['signature_level'])}: {escape(signer['status'])}; "
        f"the request: <b>{escape(request['status'])}</b></p><ul>{files}</ul>{buttons}"
    )
