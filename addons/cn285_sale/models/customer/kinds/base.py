"""What a kind of change by customers is, and how their answers are read; no model is here."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, NamedTuple

from odoo.addons.cn285_contract.models.common import LIVE_STATES, as_day, spelled
from odoo.exceptions import UserError
from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)

# Longer answers are none.
LONGEST = 200
LARGEST = Decimal(10) ** 9


class Asked(NamedTuple):
    """Who asks for what: records with sudo, found by the visitor's rights."""

    contract: Any
    #: The item, or none where it is about the contract.
    item: Any
    #: The row of the contract's permissions that allows it; none for kinds that need none.
    permission: Any
    #: The user in the portal.
    user: Any
    #: What was looked up for one item counts for the others of the same page.
    seen: dict[Any, Any]

    @property
    def env(self):
        return self.contract.env


class Question(NamedTuple):
    """A field of the form: what is asked, and what is taken for an answer.

    ``choices`` are ``(value, words, hint)``; ``value`` is what the field starts with.
    """

    name: str
    label: Any
    kind: Literal["number", "whole", "date", "choice"]
    value: str = ""
    choices: Sequence[tuple[str, str, str]] = ()
    least: str = ""
    most: str = ""
    step: str = ""
    required: bool = True
    help: str = ""


class CustomerKind:
    """A kind of change that a customer may ask for. One object serves all requests of the kind.

    An addon adds one in ``cn285.contract._customer_kinds``. Methods get :class:`Asked`. What they
    refuse they refuse by ``UserError``, in words that a customer understands.
    """

    #: As it stands in permissions and addresses.
    name: str
    #: What customers and staff read: texts made by ``LazyTranslate``.
    label: Any
    #: A line that says what it does.
    words: Any = ""
    #: A picture of Font Awesome.
    icon: str = "fa-pencil"
    #: The type of contract change that it makes.
    change_type: str = ""
    #: Whether it is about one item, or about the contract.
    on: Literal["item", "contract"] = "item"
    #: Whether a template has to allow it; the others have settings of their own, or are a right.
    needs_permission: bool = True
    #: Which limits of a permission count for it: names of its fields.
    limits: frozenset[str] = frozenset()
    #: Whether the customer chooses the day.
    asks_day: bool = True

    # === WHETHER === #

    def is_possible(self, asked: Asked) -> bool:
        """Whether there is something to change, by what can be told at a glance."""
        return True

    def link(self, contract) -> str | None:
        """The address of the page that does it, where that is another addon's; None: the form."""
        return None

    # === THE FORM === #

    def questions(self, asked: Asked) -> list[Question]:
        """What the form asks, besides the day."""
        return []

    def values(self, asked: Asked, given: Mapping[str, str]) -> dict[str, Any]:
        """The values of the contract change, from the answers.

        :raises UserError: for what is no answer, or not within the limits
        """
        return {}

    def type_for(self, asked: Asked, values: Mapping[str, Any]) -> str:
        """The type of change; a kind may have several."""
        return self.change_type

    # === WHAT THE PREVIEW SAYS === #

    def told(self, asked: Asked, values: Mapping[str, Any]) -> list[tuple[str, str, str]]:
        """What becomes of what: ``(what, before, after)``, in words."""
        return []

    # === WHAT IT DOES === #

    def preview(self, asked: Asked, given: Mapping[str, str]) -> dict[str, Any]:
        """What it would come to; nothing is written. See ``cn285.contract._customer_preview``."""
        return asked.contract._customer_preview(self, asked, given)

    def carry_out(self, asked: Asked, given: Mapping[str, str], key: str):
        """Do it, once for each key; returns the contract change."""
        return asked.contract._customer_carry_out(self, asked, given, key)

    def done_before(self, contract, given: Mapping[str, str], key: str):
        """What a page that is sent again has done before; none where it has not."""
        return contract.change_ids.filtered(lambda change: key and change.customer_key == key)


# === ANSWERS === #


def number_of(env, text: str, label: str) -> Decimal:
    """The number that somebody typed, with a point or a comma.

    :raises UserError: where it is none
    """
    plain = str(text or "").strip().replace("\u202f", "").replace("\xa0", "").replace(" ", "")
    try:
        number = Decimal(plain[:LONGEST].replace(",", "."))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) > LARGEST:
        raise UserError(env._("%(label)s: “%(text)s” is no number.", label=label, text=plain[:20]))
    return number


def whole_of(env, text: str, label: str, least: int, most: int) -> int:
    """A whole number within bounds, both included.

    :raises UserError: where it is none
    """
    number = number_of(env, text, label)
    if number != number.to_integral_value() or not least <= number <= most:
        raise UserError(
            env._(
                "%(label)s: please give a whole number from %(least)s to %(most)s.",
                label=label,
                least=least,
                most=most,
            )
        )
    return int(number)


def day_of(env, text: str, label: str, required: bool = True) -> date | None:
    """The day that somebody gave, or None where he need not.

    :raises UserError: where it is none
    """
    day = as_day(env, str(text or "").strip()[:LONGEST])
    if day is None and required:
        raise UserError(env._("%s: please give a date.", label))
    return day


def chosen(env, text: str, choices: Sequence[tuple[str, str, str]], label: str) -> str:
    """One of the choices that were offered.

    :raises UserError: for anything else
    """
    if str(text or "") not in {value for value, *_words in choices}:
        raise UserError(env._("%s: please choose one of what is offered.", label))
    return str(text or "")


def quantity_problem(env, quantity: Decimal, permission, label: str) -> str | None:
    """Why a quantity is not within the limits of a permission, in words; None if it is."""
    least, most, step = permission._quantity_limits()
    if quantity < least:
        return env._(
            "%(label)s: at least %(least)s.", label=label, least=spelled(env, float(least))
        )
    if most is not None and quantity > most:
        return env._("%(label)s: at most %(most)s.", label=label, most=spelled(env, float(most)))
    if step and (quantity - least) % step:
        return env._(
            "%(label)s: in steps of %(step)s from %(least)s on.",
            label=label,
            step=spelled(env, float(step)),
            least=spelled(env, float(least)),
        )
    return None


def quantity_question(asked: Asked, value: float, label) -> Question:
    """The field for a quantity, with the limits of the permission."""
    least, most, step = asked.permission._quantity_limits()
    help_text = asked.env._("From %s on", spelled(asked.env, float(least)))
    if most is not None:
        help_text = asked.env._(
            "From %(least)s to %(most)s",
            least=spelled(asked.env, float(least)),
            most=spelled(asked.env, float(most)),
        )
    return Question(
        "quantity",
        label,
        "number",
        plain(value),
        least=plain(least),
        most="" if most is None else plain(most),
        step=plain(step) if step else "any",
        help=help_text,
    )


def quantity_given(asked: Asked, text: str, label) -> float:
    """The quantity that was given, within the limits of the permission.

    :raises UserError: where it is none, or not within them
    """
    quantity = number_of(asked.env, text, label)
    problem = quantity_problem(asked.env, quantity, asked.permission, label)
    if problem:
        raise UserError(problem)
    return float(quantity)


def plain(number) -> str:
    """A number as a field of a page takes it: ``3``, ``2.5``."""
    return f"{number:.6f}".rstrip("0").rstrip(".")


def is_live(item) -> bool:
    return item.state in LIVE_STATES


def by_name(*kinds: CustomerKind) -> dict[str, CustomerKind]:
    """The kinds as a table, in their order."""
    return {kind.name: kind for kind in kinds}
