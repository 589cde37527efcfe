"""Debtors: who is late, what comes next; promises to pay and disputes."""

from typing import Annotated

from fastapi import Query
from odoo.addons.cn285_api.core.call import CurrentCall
from odoo.addons.cn285_api.core.records import find, named, page
from odoo.addons.cn285_api.core.representing import Names, day, expansions, money, text
from odoo.addons.cn285_api.core.route import new_router, operation
from odoo.addons.cn285_api.schemas.common import ListQuery, RefPath
from odoo.fields import Domain

from ..schemas.debtors import (
    DebtorEvent,
    DebtorEventPage,
    DebtorOut,
    DebtorPage,
    DebtorQuery,
    DisputeIn,
    PromiseIn,
)

router = new_router("Debtors")
MODEL = "cn285.dunning.case"


@router.get("/debtors", summary="List debtors", **operation("debtors:read"))
def list_debtors(call: CurrentCall, query: Annotated[DebtorQuery, Query()]) -> DebtorPage:
    """Who is late, and what is done about it."""
    expansions(call, query.expand, ())
    domain = Domain.TRUE
    if query.customer:
        customer = named(call, "res.partner", query.customer, "customer")
        domain &= Domain("partner_id", "=", customer.id)
    if query.state:
        domain &= Domain("state", "=", query.state)
    cases, following = page(call, MODEL, domain, query)
    return DebtorPage(
        data=show_debtors(cases), has_more=following is not None, next_cursor=following
    )


@router.get("/debtors/{debtor}", summary="Read a debtor", **operation("debtors:read", 404))
def get_debtor(call: CurrentCall, debtor: RefPath) -> DebtorOut:
    """With the invoices that are overdue."""
    return _shown_alone(find(call, MODEL, debtor))


@router.get(
    "/debtors/{debtor}/events",
    summary="Read the history of a debtor",
    **operation("debtors:read", 404),
)
def list_debtor_events(
    call: CurrentCall, debtor: RefPath, query: Annotated[ListQuery, Query()]
) -> DebtorEventPage:
    """Steps, promises, disputes, what was deactivated and what went on."""
    expansions(call, query.expand, ())
    case = find(call, MODEL, debtor)
    events, following = page(call, "cn285.dunning.event", Domain("case_id", "=", case.id), query)
    return DebtorEventPage(
        data=[
            DebtorEvent(
                id=event.id,
                date=event.date,
                kind=event.kind,
                text=text(event.text),
                overdue=money(event.currency_id, event.amount),
                contract_id=event.contract_id.id or None,
            )
            for event in events
        ],
        has_more=following is not None,
        next_cursor=following,
    )


@router.post(
    "/debtors/{debtor}/promises",
    summary="Note a promise to pay",
    **operation("debtors:write", 404),
)
def create_promise(call: CurrentCall, debtor: RefPath, body: PromiseIn) -> DebtorOut:
    """Until that day nothing is sent, collected or deactivated."""
    case = _open(call, debtor)
    case.action_promise(body.date, body.note)
    return _done(call, case)


@router.post(
    "/debtors/{debtor}/withdraw-promise",
    summary="Take a promise to pay back",
    **operation("debtors:write", 404),
)
def withdraw_promise(call: CurrentCall, debtor: RefPath) -> DebtorOut:
    """The dunning goes on."""
    case = _open(call, debtor)
    if not case.promise_date:
        raise call.conflict(call.env._("%s has promised nothing.", case.display_name))
    case.action_forget_promise()
    return _done(call, case)


@router.post(
    "/debtors/{debtor}/disputes",
    summary="Mark invoices as in dispute",
    **operation("debtors:write", 404),
)
def create_dispute(call: CurrentCall, debtor: RefPath, body: DisputeIn) -> DebtorOut:
    """They are neither collected nor dunned, and no services are deactivated for them."""
    case = _open(call, debtor)
    case.action_dispute(_invoices(call, body), body.note)
    return _done(call, case)


@router.post(
    "/debtors/{debtor}/release",
    summary="Take the mark of a dispute off",
    **operation("debtors:write", 404),
)
def release_dispute(call: CurrentCall, debtor: RefPath, body: DisputeIn) -> DebtorOut:
    """The dunning goes on with these invoices."""
    case = _open(call, debtor)
    case.action_dispute(_invoices(call, body), body.note, disputed=False)
    return _done(call, case)


def _invoices(call, body):
    if body.invoices is None:
        return None
    return [
        named(call, "account.move", one, f"/invoices/{place}").id
        for place, one in enumerate(body.invoices)
    ]


def _open(call, reference):
    """The debtor of a path, who owes something; locked."""
    case = find(call, MODEL, reference)
    case._check_clerk()
    case.lock_for_update(allow_referencing=True)
    if case.state == "closed":
        raise call.conflict(call.env._("%s owes nothing any more.", case.display_name))
    return case


def _done(call, case):
    call.env.flush_all()
    case.invalidate_recordset()
    return _shown_alone(case)


def _shown_alone(case):
    # sudo: the payer's own invoices, whose numbers the clerk of his contract writes about.
    moves = case.sudo().move_ids.with_env(case.env)
    names = Names(case.env, moves)
    return show_debtors(case, [names.ref(move) for move in moves])[0]


def show_debtors(cases, invoices=None):
    """Debtors as the API shows them."""
    names = Names(cases.env, cases, cases.partner_id, cases.contract_ids)
    return [
        DebtorOut(
            id=case.id,
            external_id=names.external_id(case),
            customer=names.ref(case.partner_id),
            currency=case.currency_id.name,
            state=case.state,
            policy=names.ref(case.policy_id),
            last_step=names.ref(case.step_id),
            next_step=names.ref(case.next_step_id),
            next_date=day(case.next_date),
            deactivation_date=day(case.deactivation_date),
            termination_date=day(case.termination_date),
            due_since=day(case.oldest_due),
            days_late=case.days_late,
            overdue=money(case.currency_id, case.overdue_amount),
            held=money(case.currency_id, case.held_amount),
            not_due=money(case.currency_id, case.not_due),
            overdue_to_30_days=money(case.currency_id, case.age_30),
            overdue_to_60_days=money(case.currency_id, case.age_60),
            overdue_to_90_days=money(case.currency_id, case.age_90),
            overdue_over_90_days=money(case.currency_id, case.age_more),
            total=money(case.currency_id, case.total_amount),
            promised_until=day(case.promise_date),
            suspended_on=day(case.suspended_on),
            above_limit=case.is_above_limit,
            contracts=[names.ref(contract) for contract in case.contract_ids],
            opened_on=day(case.date_opened),
            settled_on=day(case.date_closed),
            updated_at=case.write_date,
            invoices=invoices,
        )
        for case in cases
    ]
