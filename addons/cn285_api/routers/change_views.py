"""Changes and what they come to, as the API shows them."""

from ..core.representing import Names, day, money, text
from ..schemas.changes import CancelledPlan, ChangeLine, ChangeOut, ChangePreview
from .contract_views import show_previews

LISTS = ("credits", "charges", "dropped")
AMOUNTS = ("amount", "amount_with_tax", "total", "total_with_tax", "mrr_before", "mrr_after")


def show_changes(changes):
    names = Names(
        changes.env,
        changes.contract_id,
        changes.item_id,
        changes.result_item_id,
        changes.result_contract_id,
    )
    return [
        ChangeOut(
            id=change.id,
            contract=names.ref(change.contract_id),
            item=names.ref(change.item_id),
            type=change.type,
            description=change.description or "",
            date_effective=change.date_effective,
            date_requested=day(change.date_requested),
            date_applied=day(change.date_applied),
            state=change.state,
            origin=change.origin,
            values=change.values or {},
            result_item=names.ref(change.result_item_id),
            result_contract=names.ref(change.result_contract_id),
            error=text(change.error),
            created_at=change.create_date,
            updated_at=change.write_date,
        )
        for change in changes
    ]


def show_change_preview(change):
    """What :meth:`cn285.contract.change.preview` says of a draft."""
    preview, currency = change.preview(), change.currency_id
    following = preview["next_invoice"]
    return ChangePreview(
        date=preview["date"],
        currency=preview["currency"],
        until=preview["until"],
        **{name: money(currency, preview[name]) for name in AMOUNTS},
        **{name: [_show_change_line(currency, line) for line in preview[name]] for name in LISTS},
        next_invoice=show_previews(currency, [following])[0] if following else None,
        cancelled=[
            CancelledPlan(change_id=one["change_id"], change=one["change"], date=one["date"])
            for one in preview["cancelled"]
        ],
        needs_approval=bool(change._approval_reason()),
    )


def _show_change_line(currency, line):
    return ChangeLine(
        item_id=line["item_id"] or None,
        item=line["item"] or "",
        period_start=line["period_start"],
        period_end=line["period_end"],
        billing_date=line["billing_date"],
        amount=money(currency, line["amount"]),
        amount_with_tax=money(currency, line["amount_with_tax"]),
    )
