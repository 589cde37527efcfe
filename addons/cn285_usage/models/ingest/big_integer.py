"""A column for the numbers of events, which outgrow four bytes."""

from odoo import fields


class BigInteger(fields.Integer):
    """An integer of eight bytes; a column of four from before is converted."""

    _column_type = ("int8", "int8")
