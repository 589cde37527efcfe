from odoo import models
from odoo.addons.cn285_contract.models.common import day_after


class Contract(models.Model):
    _inherit = "cn285.contract"

    def _usage_claims(self, metrics):
        """Whose are events that name a contract but no item: its first item that measures them.

        First in the order of the items, among those that have started and are not cancelled; on
        days on which that item does not run, it is the next one's.

        :param metrics: those that calculators read, by their ids, as far as they are known
        :returns: ``{(item id, metric id): [(first day, day after the last or None)]}``
        """
        items = self.item_ids.filtered(
            lambda item: (
                item.billing_type == "usage"
                and item.state in ("active", "ended")
                and item.date_start
                and item.calculator_ids
            )
        ).sorted(lambda item: (item.contract_id.id, item.sequence, item.id))
        missing = items.calculator_ids.filtered(lambda one: one.id not in metrics)
        metrics = {**metrics, **missing._metrics_by_calculator()}
        free, claims = {}, {}
        for item in items:
            span = (item.date_start, day_after(item._last_day()))
            for metric in {one for each in item.calculator_ids for one in metrics[each.id]}:
                key = item.contract_id.id, metric.id
                taken, left = _take(free.get(key, [(None, None)]), span)
                free[key] = left
                if taken:
                    claims[item.id, metric.id] = taken
        return claims


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
