"""A POST that is repeated with the same key is answered as the first time, and done once.

The key is claimed in the transaction that does the work, and the answer is kept in it: killed
half-way, neither is there. A twin that comes meanwhile waits for the first, is refused a place by
the database, and is run again by Odoo: then it finds the answer. What was refused has done nothing,
and its key may be used again.
"""

import json

from fastapi import Response

from .problems import Problem

# Headers that an answer keeps.
KEPT_HEADERS = ("location", "etag", "content-type")
REPLAYED = "Idempotent-Replayed"

# In a serializable snapshot that is older than a twin's commit, the database refuses the statement.
CLAIM = """
    INSERT INTO cn285_api_idempotency (key_id, name, fingerprint, create_date)
         VALUES (%s, %s, %s, now() AT TIME ZONE 'UTC')
    ON CONFLICT (key_id, name) DO NOTHING
      RETURNING id
"""
FIND = """
    SELECT fingerprint, status, headers, body
      FROM cn285_api_idempotency WHERE key_id = %s AND name = %s
"""
KEEP = "UPDATE cn285_api_idempotency SET status = %s, headers = %s, body = %s WHERE id = %s"


class Idempotency:
    """The one time that a POST with a key is done."""

    def __init__(self, call, name, fingerprint):
        self.call = call
        self.name = name
        self.fingerprint = fingerprint
        self.id = None

    def claim(self):
        """Claim the key; returns the answer that was given already, or None.

        :raises Problem: where the key was used for another request
        """
        cr, key = self.call.env.cr, self.call.key.id
        cr.execute(CLAIM, (key, self.name, self.fingerprint))
        row = cr.fetchone()
        if row:
            self.id = row[0]
            return None
        cr.execute(FIND, (key, self.name))
        found = cr.fetchone()
        if not found or found[1] is None:
            raise Problem("idempotency_conflict", headers={"Retry-After": "1"})
        fingerprint, status, headers, body = found
        if fingerprint != self.fingerprint:
            raise Problem("idempotency_mismatch")
        return Response(body, status, {**json.loads(headers), REPLAYED: "true"})

    def keep(self, response):
        """Keep an answer that is one; what was refused leaves its key free."""
        if response.status_code >= 300:
            return
        headers = {
            name: response.headers[name] for name in KEPT_HEADERS if name in response.headers
        }
        # A secret that an answer has is not kept.
        body = bytes(getattr(response, "kept_body", response.body)).decode()
        self.call.env.cr.execute(KEEP, (response.status_code, json.dumps(headers), body, self.id))
