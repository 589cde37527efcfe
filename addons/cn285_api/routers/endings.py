"""Terminations, withdrawals and renewals: from when, at what price, and done."""

from typing import Annotated

from fastapi import Query
from odoo.addons.cn285_contract.models.common import LIVE_STATES

from ..core.call import CurrentCall
from ..core.problems import invalid
from ..core.records import find, named, undone
from ..core.representing import Names, day, money
from ..core.route import answer, new_router, operation
from ..schemas.changes import (
    ChangeOut,
    RefundLine,
    RefusalIn,
    RenewalOut,
    TerminationIn,
    TerminationQuote,
    UsageLine,
    WithdrawalIn,
)
from ..schemas.common import Day, DryRun, RefPath
from .change_views import show_changes
from .changes import tried

router = new_router("Terminations and renewals")
PLAIN = (
    "currency",
    "date_requested",
    "date_effective",
    "last_day",
    "immediate",
    "earliest_date",
    "earliest_free_date",
    "allowed",
    "ground",
    "obstacle",
    "free_of_charge",
    "free_reasons",
    "refund_due",
)
AMOUNTS = ("refund_untaxed", "refund_tax", "refund_total", "fee", "fee_total", "fee_base")


def _running(call, text):
    """A contract that can end."""
    contract = find(call, "cn285.contract", text)
    _check_running(call, contract)
    return contract


def _check_running(call, contract):
    if contract.state not in LIVE_STATES:
        raise call.conflict(call.env._("Contract %s does not run.", contract.name))


# === TERMINATION === #


@router.get(
    "/contracts/{contract}/termination-quote",
    summary="From when may a contract end, and what is refunded?",
    **operation("contracts:read", 404),
)
def get_termination_quote(
    call: CurrentCall,
    contract: RefPath,
    date_effective: Annotated[Day | None, Query(description="Left out: the earliest.")] = None,
    date_requested: Annotated[Day | None, Query(description="Left out: today.")] = None,
    legitimate: Annotated[
        bool, Query(description="It is for a reason that frees the customer.")
    ] = False,
) -> TerminationQuote:
    """The earliest day, the earliest one without a fee, and what a termination comes to, to the
    cent: what is refunded, by when, the fee for leaving early, usage still to be billed. Nothing is
    written."""
    record = _running(call, contract)
    return _show_quote(record, record.termination_quote(date_effective, date_requested, legitimate))


@router.post(
    "/terminations",
    summary="Terminate a contract",
    response_model=ChangeOut,
    **{
        **operation("contracts:write", status_code=201),
        "responses": tried(TerminationQuote),
    },
)
def create_termination(
    call: CurrentCall, body: TerminationIn, dry_run: DryRun = False
) -> ChangeOut:
    """A change of type ``terminate``, scheduled: the rights of the contract and the law decide
    whether the day is allowed. With ``dry_run`` the answer is the quote."""
    contract = named(call, "cn285.contract", body.contract, "/contract")
    reason = named(call, "cn285.change.reason", body.reason, "/reason")
    _check_running(call, contract)

    def act():
        return contract.action_terminate(
            body.date_effective,
            body.date_requested,
            reason.id,
            origin="api",
            note=body.note,
            legitimate_reason=body.legitimate_reason,
        )

    if dry_run:
        quote = contract.termination_quote(
            body.date_effective, body.date_requested, bool(body.legitimate_reason)
        )
        # What the quote allows may still be refused as a change: planned already, say.
        undone(call, act)
        return answer(_show_quote(contract, quote))
    return _scheduled(call, act())


@router.post(
    "/contracts/{contract}/withdrawals",
    summary="Withdraw from a contract",
    **operation("contracts:write", 404, status_code=201),
)
def create_withdrawal(call: CurrentCall, contract: RefPath, body: WithdrawalIn) -> ChangeOut:
    """A consumer's right within the legal period; in effect at once."""
    record = _running(call, contract)
    return _scheduled(call, record.action_withdraw(origin="api", note=body.note))


def _scheduled(call, change):
    call.env.flush_all()
    [shown] = show_changes(change)
    return answer(shown, 201, {"Location": f"/cn285/v1/contract-changes/{change.id}"})


def _show_quote(contract, quote):
    currency = contract.currency_id
    return TerminationQuote(
        contract=Names(contract.env, contract).ref(contract),
        **{name: quote[name] for name in PLAIN},
        **{name: money(currency, quote[name]) for name in AMOUNTS},
        fee_cap=None if quote["fee_cap"] is None else money(currency, quote["fee_cap"]),
        refund_lines=[
            RefundLine(
                item_id=line["item_id"] or None,
                name=line["name"],
                period_start=line["period_start"],
                period_end=line["period_end"],
                amount=money(currency, line["amount"]),
            )
            for line in quote["refund_lines"]
        ],
        open_usage=[
            UsageLine(
                item_id=line["item_id"] or None,
                name=line["name"],
                period_start=line["period_start"],
                period_end=line["period_end"],
                amount=None if line["amount"] is None else money(currency, line["amount"]),
            )
            for line in quote["open_usage"]
        ],
    )


# === RENEWAL === #


@router.get(
    "/contracts/{contract}/renewal",
    summary="Read a contract's term and renewal",
    **operation("contracts:read", 404),
)
def get_renewal(call: CurrentCall, contract: RefPath) -> RenewalOut:
    """Until when it runs, whether it renews then, until when that can be refused."""
    record = find(call, "cn285.contract", contract)
    return RenewalOut(
        term_number=record.term_number,
        term_start=day(record.term_start),
        term_end=day(record.term_end),
        renews=bool(record._may_renew()),
        renewal_date=day(record.renewal_date),
        last_day_to_refuse=day(record.last_day_to_refuse),
        commitment_end=day(record.commitment_end),
    )


@router.post(
    "/contracts/{contract}/renewal/refuse",
    summary="Refuse a renewal",
    **operation("contracts:write", 404, status_code=201),
)
def refuse_renewal(call: CurrentCall, contract: RefPath, body: RefusalIn) -> ChangeOut:
    """The contract ends with its term."""
    record = _running(call, contract)
    if body.date and body.date > call.today():
        raise invalid("/date", "out_of_range", call.env._("The refusal is not of a day to come."))
    return _scheduled(call, record.action_refuse_renewal(body.date, origin="api", note=body.note))
