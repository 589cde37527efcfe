"""The statements by which events find the devices that they name; no model is defined here.

They work on the tables of an ingest (``usage_ingest_sql.py`` of cn285_usage) and give them, for a
device, one candidate for each time in which an item had it.
"""

from odoo.addons.cn285_usage.models.ingest.usage_ingest_sql import _MICROS, _WINDOW

# Which devices some texts name: by serial number, external number, or identifier.
DEVICES = """
SELECT p.text, d.id
FROM unnest(%(texts)s::varchar[]) AS p (text)
CROSS JOIN LATERAL (
    SELECT id FROM cn285_device WHERE serial = p.text AND company_id = %(company)s
    UNION SELECT id FROM cn285_device WHERE external_id = p.text AND company_id = %(company)s
    OFFSET 0) d
UNION
SELECT k.text, i.device_id
FROM unnest(%(keyed)s::varchar[], %(keys)s::varchar[]) AS k (text, key)
CROSS JOIN LATERAL (
    SELECT device_id FROM cn285_device_identifier
    WHERE value_key = k.key AND company_id = %(company)s OFFSET 0) i
"""

# An item's own time, and within it the days on which it had the device. Items that have no device
# are found by their service number as ever.
CANDIDATES = """
WITH named AS MATERIALIZED (
    SELECT * FROM unnest(%(refs)s::varchar[], %(devices)s::integer[]) AS named (ref, device_id)
), hits AS (
    SELECT n.ref, a.item_id, a.date_start AS first, a.date_end AS last
    FROM named n CROSS JOIN LATERAL (
        SELECT item_id, date_start, date_end FROM cn285_device_assignment
        WHERE device_id = n.device_id OFFSET 0) a
    UNION ALL
    SELECT DISTINCT n.ref, i.id, NULL::date, NULL::date
    FROM named n CROSS JOIN LATERAL (
        SELECT id FROM cn285_contract_item
        WHERE code = substr(split_part(n.ref, E'\\x1f', 1), 2) AND company_id = %(company)s
            AND is_for_devices IS NOT TRUE OFFSET 0) i
), candidates AS MATERIALIZED (
    SELECT h.ref, o.item_id, o.contract_id, o.beneficiary_id,
        GREATEST(o.starts, COALESCE(h.first::timestamp AT TIME ZONE %(zone)s AT TIME ZONE 'UTC',
            '-infinity')) AS starts,
        LEAST(o.ends, COALESCE((h.last + 1)::timestamp AT TIME ZONE %(zone)s AT TIME ZONE 'UTC',
            'infinity')) AS ends
    FROM hits h CROSS JOIN LATERAL (
        SELECT i.id AS item_id, i.contract_id, i.beneficiary_id, {window}
        FROM cn285_contract_item i JOIN cn285_contract c ON c.id = i.contract_id
        WHERE i.id = h.item_id OFFSET 0) o
    WHERE split_part(h.ref, E'\\x1f', 2) IN ('', '=' || o.contract_id, '~' || (
        SELECT name FROM cn285_contract WHERE id = o.contract_id))
), counted AS (
    SELECT ref, count(*) AS hits, min(item_id) AS item_id, min(contract_id) AS contract_id,
        min(beneficiary_id) AS beneficiary_id, min(starts) AS starts, max(ends) AS ends
    FROM candidates GROUP BY ref
), kept AS (
    INSERT INTO cn285_usage_candidate
    SELECT c.* FROM candidates c JOIN counted n USING (ref) WHERE n.hits > 1
)
INSERT INTO cn285_usage_known_party
SELECT p.ref, CASE WHEN n.ref IS NULL THEN 'no_item' END, n.hits > 1, n.item_id, n.contract_id,
    n.beneficiary_id, n.starts, n.ends
FROM (SELECT DISTINCT ref FROM named) p LEFT JOIN counted n USING (ref)
RETURNING ref, problem IS NULL AND NOT several, item_id, contract_id, beneficiary_id,
    {starts}, {ends}
""".format(
    window=_WINDOW,
    starts=_MICROS.format(column="starts"),
    ends=_MICROS.format(column="ends"),
)
