"""A column that repeats what the owner of a record refers to."""

from odoo import fields
from odoo.addons.cn285_contract.models.selected_link import SelectedMany2one


class OwnerCopy(fields.Many2one):
    """A stored copy of a reference of the record that this one belongs to, and goes with.

    Without a foreign key of its own: the owner's keeps the reference whole, and the one to the
    owner keeps this record with it. To check each of tens of thousands again took a quarter of the
    time of storing them.
    """

    def update_db_foreign_key(self, model, column):
        """Leave it to the owner."""


class SelectedOwnerCopy(OwnerCopy, SelectedMany2one):
    """As :class:`OwnerCopy`, found as :class:`SelectedMany2one` has it."""
