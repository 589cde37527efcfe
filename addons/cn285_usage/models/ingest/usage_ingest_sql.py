"""The statements of an ingest; no model is defined here.

References are looked up once for each different one. Rows that are not certain to be good are
loaded into a temporary table, and everything else is one statement for all of them. Parameters:
``company``, ``zone`` (the company's time zone), ``now``, ``latest`` (the last instant that is not
in the future), ``earliest`` (events before it lie in closed months; None: none do), ``park``; of
``LEARN_METRICS`` also ``refs`` and ``need_quantity``, the names of the aggregations to which an
event counts by its quantity.
"""

# The sequence counts by the thousand (usage_event_storage.py): each value begins a block.
RESERVE = """
SELECT nextval('cn285_usage_event_id_seq') FROM generate_series(1, %s)
"""

# The tables live as long as the connection. Staged rows go with the transaction; references stay
# over the commits of one call, whose start and end forget them.
TEMPORARY = """
CREATE TEMPORARY TABLE IF NOT EXISTS cn285_usage_stage (
    id bigint, n integer, key uuid, content bigint, source varchar, transaction_id varchar,
    metric varchar, party varchar, occurred_at timestamp, ended_at timestamp, quantity numeric,
    properties jsonb, kind varchar, origin uuid, park boolean, origin_id bigint
) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS cn285_usage_known_metric (
    ref varchar, metric_id integer, timed boolean, counts boolean,
    seconds numeric, step numeric, minimum numeric
) ON COMMIT PRESERVE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS cn285_usage_known_party (
    ref varchar, problem varchar, several boolean, item_id integer, contract_id integer,
    beneficiary_id integer, starts timestamp, ends timestamp
) ON COMMIT PRESERVE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS cn285_usage_candidate (
    ref varchar, item_id integer, contract_id integer, beneficiary_id integer,
    starts timestamp, ends timestamp
) ON COMMIT PRESERVE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS cn285_usage_pick (
    id bigint, problem varchar, item_id integer, contract_id integer, beneficiary_id integer
) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS cn285_usage_bad (
    id bigint, code varchar
) ON COMMIT DELETE ROWS;
"""

FORGET = "TRUNCATE cn285_usage_known_metric, cn285_usage_known_party, cn285_usage_candidate"
EMPTY = "TRUNCATE cn285_usage_stage, cn285_usage_pick, cn285_usage_bad"

# === REFERENCES === #

# `{table}` and so on are ours, never a user's. Each branch can use an index of its own.
_BY_REFERENCE = """
    SELECT p.ref, r.id FROM parts p JOIN {table} r
        ON r.id = CASE WHEN p.{part} LIKE '=%%' THEN substr(p.{part}, 2)::integer END
    UNION SELECT p.ref, r.id FROM parts p JOIN {table} r
        ON r.{column} = CASE WHEN p.{part} LIKE '~%%' THEN substr(p.{part}, 2) END
    UNION SELECT p.ref, d.res_id FROM parts p JOIN ir_model_data d ON d.model = '{model}'
        AND d.module = split_part(substr(p.{part}, 2), '.', 1)
        AND d.name = split_part(substr(p.{part}, 2), '.', 2)
        WHERE p.{part} LIKE '~%%.%%'
"""

LEARN_METRICS = """
INSERT INTO cn285_usage_known_metric
WITH parts AS MATERIALIZED (
    SELECT ref, ref AS metric FROM unnest(%(refs)s::varchar[]) AS ref
), found AS (
    {found}
)
SELECT DISTINCT ON (f.ref) f.ref, m.id, m.input_kind = 'duration',
    NOT m.aggregation = ANY(%(need_quantity)s),
    CASE m.duration_unit WHEN 'second' THEN 1 WHEN 'minute' THEN 60 WHEN 'hour' THEN 3600
        ELSE 86400 END,
    m.duration_step::numeric, COALESCE(m.duration_minimum, 0)::numeric
FROM found f JOIN cn285_usage_metric m ON m.id = f.id
WHERE m.company_id = %(company)s AND m.active
ORDER BY f.ref, m.id
RETURNING ref, metric_id, timed, counts
""".format(
    found=_BY_REFERENCE.format(
        table="cn285_usage_metric", part="metric", column="code", model="cn285.usage.metric"
    )
)

