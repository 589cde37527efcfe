from collections import Counter, defaultdict

from odoo import models
from odoo.tools import SQL

from ..ingest.usage_arrival_sql import ARRIVAL
from .usage_measure import COUNTS, Measured, utc


class UsageMetric(models.Model):
    """Metrics that are added up alike, in one statement for all of them."""

    _inherit = "cn285.usage.metric"

    def _measure_each(self, windows):
        """As :meth:`_measure` of each metric, without its options; events are read once.

        :param windows: ``{metric id: [Window]}``, for each metric of ``self``
        :returns: ``{metric id: {window key: Measured}}``
        """
        result, left = {}, dict(windows)
        for _way, metrics in self.grouped(
            lambda metric: (metric.company_id, metric._aggregate())
        ).items():
            plain = metrics.filtered(lambda metric: metric._is_added_up_together())
            if len(plain) > 1 or (plain and plain._is_pushed_down()):
                plain._measure_together(left, result)
        for metric in self:
            result.setdefault(metric.id, {}).update(metric._measure(left[metric.id]))
        return result

    def _is_added_up_together(self):
        return self._aggregation().together and not self._filter_conditions()

    def _measure_together(self, left, result):
        """Measure the windows of the most frequent days; moves them from ``left`` to ``result``."""
        alone = {one.id: [w for w in left[one.id] if w.of_item_alone] for one in self}
        days = Counter((w.start, w.end) for windows in alone.values() for w in windows)
        if not days:
            return
        [((start, end), _count)] = days.most_common(1)
        by_part = defaultdict(list)
        for metric_id, windows in alone.items():
            done = result.setdefault(metric_id, {})
            for window in windows:
                if window.start == start and window.end == end:
                    done[window.key] = None
                    by_part[window.item_id, metric_id].append(window.key)
            left[metric_id] = [window for window in left[metric_id] if window.key not in done]
        zone = self[0]._zone()
        items = list({item_id for item_id, _metric_id in by_part})
        since, until = utc(start, zone), utc(end, zone)
        if self._is_pushed_down():
            rows = self._pushed_totals(items, since, until)
        else:
            rows = self._totals(items, since, until)
        rounders = {metric.id: metric._rounder() for metric in self}
        for item_id, metric_id, total, events, last_seq in rows:
            quantity, done = rounders[metric_id](total), result[metric_id]
            for key in by_part.pop((item_id, metric_id), ()):
                done[key] = Measured(quantity, events, max(last_seq, 0), {"": quantity})
        for (_item_id, metric_id), keys in by_part.items():
            for key in keys:
                result[metric_id][key] = Measured()

    def _totals(self, item_ids, since, until):
        """``(item id, metric id, total as text, events, last number of arrival)`` of these metrics.

        :param since: instants, UTC, ``[since, until)``
        """
        return self.env.execute_query(
            SQL(
                """SELECT e.item_id, e.metric_id, (%s)::text, count(*), max(%s)
                     FROM cn285_usage_event e
                    WHERE e.item_id = ANY(%s) AND e.metric_id = ANY(%s) AND %s
                      AND e.occurred_at >= %s AND e.occurred_at < %s
                 GROUP BY 1, 2""",
                self[0]._aggregate(),
                SQL(ARRIVAL),
                item_ids,
                self.ids,
                SQL(COUNTS),
                since,
                until,
            )
        )
