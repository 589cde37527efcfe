"""What there is at Yousign of a request, what is to be done about it next, and what it has come to.

Yousign, *Signature Request*: states draft, approval, ongoing, done, declined, rejected, expired,
canceled, deleted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

# What each of Yousign's states is here; None: nothing yet.
STATES: dict[str, str | None] = {
    "draft": None,
    "approval": None,
    "ongoing": "sent",
    "done": "signed",
    "declined": "declined",
    "rejected": "declined",
    "expired": "expired",
    "canceled": "cancelled",
    "deleted": "cancelled",
}
# Of a document that nobody signs.
ATTACHMENT = "attachment"
# Of a signer; whoever is not named here still has to sign.
SIGNER_STATES = {"signed": "signed", "declined": "declined"}


@dataclass(frozen=True)
class Signer:
    """A signer at Yousign: ``state`` as here (waiting, signed, declined), ``is_asked``: he may be
    reminded."""

    id: str
    email: str = ""
    state: str = "waiting"
    is_asked: bool = False


@dataclass(frozen=True)
class Found:
    """A request at Yousign: ``documents`` are signed, ``attachments`` read before that."""

    id: str
    status: str
    external_id: str = ""
    documents: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()
    signers: tuple[Signer, ...] = ()
    created_at: str = ""
    decline_reason: str = ""
    decliner: str = ""

    @property
    def state(self) -> str | None:
        """What it is here; None: it was not sent yet.

        :raises NotUnderstood: of a state that Yousign did not have
        """
        if self.status not in STATES:
            raise NotUnderstood(f"status {self.status!r}")
        return STATES[self.status]


class NotUnderstood(Exception):
    """An answer that is not what Yousign's documentation says: nothing is done on it."""


class NotFiltered(NotUnderstood):
    """Asked for one request, it told of others: whether there is one cannot be said."""


def read_request(said: Any) -> Found:
    """Return a request as the API tells it.

    :raises NotUnderstood: where it is none
    """
    try:
        about = said.get("decline_information") or {}
        files = [(_text(each["id"]), each.get("nature")) for each in said.get("documents") or ()]
        return Found(
            id=_text(said["id"]),
            status=_text(said["status"]),
            external_id=_text(said.get("external_id") or ""),
            documents=tuple(one for one, nature in files if nature != ATTACHMENT),
            attachments=tuple(one for one, nature in files if nature == ATTACHMENT),
            signers=tuple(read_signer(each) for each in said.get("signers") or ()),
            created_at=_text(said.get("created_at") or ""),
            decline_reason=str(about.get("reason") or ""),
            decliner=str(about.get("signer_id") or ""),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise NotUnderstood(f"{type(error).__name__}: {error}") from error


def read_signer(said: Mapping[str, Any]) -> Signer:
    """Return a signer as the API tells him, in a request (id and status) or by himself."""
    info = said.get("info") or {}
    return Signer(
        id=_text(said["id"]),
        email=str(info.get("email") or ""),
        state=SIGNER_STATES.get(said.get("status") or "", "waiting"),
        is_asked=said.get("status") == "notified",
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def pick(found: Sequence[Found], external_id: str) -> tuple[Found | None, list[Found]]:
    """Return the one request of an external id, and drafts of it that are one too many.

    A call that seemed lost may arrive late and make a second one: the one that was sent is kept,
    else the oldest. Deleted ones count as none.

    :raises NotFiltered: where others are among them, as who asked must not make another one then
    """
    if any(one.external_id != external_id for one in found):
        raise NotFiltered("requests of another external id")
    there = [one for one in found if one.status != "deleted"]
    there.sort(key=lambda one: (one.status == "draft", one.created_at, one.id))
    rest = [one for one in there[1:] if one.status == "draft"]
    return (there[0] if there else None), rest


class Step(Enum):
    """What is to be done next about a request."""

    CREATE = "create"
    UPLOAD = "upload"
    ADD_SIGNER = "add a signer"
    ACTIVATE = "activate"
    TAKE = "take over what it says"
    DELETE = "delete the draft"
    CANCEL = "cancel"
    TELL = "tell that it was signed all the same"
    NOTHING = "nothing"


def next_step(
    state: str,
    found: Found | None,
    signers: int,
    attachments: int = 0,
    *,
    overdue: bool = False,
) -> Step:
    """Return what follows for a request that is in a state here.

    :param found: what there is at Yousign; None: nothing
    :param signers: how many have to sign
    :param attachments: how many files they read before, besides the one that they sign
    :param overdue: its last day is over
    """
    if state == "sent":
        return _of_sent(found, signers, attachments, overdue)
    if state == "expired" and found:
        if found.state in ("signed", "declined"):
            return Step.TAKE  # on the last day; or somebody had reactivated it there
        if found.state in ("sent", "cancelled") and not overdue:
            return Step.TAKE
    if found is None or state in ("draft", "signed", "declined"):
        return Step.NOTHING
    return _of_over(found)


def _of_sent(found, signers, attachments, overdue):
    if found is None:
        return Step.NOTHING if overdue else Step.CREATE
    if found.status != "draft":
        return Step.CANCEL if overdue and found.state in ("sent", None) else Step.TAKE
    if overdue:
        return Step.DELETE
    if not found.documents or len(found.attachments) < attachments:
        return Step.UPLOAD
    if len(found.signers) < signers:
        return Step.ADD_SIGNER
    return Step.ACTIVATE


def _of_over(found):
    if found.status == "draft":
        return Step.DELETE
    if found.status in ("ongoing", "approval"):
        return Step.CANCEL
    return Step.TELL if found.status == "done" else Step.NOTHING


def pair(ours: Sequence[tuple[int, str]], theirs: Sequence[Signer]) -> dict[int, Signer]:
    """Return which signer of Yousign's is which of ours: by address, those of one address in order.

    :param ours: ``(our id, address)``, in the order in which they sign
    """
    left, found = list(theirs), {}
    for own, email in ours:
        for one in left:
            if one.email.casefold() == email.casefold():
                found[own] = one
                left.remove(one)
                break
    return found
