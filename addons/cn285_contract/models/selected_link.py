"""A link whose conditions are a selection of what it links to, not a join."""

from odoo import fields
from odoo.fields import Domain


class SelectedMany2one(fields.Many2one):
    """A many2one of a large table that filters and access rules go through.

    Odoo joins what a rule says of the link's record. With "mine, or nobody's" that is an outer join
    that PostgreSQL cannot turn around: all rows are read, even for someone with three contracts.
    What is selected by a subquery it takes from whichever side is shorter.
    """

    def condition_to_sql(self, field_expr, operator, value, model, alias, query):
        if field_expr == self.name and operator == "any!" and isinstance(value, Domain):
            comodel = model.env[self.comodel_name]
            value = comodel._search(value, active_test=False, bypass_access=True)
        return super().condition_to_sql(field_expr, operator, value, model, alias, query)
