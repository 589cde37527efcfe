"""Contracts, their items, and the items' discounts."""

from odoo.addons.cn285_import.models.cells import CellError
from odoo.addons.cn285_import.models.kinds import Column, Kind, columns_of
from odoo.fields import Command
from odoo.tools import LazyTranslate

from .contract_states import apply_states, take_back
from .readers import read_analytic

_lt = LazyTranslate(__name__)

CONTRACT_STATES = ("draft", "active", "closed", "cancelled")
ANALYTIC = Column("analytic_distribution", read_analytic)


def read_contract_state(reader, text):
    if text.lower() not in CONTRACT_STATES:
        raise CellError(reader.not_allowed(text, CONTRACT_STATES))
    return text.lower()


def complete_item(vals):
    """A price in the file is an own price, also where it equals what is stored (0.00).

    So is what was billed elsewhere.
    """
    if "price_unit" in vals and "price_source" not in vals:
        vals["price_source"] = "manual"
    if "billed_amount" in vals:
        vals["billed_at_price"] = False


def complete_new_contract(vals, cells):
    if cells.get("template_items") is False:
        vals["item_ids"] = [Command.clear()]  # the template is named, not copied


def waiting_contract(contract, key):
    """A contract is not confirmed while one of its rows is missing."""
    if contract.state != "draft":
        return None
    return contract.env._(
        "Contract %(contract)s stays a draft until this row is right.", contract=key
    )


TAGS = Kind(
    "tags",
    "cn285.contract.tag",
    columns_of("name", "color"),
    required=("name",),
    key=("name",),
    adopt=("name",),
    example={"name": "VIP", "color": "4"},
)
CONTRACTS = Kind(
    "contracts",
    "cn285.contract",
    columns_of(
        "client_ref",
        "date_start",
        "date_end",
        "partner_id",
        "reseller_id",
        "template_id",
        "fiscal_position_id",
        number="name",
        invoice_address="partner_invoice_id",
        salesperson="user_id",
        template_items=Column(
            None,
            "boolean",
            meaning=_lt("No: the contract names its template and takes no items of it."),
        ),
        state=Column(
            None,
            read_contract_state,
            meaning=_lt(
                "draft, active, closed or cancelled: what it becomes once its items are in."
            ),
        ),
        closed_on=Column(None, "date", meaning=_lt("Last day of a contract that is closed.")),
        billing_hold=Column(
            None, "boolean", meaning=_lt("Yes: nothing of it is billed until it is released.")
        ),
        bill_past=Column(None, "boolean", meaning=_lt("Yes: years that are past are billed too.")),
    ),
    fields=lambda env: env["cn285.contract.template"]._contract_fields(),
    required=("partner",),
    complete_new=complete_new_contract,
    waiting=waiting_contract,
    finish=apply_states,
    example=(
        {
            "id": "C-1",
            "partner": "CUST-1",
            "date_start": "2024-01-01",
            "state": "active",
            "billing_hold": "yes",
            "client_ref": "PO 4711",
        },
        {"id": "C-2", "partner": "CUST-1", "date_start": "2024-01-01", "state": "draft"},
    ),
    undo=take_back,
)
ITEMS = Kind(
    "items",
    "cn285.contract.item",
    columns_of(
        "code",
        "date_start",
        "date_end",
        "one_shot_date",
        "billed_until",
        "billed_from",
        "billed_amount",
        "billed_ref",
        "billed_on",
        "beneficiary_id",
        contract=Column("contract_id", owner=True),
        activated_on=Column(
            None, "date", meaning=_lt("First day of an item that waits for being activated.")
        ),
        analytic=ANALYTIC,
    ),
    fields=lambda env: env["cn285.contract.item"]._terms_fields(),
    required=("contract", "product"),
    complete=complete_item,
    example=(
        {
            "id": "I-1",
            "contract": "C-1",
            "product": "SUPPORT",
            "quantity": "2",
            "price_unit": "40.50",
            "billing_type": "fixed",
            "recurring_unit": "month",
            "date_start": "2024-01-01",
            "billed_until": "2025-12-31",
            "billed_ref": "F-2025-1201",
            "billed_on": "2025-12-01",
        },
        {
            "id": "I-2",
            "contract": "C-2",
            "product": "HOSTING",
            "billing_type": "usage",
            "timing": "arrears",
        },
    ),
)
DISCOUNTS = Kind(
    "discounts",
    "cn285.contract.item.discount",
    columns_of(
        "name",
        "date_start",
        "date_end",
        "percent",
        "amount",
        item=Column("item_id", owner=True),
    ),
    required=("item", "date_start"),
    key=("item", "date_start"),
    example={
        "item": "I-1",
        "date_start": "2026-01-01",
        "date_end": "2026-03-31",
        "percent": "10",
    },
)
