"""The statements by which corrections find and change their first events; no model is here."""

# Corrections whose first event is known and that were neither stored nor refused yet; of several
# for one event the first.
NEXT_ROUND = """
WITH found AS (
    SELECT DISTINCT ON (k.event_id) s.id, k.event_id
    FROM cn285_usage_stage s JOIN cn285_usage_key k ON k.key = s.origin
    WHERE s.kind IS NOT NULL AND s.origin_id IS NULL
        AND NOT EXISTS (SELECT 1 FROM cn285_usage_bad b WHERE b.id = s.id)
        AND NOT EXISTS (SELECT 1 FROM cn285_usage_stage o WHERE o.origin_id = k.event_id)
    ORDER BY k.event_id, s.n
)
UPDATE cn285_usage_stage s SET
    origin_id = f.event_id,
    metric = COALESCE(s.metric, '=' || e.metric_id),
    party = CASE WHEN s.party IS NOT NULL THEN s.party
        WHEN e.item_id IS NOT NULL AND e.beneficiary_id IS NOT NULL
            THEN format(E'=%%s\\x1f\\x1f=%%s', e.item_id, e.beneficiary_id)
        WHEN e.item_id IS NOT NULL THEN '=' || e.item_id
        WHEN e.contract_id IS NOT NULL AND e.beneficiary_id IS NOT NULL
            THEN format(E'\\x1f=%%s\\x1f=%%s', e.contract_id, e.beneficiary_id)
        WHEN e.contract_id IS NOT NULL THEN format(E'\\x1f=%%s\\x1f', e.contract_id)
        ELSE e.reference END,
    occurred_at = COALESCE(s.occurred_at, e.occurred_at),
    ended_at = COALESCE(s.ended_at, CASE WHEN s.occurred_at IS NULL THEN e.ended_at END),
    quantity = COALESCE(s.quantity, e.quantity),
    -- Whoever takes the place of somebody not known yet waits too.
    park = COALESCE(s.park, CASE WHEN s.party IS NULL AND e.reference IS NOT NULL THEN TRUE END)
FROM found f JOIN cn285_usage_event e ON e.id = f.event_id
WHERE s.id = f.id
RETURNING s.id, e.state = 'superseded', e.kind = 'reversal', s.kind,
    e.occurred_at < %(earliest)s
"""

REFUSE = """
INSERT INTO cn285_usage_bad SELECT unnest(%(ids)s::bigint[]), %(code)s
"""

# What is left names an event that is not there, or that a row before it has corrected.
REFUSE_REST = """
INSERT INTO cn285_usage_bad
SELECT s.id, CASE WHEN k.key IS NULL THEN 'unknown_origin'
        WHEN e.id IS NULL AND o.id IS NULL THEN 'purged_origin'
        ELSE 'already_corrected' END
FROM cn285_usage_stage s LEFT JOIN cn285_usage_key k ON k.key = s.origin
LEFT JOIN cn285_usage_event e ON e.id = k.event_id
LEFT JOIN cn285_usage_stage o ON o.id = k.event_id
WHERE s.kind IS NOT NULL AND s.origin_id IS NULL
    AND NOT EXISTS (SELECT 1 FROM cn285_usage_bad b WHERE b.id = s.id)
"""

# A reversal is its first event with the opposite quantity, whatever became of the item since.
STORE_REVERSALS = """
INSERT INTO cn285_usage_event (id, occurred_at, ended_at, ingested_at, origin_id, company_id,
    metric_id, contract_id, item_id, beneficiary_id, quantity, kind, state, source,
    transaction_id, reference, properties)
SELECT s.id, e.occurred_at, e.ended_at, %(now)s, e.id, e.company_id, e.metric_id,
    e.contract_id, e.item_id, e.beneficiary_id, -e.quantity, 'reversal', 'active', s.source,
    s.transaction_id, NULL, COALESCE(s.properties, e.properties)
FROM cn285_usage_stage s JOIN cn285_usage_event e ON e.id = s.origin_id
WHERE s.kind = 'reversal' AND s.id = ANY(%(ids)s)
    AND NOT EXISTS (SELECT 1 FROM cn285_usage_bad b WHERE b.id = s.id)
"""

SUPERSEDE = """
UPDATE cn285_usage_event e SET state = 'superseded'
FROM cn285_usage_stage s
WHERE s.id = ANY(%(ids)s) AND e.id = s.origin_id
    AND NOT EXISTS (SELECT 1 FROM cn285_usage_bad b WHERE b.id = s.id)
"""

# Reversing a correction puts back what it had corrected.
RESTORE = """
UPDATE cn285_usage_event f
SET state = CASE WHEN f.item_id IS NULL AND f.contract_id IS NULL THEN 'parked' ELSE 'active' END
FROM cn285_usage_stage s JOIN cn285_usage_event e ON e.id = s.origin_id
WHERE s.kind = 'reversal' AND s.id = ANY(%(ids)s) AND f.id = e.origin_id
    AND NOT EXISTS (SELECT 1 FROM cn285_usage_bad b WHERE b.id = s.id)
"""
