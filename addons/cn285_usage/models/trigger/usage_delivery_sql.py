"""The statements by which events become deliveries; no model is defined here."""

from ..ingest.usage_arrival_sql import ARRIVED

CREATE = """
CREATE TABLE IF NOT EXISTS cn285_usage_delivery_event (
    event_id bigint PRIMARY KEY,
    delivery_id integer NOT NULL REFERENCES cn285_usage_delivery ON DELETE CASCADE,
    occurred_at timestamp NOT NULL
);
CREATE INDEX IF NOT EXISTS cn285_usage_delivery_event_delivery_idx
    ON cn285_usage_delivery_event (delivery_id);
"""

# Deliveries of which an event was corrected, or a correction taken back: any event up the chain of
# what these arrivals correct.
TOUCH = f"""
WITH RECURSIVE chain AS (
    SELECT e.origin_id AS id
      FROM unnest(%(firsts)s::bigint[], %(lasts)s::bigint[]) AS r (first, last)
      JOIN cn285_usage_event e ON {ARRIVED}
     WHERE e.origin_id IS NOT NULL AND e.company_id = %(company)s
     UNION
    SELECT o.origin_id FROM chain c JOIN cn285_usage_event o ON o.id = c.id
     WHERE o.origin_id IS NOT NULL
)
UPDATE cn285_usage_delivery d SET pending = TRUE
  FROM chain c JOIN cn285_usage_delivery_event l ON l.event_id = c.id
 WHERE d.id = l.delivery_id AND d.pending IS NOT TRUE
"""

# Events that belong to no delivery yet join theirs. A correction joins that of the first event of
# its chain; where events make sets, the property decides, also for corrections. An item's own
# events and those that name its contract only are found by an index each.
LINK = """
WITH RECURSIVE claims AS MATERIALIZED (
    SELECT * FROM unnest(%(item_ids)s::int[], %(contract_ids)s::int[], %(metric_ids)s::int[],
                         %(properties)s::varchar[], %(sinces)s::timestamp[],
                         %(untils)s::timestamp[])
        AS c (item_id, contract_id, metric_id, set_property, since, until)
), found AS (
    SELECT e.id, e.origin_id, e.occurred_at, e.state, c.item_id, c.set_property,
           e.properties ->> c.set_property AS value
      FROM claims c JOIN cn285_usage_event e
           ON e.item_id = c.item_id AND e.metric_id = c.metric_id
          AND e.occurred_at >= c.since AND e.occurred_at < c.until
          {arrived}
     WHERE c.contract_id IS NULL
     UNION ALL
    SELECT e.id, e.origin_id, e.occurred_at, e.state, c.item_id, c.set_property,
           e.properties ->> c.set_property
      FROM claims c JOIN cn285_usage_event e
           ON e.item_id IS NULL AND e.contract_id = c.contract_id AND e.metric_id = c.metric_id
          AND e.occurred_at >= c.since AND e.occurred_at < c.until
          {arrived}
     WHERE c.contract_id IS NOT NULL
), fresh AS MATERIALIZED (
    SELECT DISTINCT * FROM found f WHERE f.state <> 'parked'
       AND NOT EXISTS (SELECT 1 FROM cn285_usage_delivery_event l WHERE l.event_id = f.id)
), chain AS (
    SELECT id, id AS root, origin_id AS next FROM fresh WHERE set_property IS NULL
     UNION ALL
    SELECT c.id, o.id, o.origin_id FROM chain c JOIN cn285_usage_event o ON o.id = c.next
), keyed AS (
    SELECT f.id, f.occurred_at, f.item_id,
           CASE WHEN f.set_property IS NULL THEN 'event ' || c.root
                ELSE COALESCE(f.value, '') END AS key
      FROM fresh f LEFT JOIN chain c ON c.id = f.id AND c.next IS NULL
), made AS (
    INSERT INTO cn285_usage_delivery (item_id, company_id, key, pending, create_uid, create_date,
                                      write_uid, write_date)
    SELECT DISTINCT item_id, %(company)s, key, TRUE, %(user)s, now() AT TIME ZONE 'UTC', %(user)s,
           now() AT TIME ZONE 'UTC'
      FROM keyed
        ON CONFLICT (item_id, key) DO UPDATE SET pending = TRUE
 RETURNING id, item_id, key
)
INSERT INTO cn285_usage_delivery_event (event_id, delivery_id, occurred_at)
SELECT k.id, m.id, k.occurred_at FROM keyed k JOIN made m USING (item_id, key)
"""

# Only events of certain arrivals: they are found first, whatever their items have had before.
ONLY_ARRIVED = f"""
      JOIN unnest(%(firsts)s::bigint[], %(lasts)s::bigint[]) AS r (first, last)
           ON {ARRIVED}
"""

# The days of all events of each delivery; how many count by now, of what, and whether one of them
# ends it.
LOOK = """
SELECT d.id, min(e.occurred_at), max(e.occurred_at),
       count(*) FILTER (WHERE {counts}),
       array_agg(DISTINCT e.metric_id) FILTER (WHERE {counts}),
       bool_or(CASE WHEN i.usage_marker_value <> ''
                    THEN e.properties ->> i.usage_marker_property = i.usage_marker_value
                    ELSE lower(e.properties ->> i.usage_marker_property)
                         NOT IN ('', 'false', 'no', '0') END) FILTER (WHERE {counts})
  FROM cn285_usage_delivery d
  JOIN cn285_contract_item i ON i.id = d.item_id
  JOIN cn285_usage_delivery_event l ON l.delivery_id = d.id
  JOIN cn285_usage_event e ON e.id = l.event_id AND e.occurred_at = l.occurred_at
 WHERE d.id = ANY(%(ids)s)
 GROUP BY d.id
""".format(counts="e.state = 'active' AND e.kind <> 'reversal'")
