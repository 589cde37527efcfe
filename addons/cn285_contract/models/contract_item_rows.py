"""Rows of items as the database has them: what was billed of their days, and what stands open."""

from collections import defaultdict
from datetime import date

from odoo import models
from odoo.tools import SQL

from ..engine.spans import normalise, subtract
from .common import OPEN_STATES, TAKEN, day_after


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"

    def _existing_rows(self):
        """What was billed of the items' days already, in one query.

        :returns: stretches invoiced, and not credited since, ``{item id: [(start, end)]}``; highest
            revision by ``(item id, kind, start)``
        """
        schedules = self.env["cn285.billing.schedule"]
        schedules.flush_model()
        found = self.env.execute_query(
            SQL(
                """SELECT id, item_id, kind, state, revision, period_start, period_end,
                          credited_id, frees
                     FROM cn285_billing_schedule
                    WHERE item_id = ANY(%s)
                      AND (kind = 'credit' OR kind = ANY(%s) AND state != ALL(%s))
                    ORDER BY item_id, period_start, revision""",
                self.ids,
                list(self._planned_kinds()),
                list(OPEN_STATES),
            )
        )
        covered, _standing, revisions = as_known(found)
        return covered, revisions

    def _open_rows(self, names):
        """Rows of the items that planning may still change, with some of their values.

        :param names: names of stored fields
        :returns: ``{item id: {(kind, first day): {name: value as the database has it}}}``, with
            each one's ``id`` and ``kind``
        """
        self.env["cn285.billing.schedule"].flush_model()
        names = list(dict.fromkeys(["id", "item_id", "kind", "period_start", *names]))
        rows = defaultdict(dict)
        for values in self.env.execute_query(
            SQL(
                """SELECT %s FROM cn285_billing_schedule
                    WHERE item_id = ANY(%s) AND kind = ANY(%s) AND state = ANY(%s)
                    ORDER BY item_id, period_start, revision""",
                SQL(", ").join(SQL.identifier(name) for name in names),
                self.ids,
                list(self._planned_kinds()),
                list(OPEN_STATES),
            )
        ):
            row = dict(zip(names, values, strict=True))
            rows[row["item_id"]][row["kind"], row["period_start"]] = row
        return rows


def as_known(found):
    """What was billed, and what stands open, of rows as the database has them.

    :param found: rows of id, item, kind, state, revision, first and last day, the row that is
        credited, and whether that frees days; of an item in the order of days and revisions
    :returns: stretches invoiced and not credited since, ``{item id: [(start, end)]}``; open
        rows as ``{(item id, kind, start)}``; highest revision by ``(item id, kind, start)``
    """
    freed, covered = defaultdict(list), defaultdict(list)
    standing, revisions = set(), {}
    for _id, _item, kind, state, _revision, start, end, credited_id, frees in found:
        if kind == "credit" and frees and state != "cancelled":
            freed[credited_id].append((start, day_after(end)))
    for row_id, item_id, kind, state, revision, start, end, _credited_id, _frees in found:
        if kind == "credit":
            continue
        if state in OPEN_STATES:
            standing.add((item_id, kind, start))
            continue
        revisions[item_id, kind, start] = revision
        if state == TAKEN and item_id not in covered:
            # What lies before the first row billed elsewhere was billed there, too.
            covered[item_id].append((date.min, start))
        if state != "cancelled":
            own = (start, day_after(end))
            covered[item_id] += subtract([own], freed[row_id]) if row_id in freed else [own]
    return {item_id: normalise(own) for item_id, own in covered.items()}, standing, revisions
