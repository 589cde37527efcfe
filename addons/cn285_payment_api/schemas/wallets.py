"""Wallets, what they hold and how they are filled; promotion passes."""

from datetime import date
from typing import Annotated, Literal

from odoo.addons.cn285_api.schemas.common import (
    Currency,
    Day,
    DecimalIn,
    DecimalOut,
    ExternalId,
    In,
    ListQuery,
    MomentOut,
    Out,
    Page,
    Ref,
    ReferenceIn,
    ShortText,
)
from odoo.tools import LazyTranslate
from pydantic import Field, StrictInt, model_validator

_lt = LazyTranslate(__name__)
TopupState = Literal["pending", "done", "failed", "returned"]
LotKind = Literal["paid", "granted"]


class WalletTypeOut(Out):
    """A kind of wallet: in which currency, when its VAT is due, what it pays for."""

    id: int
    external_id: str | None
    name: str
    currency: Currency
    vat_due: Literal["use", "topup"] = Field(description="When credit is used, or topped up.")
    pays_for: Literal["all", "usage", "categories"]
    least_topup: DecimalOut
    largest_topup: DecimalOut | None
    months_of_validity: int = Field(description="Of what is topped up; 0: without end.")


class WalletTypePage(Page[WalletTypeOut]):
    """A page of kinds of wallets."""


class WalletOut(Out):
    """Credit that a customer holds, in one currency."""

    id: int
    external_id: str | None
    type: Ref
    customer: Ref
    currency: Currency
    balance: DecimalOut = Field(description="What is left of all lots, expired ones too.")
    available: DecimalOut = Field(description="What is left of the lots that are valid today.")
    paid: DecimalOut
    granted: DecimalOut
    active: bool
    created_at: MomentOut
    updated_at: MomentOut


class WalletPage(Page[WalletOut]):
    """A page of wallets."""


class WalletQuery(ListQuery):
    """Which wallets are listed."""

    customer: ReferenceIn | None = Field(None, description="His company's: contacts share it.")
    type: ReferenceIn | None = None


class WalletIn(In):
    """A new wallet, empty."""

    customer: ReferenceIn
    type: ReferenceIn
    external_id: ExternalId | None = None


class LotOut(Out):
    """Credit of one origin, and what is left of it."""

    id: int
    wallet_id: int
    kind: LotKind
    reason: str | None
    amount: DecimalOut
    rest: DecimalOut
    last_day: date | None
    priority: int = Field(description="1 is drawn first, 50 last.")
    topup_id: int | None
    created_at: MomentOut


class LotPage(Page[LotOut]):
    """A page of lots."""


class LotQuery(ListQuery):
    """Which lots are listed."""

    kind: LotKind | None = None


class DrawOut(Out):
    """What a lot paid of an invoice; below zero: what it got back."""

    id: int
    lot_id: int
    invoice: Ref
    amount: DecimalOut
    date: date
    gives_back_id: int | None
    undone: bool = Field(description="The document was cancelled: it counts no more.")


class DrawPage(Page[DrawOut]):
    """A page of draws."""


class TopupOut(Out):
    """Money that fills up a wallet: it counts once it is paid."""

    id: int
    external_id: str | None
    number: str
    wallet: Ref
    customer: Ref
    amount: DecimalOut = Field(description="Excluding VAT where that is due at the top-up.")
    currency: Currency
    date: date
    last_day: date | None
    origin: str
    state: TopupState
    message: str | None
    invoice: Ref | None
    updated_at: MomentOut


class TopupPage(Page[TopupOut]):
    """A page of top-ups."""


class TopupQuery(ListQuery):
    """Which top-ups are listed."""

    state: TopupState | None = None


class TopupIn(In):
    """A top-up: received already, or charged to means; with neither it waits to be paid."""

    amount: DecimalIn
    payment_method: ReferenceIn | None = Field(None, description="Of the customer: charged.")
    journal: ReferenceIn | None = Field(None, description="Bank or cash: it was received there.")
    date: Day | None = Field(None, description="When it was received; left out: today.")
    last_day: Day | None = None
    memo: ShortText | None = None

    @model_validator(mode="after")
    def _one_way(self):
        if self.payment_method and self.journal:
            raise ValueError(_lt("a journal or a means of payment: one of them"))
        return self


class GrantIn(In):
    """Credit that is given: it lowers invoices before their VAT."""

    amount: DecimalIn
    last_day: Day | None = None
    priority: Annotated[StrictInt, Field(ge=1, le=50)] = 25
    reason: ShortText | None = None


class PassOut(Out):
    """A promotion pass: a code for a discount of the next billing periods."""

    id: int
    external_id: str | None
    name: str
    code: str
    active: bool
    percent: DecimalOut | None
    amount: DecimalOut | None
    currency: Currency
    periods: int = Field(description="How many cost less; 0: all that follow.")
    redeemed_from: date | None
    redeemed_until: date | None
    limit: int | None = Field(description="By all customers together.")
    limit_per_customer: int | None
    redeemed: int


class PassPage(Page[PassOut]):
    """A page of passes."""


class DiscountOut(Out):
    """What an item costs less, and when."""

    item: Ref
    percent: DecimalOut | None
    amount: DecimalOut | None
    date_start: date | None
    date_end: date | None


class RedemptionOut(Out):
    """A pass that was redeemed for a contract."""

    id: int
    promotion_pass: Ref
    contract: Ref
    date: date
    discounts: list[DiscountOut]


class RedemptionPage(Page[RedemptionOut]):
    """A page of redemptions."""


class RedeemIn(In):
    """The code of a pass, as the customer typed it."""

    code: ShortText
