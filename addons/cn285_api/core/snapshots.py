"""What an event shows of its object: the same as the API answers, in English, for its company."""

from ..routers.billing import show_runs
from ..routers.change_views import show_changes
from ..routers.contract_views import show_contracts
from ..routers.invoices import show_invoices

# By model: a function from records to schemas.
SHOWN = {
    "cn285.contract": lambda records: show_contracts(records, {"items"}),
    "cn285.contract.change": show_changes,
    "cn285.billing.run": show_runs,
    "account.move": lambda records: show_invoices(records, {"lines"}),
}


def snapshots(records):
    """``{id: object as JSON has it}`` of records of one model; another model is its number."""
    show = records.env["cn285.webhook.event"]._shown().get(records._name)
    if show is None:
        return {record.id: {"id": record.id} for record in records}
    return {
        record.id: shown.model_dump(mode="json")
        for record, shown in zip(records, show(records), strict=True)
    }
