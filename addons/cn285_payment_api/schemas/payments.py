"""Means of payment, attempts to collect, refunds. Never what a provider knows means by."""

from datetime import date
from typing import Literal

from odoo.addons.cn285_api.schemas.common import (
    Currency,
    DecimalOut,
    In,
    ListQuery,
    MomentOut,
    Out,
    Page,
    Ref,
    ReferenceIn,
)
from pydantic import Field

PaymentState = Literal[
    "open", "sent", "pending", "done", "declined", "unknown", "cancelled", "returned"
]
RefundState = Literal["open", "sent", "pending", "done", "failed", "unknown"]
CollectionMode = Literal["manual", "automatic"]


class MethodOut(Out):
    """A means of payment of a customer: a card, a mandate. By what it is charged is not told."""

    id: int
    external_id: str | None
    customer: Ref
    name: str
    kind: str = Field(description="`card`, `sepa_direct_debit` …")
    provider: str = Field(description="`stripe`, `cn285_sepa` …")
    brand: str | None
    last_digits: str | None
    valid_until: date | None = Field(description="The last valid day of a card.")
    state: Literal["valid", "expired", "revoked"]
    active: bool = Field(description="False: it was removed.")
    mandate_reference: str | None
    created_at: MomentOut
    updated_at: MomentOut
    contracts: list[Ref] | None = Field(
        None, description="Running contracts that are paid by it; where one is read alone."
    )


class MethodPage(Page[MethodOut]):
    """A page of means of payment."""


class MethodQuery(ListQuery):
    """Which means are listed; those that were removed too, unless ``active`` says otherwise."""

    customer: ReferenceIn | None = Field(None, description="And his company, and its contacts.")
    state: Literal["valid", "expired", "revoked"] | None = None
    active: bool | None = None


class CustomerMethod(Out):
    """By what a customer's contracts are paid that have no means of their own."""

    customer: Ref
    payment_method: Ref | None


class CustomerMethodIn(In):
    """The customer's primary means; null: none."""

    payment_method: ReferenceIn | None


class ContractCollection(Out):
    """How a contract's invoices are collected."""

    contract: Ref
    payer: Ref
    mode: CollectionMode = Field(
        description="`automatic`: charged when due; `manual`: by transfer."
    )
    payment_method: Ref | None = Field(description="Its own means; null: the payer's primary one.")
    charged_method: Ref | None = Field(description="What would be charged today.")


class ContractCollectionIn(In):
    """What changes of it; a ``payment_method`` of null: the payer's primary means."""

    mode: CollectionMode | None = None
    payment_method: ReferenceIn | None = None


class LinkSent(Out):
    """To whom a link was sent to the page on which means of payment are kept."""

    sent_to: str


class PaymentOut(Out):
    """An attempt to collect an invoice by some means, and what came of it."""

    id: int
    external_id: str | None
    reference: str
    invoice: Ref
    customer: Ref
    payment_method: Ref
    provider: str | None
    amount: DecimalOut
    currency: Currency
    number: int = Field(description="The invoice's first attempt is 1.")
    asked_by: str | None = Field(description="`run`, `due`, `retry`, `means`, `limit`, `button`.")
    state: PaymentState
    outcome: str | None = Field(
        description="What a refusal means: `declined`, `customer`, `hard` …"
    )
    code: str | None = Field(description="The provider's or the bank's reason.")
    message: str | None
    date: date
    sent_at: MomentOut | None
    answered_at: MomentOut | None
    returned_on: date | None
    next_attempt: date | None
    no_next_because: str | None
    updated_at: MomentOut


class PaymentPage(Page[PaymentOut]):
    """A page of attempts."""


class PaymentQuery(ListQuery):
    """Which attempts are listed."""

    invoice: ReferenceIn | None = None
    contract: ReferenceIn | None = None
    customer: ReferenceIn | None = None
    state: PaymentState | None = None


class InvoiceCollection(Out):
    """Where the collection of an invoice stands."""

    invoice: Ref
    currency: Currency
    amount_due: DecimalOut
    automatic: bool = Field(description="All of its contracts are collected automatically.")
    collectable: bool = Field(description="It is open, nothing is under way, nothing holds it.")
    in_dispute: bool
    charged_method: Ref | None = Field(description="What would be charged.")
    not_collected_because: str | None
    next_attempt: date | None
    payments: list[PaymentOut] = Field(description="All attempts, the first one first.")


class RefundOut(Out):
    """A credit note that is paid back to the means that paid its invoice."""

    id: int
    external_id: str | None
    reference: str
    credit_note: Ref
    payment_id: int = Field(description="The attempt that is refunded, wholly or in part.")
    amount: DecimalOut
    currency: Currency
    state: RefundState
    message: str | None
    sent_at: MomentOut | None
    updated_at: MomentOut


class RefundPage(Page[RefundOut]):
    """A page of refunds."""


class RefundQuery(ListQuery):
    """Which refunds are listed."""

    credit_note: ReferenceIn | None = None
    state: RefundState | None = None
