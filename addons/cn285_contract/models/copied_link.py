"""A stored link that is another row's, copied."""

from odoo import fields


class CopiedMany2one(fields.Many2one):
    """A stored related many2one without a foreign key of its own.

    The row it is copied from has one, and goes or stays with this row; a second one would be
    checked for each of millions of rows, and guard nothing more.
    """

    def update_db_foreign_key(self, model, column):
        """No foreign key."""
