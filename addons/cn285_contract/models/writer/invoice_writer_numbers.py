"""Numbers of quick invoices: foreseen when their rows are written, taken when all else is done.

The lock of a sequence is Odoo's own: the unique index over the numbers. It is held from the first
number that is taken until the transaction ends, and whoever bills into the same sequence waits. So
journal items are written with the numbers that are foreseen, and the invoices get theirs last, in
one statement. If somebody else took numbers in between, the items are written once more.

Jobs that bill into one sequence at the same time tell each other what they foresee, by advisory
locks: all see them at once, and they end with their transaction, whatever ends it. Each foresees
the numbers after the others', and waits for its turn before it takes them. That only spares work:
the numbers come from Odoo's sequence in any case, one after the other and without a gap.
"""

import re
from dataclasses import dataclass, field
from zlib import crc32

from odoo.tools import SQL
from psycopg2 import errors

from ...engine.next_number import last_taken
from .invoice_writer_memory import LINE, MOVE, remember_numbers
from .invoice_writer_rows import name_items

KEY = "cn285_numbers"
NUMBERED = ("id", "name", "sequence_prefix", "sequence_number")
# How long to wait for those whose numbers come first; then theirs are taken, and they go after.
TURN_SECONDS = 10
LARGEST_TOLD = 2**31 - 1


@dataclass
class Sequence:
    """The invoices of a batch that take their numbers from one sequence, in that order."""

    key: tuple  # as `sequence.mixin` knows it within a transaction
    pattern: str
    values: dict  # of the pattern, but for the number
    last: int  # the last number that this transaction sees
    split: str  # regular expression that parts a name into prefix and number
    first: int = 0  # foreseen
    after: int = 0  # the last number that another transaction foresees, if any
    invoices: list = field(default_factory=list)
    pilots: list = field(default_factory=list)  # ids of the first invoice of each date

    @property
    def told_as(self):
        """The number under which transactions tell each other about the sequence."""
        return crc32(f"cn285 {self.key[0]} {self.key[1]}".encode()) - 2**31

    @property
    def foreseen_last(self):
        """The number of the last invoice."""
        return self.first + len(self.invoices) - 1

    def number(self, first):
        """Write the numbers from ``first`` on into the invoices' columns."""
        self.first = first
        for number, invoice in enumerate(self.invoices, first):
            name = self.pattern.format(**self.values, seq=number)
            matching = re.match(self.split, name)
            invoice.columns.update(
                name=name,
                payment_reference=name,
                sequence_prefix=name[: matching.start(1)],
                sequence_number=int(matching.group(1) or 0),
            )


class Numbers:
    """The numbers of the invoices of one call of the writer."""

    def __init__(self):
        self._batches = []

    @classmethod
    def of(cls, env):
        """Return those that the caller takes later, or None."""
        numbers = env.context.get(KEY)
        return numbers if isinstance(numbers, cls) else None

    def foresee(self, env, invoices):
        """Write into the columns of ``invoices`` the numbers that they will probably get.

        Their rows must be stored, without numbers.
        """
        moves, sequences = env[MOVE], {}
        for group in in_number_order(invoices):
            pilot = moves.browse(group[0].columns["id"])
            sequence = _sequence(pilot)
            sequence = sequences.setdefault(sequence.key, sequence)
            sequence.invoices += group
            sequence.pilots.append(pilot.id)
        # always in the same order, so that two transactions never wait for each other
        batch = _Batch(env, [sequences[key] for key in sorted(sequences, key=str)])
        batch.foresee(
            {one.key: one.foreseen_last for old in self._batches for one in old.sequences}
        )
        self._batches.append(batch)

    def take(self):
        """Take the numbers and store them; the sequences are locked until the transaction ends."""
        for batch in self._batches:
            batch.take()
        self._batches = []


