import json
import logging
from datetime import datetime, timedelta, timezone

import psycopg2
import psycopg2.extras
from odoo import api, fields, models
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..engine.backoff import next_try
from ..engine.checksum import checksum
from ..engine.errors import CallFailed, Meaning
from ..engine.steps import Incoming
from .kind import operator
from .outbox_send import SLOT_SECONDS

_logger = logging.getLogger(__name__)

# Read again what changed shortly before the last reading: clocks and long transactions.
OVERLAP = timedelta(minutes=2)
APPLIED_AT_ONCE = 200


class BridgeInbox(models.Model):
    """What came, as it came. A version of a record is kept once, however often it is read."""

    _name = "cn285.bridge.inbox"
    _description = "Bridge Inbox"
    _inherit = ["cn285.guarded"]
    _is_history = True
    _order = "id"
    _rec_name = "external_id"

    kind_id = fields.Many2one(
        "cn285.bridge.kind", required=True, ondelete="cascade", index=True, readonly=True
    )
    backend_id = fields.Many2one(
        related="kind_id.backend_id", store=True, precompute=True, index=True
    )
    company_id = fields.Many2one(related="kind_id.company_id", store=True, precompute=True)
    external_id = fields.Char(string="ID There", required=True, readonly=True)
    version = fields.Char(readonly=True)
    checksum = fields.Char(readonly=True)
    raw = fields.Json(readonly=True)
    raw_text = fields.Text(string="As It Came", compute="_compute_raw_text")
    gone = fields.Boolean(string="Deleted There", readonly=True)
    state = fields.Selection(
        [
            ("new", "New"),
            ("applied", "Taken in"),
            ("ignored", "Ignored"),
            ("parked", "Parked"),
        ],
        default="new",
        required=True,
        readonly=True,
    )
    reason = fields.Text(readonly=True)
    binding_id = fields.Many2one("cn285.bridge.binding", readonly=True, ondelete="set null")
    applied_at = fields.Datetime(readonly=True)

    _version_uniq = models.UniqueIndex(
        "(kind_id, external_id, coalesce(version, ''), checksum)",
        "This version came already.",
    )
    _new_index = models.Index("(kind_id, id) WHERE state = 'new'")

    @api.depends("raw")
    def _compute_raw_text(self):
        for row in self:
            row.raw_text = json.dumps(row.raw, indent=2, ensure_ascii=False)

    @api.model
    def _store(self, kind, incoming, gone=False):
        """Keep what came, what is known already excepted.

        :param list incoming: Incoming, or Gone when ``gone``
        """
        if not incoming:
            return
        self.flush_model()
        rows = SQL(", ").join(
            SQL(
                "(%s, %s, %s, %s, %s, %s, %s, %s, 'new', now() at time zone 'utc')",
                kind.id,
                kind.backend_id.id,
                kind.company_id.id,
                found.external_id,
                (found.deleted_at.isoformat() if found.deleted_at else "")
                if gone
                else found.version,
                checksum(found.raw),
                psycopg2.extras.Json(found.raw),
                gone,
            )
            for found in incoming
        )
        self.env.cr.execute(
            SQL(
                "INSERT INTO cn285_bridge_inbox (kind_id, backend_id, company_id, external_id,"
                " version, checksum, raw, gone, state, create_date) VALUES %s"
                " ON CONFLICT DO NOTHING",
                rows,
            )
        )

    def _incoming(self):
        """The row as the adapter understands it."""
        self.ensure_one()
        moment = datetime.fromisoformat(self.version) if self.version else None
        return Incoming(self.external_id, self.raw or {}, moment)

    # ------------------------------------------------------------------ taking in

    @api.model
    def _apply(self, kind, limit=APPLIED_AT_ONCE):
        """Take in what is new, in order, each record alone: one that fails is parked.

        :return: whether there may be more
        """
        ((alone,),) = self.env.execute_query(
            SQL("SELECT pg_try_advisory_xact_lock(hashtext('cn285.bridge.apply'), %s)", kind.id)
        )
        if not alone:
            return False
        rows = self.search([("kind_id", "=", kind.id), ("state", "=", "new")], limit=limit)
        rows._ignore_outdated()
        adapter = kind._adapter()
        bindings = self.env["cn285.bridge.binding"]._by_external(
            kind, rows.mapped("external_id"), [row._own_id() for row in rows]
        )
        by_id = {binding.external_id: binding for binding in bindings if binding.external_id}
        by_own = {binding.own_id: binding for binding in bindings}
        by_own |= rows._adopt(kind, adapter, by_own)
        nothing = self.env["cn285.bridge.binding"]
        for row in rows.filtered(lambda row: row.state == "new"):
            binding = by_id.get(row.external_id) or by_own.get(row._own_id()) or nothing
            row._apply_one(adapter, binding)
        return len(rows) == limit

    def _own_id(self):
        """The external id of ours that came with a record."""
        return (self.raw or {}).get("externalId") or "-"

    def _adopt(self, kind, adapter, known):
        """{our id: binding} for records that carry an id of ours, but whose binding was lost.

        They were made by us; were they not bound again, they would come back as new ones.
        """
        start = f"{kind.backend_id.prefix}-{kind.code}-"
        lost = {}
        for row in self:
            own_id = row._own_id()
            number = own_id.removeprefix(start)
            if own_id not in known and own_id.startswith(start) and number.isdecimal():
                lost[own_id] = int(number)
        records = adapter.env[adapter._bridge_model].browse(lost.values()).exists()
        bindings = self.env["cn285.bridge.binding"]._need(kind, records.ids)
        return {binding.own_id: binding for binding in bindings.values()}

    def _ignore_outdated(self):
        """Of several versions of one record only the last one counts."""
        for versions in self.grouped(lambda row: (row.kind_id, row.external_id)).values():
            older = versions.sorted(lambda row: (row.version or "", row.id))[:-1]
            older.write({"state": "ignored", "reason": self.env._("A later version came.")})

    def _apply_one(self, adapter, binding):
        """Take in one row; a row that cannot be taken in is parked with the reason."""
        self.ensure_one()
        values = {"state": "applied", "applied_at": fields.Datetime.now(), "reason": False}
        try:
            with self.env.cr.savepoint():
                found, note = self._receive(adapter, binding)
                self.env.flush_all()
                if note:
                    values.update(state="ignored", reason=note)
                values["binding_id"] = found.id if found else False
        except psycopg2.OperationalError:
            raise  # another process was faster: the job is run again
        except CallFailed as error:
            # Taking it in needed a call, which failed: the record is none the worse, and waits.
            if error.meaning is Meaning.STOP:
                self.backend_id._stop(error)
            values = {"reason": self.backend_id._call_failed_message(error)}
        except UserError as error:
            values.update(state="parked", reason=str(error))
        except Exception as error:
            # Anything unforeseen concerns this record alone; the savepoint took back what it did.
            _logger.exception("Bridge: record %s of %s", self.external_id, self.kind_id.code)
            values.update(state="parked", reason=f"{type(error).__name__}: {error}")
        self.write(values)

    def _receive(self, adapter, binding):
        """(binding, note) after the record was taken in, or its loss."""
        if not self.gone:
            return adapter._receive(self.kind_id, self._incoming(), binding)
        if not binding:
            return binding, self.env._("Deleted there, never known here.")
        reason = adapter._receive_gone(self.kind_id, self._incoming(), binding)
        if reason:
            binding.write({"state": "gone", "reason": reason})
        return binding, False

    # ------------------------------------------------------------------ buttons

    def action_try_again(self):
        """Take in parked rows again."""
        rows = operator(self).filtered(lambda row: row.state == "parked")
        rows.write({"state": "new", "reason": False})
        for kind in rows.kind_id:
            kind._apply_later()
        return True

    def action_ignore(self):
        """Leave these versions aside."""
        rows = operator(self).filtered(lambda row: row.state in ("new", "parked"))
        rows.write({"state": "ignored"})
        return True


