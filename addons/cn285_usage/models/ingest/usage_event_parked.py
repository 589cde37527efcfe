"""Events for somebody not known yet, matched as soon as they are."""

from odoo import api, models

from . import usage_ingest_sql as sql

BATCH = 50_000

_STAGE = """
INSERT INTO cn285_usage_stage (id, n, party, metric, occurred_at)
SELECT id, row_number() OVER (ORDER BY id), reference, '=' || metric_id, occurred_at
FROM cn285_usage_event
WHERE state = 'parked' AND company_id = %(company)s AND id > %(after)s ORDER BY id LIMIT %(limit)s
RETURNING id
"""

# It counts as arriving now: rating finds late events by their number of arrival. Parked events
# have no item: of months over several servers only the part that is here is touched.
_MATCH = """
UPDATE cn285_usage_event e SET
    contract_id = CASE WHEN p.several THEN x.contract_id ELSE p.contract_id END,
    item_id = CASE WHEN p.several THEN x.item_id ELSE p.item_id END,
    beneficiary_id = CASE WHEN p.several THEN x.beneficiary_id ELSE p.beneficiary_id END,
    state = 'active', seq = (%(numbers)s::bigint[])[s.n]
FROM cn285_usage_stage s
JOIN cn285_usage_known_party p ON p.ref = s.party
LEFT JOIN cn285_usage_pick x ON x.id = s.id
WHERE e.id = s.id AND e.occurred_at = s.occurred_at AND e.state = 'parked' AND e.item_id IS NULL
    AND p.problem IS NULL
    AND CASE WHEN p.several THEN x.id IS NOT NULL AND x.problem IS NULL
        ELSE s.occurred_at >= p.starts AND s.occurred_at < p.ends END
RETURNING e.seq, e.occurred_at
"""


class UsageEvent(models.Model):
    _inherit = "cn285.usage.event"

    @api.model
    def _match_parked(self):
        """Give parked events of the current company to the items that have come since.

        Those for whom there still is nobody, or no item that was active then, stay parked.

        :return: the number of matched events
        """
        self.env.flush_all()
        self._forget_references()
        parameters = self._ingest_parameters()
        cr, last, matched = self.env.cr, 0, 0
        while True:
            cr.execute(sql.EMPTY)
            cr.execute(_STAGE, {**parameters, "after": last, "limit": BATCH})
            ids = [row[0] for row in cr.fetchall()]
            if not ids:
                break
            last = max(ids)
            self._learn_staged(parameters)
            numbers = list(self._reserve_numbers(len(ids)))
            self._begin_doubt(numbers)
            cr.execute(_MATCH, {**parameters, "numbers": numbers})
            rows = cr.fetchall()
            matched += len(rows)
            if rows:
                numbers, times = zip(*rows, strict=True)
                stored = (len(rows), min(numbers), max(numbers), min(times), max(times), 0)
                self._log_ingest("match", {"accepted": len(rows)}, [], stored)
        self._forget_references()
        self.invalidate_model()
        return matched

    @api.model
    def _cron_match_parked(self):
        """Match the parked events of every company."""
        for company in self.env["res.company"]._cn285_daily_companies():
            self.with_company(company)._match_parked()

    @api.model
    def _has_parked(self):
        self.env.cr.execute("SELECT 1 FROM cn285_usage_event WHERE state = 'parked' LIMIT 1")
        return bool(self.env.cr.fetchone())