# An item's time, from the first instant of its first local day to the end of its last one.
_WINDOW = """
    CASE WHEN i.state IN ('active', 'paused', 'suspended', 'ended')
        AND c.state IN ('active', 'paused', 'suspended', 'closed')
        AND i.date_start IS NOT NULL
        THEN i.date_start::timestamp AT TIME ZONE %(zone)s AT TIME ZONE 'UTC'
        ELSE 'infinity' END AS starts,
    COALESCE((LEAST(i.date_end, c.date_end) + 1)::timestamp AT TIME ZONE %(zone)s
        AT TIME ZONE 'UTC', 'infinity') AS ends
"""

# As engine/event_values.py counts; what never begins or ends is a very large number.
_MICROS = """CASE WHEN isfinite({column})
    THEN (extract(epoch FROM {column} - timestamp '2000-01-01') * 1000000)::bigint
    ELSE 9223372036854775807 END"""

# The ids that a part of a reference stands for, among those of the company: one look at an index
# for each, whatever their number. A join would read whole tables as soon as they are many.
_IDS = """
    CASE WHEN p.{part} LIKE '=%%' THEN ARRAY(
        SELECT r.id FROM {table} r WHERE r.id = substr(p.{part}, 2)::integer AND {mine})
    WHEN p.{part} LIKE '~%%.%%' THEN ARRAY(
        SELECT r.id FROM {table} r WHERE r.{column} = substr(p.{part}, 2) AND {mine}
        UNION SELECT r.id FROM (SELECT d.res_id, d.model FROM ir_model_data d
            WHERE d.module = split_part(substr(p.{part}, 2), '.', 1)
                AND d.name = split_part(substr(p.{part}, 2), '.', 2) OFFSET 0) d
        JOIN {table} r ON r.id = d.res_id WHERE d.model = '{model}' AND {mine})
    WHEN p.{part} LIKE '~%%' THEN ARRAY(
        SELECT r.id FROM {table} r WHERE r.{column} = substr(p.{part}, 2) AND {mine})
    ELSE '{{}}' END
"""
_OF_COMPANY = "r.company_id = %(company)s"

