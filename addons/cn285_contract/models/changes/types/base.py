"""What a type of contract change is, and how an addon extends another's; no model is here."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal

from odoo.tools import LazyTranslate

from ..change_value import Value

_lt = LazyTranslate(__name__)

# Under which headings the dialog offers types, in this order; what users read of each.
TYPE_GROUPS = {
    "offer": _lt("Offer and Options"),
    "price": _lt("Quantities and Prices"),
    "billing": _lt("Billing and Payment"),
    "parties": _lt("Holder and Beneficiaries"),
    "interruption": _lt("Pauses and Suspensions"),
    "term": _lt("Term and Renewal"),
    "end": _lt("End of the Contract"),
    "other": _lt("Other Changes"),
}
# Of price terms, those that are the product's.
PRICE_FIELDS = ("price_source", "price_unit", "discount", "pricelist_id")
Nature = Literal["upgrade", "downgrade", "cancellation", ""]


class ChangeType:
    """A type of change: all that is particular to it. One object serves all changes of the type.

    Methods get the changes that they are about: ``change`` is one record of
    ``cn285.contract.change``, ``changes`` are many of this type, each of another contract. What a
    type does not say for itself is as it is here.
    """

    #: As it stands in the field ``type``.
    name: str
    #: What users read: a text made by ``LazyTranslate``.
    label: Any
    #: Under which heading of :data:`TYPE_GROUPS` the dialog offers it.
    group: str = "other"
    #: Whether a tier path must lead from the item's product to the one it names.
    by_path: bool = False
    #: Whether it concerns one item, the contract, or either.
    on: Literal["item", "contract", "either"]
    #: What may, or must, be given: ``{name: Value}``. The dialog shows them in its own order.
    values: Mapping[str, Value] = {}
    #: Which of a template's rules says when it may take effect; see also :meth:`nature_of`.
    nature: Nature = ""
    #: The day that it names is the last one before it takes effect, as it is for an end.
    end_day: bool = False
    #: Whether it takes effect on its very day, whatever the company's rule for the day of a change.
    on_its_day: bool = False
    #: Whether it is held back by earlier changes that failed; an end is not.
    waits: bool = True
    #: Whether it lets a contract go on that would be over.
    prolongs: bool = False
    #: Whether it is about another contract too, see :meth:`reached`.
    reaches_others: bool = False
    #: Whether it is void once what it is about has ended before its day, and is cancelled then.
    ends_with_service: bool = True
    #: Once it has taken effect nothing may stay to pay: it is billed at once, without a run.
    settles_at_once: bool = False
    #: A right that holds on any day: before the contract starts, whatever a template's rules say.
    on_any_day: bool = False
    #: Whether customers may ask for it; what the company alone decides they may not.
    for_customers: bool = False
    #: The dialog offers it; else only edits and programs make it.
    in_dialog: bool = True
    #: Asked twice, it is two of them: new items are.
    repeatable: bool = False
    #: What it is about is over with it: planned for a day, it cannot be planned for a later one.
    is_last: bool = False

    def alters_contract(self, change) -> bool:
        """Whether it alters what was agreed, so that it makes an amendment to the contract.

        Not what the contract or the law provides for: ends, pauses, renewals by themselves.
        """
        return True

    # === DIALOG === #

    #: Of an item or of the contract: the dialog offers the whole contract, not its only item.
    whole_first: bool = False

    def start_values(self, item):
        """With what the dialog starts: ``{field: value}`` of ``cn285.contract.change.wizard``.

        :param item: the item chosen, as it is now; empty where none is
        """
        names = ("quantity", "price_unit", "discount", "recurring_interval", "recurring_unit")
        names = (*names, "alignment", "billing_day", "beneficiary_id")
        return {name: item[name] for name in names} | {"own_price": False} if item else {}

    # === BEFORE IT IS SCHEDULED === #

    def needs_running(self, change) -> bool:
        """Whether contract and item must run for it."""
        return True

    def check_rights(self, change) -> None:
        """Refuse what this customer, or this user, may not ask for; before any other rule.

        :raises ValidationError: made by ``change._refusal(reason)``
        """

    def check(self, change) -> None:
        """Refuse what cannot be done, when it is scheduled and again when it takes effect.

        Writes nothing. Values are of their kinds by then.

        :raises ValidationError: made by ``change._refusal(reason)``
        """

    def nature_of(self, change) -> Nature:
        """Whether this one is an upgrade, a downgrade, a cancellation, or none of them."""
        return self.nature

    def earliest_day(self, change):
        """The first day that it touches: the limit of dating back holds for it."""
        return change.date_effective

    def approval_reason(self, change) -> str | None:
        """Why this one needs approval, besides the rules of the template; None if it does not."""
        return None

    def approval_amount(self, change) -> float:
        """What counts for rules of approval with an amount, in the contract's currency, above zero.

        What it comes to by the day on which it has taken effect, as the preview tells.
        """
        return abs(change._preview_money()["amount"])

    def is_statutory(self, change) -> bool:
        """Whether a customer does it by right, so that no approval may keep him from it."""
        return False

    def held_from(self, change):
        """While it awaits approval: the day from which on what it is about is not billed.

        Renewal waits too where it comes on that day or later. None: it holds nothing.
        """
        return change._first_day()

    def obsolete_reason(self, change) -> str | None:
        """Why nothing is left of it to do once another of its type has done it.

        It is cancelled then, and holds nothing back. None where it is to be done, or fails for a
        reason that somebody can do away with.
        """
        return change._over_reason() if self.needs_running(change) else None

    # === WHEN IT IS SCHEDULED === #

    def announce(self, changes, scheduled: bool) -> None:
        """Tell contracts and items what is planned for them, so that billing looks ahead.

        :param scheduled: whether the changes are scheduled, or are not any more
        """

    def before_schedule(self, changes) -> None:
        """Work out what is told of the changes once they are scheduled; also when they moved."""

    def after_schedule(self, changes) -> None:
        """Let customers know."""

    # === EFFECT === #

    def is_own_act(self, change) -> bool:
        """Whether the contract does it by itself: that comes before other changes of its day."""
        return change.origin == "system"

    def last_day(self, change):
        """Last day before an end: by the company's rule whether the day of an end is billed."""
        if change.company_id.cn285_end_day == "billed":
            return change.date_effective
        return change.date_effective - timedelta(days=1)

    def billing_day(self, change):
        """The day on which differences are due: that of effect, or, dated back, that of entry."""
        return max(change._first_day(), change.date_scheduled or change.company_id._cn285_today())

    def reached(self, change):
        """The other contract that it changes: what is planned there for later comes after it."""
        return change.contract_id.browse()

    def own_end(self, change):
        """The last day on which it makes a difference, where it has one; None where it goes on."""
        return None

    def plans_given_up(self, change):
        """Planned changes that this one cancels when it takes effect; its preview names them."""
        return change.browse()

    def why_given_up(self, change, plan) -> str:
        """Why it cancels a planned change, as the log tells it."""
        return change.env._(
            "%(change)s is cancelled, as nothing is left of it to do: %(reason)s",
            change=plan.display_name,
            reason=change.display_name,
        )

    def patch_for_other_product(self, change, patch, item, day):
        """What of the terms that it changed concerns an item of another product from ``day`` on.

        That takes the place of the one it was made for, by an upgrade that is dated back: what was
        agreed of the old product's price is none of the new one's.

        :param patch: ``{field: value}``, what changed on that day
        """
        return {name: value for name, value in patch.items() if name not in PRICE_FIELDS}

    def apply(self, changes) -> None:
        """Do it, and call ``_settle`` on the items whose money changed.

        Called in the superuser's name, with contracts locked. What it raises undoes all of it.
        """
        raise NotImplementedError


