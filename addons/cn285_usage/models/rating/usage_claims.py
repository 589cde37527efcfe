from odoo import models
from odoo.addons.cn285_contract.models.common import day_after
from odoo.tools import SQL

from .usage_batch import RatingBatch


class Contract(models.Model):
    _inherit = "cn285.contract"

    def _usage_claims(self, batch=None):
        """Whose are events that name a contract but no item: its first item that measures them.

        Contracts without such events are left out.

        First in the order of the items, among those that have started and are not cancelled; on
        days on which that item does not run, it is the next one's.

        :param batch: a ``RatingBatch``, to which the recipes of the contracts' items are added;
            left out where nothing is rated
        :returns: ``{(item id, metric id): [(first day, day after the last or None)]}``
        """
        items = self._with_common_usage().item_ids
        items.fetch(["contract_id", "sequence", "billing_type", "state", "date_start", "date_end"])
        items = items.filtered(
            lambda item: (
                item.billing_type == "usage"
                and item.state in ("active", "ended")
                and item.date_start
            )
        ).sorted(lambda item: (item.contract_id.id, item.sequence, item.id))
        batch = batch or RatingBatch(self.env["cn285.billing.schedule"])
        batch.add_recipes(items)
        free, claims = {}, {}
        for item in items:
            span = (item.date_start, day_after(item._last_day()))
            contract_id = item.contract_id.id
            metrics = {
                metric_id
                for calculator_id in batch.calculators.get(item.id, ())
                for recipe in batch.all_recipes(calculator_id)
                for metric_id in recipe.metric_ids
            }
            for metric_id in metrics:
                key = contract_id, metric_id
                taken, left = _take(free.get(key, [(None, None)]), span)
                free[key] = left
                if taken:
                    claims[item.id, metric_id] = taken
        return claims

    def _with_common_usage(self):
        """Those of these contracts for which there are events that name no item."""
        rows = self.env.execute_query(
            SQL(
                """SELECT c.id FROM unnest(%s::int[]) AS c (id)
                    WHERE EXISTS (SELECT 1 FROM cn285_usage_event e
                                   WHERE e.contract_id = c.id AND e.item_id IS NULL)""",
                self.ids,
            )
        )
        return self.browse(contract_id for (contract_id,) in rows)


def _take(free, span):
    """Take the days of ``span`` from free stretches; returns what was got, and what is left.

    A stretch is ``(first day, day after the last)``, None where it has no end.
    """
    start, end = span
    taken, left = [], []
    for first, last in free:
        since = start if first is None else max(first, start)
        until = last if end is None else end if last is None else min(last, end)
        if until is not None and since >= until:
            left.append((first, last))
            continue
        taken.append((since, until))
        if first is None or first < since:
            left.append((first, since))
        if until is not None and (last is None or until < last):
            left.append((until, last))
    return taken, left