# Each reference is looked up by itself, by indexes (OFFSET 0 keeps them from being joined at once),
# so that it costs the same whatever the number of items and of other references.
LEARN_PARTIES = """
WITH parts AS MATERIALIZED (
    SELECT ref, NULLIF(split_part(ref, E'\\x1f', 1), '') AS item,
        NULLIF(split_part(ref, E'\\x1f', 2), '') AS contract,
        NULLIF(split_part(ref, E'\\x1f', 3), '') AS beneficiary
    FROM unnest(%(refs)s::varchar[]) AS ref
), found AS MATERIALIZED (
    SELECT p.*, {items} AS items, {contracts} AS contracts, {beneficiaries} AS beneficiaries
    FROM parts p
), resolved AS MATERIALIZED (
    SELECT *, (SELECT min(id) FROM unnest(beneficiaries) AS id) AS beneficiary_id FROM found
), hits AS (
    SELECT p.ref, p.beneficiary_id, p.contract, p.contracts, item_id
    FROM resolved p CROSS JOIN unnest(p.items) AS item_id
    UNION ALL
    SELECT p.ref, p.beneficiary_id, NULL, NULL, i.id
    FROM resolved p CROSS JOIN unnest(p.contracts) AS known(id)
    CROSS JOIN LATERAL (SELECT i.id FROM cn285_contract_item i
        WHERE i.contract_id = known.id AND i.beneficiary_id = p.beneficiary_id OFFSET 0) i
    WHERE p.item IS NULL
    UNION ALL
    SELECT p.ref, p.beneficiary_id, NULL, NULL, i.id
    FROM resolved p CROSS JOIN unnest(p.contracts) AS known(id)
    CROSS JOIN LATERAL (SELECT i.id FROM cn285_contract_item i
        WHERE i.contract_id = known.id OFFSET 0) i
    WHERE p.item IS NULL AND NOT EXISTS (SELECT 1 FROM cn285_contract_item o
        WHERE o.contract_id = known.id AND o.beneficiary_id = p.beneficiary_id OFFSET 0)
    UNION ALL
    SELECT p.ref, p.beneficiary_id, NULL, NULL, i.id
    FROM resolved p CROSS JOIN LATERAL (SELECT i.id FROM cn285_contract_item i
        WHERE i.beneficiary_id = p.beneficiary_id AND i.company_id = %(company)s OFFSET 0) i
    WHERE p.item IS NULL AND p.contract IS NULL
), candidates AS MATERIALIZED (
    SELECT h.ref, o.*, COALESCE(h.beneficiary_id, o.own_beneficiary_id) AS beneficiary_id,
        count(*) OVER (PARTITION BY h.ref) AS hits
    FROM hits h CROSS JOIN LATERAL (
        SELECT i.id AS item_id, i.contract_id, i.beneficiary_id AS own_beneficiary_id, {window}
        FROM cn285_contract_item i JOIN cn285_contract c ON c.id = i.contract_id
        WHERE i.id = h.item_id AND (h.contract IS NULL OR i.contract_id = ANY(h.contracts)) OFFSET 0
    ) o
), counted AS (
    SELECT ref, max(hits) AS hits, min(item_id) AS item_id, min(contract_id) AS contract_id,
        min(beneficiary_id) AS beneficiary_id, min(starts) AS starts, max(ends) AS ends
    FROM candidates GROUP BY ref
), kept AS (
    INSERT INTO cn285_usage_candidate
    SELECT ref, item_id, contract_id, beneficiary_id, starts, ends FROM candidates WHERE hits > 1
)
INSERT INTO cn285_usage_known_party
SELECT p.ref, CASE
        WHEN p.contract IS NOT NULL AND p.contracts = '{{}}' THEN 'unknown_contract'
        WHEN p.item IS NOT NULL AND p.items = '{{}}' THEN 'unknown_item'
        WHEN p.beneficiary IS NOT NULL AND p.beneficiaries = '{{}}' THEN 'unknown_beneficiary'
        WHEN n.ref IS NULL THEN 'no_item' END,
    n.hits > 1, n.item_id, n.contract_id, n.beneficiary_id, n.starts, n.ends
FROM resolved p LEFT JOIN counted n USING (ref)
RETURNING ref, problem IS NULL AND NOT several, item_id, contract_id, beneficiary_id,
    {starts}, {ends}
""".format(
    window=_WINDOW,
    starts=_MICROS.format(column="starts"),
    ends=_MICROS.format(column="ends"),
    items=_IDS.format(
        table="cn285_contract_item",
        part="item",
        column="code",
        model="cn285.contract.item",
        mine=_OF_COMPANY,
    ),
    contracts=_IDS.format(
        table="cn285_contract",
        part="contract",
        column="name",
        model="cn285.contract",
        mine=_OF_COMPANY,
    ),
    beneficiaries=_IDS.format(
        table="res_partner",
        part="beneficiary",
        column="ref",
        model="res.partner",
        mine=f"(r.company_id IS NULL OR {_OF_COMPANY})",
    ),
)

