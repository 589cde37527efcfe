"""What an ingest leaves behind beside its events: its record, and the rows that were refused."""

from decimal import Decimal

from odoo import api, models

# Refused rows are kept with so many levels of values in values; what lies below as text.
DEEPEST = 20


class UsageEvent(models.Model):
    _inherit = "cn285.usage.event"

    @api.model
    def _log_ingest(self, origin, report, refused, stored):
        # The log is written for whoever records events, and editable for nobody.
        ingest = (
            self.env["cn285.usage.ingest"]
            .sudo()
            .create(
                {
                    **report,
                    "company_id": self.env.company.id,
                    "origin": origin,
                    "refused": len(refused),
                    "first_seq": stored[1],
                    "last_seq": stored[2],
                    "occurred_from": stored[3],
                    "occurred_to": stored[4],
                    "processed": not stored[0],
                }
            )
        )
        ingest.flush_recordset()
        if stored[0]:
            self._after_ingest(ingest)

    @api.model
    def _after_ingest(self, ingest):
        """Events were stored (not committed yet); ``ingest`` is their record, in sudo."""
        self._order_triggers(ingest)

    @api.model
    def _keep_refusals(self, chunk, refused):
        # As the log: refusals are kept for whoever sent the rows.
        self.env["cn285.usage.refusal"].sudo().create(
            [
                {
                    "company_id": self.env.company.id,
                    "source": self._short(chunk[entry["row"]], "source"),
                    "transaction_id": self._short(chunk[entry["row"]], "transaction_id"),
                    "reason_code": entry["code"],
                    "reason": entry["reason"],
                    "payload": self._payload(chunk[entry["row"]]),
                }
                for entry in refused
            ]
        )

    @api.model
    def _short(self, row, name):
        value = row.get(name) if isinstance(row, dict) else None
        return False if value in (None, "") else self._storable(value)[:255]

    @api.model
    def _payload(self, row, depth=0):
        if not isinstance(row, dict):
            return {"": self._storable(row)}
        return {
            self._storable(name): value
            if value is None or type(value) is bool or (type(value) is int and abs(value) < 2**53)
            else self._payload(value, depth + 1)
            if isinstance(value, dict) and depth < DEEPEST
            else self._storable(value)
            for name, value in row.items()
        }

    @api.model
    def _storable(self, value):
        """Text that the database takes, of anything that was sent."""
        if type(value) is int and abs(value) >= 2**53:
            # Python refuses to write out integers of thousands of digits.
            value = f"{Decimal(value):.5e}" if abs(value) >= 10**60 else value
        try:
            text = str(value)
        except (ValueError, RecursionError):
            # Values in values that cannot be written out, or too deep ones.
            text = f"({type(value).__name__})"
        return text.replace("\x00", "").encode(errors="replace").decode()
