"""Revenue schedules and what is recognised of them: read."""

from typing import Annotated

from fastapi import Query
from odoo.fields import Domain
from odoo.tools.date_utils import end_of, start_of

from ..core.call import CurrentCall
from ..core.records import find, named, page
from ..core.representing import Names, expansions, money
from ..core.route import new_router, operation
from ..schemas.common import RefPath
from ..schemas.revenue import (
    RevenueEntryOut,
    RevenueEntryPage,
    RevenueEntryQuery,
    RevenueScheduleOut,
    RevenueSchedulePage,
    RevenueScheduleQuery,
)

router = new_router("Revenue")
MODEL = "cn285.revrec.schedule"


@router.get("/revenue/schedules", summary="List revenue schedules", **operation("revenue:read"))
def list_revenue_schedules(
    call: CurrentCall, query: Annotated[RevenueScheduleQuery, Query()]
) -> RevenueSchedulePage:
    """What was billed, or is owed, and how much of it is revenue by now."""
    expansions(call, query.expand, ())
    domain = Domain.TRUE
    if query.contract:
        contract = named(call, "cn285.contract", query.contract, "contract")
        domain &= Domain("contract_id", "=", contract.id)
    if query.invoice:
        invoice = named(call, "account.move", query.invoice, "invoice")
        domain &= Domain("move_id", "=", invoice.id)
    schedules, following = page(call, MODEL, domain, query)
    return RevenueSchedulePage(
        data=_show_schedules(schedules),
        has_more=following is not None,
        next_cursor=following,
    )


@router.get(
    "/revenue/schedules/{schedule}",
    summary="Read a revenue schedule",
    **operation("revenue:read", 404),
)
def get_revenue_schedule(call: CurrentCall, schedule: RefPath) -> RevenueScheduleOut:
    """One schedule."""
    return _show_schedules(find(call, MODEL, schedule))[0]


@router.get("/revenue/entries", summary="List revenue by month", **operation("revenue:read"))
def list_revenue_entries(
    call: CurrentCall, query: Annotated[RevenueEntryQuery, Query()]
) -> RevenueEntryPage:
    """What is recognised, or will be, month by month."""
    expansions(call, query.expand, ())
    domain = Domain.TRUE
    if query.contract:
        contract = named(call, "cn285.contract", query.contract, "contract")
        domain &= Domain("schedule_id.contract_id", "=", contract.id)
    if query.month_from:
        domain &= Domain("period", ">=", start_of(query.month_from, "month"))
    if query.month_to:
        domain &= Domain("period", "<=", end_of(query.month_to, "month"))
    entries, following = page(call, "cn285.revrec.line", domain, query)
    return RevenueEntryPage(
        data=[_show_entry(entry) for entry in entries],
        has_more=following is not None,
        next_cursor=following,
    )


def _show_schedules(schedules):
    names = Names(
        schedules.env,
        schedules.contract_id,
        schedules.item_id,
        schedules.partner_id,
        schedules.product_id,
    )
    return [
        RevenueScheduleOut(
            id=schedule.id,
            contract=names.ref(schedule.contract_id),
            item=names.ref(schedule.item_id),
            customer=names.ref(schedule.partner_id),
            product=names.ref(schedule.product_id),
            invoice_id=schedule.move_id.id or None,
            service_start=schedule.service_start,
            service_end=schedule.service_end,
            currency=schedule.company_currency_id.name,
            **{
                name: money(schedule.company_currency_id, schedule[name])
                for name in ("amount", "recognised", "remaining")
            },
        )
        for schedule in schedules
    ]


def _show_entry(entry):
    return RevenueEntryOut(
        id=entry.id,
        schedule_id=entry.schedule_id.id,
        month=entry.period,
        date=entry.date,
        amount=money(entry.company_currency_id, entry.amount),
        currency=entry.company_currency_id.name,
        state=entry.state,
        journal_entry_id=entry.move_line_id.move_id.id or None,
    )
