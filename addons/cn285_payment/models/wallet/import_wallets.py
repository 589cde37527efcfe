"""Files of wallets: their types, credit that customers hold already, rules of top-ups; passes."""

from odoo.addons.cn285_contract.models.importing.readers import read_taxes
from odoo.addons.cn285_import.models.kinds import Column, Kind, columns_of
from odoo.fields import Command


def read_service_taxes(reader, text):
    """Sales taxes by name or rate, in their form for services: what credit buys."""
    env = reader.env
    taxes = env["account.tax"].union(
        *(named._cn285_for_type("service", env.company) for named in read_taxes(reader, text))
    )
    return [Command.set(taxes.ids)]


WALLET_TYPES = Kind(
    "wallet_types",
    "cn285.wallet.type",
    columns_of(
        "name",
        "sequence",
        "currency_id",
        "books",
        "scope",
        "draws_open",
        "portal_topup",
        "valid_months",
        "least",
        "most",
        "journal_id",
        taxes=Column("tax_ids", read_service_taxes),
        categories="category_ids",
        advance_account="advance_account_id",
        rebate_account="rebate_account_id",
    ),
    required=("name",),
    key=("name",),
    adopt=("name",),
    example={"name": "Prepaid credit"},
)
WALLETS = Kind(
    "wallets",
    "cn285.wallet",
    columns_of("active", wallet_type="type_id", customer="partner_id"),
    required=("wallet_type", "customer"),
    key=("wallet_type", "customer"),
    adopt=("type_id", "partner_id"),
    example={"id": "W-1", "wallet_type": "Prepaid credit", "customer": "CUST-1"},
)
# Credit that customers hold already: a lot each.
WALLET_LOTS = Kind(
    "wallet_lots",
    "cn285.wallet.opening",
    columns_of(
        "kind",
        "amount",
        "expiry",
        "priority",
        wallet_type="type_id",
        customer="partner_id",
        reason="name",
    ),
    required=("wallet_type", "customer", "amount"),
    example={
        "id": "L-1",
        "wallet_type": "Prepaid credit",
        "customer": "CUST-1",
        "amount": "100",
        "reason": "Balance of the old system",
    },
)
TOPUP_RULES = Kind(
    "topup_rules",
    "cn285.wallet.topup.rule",
    columns_of(
        "active",
        "trigger",
        "threshold",
        "first_day",
        "every",
        "unit",
        "amount_by",
        "value",
        "capped",
        "cap",
        "wallet_id",
        means="payment_token_id",
    ),
    required=("wallet", "value"),
    key=("wallet", "trigger"),
    example={"wallet": "W-1", "trigger": "threshold", "threshold": "10", "value": "50"},
)
PROMOTION_PASSES = Kind(
    "promotion_passes",
    "cn285.promotion.pass",
    columns_of(
        "name",
        "code",
        "active",
        "currency_id",
        "percent",
        "amount",
        "periods",
        "date_start",
        "date_end",
        "most",
        "most_each",
        "product_ids",
        "portal",
    ),
    required=("name", "code"),
    key=("code",),
    adopt=("code",),
    example={"code": "WELCOME-EX", "name": "Welcome", "percent": "10", "periods": "3"},
)
