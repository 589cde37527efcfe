"""Planned rows are compared with a plan as the database has them, and written in one statement."""

from odoo import api, models
from odoo.tools import SQL

from ..bulk import update_rows
from ..common import OPEN_STATES

# What rating says of a row of usage, and no plan.
RATED = frozenset({"state", "net", "amount", "steps"})


class BillingSchedule(models.Model):
    _inherit = "cn285.billing.schedule"

    @api.model
    def _update_planned(self, plans):
        """Write the values of the plan that differ from the rows' own.

        :param plans: list of ``(row, values of the plan)``; the row as ``_open_rows`` gives it
        """
        changed, names = {}, {}
        for row, vals in plans:
            # A usage row that was rated keeps its state and amount: rating is not planning.
            kept = RATED if row["kind"] == "usage" else ()
            own = {
                name: value
                for name, value in vals.items()
                if name not in kept and _is_other(row[name], value)
            }
            if own:
                changed[row["id"]] = {**row, **own}
                names.update(dict.fromkeys(own))
        self._write_planned(changed, list(names))

    @api.model
    def _write_planned(self, values, names):
        """Write values of planned rows in one statement.

        Stands in for :meth:`write` as :meth:`_insert_planned` does for ``create``: overrides are
        not called. What depends on the values is computed anew.

        :param values: ``{row id: values}``, with all ``names``; money is rounded already
        """
        update_rows(self, values, names, SQL("row.state = ANY(%s)", list(OPEN_STATES)))


def _is_other(current, value):
    """Whether a value of the plan is another than a row has; in the database nothing is None."""
    if isinstance(value, float):
        return round((current or 0.0) - value, 10) != 0
    return current != value and not (current is None and not value)
