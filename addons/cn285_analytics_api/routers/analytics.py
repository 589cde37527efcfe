"""Recurring revenue: its measures, what moved, and what items are worth; read."""

from typing import Annotated

from dateutil.relativedelta import relativedelta
from fastapi import Query
from odoo.addons.cn285_api.core.call import CurrentCall
from odoo.addons.cn285_api.core.records import named, page
from odoo.addons.cn285_api.core.representing import Names, expansions, money, number
from odoo.addons.cn285_api.core.route import new_router, operation
from odoo.fields import Domain

from ..schemas.analytics import (
    ItemMonthOut,
    ItemMonthPage,
    ItemMonthQuery,
    MeasuresOut,
    MeasuresQuery,
    MovementOut,
    MovementPage,
    MovementQuery,
    RecurringAmount,
    RecurringOut,
    RecurringQuery,
)

router = new_router("Analytics")
SCOPE = "analytics:read"
# Measures by the names that programs know them by.
AMOUNTS = ("opening", "new", "reactivation", "expansion", "contraction", "churn", "transfer")
AMOUNTS += ("pause", "closing", "arr", "arpa", "usage", "usage_mrr", "ltv", "cltv")
SHARES = ("gross_churn", "net_churn", "grr", "nrr", "quick_ratio")
COUNTS = ("opening", "new", "back", "lost", "closing", "paying")


@router.get("/analytics/measures", summary="Read measures", **operation(SCOPE))
def get_measures(call: CurrentCall, query: Annotated[MeasuresQuery, Query()]) -> MeasuresOut:
    """MRR and what follows from it, of any months: see the definitions in the documentation."""
    found = call.env["cn285.mrr.month"].cn285_metrics(query.month_from, query.month_to)
    currency = call.env.company.currency_id

    def amount(name):
        return None if found[name] is None else money(currency, found[name])

    def share(name):
        return None if found[name] is None else number(found[name])

    return MeasuresOut(
        month_from=query.month_from.replace(day=1),
        month_to=query.month_to.replace(day=1),
        currency=currency.name,
        currency_effect=amount("currency"),
        customer_churn=share("logo_churn"),
        **{name: amount(name) for name in AMOUNTS},
        **{name: share(name) for name in SHARES},
        **{f"customers_{name}": int(found[f"logos_{name}"]) for name in COUNTS},
    )


@router.get("/analytics/mrr", summary="Read the MRR of a day", **operation(SCOPE))
def get_mrr(call: CurrentCall, query: Annotated[RecurringQuery, Query()]) -> RecurringOut:
    """As it is known, or was known on a day; committed with a horizon."""
    found = call.env["cn285.mrr.month"].cn285_mrr_on(
        query.day, known_on=query.known_on, horizon_months=query.horizon_months
    )
    return RecurringOut(
        day=query.day + relativedelta(months=query.horizon_months),
        data=[
            RecurringAmount(currency=name, mrr=number(amount))
            for name, amount in sorted(found.items())
        ],
    )


@router.get("/analytics/movements", summary="List movements", **operation(SCOPE))
def list_movements(call: CurrentCall, query: Annotated[MovementQuery, Query()]) -> MovementPage:
    """New, expansion, contraction, churn and the like: with cause, change and reason."""
    expansions(call, query.expand, ())
    domain = _of(call, query)
    if query.kind:
        domain &= Domain("kind", "=", query.kind)
    if query.date_from:
        domain &= Domain("date", ">=", query.date_from)
    if query.date_to:
        domain &= Domain("date", "<=", query.date_to)
    rows, following = page(call, "cn285.mrr.movement", domain, query)
    names = _names(rows, rows.reason_id)
    return MovementPage(
        data=[_show_movement(row, names) for row in rows],
        has_more=following is not None,
        next_cursor=following,
    )


@router.get("/analytics/items", summary="List items by month", **operation(SCOPE))
def list_item_months(call: CurrentCall, query: Annotated[ItemMonthQuery, Query()]) -> ItemMonthPage:
    """What items are worth at months' ends, after and before discounts."""
    expansions(call, query.expand, ())
    domain = _of(call, query)
    if query.product:
        product = named(call, "product.product", query.product, "product")
        domain &= Domain("product_id", "=", product.id)
    if query.month:
        domain &= Domain("month", "=", query.month.replace(day=1))
    rows, following = page(call, "cn285.mrr.item.month", domain, query)
    names = _names(rows)
    return ItemMonthPage(
        data=[
            ItemMonthOut(
                id=row.id,
                month=row.month,
                mrr=number(row.closing),
                list_mrr=number(row.closing_list),
                currency=row.company_currency_id.name,
                **_links(row, names),
            )
            for row in rows
        ],
        has_more=following is not None,
        next_cursor=following,
    )


def _of(call, query):
    """Of the company whose key it is; and of whom the query names."""
    domain = Domain("company_id", "=", call.env.company.id)
    if query.customer:
        customer = named(call, "res.partner", query.customer, "customer")
        domain &= Domain("customer_id", "=", customer.id)
    if query.contract:
        contract = named(call, "cn285.contract", query.contract, "contract")
        domain &= Domain("contract_id", "=", contract.id)
    return domain


def _names(rows, *groups):
    return Names(
        rows.env, rows.customer_id, rows.contract_id, rows.item_id, rows.product_id, *groups
    )


def _links(row, names):
    return {
        "customer": names.ref(row.customer_id),
        "contract": names.ref(row.contract_id),
        "item": names.ref(row.item_id),
        "product": names.ref(row.product_id),
    }


def _show_movement(row, names):
    return MovementOut(
        id=row.id,
        date=row.date,
        kind=row.kind,
        cause=row.cause,
        change_id=row.change_id.id or None,
        reason=names.ref(row.reason_id),
        amount=number(row.amount),
        currency=row.currency_id.name,
        company_amount=number(row.amount_company),
        company_currency=row.company_currency_id.name,
        customers=row.logos,
        **_links(row, names),
    )
