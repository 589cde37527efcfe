"""Receiving events in bulk: the one door, ``ingest``, whatever the source.

A source (a CSV file, a program over JSON-RPC, a consumer of a message queue) makes dicts and calls
it; ``usage_ingest_csv.py`` is one. What a call left behind is in ``usage_ingest_log.py``.
"""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import chain, islice

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bulk import commit_batch
from odoo.addons.cn285_contract.models.common import told_inside
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools.misc import str2bool
from psycopg2.errors import UniqueViolation

from ...engine.event_binary import KEY_COLUMNS, Known, prepare
from ...engine.key_spans import FUTURE
from . import usage_correction_sql as corrections
from . import usage_ingest_sql as sql
from .usage_arrival_sql import BLOCK

_logger = logging.getLogger(__name__)
CHUNK = 100_000
TRIES = 5
PLAIN = "s.kind IS NULL"
ROUND = "s.id = ANY(%(ids)s)"
# What was stored: how many, first and last number, earliest and latest, how many of them parked.
NOTHING = (0, None, None, None, None, 0)


def _summary(packed):
    return (packed.count, packed.ids[0], packed.ids[-1], packed.first, packed.last, 0)


def _together(one, other):
    """Two of what is described at :data:`NOTHING`, in one."""
    if not one[0] or not other[0]:
        return one if one[0] else other
    return (
        one[0] + other[0],
        min(one[1], other[1]),
        max(one[2], other[2]),
        min(one[3], other[3]),
        max(one[4], other[4]),
        one[5] + other[5],
    )


