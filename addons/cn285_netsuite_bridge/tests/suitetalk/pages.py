"""A page to look into the account and to do what somebody would do there."""

from html import escape
from urllib.parse import parse_qs

from . import failures

TITLE = "NetSuite to try the bridge against"
COLUMNS = {
    "Invoice": ("tranId", "total", "amountRemaining", "status"),
    "CreditMemo": ("tranId", "total", "amountRemaining", "status"),
    "JournalEntry": ("tranId", "tranDate", "reversalDate", "memo"),
    "Customer": ("companyName", "lastName", "email", "vatRegNumber"),
    "ServiceSaleItem": ("itemId", "displayName", "isInactive"),
}


def page(server):
    """The account as HTML."""
    account = server.account
    parts = [
        f"<title>{TITLE}</title><style>body{{font:14px sans-serif;margin:2em}}"
        "td,th{padding:2px 12px;text-align:left}form{display:inline}</style>",
        f"<h1>{TITLE}</h1><p>Account {escape(account.account)},"
        f" {len(server.calls)} calls answered.</p>",
        "<p>The next call fails: "
        + " ".join(_button("fail", kind, kind) for kind in (*failures.ALL, failures.SLOW))
        + "</p>",
    ]
    with account.lock:
        for type_, names in COLUMNS.items():
            records = account.all(type_)
            parts.append(f"<h2>{type_} ({len(records)})</h2><table><tr><th>id</th>")
            parts += [f"<th>{name}</th>" for name in names]
            parts += [_row(record, names) for record in records[-50:]]
            parts.append("</table>")
    return "".join(parts).encode()


def act(server, body):
    """Do what a button of the page says."""
    values = {name: found[0] for name, found in parse_qs(body.decode()).items()}
    action, value = values.get("action"), values.get("value", "")
    if action == "fail" and value in (*failures.ALL, failures.SLOW):
        server.failures.queue.append(value)
        return
    type_, _, internal_id = value.partition(" ")
    record = server.account.find(type_, internal_id)
    if record is None:
        return
    if action == "pay":
        server.account.pay(record, record.number("amountRemaining"))
    elif action == "email":
        server.account.change(record, email=values.get("text", ""))
    elif action == "delete":
        server.account.delete(type_, internal_id)


def _row(record, names):
    cells = "".join(f"<td>{escape(record.text(name)[:60])}</td>" for name in names)
    key = f"{record.type} {record.internal_id}"
    buttons = _button("delete", key, "Delete")
    if record.type in ("Invoice", "CreditMemo") and record.number("amountRemaining"):
        buttons += _button("pay", key, "Pay")
    if record.type == "Customer":
        buttons += _button("email", key, "Set e-mail", '<input name="text" size="20">')
    return f"<tr><td>{record.internal_id}</td>{cells}<td>{buttons}</td></tr>"


def _button(action, value, label, more=""):
    return (
        f'<form method="post" action="/"><input type="hidden" name="action" value="{action}">'
        f'<input type="hidden" name="value" value="{escape(value)}">{more}'
        f"<button>{label}</button></form> "
    )
