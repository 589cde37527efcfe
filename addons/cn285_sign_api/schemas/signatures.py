"""Signatures: who is asked, by what, and what came of it."""

from datetime import date
from typing import Annotated, Any, Literal

from odoo.addons.cn285_api.schemas.common import (
    In,
    ListQuery,
    MomentOut,
    Out,
    Page,
    Ref,
    ReferenceIn,
)
from odoo.addons.cn285_api.schemas.contracts import SignatureState
from odoo.tools import LazyTranslate
from pydantic import Field, StrictInt, model_validator

_lt = LazyTranslate(__name__)
Mode = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9_]{1,40}$",
        description="`none`, `builtin`, or the code of another provider that is set up.",
        examples=["builtin"],
    ),
]


class SignerIn(In):
    """Somebody who signs: by a link, and a code that is mailed to the contact's address."""

    contact: ReferenceIn = Field(
        description="Of the customer, or for the company one of its own people."
    )
    role: Literal["customer", "company"] = "customer"
    order: Annotated[StrictInt, Field(ge=1, le=100)] | None = Field(
        None, description="The lowest ones sign first; left out: one after the other."
    )


class SignatureIn(In):
    """Whether something is signed before it takes effect, by what, and by whom."""

    mode: Mode
    signers: list[SignerIn] | None = Field(
        None,
        min_length=1,
        max_length=20,
        description="Left out: the customer, then who signs for the company by its rules.",
    )

    @model_validator(mode="after")
    def _of_none_nobody_signs(self):
        if self.mode == "none" and self.signers:
            raise ValueError(_lt("where nothing is signed, nobody signs"))
        return self


class Signed(In):
    """What contracts and changes take besides: that they are signed before they take effect."""

    signature: SignatureIn | None = Field(
        None,
        description="It stays a draft, and is sent for signature; it takes effect when all have "
        "signed. `none`, or left out: at once, where no rule of the company asks for a signature.",
    )


class RequestIn(SignatureIn):
    """A contract or a change, a draft, that is sent for signature."""

    mode: Mode = "builtin"
    contract: ReferenceIn | None = None
    change: ReferenceIn | None = Field(None, description="Instead of a contract.")

    @model_validator(mode="after")
    def _one_target(self):
        if (self.contract is None) == (self.change is None):
            raise ValueError(_lt("name a contract or a change"))
        if self.mode == "none":
            raise ValueError(_lt("name by what it is signed"))
        return self


class SignerOut(Out):
    """Somebody who signs, and what came of it."""

    id: int
    contact: Ref
    name: str
    email: str
    role: Literal["customer", "company"]
    order: int
    state: Literal["waiting", "signed", "declined"]
    signed_name: str | None = Field(description="As it was typed.")
    signed_at: MomentOut | None
    declined_reason: str | None


class RequestOut(Out):
    """A document that is to be signed, or was."""

    id: int
    external_id: str | None
    number: str
    contract: Ref
    change_id: int | None
    mode: str
    level: str | None = Field(description="As eIDAS has it: `simple`, `advanced`, `qualified`.")
    state: SignatureState
    signers: list[SignerOut]
    document_id: int | None = Field(description="What is signed; see `/documents`.")
    document_sha256: str | None
    signed_document_id: int | None = Field(
        description="With the pages of proof, and its seal; it is there soon after `signed`."
    )
    seal: str | None = Field(description="`none`, `bb` or `bt` (PAdES).")
    expires_on: date | None = Field(description="The last day on which it can be signed.")
    took_effect: bool
    error: str | None = Field(description="Why what was signed could not take effect yet.")
    created_at: MomentOut
    updated_at: MomentOut


class RequestPage(Page[RequestOut]):
    """A page of signature requests."""


class RequestQuery(ListQuery):
    """Which requests are listed."""

    contract: ReferenceIn | None = None
    change: ReferenceIn | None = None
    state: SignatureState | None = None


class SignEventOut(Out):
    """An entry of a request's log; each one's hash covers those before it."""

    id: int
    kind: str
    at: MomentOut
    signer_id: int | None
    data: dict[str, Any]
    hash: str
    previous_hash: str


class SignEventPage(Page[SignEventOut]):
    """A page of a log."""


class SignEventQuery(ListQuery):
    """Entries of one request, the first ones first."""
