import random
from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.tools import SQL

from ..engine.backoff import next_try
from ..engine.checksum import checksum
from ..engine.errors import CallFailed, Meaning
from ..engine.steps import Later, Prepared, Refused, Skipped

# How long a record waits for one that must go before it.
LATER_SECONDS = 15
SLOT_SECONDS = 5


class BridgeOutbox(models.Model):
    """Sending: one job takes up to a call's worth of records of one kind.

    Everything that a job learns is written in its own transaction, which holds the rows: killed, it
    leaves them waiting, and sent again they change nothing there, because every record carries an
    external id of ours.
    """

    _inherit = "cn285.bridge.outbox"

    def _job_send(self):
        """Job: send these rows, as far as they still wait. Safe to run again."""
        kind = self.kind_id
        if not kind:
            return self.env._("Nothing to do: the notes are gone.")
        kind.ensure_one()
        backend = kind.backend_id
        if not backend._may_call():
            self.exists().write({"queued_until": False})
            return self.env._("The bridge is stopped.")
        if not backend._take_slot():
            message = self.env._("All calls that the other system takes at a time are in use.")
            raise RetryableJobError(message, seconds=SLOT_SECONDS, ignore_retry=True)
        rows = self._take(kind)
        rows._send(kind)
        rows.filtered(lambda row: row.state == "waiting").write({"queued_until": False})
        waiting = rows.filtered(lambda row: row.state == "waiting" and row.next_try)
        if waiting and backend.state == "running":
            backend._dispatch_later(min(waiting.mapped("next_try")))
        return self.env._("%s sent", len(rows.filtered(lambda row: row.state == "done")))

    def _take(self, kind):
        """Lock the records of these rows against other senders; returns all their waiting rows.

        A record that another job is at stays where it is.
        """
        self.flush_model()
        found = self.env.execute_query(
            SQL(
                "SELECT res_id FROM (SELECT DISTINCT res_id FROM cn285_bridge_outbox"
                " WHERE id = ANY(%s) AND state = 'waiting') noted"
                " WHERE pg_try_advisory_xact_lock(hashtext(%s), res_id)",
                self.ids,
                f"cn285.bridge.record.{kind.id}",
            )
        )
        ids = self.env.execute_query(
            SQL(
                "SELECT id FROM cn285_bridge_outbox WHERE kind_id = %s AND state = 'waiting'"
                " AND res_id = ANY(%s) ORDER BY id FOR UPDATE SKIP LOCKED",
                kind.id,
                [res_id for (res_id,) in found],
            )
        )
        rows = self.browse([row_id for (row_id,) in ids])
        rows.invalidate_recordset()
        return rows

    # ------------------------------------------------------------------ what goes

    def _send(self, kind):
        """Prepare, call, mark what was done."""
        adapter = kind._adapter()
        by_record = self.grouped("res_id")
        records = adapter.env[adapter._bridge_model].browse(by_record).exists()
        for res_id in by_record.keys() - set(records.ids):
            by_record.pop(res_id)._mark_done(self.env._("The record no longer exists."))
        bindings = self.env["cn285.bridge.binding"]._need(kind, records.ids)
        records = self._without_gone(records, bindings, by_record)
        records = self._refresh_first(kind, records, bindings, by_record)
        prepared, forced = [], set()
        for step in adapter._prepare(kind, records, bindings):
            rows = by_record[step.res_id]
            if isinstance(step, Refused):
                rows._park(step.reason, bindings[step.res_id])
            elif isinstance(step, Later):
                rows._wait_for(kind, step)
            elif isinstance(step, Skipped):
                rows._mark_done(step.reason)
            elif isinstance(step, Prepared):
                prepared.append(step)
                forced |= {step.res_id} if any(rows.mapped("force")) else set()
        changed = [
            step
            for step in prepared
            if step.delete
            or step.res_id in forced
            or not bindings[step.res_id].external_id
            or bindings[step.res_id].sent_checksum != checksum(step.values)
        ]
        same = {step.res_id for step in prepared} - {step.res_id for step in changed}
        for res_id in same:
            by_record[res_id]._mark_done(self.env._("Nothing changed since it was last sent."))
        if changed:
            self._call(kind, adapter, changed, bindings, by_record)

    def _without_gone(self, records, bindings, by_record):
        """Records that the other system did not delete; those that it did wait for somebody."""
        gone = records.filtered(
            lambda record: bindings[record.id].state == "gone" and bindings[record.id].external_id
        )
        for record in gone:
            reason = self.env._(
                "%s The record is made there again by Resynchronise on its binding.",
                bindings[record.id].reason or "",
            )
            by_record[record.id].write({"state": "parked", "reason": reason, "next_try": False})
        return records - gone

    def _refresh_first(self, kind, records, bindings, by_record):
        """For records that go both ways: learn what they say there before ours goes over it.

        Returns the records that may go; the others have a conflict.
        """
        bound = self.env["cn285.bridge.binding"].union(
            *(bindings[record.id] for record in records if bindings[record.id].external_id)
        )
        if kind.direction != "both" or not bound:
            return records
        try:
            bound._refresh(kind._adapter()._fetch(kind, bound))
        except CallFailed as error:
            self._call_failed(kind, error, records.ids, by_record)
            return records.browse()
        open_ids = {binding.res_id for binding in bound if binding.state == "conflict"}
        for res_id in open_ids:
            by_record[res_id]._mark_done(self.env._("Waits for the decision of a conflict."))
        return records.filtered(lambda record: record.id not in open_ids)

    def _call(self, kind, adapter, prepared, bindings, by_record):
        """Send what is prepared. A call that is refused as a whole is cut until the culprit is
        alone."""
        try:
            results = adapter._push(kind, prepared, bindings)
        except CallFailed as error:
            if error.meaning is Meaning.REFUSE and len(prepared) > 1:
                middle = len(prepared) // 2
                self._call(kind, adapter, prepared[:middle], bindings, by_record)
                self._call(kind, adapter, prepared[middle:], bindings, by_record)
            else:
                self._call_failed(kind, error, [step.res_id for step in prepared], by_record)
            return
        went = []
        taken = self.env["cn285.bridge.binding"]._taken(kind, results)
        for step, result in zip(prepared, results, strict=True):
            rows, binding = by_record[step.res_id], bindings[step.res_id]
            if not result.ok:
                rows._failed(result.code, result.message, binding, result.retry)
            elif result.external_id in taken and taken[result.external_id] != step.res_id:
                rows._park(
                    self.env._(
                        "The other system says that this is its record %(id)s, which is bound to"
                        " another record here. Merge the two, or change one of the bindings.",
                        id=result.external_id,
                    ),
                    binding,
                )
            elif step.delete:
                binding._deleted_by_us()
                went.append(step.res_id)
            else:
                binding._sent(step.values, result.external_id)
                went.append(step.res_id)
        self.browse().union(*(by_record[res_id] for res_id in went))._mark_done()
        outdated = [("kind_id", "=", kind.id), ("res_id", "in", went), ("state", "=", "parked")]
        self.search(outdated).write({"state": "cancelled", "done_at": fields.Datetime.now()})

    # ------------------------------------------------------------------ what follows

    def _call_failed(self, kind, error, res_ids, by_record):
        """A whole call failed: wait, or stop the backend; nobody knows whether it was done."""
        if error.meaning is Meaning.STOP:
            kind.backend_id._stop(error)
            return
        bindings = self.env["cn285.bridge.binding"]._of(kind, res_ids)
        for res_id in res_ids:
            retry = error.meaning is Meaning.RETRY
            by_record[res_id]._failed(error.code, str(error), bindings[res_id], retry)

    def _failed(self, code, message, binding, retry):
        """These rows of one record failed; try again later, or park."""
        backend = binding.backend_id
        attempts = max(self.mapped("attempts")) + 1
        step = next_try(
            attempts,
            backend.max_attempts,
            chance=random.random(),
            first=max(1, backend.retry_seconds),
        )
        if not retry or step.parked:
            self.write({"attempts": attempts, "code": code})
            self._park(message or code, binding)
            return
        self.write(
            {
                "attempts": attempts,
                "code": code,
                "reason": message,
                "next_try": fields.Datetime.now() + timedelta(seconds=step.seconds),
            }
        )

    def _park(self, reason, binding=None):
        """These rows need somebody: the reason says what to do."""
        self.write({"state": "parked", "reason": reason, "next_try": False})
        if binding:
            binding.write({"state": "parked", "reason": reason})

    def _wait_for(self, kind, step):
        """These rows wait until others have gone, which are ordered here."""
        self.write(
            {
                "reason": step.reason,
                "next_try": fields.Datetime.now() + timedelta(seconds=LATER_SECONDS),
            }
        )
        for code, res_ids in step.needs:
            other = kind.backend_id.kind_ids.filtered(lambda found, code=code: found.code == code)
            waiting = self.search(
                [
                    ("kind_id", "=", other.id),
                    ("res_id", "in", res_ids),
                    ("state", "in", ("waiting", "parked")),
                ]
            )
            missing = set(res_ids) - set(waiting.mapped("res_id"))
            self._put(other, sorted(missing))

    def _mark_done(self, note=False):
        """These rows are done with."""
        self.write(
            {
                "state": "done",
                "reason": note,
                "done_at": fields.Datetime.now(),
                "next_try": False,
                "code": False,
            }
        )

    # ------------------------------------------------------------------ which are due

    @api.model
    def _due(self, backend, limit=20_000):
        """Rows that may go now and that no job has, in order."""
        now = fields.Datetime.now()
        return self.search(
            [
                ("backend_id", "=", backend.id),
                ("state", "=", "waiting"),
                "|",
                ("next_try", "=", False),
                ("next_try", "<=", now),
                "|",
                ("queued_until", "=", False),
                ("queued_until", "<=", now),
            ],
            limit=limit,
        )

    def _pieces(self):
        """These rows cut into jobs: by kind in the order of kinds, records of a call together."""
        for kind in self.kind_id.sorted(lambda found: (found.sequence, found.id)):
            size = kind._adapter()._bridge_size
            rows = self.filtered(lambda row, kind=kind: row.kind_id == kind)
            by_record = list(rows.grouped("res_id").values())
            for start in range(0, len(by_record), size):
                yield kind, self.browse().union(*by_record[start : start + size])