# A reference that fits several items: those active then decide. `{meters}` is SQL on `i` (items)
# and `m` (known metrics). Several items of one contract leave the event with the contract.
PICK = """
INSERT INTO cn285_usage_pick
SELECT s.id, CASE WHEN count(d.item_id) = 0 THEN 'not_active'
        WHEN count(DISTINCT d.contract_id) > 1 THEN 'ambiguous' END,
    CASE WHEN count(d.item_id) = 1 THEN min(d.item_id) END, min(d.contract_id),
    CASE WHEN count(DISTINCT d.beneficiary_id) = 1 THEN min(d.beneficiary_id) END
FROM cn285_usage_stage s
JOIN cn285_usage_known_party p ON p.ref = s.party AND p.several
LEFT JOIN cn285_usage_known_metric m ON m.ref = s.metric
LEFT JOIN LATERAL (
    SELECT d.* FROM cn285_usage_candidate d JOIN cn285_contract_item i ON i.id = d.item_id
    WHERE d.ref = s.party AND s.occurred_at >= d.starts AND s.occurred_at < d.ends AND {meters}
) d ON TRUE
GROUP BY s.id
"""

# === CHECKS === #

_PARK = "COALESCE(s.park, %(park)s)"
_RESOLVED = """
FROM cn285_usage_stage s
LEFT JOIN cn285_usage_known_metric m ON m.ref = s.metric
LEFT JOIN cn285_usage_known_party p ON p.ref = s.party
LEFT JOIN cn285_usage_pick x ON x.id = s.id
"""

# Rows that cannot be taken, each with the first reason that applies.
CHECK = f"""
INSERT INTO cn285_usage_bad SELECT * FROM (
    SELECT s.id, CASE
        WHEN m.metric_id IS NULL THEN 'unknown_metric'
        WHEN s.occurred_at > %(latest)s OR s.ended_at > %(latest)s THEN 'far_future'
        WHEN s.occurred_at < '2000-01-01' THEN 'too_old'
        WHEN s.occurred_at < %(earliest)s THEN 'closed_month'
        WHEN s.ended_at < s.occurred_at THEN 'end_before_start'
        WHEN m.timed AND s.ended_at IS NULL THEN 'end_missing'
        WHEN s.quantity IS NULL AND NOT m.timed AND NOT m.counts THEN 'quantity_missing'
        WHEN p.problem IS NOT NULL THEN CASE WHEN NOT {_PARK} THEN p.problem END
        WHEN p.several THEN x.problem
        WHEN s.occurred_at < p.starts OR s.occurred_at >= p.ends THEN 'not_active'
        END AS code
    {_RESOLVED}
    WHERE {{which}}
) checked WHERE code IS NOT NULL
"""

# === STORING === #

_GOOD = "NOT EXISTS (SELECT 1 FROM cn285_usage_bad b WHERE b.id = s.id)"

# In the order of the keys: two ingests of the same keys wait for each other, and do not deadlock.
CLAIM = f"""
INSERT INTO cn285_usage_key (key, event_id, content)
SELECT s.key, s.id, s.content FROM cn285_usage_stage s WHERE {{which}} AND {_GOOD}
ORDER BY s.key, s.n ON CONFLICT DO NOTHING
"""
# A partition's index knows its own keys only; of those of other spans nothing is changed any more.
CLAIM_ALONE = CLAIM.replace(
    "ORDER BY",
    "AND NOT EXISTS (SELECT 1 FROM cn285_usage_key k WHERE k.key = s.key)\nORDER BY",
)

COUNT = f"SELECT count(*) FROM cn285_usage_stage s WHERE {{which}} AND {_GOOD}"

# Keys that somebody else has, or a row before in the same chunk.
TAKEN = f"""
INSERT INTO cn285_usage_bad
SELECT s.id, 'taken' FROM cn285_usage_stage s JOIN cn285_usage_key k ON k.key = s.key
WHERE {{which}} AND k.event_id <> s.id AND {_GOOD}
"""

MONTHS = f"""
SELECT DISTINCT date_trunc('month', s.occurred_at) FROM cn285_usage_stage s
WHERE {{which}} AND {_GOOD}
"""