class ChangeTypeExtension(ChangeType):
    """The type of another addon, with something of one's own: what is not said stays as it was.

    ``super().apply(changes)`` is what the type did before. Extensions of several addons stand in
    one another. The other addon's methods do not call back into an extension.
    """

    def __init__(self, base: ChangeType):
        self.base = base

    @property
    def name(self):
        return self.base.name

    @property
    def label(self):
        return self.base.label

    @property
    def group(self):
        return self.base.group

    @property
    def by_path(self):
        return self.base.by_path

    @property
    def on(self):
        return self.base.on

    @property
    def values(self):
        return self.base.values

    @property
    def nature(self):
        return self.base.nature

    @property
    def end_day(self):
        return self.base.end_day

    @property
    def on_its_day(self):
        return self.base.on_its_day

    @property
    def waits(self):
        return self.base.waits

    @property
    def prolongs(self):
        return self.base.prolongs

    @property
    def reaches_others(self):
        return self.base.reaches_others

    @property
    def ends_with_service(self):
        return self.base.ends_with_service

    @property
    def settles_at_once(self):
        return self.base.settles_at_once

    @property
    def on_any_day(self):
        return self.base.on_any_day

    @property
    def for_customers(self):
        return self.base.for_customers

    @property
    def in_dialog(self):
        return self.base.in_dialog

    @property
    def repeatable(self):
        return self.base.repeatable

    @property
    def is_last(self):
        return self.base.is_last

    @property
    def whole_first(self):
        return self.base.whole_first

    def start_values(self, item):
        return self.base.start_values(item)

    def needs_running(self, change):
        return self.base.needs_running(change)

    def check_rights(self, change):
        self.base.check_rights(change)

    def check(self, change):
        self.base.check(change)

    def nature_of(self, change):
        return self.base.nature_of(change)

    def earliest_day(self, change):
        return self.base.earliest_day(change)

    def approval_reason(self, change):
        return self.base.approval_reason(change)

    def approval_amount(self, change):
        return self.base.approval_amount(change)

    def obsolete_reason(self, change):
        return self.base.obsolete_reason(change)

    def is_statutory(self, change):
        return self.base.is_statutory(change)

    def held_from(self, change):
        return self.base.held_from(change)

    def announce(self, changes, scheduled):
        self.base.announce(changes, scheduled)

    def before_schedule(self, changes):
        self.base.before_schedule(changes)

    def after_schedule(self, changes):
        self.base.after_schedule(changes)

    def alters_contract(self, change):
        return self.base.alters_contract(change)

    def is_own_act(self, change):
        return self.base.is_own_act(change)

    def last_day(self, change):
        return self.base.last_day(change)

    def billing_day(self, change):
        return self.base.billing_day(change)

    def reached(self, change):
        return self.base.reached(change)

    def own_end(self, change):
        return self.base.own_end(change)

    def plans_given_up(self, change):
        return self.base.plans_given_up(change)

    def why_given_up(self, change, plan):
        return self.base.why_given_up(change, plan)

    def patch_for_other_product(self, change, patch, item, day):
        return self.base.patch_for_other_product(change, patch, item, day)

    def apply(self, changes):
        self.base.apply(changes)


class UnknownType(ChangeType):
    """Stands for a type whose addon is gone: such changes stay in the log, and do nothing."""

    on = "either"

    def __init__(self, name: str):
        self.name = self.label = name

    def check(self, change):
        raise change._refusal(change.env._("this type of change is not installed any more."))


def by_name(*types: ChangeType) -> dict[str, ChangeType]:
    """The types as a table, in their order."""
    return {change_type.name: change_type for change_type in types}
