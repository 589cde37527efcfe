"""SEPA mandates: what is told of them, and what is taken over from paper."""

from datetime import date
from typing import Annotated, Literal

from odoo.addons.cn285_api.schemas.common import (
    Day,
    ExternalId,
    FileIn,
    In,
    ListQuery,
    MomentOut,
    Out,
    Page,
    Ref,
    ReferenceIn,
    ShortText,
    Text,
    Yes,
)
from pydantic import Field, StrictInt

MandateState = Literal["draft", "active", "revoked", "used"]
Scheme = Literal["CORE", "B2B"]


class MandateOut(Out):
    """What allows us to debit an account. The account's number is never told whole."""

    id: int
    external_id: str | None
    reference: str | None = Field(description="The unique mandate reference (RUM).")
    customer: Ref
    holder: str | None = Field(description="Null: the customer.")
    account: str = Field(description="Country and last digits.", examples=["FR •••• 0189"])
    scheme: Scheme
    used_once: bool
    state: MandateState
    signed_on: date | None
    signed_by: str | None
    signed_how: str | None = Field(description="`paper`, `portal` or `import`.")
    notice_days: int = Field(description="Between telling the payer and debiting him.")
    payment_method: Ref | None = Field(description="Signed, it is a means of payment.")
    last_debit_on: date | None
    usable_until: date | None = Field(description="36 months after the last debit or signature.")
    revoked_on: date | None
    revoked_because: str | None
    created_at: MomentOut
    updated_at: MomentOut


class MandatePage(Page[MandateOut]):
    """A page of mandates."""


class MandateQuery(ListQuery):
    """Which mandates are listed."""

    customer: ReferenceIn | None = Field(None, description="And his company, and its contacts.")
    state: MandateState | None = None


class ProofIn(In):
    """The paper that was signed, as a scan: PDF, PNG or JPEG, at most 10 MB."""

    file_name: ShortText
    content: FileIn


class MandateIn(In):
    """A mandate that was signed on paper."""

    customer: ReferenceIn
    iban: Annotated[str, Field(min_length=5, max_length=42, pattern=r"^[A-Za-z0-9 ]+$")]
    bic: Annotated[str, Field(pattern=r"^[A-Za-z0-9]{8}([A-Za-z0-9]{3})?$")] | None = None
    holder: ShortText | None = Field(None, description="Left out: the customer.")
    scheme: Scheme = "CORE"
    used_once: Yes = False
    signed_on: Day
    reference: Annotated[str, Field(min_length=1, max_length=35)] | None = Field(
        None, description="The one on the paper; left out: the next one."
    )
    notice_days: Annotated[StrictInt, Field(ge=0, le=60)] | None = Field(
        None, description="As agreed; left out: the creditor's."
    )
    proof: ProofIn | None = None
    external_id: ExternalId | None = None


class RevokeIn(In):
    """That a mandate is revoked."""

    reason: Text | None = None
