"""Once, over several servers: what may have been committed there and not here is in doubt.

A foreign server commits just before the database here does. Killed in between, it has events that
nobody here knows of. So a range of numbers is put in doubt before its events are stored, in a
transaction of its own, here and there: until the doubt is settled no query sees them. The database
here decides: if the transaction that stored them was committed here, they are cleared, else undone.
"""

import json
import logging

import psycopg2
from odoo import api, models
from odoo.tools import SQL

from . import shard_sql as sql

_logger = logging.getLogger(__name__)
# The first key of the advisory locks by which a transaction shows that it is still running.
LOCK = 285_019


def runs_of(numbers):
    """``(first, last)`` of each stretch of ascending numbers without a gap.

    >>> runs_of([1, 2, 3, 7, 8])
    [(1, 3), (7, 8)]
    """
    if isinstance(numbers, range):
        return [(numbers[0], numbers[-1])] if numbers else []
    runs = []
    for number in numbers:
        if runs and runs[-1][1] + 1 == number:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return [tuple(run) for run in runs]


class UsageEvent(models.Model):
    _inherit = "cn285.usage.event"

    @api.model
    def _init_shards(self):
        self.env.cr.execute(sql.CREATE)

    @api.model
    def _drop_ways(self):
        """Forget the ways to shards, when the module is uninstalled; what they have stays there."""
        self.env.cr.execute("SELECT srvname FROM pg_foreign_server WHERE srvname LIKE 'cn285%'")
        for (name,) in self.env.cr.fetchall():
            self.env.cr.execute(SQL("DROP SERVER %s CASCADE", SQL.identifier(name)))

    # === PUT IN DOUBT === #

    @api.model
    def _begin_doubt(self, numbers, states=None):
        """Put numbers in doubt that this transaction is about to store; without shards, nothing.

        :param numbers: ascending
        :param states: ``{event id: state}`` of events that it will change, as they were before
        """
        shards = self.env["cn285.usage.shard"]._shards()
        runs = runs_of(numbers)
        if not shards or not (runs or states):
            return
        cr = self.env.cr
        cr.execute("SELECT nextval('cn285_usage_doubt_id_seq')")
        doubt = cr.fetchone()[0]
        # Held until the transaction has ended, however it ends.
        cr.execute(SQL("SELECT pg_advisory_xact_lock(%s, %s)", LOCK, doubt))
        with self.env.registry.cursor() as other:
            for first, last in runs or [(0, 0)]:
                other.execute(
                    SQL(
                        "INSERT INTO cn285_usage_doubt (id, first_number, last_number, states) "
                        "VALUES (%s, %s, %s, %s)",
                        doubt,
                        first,
                        last,
                        json.dumps(states) if states else None,
                    )
                )
            for first, last in runs:
                shards.with_env(self.env(cr=other))._tell("doubt", doubt, first, last)
        shards._tell("mine", doubt)
        cr.execute(SQL("INSERT INTO cn285_usage_doubt_done (id) VALUES (%s)", doubt))
        # Whoever commits settles what it has put in doubt; whoever is killed leaves it to the next.
        if not cr.postcommit.data.setdefault("cn285_usage_doubt"):
            cr.postcommit.data["cn285_usage_doubt"] = True
            cr.postcommit.add(self._settle_doubts)
            cr.postrollback.add(self._settle_doubts)

    @api.model
    def _doubt_chunk(self, prepared):
        """Put the numbers of a chunk in doubt."""
        if not self._is_sharded() or not len(prepared.encoded):
            return
        if not prepared.numbers:
            prepared.numbers = self._reserve_numbers(len(prepared.encoded))
        self._begin_doubt(prepared.numbers)

    @api.model
    def _doubt_origins(self, ids):
        """Note what staged corrections are about to change, were they not committed here."""
        if not self._is_sharded():
            return
        self.env.cr.execute(
            SQL(
                """SELECT e.id, e.state FROM cn285_usage_stage s
                     JOIN cn285_usage_event o ON o.id = s.origin_id
                     JOIN cn285_usage_event e ON e.id IN (o.id, o.origin_id)
                    WHERE s.id = ANY(%s)""",
                list(ids),
            )
        )
        self._begin_doubt((), dict(self.env.cr.fetchall()))

    @api.model
    def _logs_in_doubt(self):
        """Ids of the ingests whose events may not be seen yet: whoever looks, looks again later."""
        self.env.cr.execute(
            "SELECT l.id FROM cn285_usage_doubt d JOIN cn285_usage_ingest_log l "
            "ON l.first_seq <= d.last_number AND l.last_seq >= d.first_number"
        )
        return [row[0] for row in self.env.cr.fetchall()]

    # === SETTLE === #

    @api.model
    def _settle_doubts(self):
        """Settle what is in doubt, but for what is still running; each in its transaction."""
        registry = self.env.registry
        with registry.cursor() as cr:
            # The latest first: a transaction's changes are put back in their reverse order.
            cr.execute("SELECT DISTINCT id FROM cn285_usage_doubt ORDER BY 1 DESC")
            doubts = [row[0] for row in cr.fetchall()]
        for doubt in doubts:
            try:
                with registry.cursor() as cr:
                    # Each statement sees what was committed before it.
                    cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
                    self.with_env(self.env(cr=cr, su=True))._settle_doubt(doubt)
            except psycopg2.Error as error:
                _logger.warning("Usage events: doubt %s is not settled yet: %s", doubt, error)

    @api.model
    def _settle_doubt(self, doubt):
        cr, shards = self.env.cr, self.env["cn285.usage.shard"]._shards()
        cr.execute(SQL("SELECT pg_try_advisory_xact_lock(%s, %s)", LOCK, doubt))
        if not cr.fetchone()[0]:
            return
        cr.execute(SQL("SELECT 1 FROM cn285_usage_doubt_done WHERE id = %s", doubt))
        if cr.fetchone():
            shards._tell("clear", doubt)
        else:
            # A commit may be on its way there: it is waited for, and seen by a new transaction.
            with self.env.registry.cursor() as other:
                shards.with_env(self.env(cr=other))._tell("wait")
            shards._tell("undo", doubt)
            self._put_back(doubt)
            _logger.info("Usage events: doubt %s was undone on all shards.", doubt)
        for table in ("cn285_usage_doubt", "cn285_usage_doubt_done"):
            cr.execute(SQL("DELETE FROM %s WHERE id = %s", SQL.identifier(table), doubt))

    @api.model
    def _put_back(self, doubt):
        """Give events the states back that a transaction has changed which was not committed.

        Whoever has looked at them meanwhile looks at them again, as if they had arrived anew.
        """
        cr = self.env.cr
        cr.execute(
            SQL(
                "SELECT states FROM cn285_usage_doubt WHERE id = %s AND states IS NOT NULL LIMIT 1",
                doubt,
            )
        )
        found = cr.fetchone()
        if not found:
            return
        states = {int(event): state for event, state in found[0].items()}
        cr.execute(
            SQL(
                """UPDATE cn285_usage_event e SET state = s.state
                     FROM unnest(%s::bigint[], %s::varchar[]) AS s (id, state)
                    WHERE e.id = s.id AND e.state <> s.state
                RETURNING e.company_id, e.id, e.occurred_at""",
                list(states),
                list(states.values()),
            )
        )
        for company_id, event, moment in cr.fetchall():
            company = self.env["res.company"].browse(company_id)
            stored = (1, event, event, moment, moment, 0)
            self.with_company(company)._log_ingest("match", {"accepted": 1}, [], stored)
