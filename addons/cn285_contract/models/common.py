"""Small values and conversions that several models share; no model is defined here."""

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tools import formatLang

# States of schedule rows that planning may still change.
OPEN_STATES = ("planned", "waiting")

# The state of rows that another system has invoiced, before the contract was taken over.
TAKEN = "taken_over"

# States of rows of which something was invoiced, here or there: what is not owed is credited.
BILLED_STATES = ("invoiced", TAKEN)

# States of contracts and items that run: what is planned for them will be billed.
LIVE_STATES = ("active", "paused", "suspended")

# Documents whose positive amounts are owed to the contract's partner: its credit notes, and the
# purchase invoices that are made out for who sells to us.
OWED_TO_PARTNER = ("out_refund", "in_invoice")

# What a contract and its template say alike.
LINE_GROUPINGS = [
    ("row", "One Line per Item and Period"),
    ("product", "Summed per Product"),
    ("item_name", "Summed per Item Description"),
]
SENDINGS = [("none", "Not Sent"), ("email", "By E-mail")]

# States of contract changes that are planned and have not taken effect.
PLANNED_STATES = ("to_approve", "scheduled")

# The largest number of a record.
LARGEST_ID = 2**31 - 1

# The proof that our own code says so, in a context: an object that no remote call can send. It
# opens the door between states, and the fields that the program keeps.
STATE_DOOR = object()


def as_decimal(value):
    """The decimal that a user typed, from the float that the database returns."""
    return Decimal(repr(value or 0.0))


def labelled(env, label, value):
    """A value behind what it is called, with the colon of the reader's language."""
    return env._("%(label)s: %(value)s", label=label, value=value)


def as_day(env, value, is_end=False):
    """The day that a caller names: a date, or ISO text; None where none is given.

    :param is_end: it is the last of something, and far away there is none
    :raises UserError: for what is no date of these centuries
    """
    if value is None or value is False or value == "":
        return None
    with suppress(ValueError, TypeError):
        day = fields.Date.to_date(value)
        if day and day.year >= 1900 and (is_end or day.year < 2200):
            return day
    raise UserError(env._("“%s” is no date, such as 2026-03-31.", value))


def is_record_number(value):
    """Whether a caller's value is a number that records have."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= LARGEST_ID


def as_record(env, model, value):
    """The record that a caller names by its number; none where none is given.

    :raises UserError: where there is no such record
    """
    if value is None or value is False:
        return env[model]
    record = env[model].browse(value if is_record_number(value) else 0)
    if not record.exists():
        kind = env["ir.model"]._get(model).name
        raise UserError(
            env._("%(kind)s: there is none with the number “%(id)s”.", kind=kind, id=value)
        )
    return record


def day_after(day):
    """The day after, or None where there is no day."""
    return day + timedelta(days=1) if day else None


def told_inside(env, key):
    """Whether our own code set a key of the context, to :data:`STATE_DOOR`.

    :raises AccessError: where a caller sets it, who might leave a schedule as it was by it
    """
    value = env.context.get(key)
    if value and value is not STATE_DOOR:
        raise AccessError(env._("The context key “%s” is the program's own.", key))
    return bool(value)


def is_past_state_door(records, vals):
    """Whether values would change a state past the one door between states.

    Records pass the door by the context key ``cn285_state_door``, which no remote call can give; a
    new record may be a draft.
    """
    if "state" not in vals or records.env.context.get("cn285_state_door") is STATE_DOOR:
        return False
    return bool(records) or vals["state"] != "draft"


def insert_steps(steps, new, before=None, after=None):
    """The steps with others among them, where an addon wants its own.

    :param steps: list of methods in the order in which they are called
    :param new: list of those that come in
    :param before: the step that the new ones come before; or
    :param after: the step that they come after; without either they come first
    :raises ValueError: when that step is not there
    """
    place = steps.index(before) if before else steps.index(after) + 1 if after else 0
    return [*steps[:place], *new, *steps[place:]]


def in_users_language(records):
    """The records as their user reads: jobs start without a language, reasons are for people.

    What the program does by itself is told in the language of the company.
    """
    user = records.env.user
    lang = records.env.company.partner_id.lang if user._is_superuser() else user.lang
    return records.with_context(lang=lang)


def in_some_language(records):
    """The records with the language that they are asked in; where it is none, as their users read.

    Calls of programs and scheduled actions say none; what they note is read by people.
    """
    return records if records.env.context.get("lang") else in_users_language(records)


def in_language_of(records, user):
    """The records as a user reads who is told of them."""
    return records.with_context(lang=user.lang or records.env.lang)


def spelled(env, number):
    """A number as it is written in the reader's language, as exact as it is: 7.5, or 7,5."""
    decimals = max(-Decimal(f"{number:.10g}").normalize().as_tuple().exponent, 0)
    return formatLang(env, number, digits=decimals)
