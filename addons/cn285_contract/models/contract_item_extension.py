"""Running items are planned further as the horizon moves: in batches, and in jobs where many."""

from datetime import date

from odoo import api, models
from odoo.addons.queue_job.delay import group
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, split_every

from ..engine.errors import EngineError
from ..engine.plan import needed_from, plan_stretches
from .bulk import CONCURRENCY_ERRORS, commit_batch, in_one_transaction
from .clock import imagining
from .common import LIVE_STATES, OPEN_STATES, in_users_language
from .contract_item_rows import as_known
from .isolation import each_or_apart, of_contracts

# Items that are planned, and committed, together.
PLANNING_BATCH = 2000


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"

    # === WHO STARTS IT === #

    @api.model
    def _short_domain(self, company, until):
        """Running items of the company that may have rows due before ``until`` to be planned."""
        return Domain(
            [
                ("company_id", "=", company.id),
                ("state", "in", LIVE_STATES),
                ("planned_until", "<", until),
            ]
        )

    @api.model
    def _extend_planning(self, company, until: date, among=Domain.TRUE):
        """Plan the company's running items so that all rows due before ``until`` exist.

        Only items that may have such rows are read; those planned far enough cost nothing. What
        was planned is committed every few thousand items.

        :param among: domain of the contracts concerned
        :returns: ``{contract: reason in words}`` of those that could not be planned
        :raises LockError: when another process plans some of them
        """
        failed, last = {}, 0
        short = self._short_domain(company, until)
        if not among.is_true():
            short &= Domain("contract_id", "any", among)
        while True:
            # By their numbers, each batch from where the one before it ended.
            left = short & Domain("id", ">", last)
            if failed:
                left &= Domain("contract_id", "not in", [contract.id for contract in failed])
            items = self.search(left, order="id", limit=PLANNING_BATCH)
            if not items:
                return failed
            last = items[-1].id
            failed.update(items._extend_or_apart(until))
            commit_batch(self.env)

    @api.model
    def _delay_extension(self, company, until: date):
        """Order jobs that plan the company's running items up to a day, a batch of items each.

        Where one batch is enough, and on a journey, it is done at once.

        :returns: the jobs' graph, or None where nothing was ordered
        """
        query = self._search(self._short_domain(company, until), order="id")
        ids = [item_id for (item_id,) in self.env.execute_query(query.select("id"))]
        if len(ids) <= PLANNING_BATCH or imagining() or in_one_transaction():
            self._extend_planning(company, until)
            return None
        day = until.isoformat()
        jobs = [
            self.delayable(
                channel="root.billing",
                description=self.env._("Planning of %s", company.name),
                identity_key=f"cn285.planning-{company.id}-{day}-{batch[0]}-{batch[-1]}",
            )._job_extend(company, day, batch[0], batch[-1])
            for batch in map(tuple, split_every(PLANNING_BATCH, ids))
        ]
        closing = self.delayable(
            channel="root.billing",
            description=self.env._("Planning of %s: what is over is closed", company.name),
            identity_key=f"cn285.planning-{company.id}-{day}-close",
        )._job_close_finished(company)
        graph = group(*jobs).on_done(closing)
        graph.delay()
        return graph

    @api.model
    def _job_extend(self, company, until, first, last):
        """Job: plan the items with these numbers up to a day. Safe to run again: see below.

        What was planned that far is not planned again, whoever has done it.

        :param str until: the day, as ISO text
        """
        self = in_users_language(self.with_company(company))
        until = date.fromisoformat(until)
        numbers = Domain("id", ">=", first) & Domain("id", "<=", last)
        items = self.search(self._short_domain(company, until) & numbers, order="id")
        try:
            failed = items._extend_or_apart(until)
        except CONCURRENCY_ERRORS as error:
            message = self.env._("Another process plans the same items; this batch waits.")
            raise RetryableJobError(message, seconds=10, ignore_retry=True) from error
        texts = [self.env._("%s items", len(items))]
        texts += [f"{contract.display_name}: {reason}" for contract, reason in failed.items()]
        return "\n".join(texts)

    @api.model
    def _job_close_finished(self, company):
        """Job: after the planning, contracts and items that are over are closed."""
        self = in_users_language(self.with_company(company))
        self.env["cn285.contract"]._close_finished(company)

    # === HOW === #

    def _extend_or_apart(self, until):
        """Plan these items up to a day; what cannot be planned stops its own contract only.

        :returns: ``{contract: reason in words}``
        :raises: one of ``CONCURRENCY_ERRORS``: another process plans some of them
        """
        # Two processes that plan the same items would collide on the rows.
        self.lock_for_update(allow_referencing=True)
        _done, failed = each_or_apart(
            self.contract_id,
            lambda contracts: of_contracts(self, contracts)._extend_until(until),
        )
        return failed

    def _extend_until(self, until: date):
        """Plan running items further, up to a day: nothing has changed but the day.

        What is due before the day up to which an item is planned stands as it is: only what may be
        due from then on is planned, and of what was invoiced only that is read which lies there.
        """
        # sudo: schedules follow from the items, and who may edit an item may not write schedules.
        items = self.sudo()
        histories = items._histories()
        since = {item: item.planned_until or date.min for item in items}
        needed = {item.id: needed_from(histories[item], since[item]) for item in items}
        covered, standing, revisions = items._rows_from(needed)
        plans = {}
        for item, stretches in histories.items():
            try:
                rows, finished = plan_stretches(
                    stretches, until, covered.get(item.id, ()), since[item]
                )
            except EngineError as error:
                raise ValidationError(item._engine_message(error)) from error
            rows = [row for row in rows if (item.id, row.kind, row.start) not in standing]
            plans[item] = rows, finished
        plans = items._price_plans(plans)
        creates = [
            {
                **vals,
                "revision": revisions.get((item.id, vals["kind"], vals["period_start"]), -1) + 1,
            }
            for item, (wanted, _finished) in plans.items()
            for vals in wanted
        ]
        # sudo: planned rows are the program's; the items are those that the caller may plan.
        self.env["cn285.billing.schedule"].sudo()._insert_planned(creates)
        items._store_planned_until(plans, until)

    def _rows_from(self, days):
        """What the schedule holds already of the items' days from given ones on.

        Invoiced stretches of days do not overlap, unless a credit has freed some: so the last one
        that begins before the day is all that can reach beyond it. Items with such credits are
        read as a whole. However long an item has run, few of its rows are read.

        :param days: ``{item id: first day}``; None where nothing of the item matters
        :returns: stretches invoiced and not credited since, ``{item id: [(start, end)]}``; open
            rows as ``{(item id, kind, start)}``; highest revision by ``(item id, kind, start)``
        """
        wanted = [(item_id, day) for item_id, day in days.items() if day]
        if not wanted:
            return {}, set(), {}
        schedules = self.env["cn285.billing.schedule"]
        schedules.flush_model()
        # Few statements per batch, and none per item: a row constructor for each item.
        found = self.env.execute_query(
            SQL(
                """
                WITH wanted AS MATERIALIZED (
                    SELECT item_id,
                           CASE WHEN EXISTS (
                               SELECT FROM cn285_billing_schedule credit
                                WHERE credit.item_id = asked.item_id AND credit.kind = 'credit'
                                  AND credit.frees AND credit.state != 'cancelled'
                           ) THEN '-infinity' ELSE day END AS day
                      FROM unnest(%(ids)s, %(days)s::date[]) AS asked (item_id, day))
                SELECT row.id, row.item_id, row.kind, row.state, row.revision, row.period_start,
                       row.period_end, row.credited_id, row.frees
                  FROM wanted CROSS JOIN LATERAL (
                       (SELECT * FROM cn285_billing_schedule late
                         WHERE late.item_id = wanted.item_id AND late.period_start >= wanted.day
                           AND late.kind = ANY(%(kinds)s))
                        UNION ALL
                       (SELECT * FROM cn285_billing_schedule early
                         WHERE early.item_id = wanted.item_id AND early.period_start < wanted.day
                           AND early.kind = ANY(%(planned)s)
                           AND early.state != ALL(%(unbilled)s)
                         ORDER BY early.period_start DESC LIMIT 1)) row
                 ORDER BY row.item_id, row.period_start, row.revision
                """,
                ids=[item_id for item_id, _day in wanted],
                days=[day for _item_id, day in wanted],
                kinds=[*self._planned_kinds(), "credit"],
                planned=list(self._planned_kinds()),
                unbilled=[*OPEN_STATES, "cancelled"],
            )
        )
        return as_known(found)
