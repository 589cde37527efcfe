from datetime import date, datetime
from typing import NamedTuple

from odoo import api, fields, models
from odoo.addons.cn285_import.engine.text import holds_text, is_text
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..engine.limits import (
    FIRST_YEAR,
    LARGEST_AMOUNT,
    LARGEST_COUNT,
    LARGEST_PRICE,
    LARGEST_QUANTITY,
    LARGEST_RISE,
    LARGEST_SECONDS,
    LARGEST_UNITS,
    LARGEST_WHOLE,
    LAST_YEAR,
    is_date_of_contract,
    is_number,
    is_whole,
    is_within,
    real_end,
)
from .common import is_record_number


class Bound(NamedTuple):
    """The least and the greatest number that a field takes."""

    least: int
    most: int


# What may not be negative is refused by rules of its own, which say more about it.
QUANTITY = Bound(-LARGEST_QUANTITY, LARGEST_QUANTITY)
PRICE = Bound(-LARGEST_PRICE, LARGEST_PRICE)
PERCENT = Bound(-LARGEST_RISE, LARGEST_RISE)
RISE = Bound(-100, LARGEST_RISE)
COUNT = Bound(-LARGEST_COUNT, LARGEST_COUNT)
# Units of what is measured (bytes, seconds): far more than of what is sold.
UNITS = Bound(-LARGEST_UNITS, LARGEST_UNITS)
AMOUNT = Bound(-LARGEST_AMOUNT, LARGEST_AMOUNT)
# Time-outs and delays that machines count.
SECONDS = Bound(-LARGEST_SECONDS, LARGEST_SECONDS)
# An order or a colour: what a column of whole numbers holds.
WHOLE = Bound(-LARGEST_WHOLE - 1, LARGEST_WHOLE)
# Not numbers: days, and last days, of which those beyond all centuries say that there is no end;
# moments.
DAY, END, MOMENT = "day", "end", "moment"

# Of fields for which a model declares nothing.
_USUAL = {"date": DAY, "datetime": MOMENT, "integer": COUNT, "float": PRICE, "monetary": AMOUNT}
_USUAL_BY_NAME = {"sequence": WHOLE, "color": WHOLE}


class BoundedValues(models.AbstractModel):
    """Numbers and dates lie within bounds, or are refused in words before the database sees them.

    Whatever door they come through: a screen, a file, a program. An end such as 9999-12-31 means
    that there is none. A model of ours has a bound for each field that users may write: the one
    that it declares, or the usual one of the field's type. Of Odoo's own records, those that are
    declared.
    """

    _name = "cn285.bounded.values"
    _description = "Numbers and Dates within Bounds"
    # The quick invoice writer takes service days from items, where they are within bounds already.
    _quick_harmless = (
        "create",
        "write",
        "_bounds",
        "_bound_of",
        "_within_bounds",
        "_lines_within_bounds",
    )

    @api.model
    def _bounds(self):
        """``{field: Bound, or DAY, END, MOMENT}``; a model gives its own, other addons theirs."""
        return {}

    @api.model
    def _bound_of(self, name, declared):
        """The bound of a field: the declared one, or the usual one; None of what is not ours."""
        if name in declared:
            return declared[name]
        field = self._fields.get(name)
        if field is None or field.readonly or not self._name.startswith("cn285."):
            return None
        return _USUAL_BY_NAME.get(name) or _USUAL.get(field.type)

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._within_bounds(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._within_bounds(vals))

    def onchange(self, values, field_names, fields_spec):
        """Odoo's, for values within bounds: a form that a program fills is told in words too."""
        self._within_bounds(values)
        return super().onchange(values, field_names, fields_spec)

    @api.model
    def _within_bounds(self, vals):
        """The values, with ends that mean none taken for none; those of lines within them too.

        :raises ValidationError: naming the field and its bounds
        """
        declared = self._bounds()
        changed = self._lines_within_bounds(vals)
        for name, value in vals.items():
            bound = self._bound_of(name, declared)
            if bound is None or value is None or value is False or value == "":
                continue
            if not isinstance(bound, Bound):
                changed[name] = self._day_within(vals, name, value, bound)
            elif not is_within(value, bound.most, bound.least) or (
                self._fields[name].type == "integer" and not is_whole(value)
            ):
                raise ValidationError(self._bound_words(vals, name, value, bound))
        return {**vals, **changed} if changed else vals

    @api.model
    def _lines_within_bounds(self, vals):
        """Values of lines that are given with their record: Odoo rounds them before they are made.

        :returns: ``{field: commands}`` of the fields that hold bounded lines
        """
        changed = {}
        for name, commands in vals.items():
            field = self._fields.get(name)
            if not commands or field is None or field.type != "one2many":
                continue
            lines = self.env[field.comodel_name]
            if isinstance(lines, BoundedValues) and isinstance(commands, list | tuple):
                changed[name] = [
                    (*command[:2], lines._within_bounds(command[2]))
                    if isinstance(command, list | tuple)
                    and len(command) == 3
                    and isinstance(command[2], dict)
                    else command
                    for command in commands
                ]
        return changed

    @api.model
    def _day_within(self, vals, name, value, bound):
        read = fields.Datetime.to_datetime if bound == MOMENT else fields.Date.to_date
        try:
            day = read(value) if isinstance(value, str | date | datetime) else None
        except ValueError:
            day = None
        if day and bound == END and not real_end(day):
            return False
        if not day or not is_date_of_contract(day):
            raise ValidationError(
                self.env._(
                    "%(what)s: %(field)s “%(value)s” is no date from %(first)s to %(last)s.",
                    what=self._bounded_name(vals),
                    field=self._fields[name]._description_string(self.env),
                    value=value,
                    first=FIRST_YEAR,
                    last=LAST_YEAR,
                )
            )
        return value

    @api.model
    def _bound_words(self, vals, name, value, bound):
        words = {
            "what": self._bounded_name(vals),
            "field": self._fields[name]._description_string(self.env),
            "value": value,
        }
        if not is_number(value):
            return self.env._("%(what)s: %(field)s must be a number, not %(value)s.", **words)
        if is_within(value, bound.most, bound.least):
            return self.env._("%(what)s: %(field)s must be a whole number, not %(value)s.", **words)
        return self.env._(
            "%(what)s: %(field)s must lie between %(least)s and %(most)s, not %(value)s.",
            least=bound.least,
            most=bound.most,
            **words,
        )

    @api.model
    def _bounded_name(self, vals):
        """Of what a refusal speaks: the name that is given, or the record's, or its kind."""
        kind = self.env["ir.model"]._get(self._name).name
        name = vals.get("name") or (self[:1].display_name if self else "")
        return self.env._("%(kind)s “%(name)s”", kind=kind, name=name) if name else kind