class _Batch:
    def __init__(self, env, sequences):
        self.env = env
        self.sequences = sequences

    # ------------------------------------------------------------------ foreseen

    def foresee(self, pending):
        """Number the invoices as they will be, after those that wait for their numbers as well.

        :param pending: ``{key of a sequence: the last number that is foreseen}``
        """
        for sequence in self.sequences:
            own = pending.get(sequence.key, self._own(sequence))
            if own is not None:
                first = own + 1
            elif others := self._told(sequence):
                sequence.after, first = others, others + 1
            else:
                first = self._last_taken(sequence, sequence.last) + 1
            sequence.number(first)
            self._tell(sequence, sequence.foreseen_last)

    def _own(self, sequence):
        """Return the last number that this transaction itself took, or None."""
        return self.env[MOVE]._get_sequence_cache().get(sequence.key)

    def _told(self, sequence):
        """Return the last number that another transaction foresees, or 0."""
        [[last]] = self.env.execute_query(
            SQL(
                """SELECT max(objid::bigint) FROM pg_locks
                    WHERE locktype = 'advisory' AND granted AND mode = 'ExclusiveLock'
                      AND database = (SELECT oid FROM pg_database
                                       WHERE datname = current_database())
                      AND classid = (%s::bigint & 4294967295)::oid AND objsubid = 2
                      AND pid <> pg_backend_pid()""",
                sequence.told_as,
            )
        )
        return last if last and last > sequence.last else 0

    def _tell(self, sequence, last):
        if last <= LARGEST_TOLD:
            self.env.execute_query(
                SQL("SELECT pg_try_advisory_xact_lock(%s, %s)", sequence.told_as, last)
            )

    def _last_taken(self, sequence, guess):
        pilot = sequence.pilots[0]
        return last_taken(
            lambda number: self._is_taken(
                pilot, sequence.pattern.format(**sequence.values, seq=number)
            ),
            sequence.last,
            guess,
        )

    def _is_taken(self, move_id, name):
        """Return whether the number is taken; waits for who is about to take it."""
        with self.env.cr.savepoint(flush=False) as savepoint:
            try:
                self.env.cr.execute(
                    SQL("UPDATE account_move SET name = %s WHERE id = %s", name, move_id),
                    log_exceptions=False,
                )
                taken = False
            except (errors.UniqueViolation, errors.ExclusionViolation):
                taken = True
            savepoint.rollback()
        return taken

    # ------------------------------------------------------------------ taken

    def take(self):
        # what is pending is written before anybody has to wait
        self.env.flush_all()
        for sequence in self.sequences:
            foreseen = sequence.first
            self._take(sequence)
            invoices = sequence.invoices
            if sequence.first != foreseen:
                self._rewrite_items(invoices)
            self._store(invoices)
            remember_numbers(self.env, invoices)
            self.env[MOVE].browse(sequence.pilots)._constrains_date_sequence()
        self._mend_gap_flags()

    def _take(self, sequence):
        """Lock the sequence and number the invoices with what is next."""
        pilot = self.env[MOVE].browse(sequence.pilots[0])
        last = sequence.last
        if self._own(sequence) is None:
            if sequence.after:
                self._wait(sequence)
            if sequence.first - 1 > last:
                last = self._last_taken(sequence, sequence.first - 1)
        pilot._locked_increment(sequence.pattern, {**sequence.values, "seq": last})
        taken = pilot._get_sequence_cache()
        first = taken[sequence.key]
        taken[sequence.key] = first + len(sequence.invoices) - 1
        if first != sequence.first:
            sequence.number(first)

    def _wait(self, sequence):
        """Wait for the transaction whose numbers come before."""
        [[before]] = self.env.execute_query(SQL("SELECT current_setting('lock_timeout')"))
        with self.env.cr.savepoint(flush=False) as savepoint:
            try:
                self.env.cr.execute(
                    SQL("SELECT set_config('lock_timeout', %s, true)", f"{TURN_SECONDS}s")
                )
                self.env.cr.execute(
                    SQL(
                        "SELECT pg_advisory_xact_lock_shared(%s, %s)",
                        sequence.told_as,
                        sequence.after,
                    ),
                    log_exceptions=False,
                )
            except (errors.LockNotAvailable, errors.DeadlockDetected):
                savepoint.rollback()
        self.env.cr.execute(SQL("SELECT set_config('lock_timeout', %s, true)", before))

    def _store(self, invoices):
        self.env.execute_query(
            SQL(
                """UPDATE account_move move
                      SET name = made.name, payment_reference = made.name,
                          sequence_prefix = made.prefix, sequence_number = made.number
                     FROM unnest(%s, %s, %s, %s) AS made (id, name, prefix, number)
                    WHERE move.id = made.id
                RETURNING move.id""",
                *_columns((invoice.columns for invoice in invoices), *NUMBERED),
            )
        )

    def _rewrite_items(self, invoices):
        """Give the items of these invoices their new numbers."""
        items = []
        for invoice in invoices:
            name_items(self.env, invoice)
            items += [item.columns for item in invoice.items]
        self.env.execute_query(
            SQL(
                """UPDATE account_move_line item SET move_name = made.move_name, name = made.name
                     FROM unnest(%s, %s, %s) AS made (id, move_name, name)
                    WHERE item.id = made.id
                RETURNING item.id""",
                *_columns(items, "id", "move_name", "name"),
            )
        )
        records = self.env[LINE].browse([columns["id"] for columns in items])
        records.invalidate_recordset(["move_name", "name"], flush=False)

    def _mend_gap_flags(self):
        """Clear the flag of an entry that no longer follows a gap, as `_inverse_name` does."""
        own = {
            (row["journal_id"], row["sequence_prefix"], row["sequence_number"])
            for sequence in self.sequences
            for row in (invoice.columns for invoice in sequence.invoices)
        }
        following = {(journal, prefix, number + 1) for journal, prefix, number in own} - own
        rows = self.env.execute_query(
            SQL(
                """SELECT id FROM account_move
                    WHERE (journal_id, sequence_prefix, sequence_number) IN %s""",
                tuple(following),
            )
        )
        if rows:
            # sudo: a flag of entries beside these, which the user need not be allowed to edit.
            self.env[MOVE].browse(row[0] for row in rows).sudo().made_sequence_gap = False


def _columns(rows, *names):
    """Return the values of each column, as a list."""
    rows = list(rows)
    return [[row.get(name) for row in rows] for name in names]


def in_number_order(invoices):
    """Return the invoices grouped by date and journal, in the order in which Odoo numbers them."""
    groups = {}
    for invoice in sorted(
        invoices,
        key=lambda one: (one.columns["date"], one.columns["ref"] or "", one.columns["id"]),
    ):
        groups.setdefault((invoice.columns["date"], invoice.journal.id), []).append(invoice)
    return list(groups.values())


def _sequence(pilot):
    """Return the Sequence, still without invoices, of which an invoice gets its number."""
    pattern, values = pilot._get_next_sequence_format()
    last = values.pop("seq")
    index = pilot._sequence_index and pilot[pilot._sequence_index]
    split = pilot._make_regex_non_capturing(pilot._sequence_fixed_regex.replace(r"?P<seq>", ""))
    return Sequence((pattern.format(**values, seq=0), index), pattern, values, last, split)
