"""A load at work: batch after batch, each committed with what is said of it."""

import random
import time
from collections import defaultdict

from odoo import api, fields, models, modules
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.fields import Domain
from odoo.tools import config

from .load import CONCURRENCY_ERRORS
from .report import LoadReport, tallied

TRIES = 8
MAX_PAUSE_SECONDS = 5.0
# Days for which the files of a load stay that was only tried, or does not go on.
KEPT_DAYS = 7


class _TakenBack(Exception):
    """Leaves the savepoint of a trial, so that nothing of it stays."""


class _Overtaken(Exception):
    """Another process has loaded the batch: it goes on, and this one stops."""


class ImportLoad(models.Model):
    _inherit = "cn285.import.load"

    # === JOBS === #

    def _delay(self):
        """Order the job that loads what is left."""
        for load in self:
            load.with_delay(
                channel="root.import",
                description=self.env._("Load of %s", load.display_name),
                identity_key=f"cn285.import.load-{load.id}",
            )._job_run()

    def _job_run(self):
        """Job: load what is left. Safe to run again: it goes on behind the last commit."""
        self.ensure_one()
        self = self.with_context(lang=self.env.user.lang)
        if self.state not in ("waiting", "running"):
            return self.env._("Nothing to do: the load is through.")
        try:
            self._run()
        except CONCURRENCY_ERRORS as error:
            message = self.env._("Another process is at the same records; the load waits.")
            raise RetryableJobError(message, seconds=10, ignore_retry=True) from error
        except Exception as error:
            self._break_off(error)
            raise
        return self.env._("%s rows", self.rows_done)

    def _break_off(self, error):
        """Note why the load stopped, and keep that, though the batch at work is lost."""
        if not _in_test():
            self.env.cr.rollback()
            self.env.invalidate_all()
        self._write({"state": "failed", "problem": str(error)})
        self._commit()

    # === THE RUN === #

    def _run(self, progress=None, commit=True, beside=None):
        """Load what is left, batch after batch.

        :param progress: called with ``(what, done, total)``
        :param beside: other files that rows name, as ``{path: bytes}``, beside those of its zips
        :param commit: whether each batch is committed (not inside a test); else all of it is the
            caller's transaction
        """
        self.ensure_one()
        load, batches = self._planned(progress, beside)
        if self.is_trial:
            self._try(load, batches)
        elif self._go_through(load, batches, commit):
            self._persistently(load, lambda: self._finish(load), commit)
        if commit:
            self._commit()

    def _planned(self, progress=None, others=None):
        """The ``Load`` of this record, and its batches."""
        # sudo: the load's own files and settings, for whoever loads.
        said = self.sudo()
        files, beside = said.file_ids._content()
        loader = self.env["cn285.import.loader"].with_company(self.company_id)
        loader = loader.sudo(self.env.su).with_context(**(said.context or {}))
        return loader._planned(
            files,
            mapping=said.mapping or None,
            progress=progress,
            namespace=self.namespace,
            beside=others or beside,
            decimal=self.decimal or None,
            dates=self.dates or None,
            choices=said.choices or None,
            strict=self.is_strict,
            load_id=self.id,
        )

    def _go_through(self, load, batches, commit):
        """Load the batches behind the last one that was committed; whether this process did it."""
        self._persistently(load, lambda: self._begin(load, batches), commit)
        for batch in [batches.popleft() for _done in range(self.position)]:
            for kind, entries in batch.entries.items():
                load.advance(kind, len(entries))
        self._recall_refused(load)
        number = self.position
        try:
            while batches:
                batch = batches.popleft()
                self._persistently(
                    load, lambda b=batch, n=number: self._run_batch(load, b, n), commit
                )
                number += 1
        except _Overtaken:
            return False
        return True

    def _begin(self, load, batches):
        """Note what there is to load, and what cannot be read: once."""
        self._lock()
        if self.date_started and self.batch_count == len(batches):
            self._write({"state": "running"})
            return
        if self.date_started:
            # The program has come to cut otherwise: what is in stays as it is.
            self.sudo()._forget_results()  # sudo: see _write
        self._note(load.report)
        self._write(
            {
                "state": "running",
                "date_started": fields.Datetime.now(),
                "batch_count": len(batches),
                "row_count": sum(batch.rows() for batch in batches),
            }
        )

    def _run_batch(self, load, batch, number):
        """Load a batch, and note that it is.

        :raises _Overtaken: where another process has
        """
        self._lock()
        if self.position != number:
            raise _Overtaken
        load.report = LoadReport()
        for entries in batch.entries.values():
            for entry in entries:
                entry.forget_cells()
        load.run(batch)
        self._note(load.report)
        self._write({"position": number + 1, "rows_done": self.rows_done + batch.rows()})

    def _lock(self):
        # sudo: users do not write on loads; the lock is on the one that is theirs.
        self.sudo().lock_for_update(allow_referencing=True)
        self.invalidate_recordset()

    def _recall_refused(self, load):
        """What was refused before, so that what refers to it says so."""
        # sudo: the load's own rows.
        for error in self.sudo().error_ids:
            kind = load.kinds.get(error.kind)
            if kind and error.key:
                load.refused[kind.model, error.key] = error.file, error.line

    def _finish(self, load):
        """Do what follows from the whole, say that it is through, and drop the files."""
        self._lock()
        if self.state == "done":
            return
        said = self.sudo()  # sudo: see _write
        for count in said.count_ids:
            load.went_in[count.kind] = count.created + count.updated + count.skipped
        load.report = LoadReport()
        load.finish()
        self._note(load.report)
        notes = [said.notes or "", *tallied(said.tallies or {})]
        self._write(
            {
                "state": "done",
                "date_done": self.env.cr.now().replace(microsecond=0),
                "notes": "\n".join(filter(None, notes)),
                "tallies": False,
                "problem": False,
            }
        )
        said.file_ids.content = False

    # === WHAT BECAME OF THE ROWS === #

    def _note(self, report):
        """Add what a report says to what is known of the load."""
        said = self.sudo()  # sudo: see _write
        self._count(report)
        said.env["cn285.import.load.error"]._keep(said, report.errors)
        tallies = dict(said.tallies or {})
        for sentence, number in report.tallies.items():
            tallies[sentence] = tallies.get(sentence, 0) + number
        notes = [*filter(None, [said.notes]), *report.notes]
        said.write({"tallies": tallies or False, "notes": "\n".join(notes)})

    def _count(self, report):
        said = self.sudo()  # sudo: see _write
        refused = defaultdict(set)
        for error in report.errors:
            if error.kind and error.line > 1:
                refused[error.kind].add((error.file, error.line))
        lines = said.count_ids.grouped("kind")
        for kind in dict.fromkeys([*report.kinds(), *refused]):
            added = {
                "created": report.created[kind],
                "updated": report.updated[kind],
                "skipped": report.skipped[kind],
                "refused": len(refused[kind]),
            }
            line = lines.get(kind)
            if line:
                line.write({name: line[name] + number for name, number in added.items()})
            else:
                said.count_ids.create({"load_id": self.id, "kind": kind, **added})

    # === TRIALS === #

    def _try(self, load, batches):
        """Load all of it in a savepoint, note what would become of it, and take it back."""
        made, count = defaultdict(list), sum(batch.rows() for batch in batches)
        notes = []
        try:
            with self.env.cr.savepoint():
                while batches:
                    load.run(batches.popleft())
                    for kind, entries in load.loaded.items():
                        made[kind] += entries
                load.finish()
                loader = load.env["cn285.import.loader"]
                notes = loader._trial_notes(load, made)
                raise _TakenBack
        except _TakenBack:
            # What was found by name meanwhile is not there any more.
            self.env.registry.clear_cache()
            self.env.invalidate_all()
        load.report.add_tallies()
        load.report.notes += notes
        self.sudo()._forget_results()
        self._note(load.report)
        now = fields.Datetime.now()
        self._write(
            {
                "state": "tried",
                "row_count": count,
                "rows_done": count,
                "date_started": now,
                "date_done": now,
            }
        )

    # === COMMITS === #

    def _persistently(self, load, step, commit):
        """Do a step and commit it; behind another process, wait and do it again."""
        for attempt in range(1, TRIES + 1):
            try:
                step()
            except CONCURRENCY_ERRORS:
                if attempt == TRIES or not commit or _in_test():
                    raise
                self.env.cr.rollback()
                self.env.invalidate_all()
                load.start_over()
                pause = min(0.05 * 2**attempt, MAX_PAUSE_SECONDS)
                time.sleep(pause * random.uniform(0.5, 1.0))
            else:
                if commit:
                    self._commit()
                return

    def _commit(self):
        """Commit what was done, and free the memory it took; inside a test, only write it."""
        self.env.flush_all()
        if not _in_test():
            self.env.cr.commit()  # pylint: disable=invalid-commit
        self.env.invalidate_all()

    @api.autovacuum
    def _drop_files(self):
        """Drop the files of loads that were only tried, or did not go on, for a week."""
        before = fields.Datetime.subtract(fields.Datetime.now(), days=KEPT_DAYS)
        stale = Domain("load_id.state", "in", ("tried", "failed", "waiting"))
        stale &= Domain("load_id.write_date", "<", before)
        files = self.env["cn285.import.load.file"].search(stale)
        files.filtered("content").content = False


def _in_test():
    """Whether a test owns the transaction, which then must neither commit nor roll back."""
    return bool(config["test_enable"] or modules.module.current_test)