class Bounded(models.AbstractModel):
    """Numbers and dates within bounds, links to records that are there, and texts that are such."""

    _name = "cn285.bounded"
    _inherit = ["cn285.bounded.values"]
    _description = "Values within Bounds"

    @api.model_create_multi
    def create(self, vals_list):
        self._check_links(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        self._check_links([vals])
        return super().write(vals)

    @api.model
    def _within_bounds(self, vals):
        for name, value in vals.items():
            if isinstance(value, str | dict | list | tuple) and not holds_text(value):
                raise ValidationError(self._text_words(vals, name))
        return super()._within_bounds(vals)

    @api.model
    def _check_links(self, vals_list):
        """Refuse links to what is no record, before the database does in words of its own.

        Of users alone, one query for each model that they name: the machinery has its records.

        :raises ValidationError: naming the field and what was given
        """
        if self.env.su:
            return
        named = {}
        for vals in vals_list:
            for name, value in vals.items():
                field = self._fields.get(name)
                if field is None or field.type != "many2one" or not value:
                    continue
                if not isinstance(value, models.BaseModel):
                    named.setdefault(field.comodel_name, []).append((vals, name, value))
        for model, links in named.items():
            numbers = {value for _vals, _name, value in links if is_record_number(value)}
            there = set(self.env[model].browse(numbers).exists().ids)
            for vals, name, value in links:
                if not is_record_number(value) or value not in there:
                    raise ValidationError(
                        self.env._(
                            "%(what)s: %(field)s: there is none with the number “%(id)s”.",
                            what=self._bounded_name({"name": vals.get("name")}),
                            field=self._fields[name]._description_string(self.env),
                            id=value,
                        )
                    )

    @api.model
    def _text_words(self, vals, name):
        field = self._fields.get(name)
        return self.env._(
            "%(what)s: %(field)s holds a character that is no text (NUL, or half of one).",
            what=self._bounded_name({**vals, "name": ""}),
            field=field._description_string(self.env) if field else name,
        )

    @api.model
    def _search(self, domain, *args, **kwargs):
        """Refuse to look for what no text is, before the database does in words of its own."""
        for condition in Domain(domain).iter_conditions():
            values = condition.value
            for value in values if isinstance(values, list | tuple | set) else (values,):
                if isinstance(value, str) and not is_text(value):
                    raise ValidationError(self._text_words({}, condition.field_expr))
        return super()._search(domain, *args, **kwargs)
