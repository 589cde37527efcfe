"""Documents: what is told of them, and what is uploaded."""

from datetime import date
from typing import Annotated, Literal

from odoo.addons.cn285_api.schemas.common import (
    Day,
    FileIn,
    In,
    ListQuery,
    MomentOut,
    Out,
    Page,
    Ref,
    ReferenceIn,
    ShortText,
    Yes,
)
from pydantic import Field

# void: it was to be signed and was not, or not by all.
DocumentState = Literal["draft", "final", "superseded", "void"]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(_[A-Za-z0-9@]{2,10})?$", examples=["fr_FR"])]


class DocumentOut(Out):
    """A document: a draft, or written once; its file is ``/documents/{document}/content``."""

    id: int
    external_id: str | None
    number: str | None = Field(description="Null while it is a draft.")
    title: str
    kind: str = Field(description="`contract`, `amendment`, `terms`, `other` …")
    contract: Ref | None = Field(description="Null: terms and conditions of the company.")
    version: int
    replaces_id: int | None = Field(description="The version before, which stays readable.")
    state: DocumentState
    date: date
    language: str | None
    file_name: str | None
    media_type: str | None
    size: int | None = Field(description="In bytes.")
    sha256: str | None = Field(description="Of the file; null while it is a draft.")
    visible_to_customer: bool = Field(description="The customer finds it in the portal.")
    created_at: MomentOut
    updated_at: MomentOut


class DocumentPage(Page[DocumentOut]):
    """A page of documents."""


class DocumentQuery(ListQuery):
    """Which documents are listed: all versions, unless a state says which."""

    contract: ReferenceIn | None = None
    kind: ShortText | None = None
    state: DocumentState | None = Field(None, description="`final`: those that hold now.")
    sha256: Digest | None = Field(None, description="Whose file this is the fingerprint of.")
    visible_to_customer: bool | None = None


class DocumentIn(In):
    """A document to be filed: an annex of a contract, or terms and conditions."""

    title: ShortText
    kind: ShortText = "other"
    contract: ReferenceIn | None = Field(None, description="Left out of `terms` only.")
    date: Day | None = Field(None, description="From when it holds; left out: today.")
    language: Language | None = None
    file_name: ShortText
    content: FileIn
    visible_to_customer: Yes | None = Field(
        None, description="Left out: as documents of the kind are."
    )
    final: Yes = Field(True, description="False: a draft, which may still be deleted.")


class DocumentPatch(In):
    """What still changes of a document: who sees it."""

    visible_to_customer: Yes
