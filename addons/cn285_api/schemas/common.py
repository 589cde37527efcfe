"""Values that all parts of the API share."""

import base64
import binascii
import re
import unicodedata
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Annotated, ClassVar, Generic, TypeVar

from fastapi import Header, Path, Query
from odoo.addons.cn285_import.engine.text import is_text
from odoo.tools import LazyTranslate
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StrictBool,
    StrictInt,
    WithJsonSchema,
)

from ..engine.decimals import PATTERN, parse_decimal
from ..engine.references import LARGEST_ID, is_external_id

T = TypeVar("T")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


_lt = LazyTranslate(__name__)


class In(BaseModel):
    """What programs send: nothing that is not known is taken."""

    model_config = ConfigDict(extra="forbid")
    #: Names of the fields that other addons have added, see ``core.extending``.
    added: ClassVar[frozenset] = frozenset()


class Out(BaseModel):
    """What programs get. New fields may come in a version; none goes."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)


# === VALUES THAT COME IN === #


def _text(value: str) -> str:
    if not is_text(value):
        raise ValueError(_lt("it holds a character that is no text"))
    return value


def _decimal(value):
    try:
        return parse_decimal(value)
    except ValueError as error:
        raise ValueError(_lt("a decimal is a text such as “30.00”")) from error


def _day(value):
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError(_lt("a date is a text such as “2026-03-31”"))
    try:
        day = date.fromisoformat(value)
    except ValueError as error:
        raise ValueError(_lt("there is no such day")) from error
    if not 1900 <= day.year <= 2199:
        raise ValueError(_lt("the date is not of these centuries"))
    return day


def _moment(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError(_lt("say the zone of the time: “2026-03-31T12:00:00Z”"))
    try:
        moment = value.astimezone(timezone.utc)
    except OverflowError as error:
        raise ValueError(_lt("the time is out of range")) from error
    if not 1900 <= moment.year <= 2199:
        raise ValueError(_lt("the time is not of these centuries"))
    return moment


def _only_text(value):
    if not isinstance(value, str):
        raise ValueError(_lt("a time is a text such as “2026-03-31T12:00:00Z”"))
    return value


def _external(value: str) -> str:
    if not is_external_id(value) or not is_text(value):
        raise ValueError(
            _lt("an external id has 1 to 120 printable characters, no blank at its ends")
        )
    return value


def _base64(value: str) -> str:
    try:
        content = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(_lt("it is no Base64")) from error
    if not content:
        raise ValueError(_lt("the file is empty"))
    return value


def _line(value: str) -> str:
    """One line that says something: it goes into headers of mails, lists and documents."""
    if not value.strip() or any(unicodedata.category(char) == "Cc" for char in value):
        raise ValueError(_lt("it is blank, or has a line break or another control character"))
    return _text(value)


DECIMAL_SCHEMA = {"type": "string", "pattern": PATTERN, "examples": ["30.00"]}
DecimalIn = Annotated[Decimal, BeforeValidator(_decimal), WithJsonSchema(DECIMAL_SCHEMA)]
Day = Annotated[
    date,
    BeforeValidator(_day),
    WithJsonSchema({"type": "string", "format": "date", "examples": ["2026-03-01"]}),
]
Moment = Annotated[datetime, BeforeValidator(_only_text), AfterValidator(_moment)]
Text = Annotated[str, Field(max_length=2_000), AfterValidator(_text)]
ShortText = Annotated[str, Field(min_length=1, max_length=250), AfterValidator(_line)]
#: What a line of an invoice says, which may have several lines.
Lines = Annotated[str, Field(min_length=1, max_length=250), AfterValidator(_text)]
Count = Annotated[StrictInt, Field(ge=0, le=36_525)]
Id = Annotated[StrictInt, Field(ge=1, le=LARGEST_ID)]
Yes = StrictBool
ExternalId = Annotated[
    str,
    Field(min_length=1, max_length=120, examples=["CTR-2026-001"]),
    AfterValidator(_external),
]
ReferenceIn = Annotated[
    str,
    Field(
        min_length=1,
        max_length=130,
        description="A number, or `ext:` and an external id.",
        examples=["12", "ext:CTR-1"],
    ),
    AfterValidator(_text),
]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", examples=["EUR"])]
CountryCode = Annotated[str, Field(pattern=r"^[A-Z]{2}$", examples=["FR"])]

Url = Annotated[
    str,
    Field(max_length=500, pattern=r"^https?://", examples=["https://shop.example/hook"]),
    AfterValidator(_text),
]
FileIn = Annotated[
    str,
    Field(
        min_length=4,
        max_length=30_000_000,
        description="The file, in Base64.",
        examples=["JVBERi0xLjcK"],
        json_schema_extra={"contentEncoding": "base64"},
    ),
    AfterValidator(_base64),
]

# === VALUES THAT GO OUT === #

DecimalOut = Annotated[str, Field(pattern=r"^-?[0-9]+(\.[0-9]+)?$", examples=["30.00"])]
MomentOut = Annotated[
    datetime,
    PlainSerializer(lambda value: value.strftime("%Y-%m-%dT%H:%M:%SZ"), return_type=str),
    WithJsonSchema(
        {"type": "string", "format": "date-time", "examples": ["2026-03-01T08:00:00Z"]},
        mode="serialization",
    ),
]


class Ref(Out):
    """A record that is named: its number, and its external id where it has one."""

    id: int
    external_id: str | None = None
    name: str = Field(description="What people call it; it may change.")


class Page(Out, Generic[T]):
    """A page of a list."""

    data: list[T]
    has_more: bool
    next_cursor: str | None = Field(description="Send it as `cursor` to get the next page.")


class ProblemError(Out):
    """One value that is wrong."""

    pointer: str = Field(description="A JSON pointer into the body, or a parameter's name.")
    code: str
    detail: str


class ProblemOut(Out):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    code: str = Field(description="Stable, in English: what programs go by.")
    request_id: str
    detail: str | None = None
    errors: list[ProblemError] | None = None


# === PARAMETERS === #

RefPath = Annotated[
    str,
    Path(
        min_length=1,
        max_length=130,
        description="A number, or `ext:` and an external id.",
        examples=["12"],
    ),
    AfterValidator(_text),
]


class ListQuery(In):
    """How a list is paged; lists add their filters."""

    limit: int = Field(20, ge=1, le=100, description="Records of a page.")
    cursor: str | None = Field(None, max_length=300, description="`next_cursor` of a page.")
    updated_since: Moment | None = Field(
        None,
        description="Only what was changed from this time on, in the order of changes. Begin the "
        "next reading a minute before the last one began: changes that were being made then are "
        "seen once more, and none is missed.",
    )
    external_id: ExternalId | None = None
    expand: str | None = Field(
        None, max_length=200, description="Links to be shown whole, separated by commas."
    )


IfMatch = Annotated[
    str | None,
    Header(
        max_length=1_000,
        description="The `ETag` that you have: refused with 412 where it was changed since.",
    ),
]
IfNoneMatch = Annotated[
    str | None,
    Header(max_length=1_000, description="The `ETag` that you have: 304 where it is still so."),
]
DryRun = Annotated[bool, Query(description="Only look what it would come to; nothing is written.")]