# Elapsed time in started steps: div and mod of numeric are exact, a quotient would not be.
_EPOCH = "extract(epoch FROM s.ended_at - s.occurred_at)"
DURATION = f"""
GREATEST((div({_EPOCH}, m.seconds * m.step)
    + (mod({_EPOCH}, m.seconds * m.step) > 0)::integer) * m.step, m.minimum)
"""

_INSERT = """
INSERT INTO cn285_usage_event (id, occurred_at, ended_at, ingested_at, origin_id, company_id,
    metric_id, contract_id, item_id, beneficiary_id, quantity, kind, state, source,
    transaction_id, reference, properties)
"""

STORE = f"""
{_INSERT}
SELECT s.id, s.occurred_at, s.ended_at, %(now)s, s.origin_id, %(company)s, m.metric_id,
    CASE WHEN p.several THEN x.contract_id ELSE p.contract_id END,
    CASE WHEN p.several THEN x.item_id ELSE p.item_id END,
    CASE WHEN p.several THEN x.beneficiary_id ELSE p.beneficiary_id END,
    CASE WHEN m.timed THEN {DURATION} ELSE COALESCE(s.quantity, 1) END,
    COALESCE(s.kind, 'usage'), CASE WHEN p.problem IS NULL THEN 'active' ELSE 'parked' END,
    s.source, s.transaction_id, CASE WHEN p.problem IS NOT NULL THEN s.party END, s.properties
{_RESOLVED}
WHERE {{which}} AND {_GOOD}
"""

# The earliest event is the earliest that changes: corrections change the one that they name, and,
# where that was a correction, the one before it.
SUMMARY = f"""
SELECT count(*), min(s.id), max(s.id),
    min(LEAST(s.occurred_at, CASE WHEN s.origin_id IS NOT NULL THEN (
        SELECT LEAST(o.occurred_at, (
            SELECT f.occurred_at FROM cn285_usage_event f WHERE f.id = o.origin_id))
        FROM cn285_usage_event o WHERE o.id = s.origin_id) END)),
    max(s.occurred_at),
    count(*) FILTER (WHERE s.kind IS DISTINCT FROM 'reversal' AND p.problem IS NOT NULL)
FROM cn285_usage_stage s LEFT JOIN cn285_usage_known_party p ON p.ref = s.party WHERE {_GOOD}
"""

# Rows that were not stored, and what is known of the first event of their key.
LEFT_OVER = """
SELECT s.n, b.code, k.event_id IS NOT NULL AND (k.content = s.content OR COALESCE(
    {same}, FALSE)), k.event_id
FROM cn285_usage_bad b JOIN cn285_usage_stage s ON s.id = b.id
LEFT JOIN cn285_usage_key k ON k.key = s.key
LEFT JOIN cn285_usage_event e ON e.id = k.event_id
LEFT JOIN cn285_usage_known_metric m ON m.ref = s.metric
LEFT JOIN cn285_usage_known_party p ON p.ref = s.party
LEFT JOIN cn285_usage_pick x ON x.id = s.id
ORDER BY s.n
"""

# The same event although it was sent in other words: a name for an id, 1.0 for 1.
SAME = f"""
    s.kind IS NULL AND e.kind = 'usage' AND e.metric_id = m.metric_id
    AND e.occurred_at = s.occurred_at AND e.ended_at IS NOT DISTINCT FROM s.ended_at
    AND e.quantity = CASE WHEN m.timed THEN {DURATION} ELSE COALESCE(s.quantity, 1) END
    AND e.properties IS NOT DISTINCT FROM s.properties
    AND e.item_id IS NOT DISTINCT FROM CASE WHEN p.several THEN x.item_id ELSE p.item_id END
    AND e.contract_id IS NOT DISTINCT FROM
        CASE WHEN p.several THEN x.contract_id ELSE p.contract_id END
    AND e.beneficiary_id IS NOT DISTINCT FROM
        CASE WHEN p.several THEN x.beneficiary_id ELSE p.beneficiary_id END
    AND (e.state <> 'parked' OR e.reference = s.party)
"""
LEFT_OVER = LEFT_OVER.format(same=SAME)
