"""Debtors: what they owe, what is done about it, and what they promised."""

from datetime import date
from typing import Literal

from odoo.addons.cn285_api.schemas.common import (
    Currency,
    Day,
    DecimalOut,
    In,
    ListQuery,
    MomentOut,
    Out,
    Page,
    Ref,
    ReferenceIn,
    Text,
)
from pydantic import Field

DebtorState = Literal["open", "promised", "disputed", "closed"]


class DebtorOut(Out):
    """A payer who is late, in one currency; amounts are those of the last look."""

    id: int
    external_id: str | None
    customer: Ref
    currency: Currency
    state: DebtorState
    policy: Ref | None
    last_step: Ref | None
    next_step: Ref | None
    next_date: date | None
    deactivation_date: date | None
    termination_date: date | None
    due_since: date | None
    days_late: int
    overdue: DecimalOut
    held: DecimalOut = Field(description="Overdue, and in dispute or being paid: not dunned.")
    not_due: DecimalOut
    overdue_to_30_days: DecimalOut
    overdue_to_60_days: DecimalOut
    overdue_to_90_days: DecimalOut
    overdue_over_90_days: DecimalOut
    total: DecimalOut
    promised_until: date | None
    suspended_on: date | None
    above_limit: bool
    contracts: list[Ref] = Field(description="Those with overdue invoices.")
    opened_on: date | None
    settled_on: date | None
    updated_at: MomentOut
    invoices: list[Ref] | None = Field(
        None, description="Those that are overdue; where one debtor is read alone."
    )


class DebtorPage(Page[DebtorOut]):
    """A page of debtors."""


class DebtorQuery(ListQuery):
    """Which debtors are listed; those who have paid too, unless a state says otherwise."""

    customer: ReferenceIn | None = None
    state: DebtorState | None = None


class DebtorEvent(Out):
    """What happened about a debtor."""

    id: int
    date: date
    kind: str = Field(description="`opened`, `step`, `promise`, `dispute`, `deactivated` …")
    text: str | None
    overdue: DecimalOut
    contract_id: int | None


class DebtorEventPage(Page[DebtorEvent]):
    """A page of a debtor's history."""


class PromiseIn(In):
    """By which day it will be paid."""

    date: Day
    note: Text | None = None


class DisputeIn(In):
    """Which overdue invoices are in dispute; left out: all of them."""

    invoices: list[ReferenceIn] | None = Field(None, min_length=1, max_length=500)
    note: Text | None = None
