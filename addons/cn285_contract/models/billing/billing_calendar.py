from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Date, Domain
from odoo.tools import SQL

# Rows that a calendar shows at most, of all its days; of a day in the year's view, and of one day.
SHOWN = 1000
LEAST_OF_A_DAY = 3
LONGEST_DAYS = 400


class BillingSchedule(models.Model):
    _inherit = "cn285.billing.schedule"

    @api.model
    @api.readonly
    def calendar_rows(self, domain, names, first, last):
        """The rows that a calendar shows between two days, as ``search_read`` gives them.

        A month of a large company has hundreds of thousands: of each day the first ones are read,
        as many as make some hundreds of all days together.

        :param list names: the fields to read
        :param first: the first day, as ISO text
        :param last: the last day
        :returns: ``{"rows": list of dicts, "shown": how many of a day at most, False: all}``
        :raises UserError: for more days than a year's calendar has
        """
        first, last = Date.to_date(first), Date.to_date(last)
        days = (last - first).days + 1
        if not 0 < days <= LONGEST_DAYS:
            raise UserError(self.env._("A calendar shows a year at most."))
        most = max(SHOWN // days, LEAST_OF_A_DAY)
        rows = self._search(Domain(domain), order="billing_date, id", limit=most + 1)
        day = self._field_to_sql(rows.table, "billing_date", rows)
        # A stretch, of one day: were they equal, PostgreSQL would drop the day from the order, go
        # by the ids alone, and look at all rows of the table for a day that has none.
        rows.add_where(SQL("%(day)s >= days.day::date AND %(day)s < days.day::date + 1", day=day))
        found = self.env.execute_query(
            SQL(
                """SELECT days.day::date, found.id
                     FROM generate_series(%s::date, %s::date, '1 day') AS days (day)
                    CROSS JOIN LATERAL (%s) AS found
                    ORDER BY days.day, found.id""",
                first,
                last,
                rows.select(),
            )
        )
        kept = {}
        for day, row_id in found:
            kept.setdefault(day, []).append(row_id)
        cut = any(len(ids) > most for ids in kept.values())
        ids = [row_id for ids in kept.values() for row_id in ids[:most]]
        return {"rows": self.browse(ids).read(names), "shown": most if cut else False}
