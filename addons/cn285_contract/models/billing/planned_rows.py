"""Planned rows are compared with a plan as the database has them, and written in one statement."""

import json

from odoo import api, models
from odoo.tools import SQL, float_round

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
        if not values or not names:
            return
        self.flush_model()
        columns = [self._fields[name] for name in names]
        made = [
            self._as_array(field, [vals[field.name] for vals in values.values()])
            for field in columns
        ]
        self.env.execute_query(
            SQL(
                """UPDATE cn285_billing_schedule row
                      SET %s, write_uid = %s, write_date = %s
                     FROM unnest(%s::int[], %s) AS made (id, %s)
                    WHERE row.id = made.id AND row.state = ANY(%s)
                RETURNING 1""",
                SQL(", ").join(
                    SQL("%s = made.%s", SQL.identifier(name), SQL.identifier(name))
                    for name in names
                ),
                self.env.uid,
                self.env.cr.now(),
                list(values),
                SQL(", ").join(made),
                SQL(", ").join(SQL.identifier(name) for name in names),
                list(OPEN_STATES),
            )
        )
        rows = self.browse(list(values))
        rows.invalidate_recordset([*names, "write_uid", "write_date"], flush=False)
        rows.modified(names)

    def _as_array(self, field, values):
        """Values of a column, as an array of its type."""
        digits = field.type == "float" and field.get_digits(self.env)
        if digits:
            rounded = {value: float_round(value or 0.0, digits[1]) for value in set(values)}
            values = [rounded[value] for value in values]
        elif field.type == "json":
            values = [json.dumps(value) if value else None for value in values]
        else:
            values = [None if value is False else value for value in values]
        return SQL("%s::%s[]", values, SQL(field.column_type[1]))


def _is_other(current, value):
    """Whether a value of the plan is another than a row has; in the database nothing is None."""
    if isinstance(value, float):
        return round((current or 0.0) - value, 10) != 0
    return current != value and not (current is None and not value)
