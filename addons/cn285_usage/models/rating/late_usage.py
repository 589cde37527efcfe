"""Late usage: it came, or was taken back, after its period was invoiced.

Which rows it changes, how far back, the differences that are billed, and what estimates say before.
"""

from datetime import timedelta, timezone
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.isolation import each_or_apart, of_contracts
from odoo.tools import SQL

from ..ingest.usage_arrival_sql import ARRIVED
from .usage_batch import BILLED_STATES

# Late usage of periods that ended longer ago is not billed any more: claims among businesses expire
# after five years (Code de commerce, L110-4).
LATE_USAGE_DAYS = 5 * 366


class BillingSchedule(models.Model):
    """Rows that were invoiced, and what their usage has changed to since.

    A late event marks the invoiced rows that it changes (``usage_stale``). Rating them anew takes
    the mark off; where that fails, it stays, and the next run tries again.
    """

    _inherit = "cn285.billing.schedule"

    usage_stale = fields.Boolean(
        readonly=True, copy=False, help="Usage of this period has changed since it was invoiced."
    )

    _usage_stale_idx = models.Index("(company_id) WHERE usage_stale IS TRUE")
    _billed_usage_idx = models.Index(
        "(company_id, period_end) "
        "WHERE kind = 'usage' AND state IN ('invoiced', 'nothing_to_invoice')"
    )

    @api.model
    def _late_usage_since(self, day):
        """The first day whose usage is still billed on ``day`` where it was not known before.

        Periods that ended earlier are left as they are.
        """
        return day - timedelta(days=LATE_USAGE_DAYS)

    def _late_usage_to_bill(self):
        """Hook: those of these invoiced rows of which late usage is billed: all.

        Usage of periods too old to be billed unseen, say, is left out here, for runs, estimates and
        previews alike; what becomes of it then says :meth:`_late_usage_left`. Writes nothing.
        """
        return self

    def _late_usage_left(self):
        """Hook: late usage has changed these invoiced rows, and is not billed: nothing is done.

        Here such rows go to a list for review, say. Called by runs, once for each ingest; to bill a
        row after all, set its ``usage_stale``.
        """

    # === IN A BILLING RUN === #

    @api.model
    def _plan_differences(self, company, since):
        """Difference rows for invoiced periods of which usage has come in, or was taken back.

        What changes on a source, also by a difference, flows on to what it triggers, level by
        level.

        :param company: whose rows; each ingest of it is looked at once
        :param since: look at periods that end on this day or later
        :returns: the new rows, rated, due today; and ``{contract: reason}`` of those that could not
            be rated
        """
        self._mark_stale(company, since)
        created, failed = self._rate_stale(company)
        levels = self.env["cn285.usage.calculator"]._cascade_levels(company)
        for _level in range(max(levels.values(), default=0)):
            if not self._mark_triggered(company, since):
                break
            more, failing = self._rate_stale(company)
            created |= more
            failed.update(failing)
        return created, failed

    @api.model
    def _rate_stale(self, company):
        """Difference rows for the company's marked rows; shape as above."""
        stale = self.search([("company_id", "=", company.id), ("usage_stale", "=", True)])
        # What was billed of purged events stays, whatever else has marked its row.
        closed = stale._of_closed_days()
        closed._write_inside({"usage_stale": False})
        stale -= closed
        if not stale:
            return self.browse(), {}

        def rate(contracts):
            rows = of_contracts(stale, contracts)
            batch = rows._rate_rows(rows._billed_ratings())
            created = rows._create_differences(batch)
            rows.filtered(lambda row: row.contract_id not in batch.failed)._write_inside(
                {"usage_stale": False}
            )
            return created, batch.failed

        parts, failed = each_or_apart(stale.contract_id, rate)
        for _created, failing in parts:
            failed.update(failing)
        return self.browse().union(*(created for created, _failing in parts)), failed

    @api.model
    def _mark_stale(self, company, since):
        """Look at the ingests not looked at yet, and mark the invoiced rows that they change.

        Of which of them a difference is billed, says :meth:`_late_usage_to_bill`.
        """
        ingests = self._new_ingests(company)
        if not ingests:
            return
        newer = self._newer_than_billed(ingests, company)
        touched = self._touched_by(ingests - newer, since)
        # Of a pool, whoever left it early was billed before its period is over.
        pooled = newer and self.env["cn285.contract"]._with_pools(company)
        if pooled:
            touched |= self._touched_by(newer, since, pooled)
        changed = touched._affected().filtered(lambda row: row._is_billed())
        closed = changed._of_closed_days()
        closed._tell_late_closed()
        changed -= closed
        billable = changed._late_usage_to_bill()
        billable._write_inside({"usage_stale": True})
        (changed - billable)._late_usage_left()
        ingests._write_inside({"processed": True})

    @api.model
    def _new_ingests(self, company):
        """What has arrived since the last run looked for late usage."""
        # sudo: a note for the program that these arrivals were looked at.
        ingests = self.env["cn285.usage.ingest.log"].sudo()
        in_doubt = self.env["cn285.usage.event"]._logs_in_doubt()
        return ingests.search(
            [
                ("company_id", "=", company.id),
                ("processed", "!=", True),
                ("id", "not in", in_doubt),
            ]
        )

    @api.model
    def _newer_than_billed(self, ingests, company):
        """Those of these ingests whose events are all of days after the last that was billed.

        Most are, and need not be read: what they touch is still to be rated.
        """
        self.flush_model(["company_id", "kind", "state", "period_end"])
        [(until,)] = self.env.execute_query(
            SQL(
                """SELECT max(period_end) FROM cn285_billing_schedule
                    WHERE company_id = %s AND kind = 'usage'
                      AND state IN ('invoiced', 'nothing_to_invoice')""",
                company.id,
            )
        )
        if until is None:
            return ingests
        zone = ZoneInfo(company.cn285_tz or "UTC")

        def first_day(ingest):
            return ingest.occurred_from.replace(tzinfo=timezone.utc).astimezone(zone).date()

        return ingests.filtered(lambda ingest: ingest.occurred_from and first_day(ingest) > until)

    # === WHICH ROWS IT CHANGES === #

    @api.model
    def _touched_by(self, ingests, since, contracts=None):
        """Usage rows of whose days these ingests have recorded, or corrected, events.

        Ingests are looked at, not the highest number seen: one that started earlier and ended later
        has lower numbers. An event that names no item touches all of its contract's.

        :param contracts: look at events of these only, and at corrections of any
        """
        ranges = [(ingest.first_seq, ingest.last_seq) for ingest in ingests if ingest.last_seq]
        if not ranges:
            return self.browse()
        firsts, lasts = (list(column) for column in zip(*ranges, strict=True))
        company = ingests.company_id
        self.flush_model(["item_id", "contract_id", "kind", "state", "period_start", "period_end"])
        rows = self.env.execute_query(
            SQL(
                """WITH arrived AS (
                       SELECT e.id, e.item_id, e.contract_id, e.metric_id, e.occurred_at,
                              e.origin_id, e.state
                         FROM unnest(%(firsts)s::bigint[], %(lasts)s::bigint[]) AS r (first, last)
                         JOIN cn285_usage_event e ON %(in_range)s
                        WHERE e.company_id = %(company)s AND %(of_contracts)s),
                   touched AS (
                       SELECT item_id, contract_id, metric_id, occurred_at FROM arrived
                        WHERE state != 'parked'
                        UNION ALL
                       SELECT o.item_id, o.contract_id, o.metric_id, o.occurred_at
                         FROM arrived a JOIN cn285_usage_event o ON o.id = a.origin_id
                        WHERE o.state != 'parked'
                        UNION ALL
                       SELECT f.item_id, f.contract_id, f.metric_id, f.occurred_at
                         FROM arrived a JOIN cn285_usage_event o ON o.id = a.origin_id
                         JOIN cn285_usage_event f ON f.id = o.origin_id
                        WHERE f.state != 'parked'),
                   days AS (
                       SELECT DISTINCT t.item_id, t.contract_id,
                              (t.occurred_at AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date AS day,
                              m.aggregation = ANY(%(carried_in)s) AS carried_in
                         FROM touched t JOIN cn285_usage_metric m ON m.id = t.metric_id)
                   SELECT row.id FROM cn285_billing_schedule row JOIN days d
                       ON d.item_id = row.item_id
                      AND d.day <= row.period_end
                      AND (d.day >= row.period_start OR d.carried_in)
                    WHERE row.kind = 'usage' AND row.state != 'cancelled'
                      AND row.period_end >= %(since)s
                    UNION
                   SELECT row.id FROM cn285_billing_schedule row JOIN days d
                       ON d.item_id IS NULL AND d.contract_id = row.contract_id
                      AND d.day <= row.period_end
                      AND (d.day >= row.period_start OR d.carried_in)
                    WHERE row.kind = 'usage' AND row.state != 'cancelled'
                      AND row.period_end >= %(since)s""",
                in_range=SQL(ARRIVED),
                of_contracts=self._events_of(contracts),
                firsts=firsts,
                lasts=lasts,
                company=company.id,
                zone=company.cn285_tz or "UTC",
                carried_in=self.env["cn285.usage.metric"]._aggregations_that("carried_in"),
                since=since,
            )
        )
        return self.browse(sorted(row_id for (row_id,) in rows))

    @api.model
    def _events_of(self, contracts):
        """Condition on events ``e``: those of contracts, by their indexes, and corrections."""
        if contracts is None:
            return SQL("TRUE")
        return SQL(
            """(e.item_id = ANY(%s) OR e.item_id IS NULL AND e.contract_id = ANY(%s)
                OR e.origin_id IS NOT NULL)""",
            contracts.item_ids.ids,
            contracts.ids,
        )

    def _affected(self):
        """These rows, and those whose amount depends on them."""
        rows = self
        for aspect in self._rating_aspects():
            rows |= aspect.affected(rows)
        return rows

    # === WHAT IS SHOWN BEFORE A RUN HAS LOOKED === #

    @api.model
    def _late_rows(self, contracts):
        """Billed rows of contracts that a run of today would rate anew; nothing is written.

        For estimates and previews. Those that late usage has touched, of these contracts or of
        their pools, and those that were marked before.

        :param contracts: of one company
        """
        company = contracts.company_id
        # sudo: what others use of a pool changes these contracts' amounts.
        pools = contracts.sudo().item_ids.calculator_ids._all_pools()
        family = contracts.sudo() | pools._all_calculators().item_id.contract_id
        since = self._late_usage_since(company._cn285_today())
        touched = self.sudo()._touched_by(self._new_ingests(company), since, family)
        touched = touched.filtered(lambda row: row.contract_id in family)
        marked = self.sudo().search(
            [
                ("company_id", "=", company.id),
                ("usage_stale", "=", True),
                ("contract_id", "in", contracts.ids),
            ]
        )
        changed = (touched._affected() if touched else touched).filtered(
            lambda row: row.state in BILLED_STATES
        )
        late = changed._late_usage_to_bill() | marked
        late -= late._of_closed_days()
        return late.filtered(
            lambda row: row.state in BILLED_STATES and row.contract_id in contracts
        ).sudo(self.env.su)

    # === DIFFERENCES === #

    def _create_differences(self, batch):
        """Difference rows for those of these rows whose outcomes differ from what was billed."""
        changed = self.filtered(
            lambda row: any(
                outcome.rating.amount or outcome.rating.quantity
                for outcome in batch.outcomes.get(row.id, ())
            )
        )
        if changed:
            vals = changed._rated_vals(batch)
            revisions = changed._difference_revisions()
            created = self._insert_planned(
                [
                    {**row._difference_vals(), **vals[row], "revision": revisions[row]}
                    for row in changed
                ]
            )
            outcomes = {
                made: batch.outcomes[row.id] for row, made in zip(changed, created, strict=True)
            }
            # sudo: ratings follow from usage; who may run the billing may not write them by hand.
            self.env["cn285.usage.rating"].sudo()._insert_outcomes(outcomes)
        else:
            created = self.browse()
        for aspect in batch.aspects:
            aspect.differences_stored(batch)
        return created

    def _difference_revisions(self):
        """The next revision of a difference for the period of each row."""
        groups = self._read_group(
            [
                ("item_id", "in", self.item_id.ids),
                ("kind", "=", "usage_difference"),
                ("period_start", "in", list(set(self.mapped("period_start")))),
            ],
            ["item_id", "period_start:day"],
            ["revision:max"],
        )
        last = {(item.id, start): revision for item, start, revision in groups}
        return {row: last.get((row.item_id.id, row.period_start), -1) + 1 for row in self}

    def _difference_vals(self):
        """Values of the difference row of an invoiced row, but for what it is rated with."""
        self.ensure_one()
        return {
            **self.item_id._row_owner(),
            "item_id": self.item_id.id,
            "kind": "usage_difference",
            "period_start": self.period_start,
            "period_end": self.period_end,
            "billing_date": self.company_id._cn285_today(),
            "price_unit": self.price_unit,
            "discount": 0.0,
            "proration": self.proration,
            "state": "planned",
        }