class UsageEvent(models.Model):
    _inherit = "cn285.usage.event"

    @api.model
    def ingest(self, rows):
        """Record usage events in bulk, in this transaction; the good rows of a batch go in.

        :param rows: dicts, in a list or another iterable. Keys: ``source`` and ``transaction_id``
            (together counted once, whatever the date); who: ``item_id``, ``contract_id``,
            ``beneficiary_id`` by database id, or ``item`` (service number), ``contract``
            (number), ``beneficiary`` (reference), each also by external id; ``metric_id`` or
            ``metric`` (code); ``occurred_at`` or ``started_at``, and ``ended_at``: datetimes or
            ISO texts with a time, in UTC where no zone is given; ``quantity``; ``properties``;
            ``kind`` (usage, reversal, replacement) with ``origin`` (the transaction that is
            corrected, of ``origin_source`` if that is another); ``park``: keep the event if
            nobody is known yet for whom it is. Default for ``park``: the system parameter
            ``cn285_usage.park_unknown``.
        :return: ``{'accepted': n, 'duplicates': n, 'parked': n, 'refused': [{'row': index from 0,
            'code': …, 'reason': …}]}``; parked events are not among the accepted ones
        :raises psycopg2.errors.SerializationFailure: if another process records the same events
            at the same time; whoever repeats the call (as Odoo does for remote calls and jobs)
            gets them as duplicates

        Events belong to the current company; what other companies have is unknown to it.
        """
        return self._ingest(rows, commit=False)

    @api.model
    def _ingest_committed(self, rows, size=CHUNK):
        """Like :meth:`ingest`, committing chunk by chunk: for files of any length.

        Killed half-way, it has counted whole chunks, and repeating all of it counts the rest. What
        is pending in the transaction is committed with the first chunk.
        """
        return self._ingest(rows, commit=True, size=size)

    @api.model
    def _ingest(self, rows, commit, size=CHUNK):
        self.check_access("create")
        if isinstance(rows, dict | str | bytes) or not hasattr(rows, "__iter__"):
            raise UserError(self.env._("Usage events are sent as a list of rows."))
        self.env.flush_all()
        if self._is_sharded():
            # What a killed process has changed on shards is put back before it is looked at.
            self._settle_doubts()
        total = {"accepted": 0, "duplicates": 0, "parked": 0, "refused": []}
        parameters = self._ingest_parameters()
        first = 0
        self._forget_references()
        # The next rows are packed by another thread while the database has this one's.
        with ThreadPoolExecutor(1) as pool:
            iterator = iter(rows)

            def take():
                chunk = list(islice(iterator, size))
                numbers = self._reserve_numbers(len(chunk)) if parameters["fresh"] else ()
                return chunk, chunk and pool.submit(prepare, chunk, numbers, dict(parameters))

            chunk, prepared = take()
            while chunk:
                prepared = prepared.result()
                self._forget_too_many(parameters)
                self._learn_all(prepared, parameters, pool.submit)
                following = take()
                report = self._ingest_chunk(chunk, prepared, parameters, commit)
                for entry in report.pop("refused"):
                    total["refused"].append({**entry, "row": first + entry["row"]})
                for name, count in report.items():
                    total[name] += count
                first += len(chunk)
                chunk, prepared = following
        self._forget_references()
        self.invalidate_model()
        return total

    @api.model
    def _ingest_parameters(self):
        company = self.env.company
        now = fields.Datetime.now()
        # A technical parameter that says nothing about anybody; whoever sends events obeys it.
        park = self.env["ir.config_parameter"].sudo().get_param("cn285_usage.park_unknown")
        return {
            "company": company.id,
            "zone": company.cn285_tz or "UTC",
            "now": now,
            "latest": now + FUTURE,
            # Set with each chunk: the spans of keys may turn in between.
            "earliest": self._earliest(),
            "spans": (),
            "park": str2bool(park or "", False),
            "known": Known(),
            # Whether keys are expected to be new: then they are claimed without asking.
            "fresh": True,
            # Months whose partitions were seen.
            "months": set(),
        }

    @api.model
    def _reserve_numbers(self, count):
        """Fresh numbers for ``count`` events or more, ascending."""
        self.env.cr.execute(sql.RESERVE, (-(-count // BLOCK),))
        starts = [row[0] for row in self.env.cr.fetchall()]
        if starts and starts[-1] - starts[0] == (len(starts) - 1) * BLOCK:
            return range(starts[0], starts[-1] + BLOCK)
        # Others have reserved blocks in between.
        return list(chain.from_iterable(range(start, start + BLOCK) for start in starts))

    @api.model
    def _learn_all(self, prepared, parameters, submit):
        """Look up what is not known yet, and pack what could not be without it.

        Keys at once, events by ``submit``: the database has the keys meanwhile.
        """
        columns = prepared.encoded.columns
        if columns is None:
            return
        self._learn_metrics(parameters, set(columns.metric))
        self._learn_parties(parameters, set(columns.party))
        if prepared.packed is None and prepared.numbers:
            prepared.pack(parameters, submit)

    @api.model
    def _ingest_chunk(self, chunk, prepared, parameters, commit):
        """Record one chunk; with ``commit``, again if another process was at the same keys."""
        for attempt in range(1, TRIES + 1):
            try:
                report = self._record(chunk, prepared, parameters)
                if commit:
                    commit_batch(self.env)
                return report
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                if not commit or attempt == TRIES:
                    raise
                _logger.info("Usage events recorded elsewhere at the same time: once more.")
                self.env.cr.rollback()
                self.env.invalidate_all()
                self._forget_references()
                # Its keys are taken, or may be: they are looked at one by one.
                prepared.packed = None
                # The ones before may be in doubt for good.
                prepared.numbers = ()
                parameters.update(known=Known(), fresh=False, months=set())
        return None

    @api.model
    def _record(self, chunk, prepared, parameters):
        refused = [
            {"row": row, "code": code, "reason": self._reason(code, chunk[row], value)}
            for row, code, value in prepared.encoded.bad
        ]
        report = {"accepted": 0, "duplicates": 0, "parked": 0}
        self._hold_spans(prepared, parameters)
        self._doubt_chunk(prepared)
        stored, rest = NOTHING, prepared.encoded.columns
        if prepared.packed and self._store_packed(prepared.packed, parameters):
            stored = _summary(prepared.packed)
            rest = rest.take(prepared.packed.rest)
        if rest:
            numbers = prepared.numbers or self._reserve_numbers(len(rest))
            self._stage(rest, numbers[stored[0] :])
            stored = _together(stored, self._store(rest, parameters))
            some_left = stored[0] < len(prepared.encoded)
            left = self._left_over(set(numbers)) if some_left else []
            parameters["fresh"] = not any(old for *_others, old in left)
            self._sort_out(chunk, left, report, refused)
        report["parked"] = stored[5]
        report["accepted"] = stored[0] - stored[5]
        refused.sort(key=lambda entry: entry["row"])
        self._log_ingest("ingest", report, refused, stored)
        if not told_inside(self.env, "cn285_no_refusals"):
            self._keep_refusals(chunk, refused)
        return {**report, "refused": refused}

    # === EVENTS THAT ARE CERTAIN TO BE GOOD === #

    @api.model
    def _store_packed(self, packed, parameters):
        """Store packed events if all of their keys are new.

        :return: whether it was so; otherwise nothing is done
        """
        self._make_partitions_once([datetime(*month, 1) for month in packed.months], parameters)
        if len(parameters["spans"]) > 1 and self._has_key_elsewhere(packed.key_bytes()):
            parameters["fresh"] = False
            return False
        try:
            with self.env.cr.savepoint(flush=False):
                self._copy("cn285_usage_key", KEY_COLUMNS, packed.keys, "(FORMAT binary)")
        except UniqueViolation:
            parameters["fresh"] = False
            return False
        self._copy_events(packed.columns, packed.events())
        return True

    @api.model
    def _make_partitions_once(self, months, parameters):
        """Make partitions that this ingest has not seen; it asks the database once for each."""
        months = set(months) - parameters["months"]
        if months:
            self._make_partitions(sorted(months))
            parameters["months"] |= months

    @api.model
    def _copy(self, table, columns, file, options=""):
        # The names are those of the engine; nothing of a user's is among them. In few large
        # pieces: each one may have to wait for the thread that packs.
        self.env.cr.copy_expert(
            f"COPY {table} ({', '.join(columns)}) FROM STDIN {options}", file, size=1 << 25
        )

    # === EVENTS THAT NEED A CLOSER LOOK === #

    @api.model
    def _sort_out(self, chunk, left, report, refused):
        """Add rows that were not stored (:meth:`_left_over`) to ``report`` and ``refused``."""
        for row, code, same, old in left:
            if same:
                report["duplicates"] += 1
                continue
            # A bad row beside a good one of the same key is refused for what is bad about it.
            code = "conflict" if old or code == "taken" else code
            reason = self._reason(code, chunk[row])
            refused.append({"row": row, "code": code, "reason": reason})

    @api.model
    def _stage(self, columns, numbers):
        self.env.cr.execute(sql.EMPTY)
        self._copy("cn285_usage_stage", *columns.lines(numbers))

    @api.model
    def _store(self, columns, parameters):
        """Store what is good of the staged rows; returns what :data:`sql.SUMMARY` selects."""
        cr = self.env.cr
        self._learn_metrics(parameters, set(columns.metric))
        self._learn_parties(parameters, set(columns.party))
        self._pick_items(parameters)
        self._store_rows(PLAIN, parameters)
        if columns.kind:
            self._store_corrections(parameters)
        cr.execute(sql.SUMMARY)
        return cr.fetchone()

    @api.model
    def _pick_items(self, parameters):
        """Choose items for those rows whose reference fits several."""
        cr = self.env.cr
        cr.execute("TRUNCATE cn285_usage_pick")
        cr.execute(sql.PICK.format(meters=self._meters_condition()), parameters)

    @api.model
    def _meters_condition(self):
        """SQL that says whether an item ``i`` bills the metric ``m.metric_id``; a constant.

        It decides where a contract or a beneficiary has several active items.
        """
        return "TRUE"

    @api.model
    def _store_rows(self, which, parameters):
        """Check and store staged rows that meet a condition, each key once."""
        cr = self.env.cr
        cr.execute(sql.CHECK.format(which=which), parameters)
        self._claim(which, parameters)
        self._make_room(which, parameters)
        cr.execute(sql.STORE.format(which=which), parameters)

    @api.model
    def _claim(self, which, parameters):
        cr = self.env.cr
        cr.execute(sql.COUNT.format(which=which), parameters)
        count = cr.fetchone()[0]
        claim = sql.CLAIM if len(parameters["spans"]) == 1 else sql.CLAIM_ALONE
        cr.execute(claim.format(which=which), parameters)
        if cr.rowcount < count:
            cr.execute(sql.TAKEN.format(which=which), parameters)

    @api.model
    def _make_room(self, which, parameters):
        self.env.cr.execute(sql.MONTHS.format(which=which), parameters)
        self._make_partitions_once([row[0] for row in self.env.cr.fetchall()], parameters)

    @api.model
    def _store_corrections(self, parameters):
        """Store reversals and replacements, in rounds: one may correct another of its batch."""
        cr = self.env.cr
        while True:
            cr.execute(corrections.NEXT_ROUND, parameters)
            found = cr.fetchall()
            if not found:
                break
            self._refuse(
                [row[0] for row in found if row[2] and row[3] == "replacement"], "of_reversal"
            )
            self._refuse(
                [row[0] for row in found if row[1] and not (row[2] and row[3] == "replacement")],
                "already_corrected",
            )
            fine = [row for row in found if not row[1] and not (row[2] and row[3] == "replacement")]
            self._refuse([row[0] for row in fine if row[4]], "closed_month")
            ids = {"ids": [row[0] for row in found]}
            self._doubt_origins(ids["ids"])
            replacing = {"ids": [row[0] for row in found if row[3] == "replacement"]}
            if replacing["ids"]:
                self._learn_staged(parameters)
                self._store_rows(ROUND, {**parameters, **replacing})
            reversing = {**parameters, "ids": [row[0] for row in found if row[3] == "reversal"]}
            if reversing["ids"]:
                self._claim(ROUND, reversing)
                cr.execute(corrections.STORE_REVERSALS, reversing)
            cr.execute(corrections.SUPERSEDE, ids)
            cr.execute(corrections.RESTORE, ids)
        cr.execute(corrections.REFUSE_REST)

    @api.model
    def _refuse(self, ids, code):
        if ids:
            self.env.cr.execute(corrections.REFUSE, {"ids": ids, "code": code})

    @api.model
    def _left_over(self, numbers):
        """Rows that were not stored.

        :param numbers: those of this chunk's events
        :return: ``[(place of the row, code of a reason, whether the event that has its key says
            the same, whether that event was there before)]``
        """
        self.env.cr.execute(sql.LEFT_OVER)
        return [
            (row, code, same, event_id is not None and event_id not in numbers)
            for row, code, same, event_id in self.env.cr.fetchall()
        ]