class BridgeKind(models.Model):
    _inherit = "cn285.bridge.kind"

    def _job_read(self):
        """Job: read what changed there, keep it, and order that it is taken in."""
        self.ensure_one()
        backend = self.backend_id
        if not backend._may_call() or not self._reads():
            return self.env._("Nothing to read: the bridge is stopped or the kind is off.")
        if not backend._take_slot():
            message = self.env._("All calls that the other system takes at a time are in use.")
            raise RetryableJobError(message, seconds=SLOT_SECONDS, ignore_retry=True)
        try:
            count = self._read()
        except CallFailed as error:
            if error.meaning is Meaning.STOP:
                backend._stop(error)
                return backend.stop_reason
            attempts = self.read_attempts + 1
            # Reading goes on forever: nothing is lost by it, so it is never parked.
            step = next_try(attempts, attempts + 1, first=max(1, backend.retry_seconds))
            later = fields.Datetime.now() + timedelta(seconds=step.seconds)
            self.write({"read_attempts": attempts, "next_read_at": later})
            return backend._call_failed_message(error)
        self._apply_what_came()
        return self.env._("%s read", count)

    def _read(self):
        """Read changes and deletions into the inbox; returns how many records came."""
        adapter, inbox = self._adapter(), self.env["cn285.bridge.inbox"]
        count, latest = 0, None
        for incoming in adapter._read(self, _before(self.read_until)):
            inbox._store(self, incoming)
            count += len(incoming)
            latest = max([latest, *(found.changed_at for found in incoming)], key=_known)
        since = _before(self.deleted_until or self.read_until)
        if since:
            lost = adapter._read_gone(self, since)
            inbox._store(self, lost, gone=True)
            latest_lost = max((found.deleted_at for found in lost), key=_known, default=None)
            if latest_lost:
                self.deleted_until = _naive(latest_lost)
        elif latest:
            self.deleted_until = _naive(latest)
        self._after_read(_naive(latest))
        return count

    def _job_apply(self):
        """Job: take in what came."""
        self.ensure_one()
        if self.env["cn285.bridge.inbox"]._apply(self):
            self._apply_later()
        return self.env._("Done")


def _known(moment):
    return moment.timestamp() if moment else 0


def _naive(moment):
    """An aware time as Odoo stores it, whole seconds, never later."""
    if not moment:
        return None
    return datetime.fromtimestamp(int(moment.timestamp()), timezone.utc).replace(tzinfo=None)


def _before(moment):
    return moment - OVERLAP if moment else None
