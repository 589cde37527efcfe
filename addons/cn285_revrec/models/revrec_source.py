"""From invoice lines and billing rows to recognition schedules, set-based."""

import json
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from odoo import api, models
from odoo.addons.cn285_contract.models.bulk import commit_batch, copy_rows, next_ids
from odoo.tools import SQL

from ..engine.errors import RecognitionError
from ..engine.recognition import Part, Pattern, month_end, respread, split, spread, take_back
from ..engine.service import Facts, pattern_of

# Invoice lines read, spread and stored at a time: bounds the memory, whatever there is to do.
CHUNK = 5000

# What the accounts of a line's schedule depend on.
ACCOUNT_KEYS = ("rule_id", "product_id", "account_id", "journal_id", "fiscal_position_id")

SCHEDULE = "cn285_revrec_schedule"
LINE = "cn285_revrec_line"


@dataclass
class Source:
    """An invoice line, a row's share of one, or a row not yet invoiced."""

    columns: dict  # of the schedule
    pattern: Pattern
    amount: Decimal
    amount_currency: Decimal
    currency: object
    earliest: date  # last day of the first month that it may be recognised in
    schedule_id: int = 0  # the one that exists already
    origin: object = None  # Origin: what a credit note takes back
    lines: list = field(default_factory=list)


@dataclass
class Origin:
    """What is not recognised yet of a schedule that a credit note takes back."""

    schedule_id: int
    parts: list
    parts_currency: list


class RevrecSource(models.AbstractModel):
    """Makes the schedules that are missing; what is there already is not touched.

    A product without a recognition rule has no schedule. Lines that a rule cannot be applied to are
    left out, and said: ``{(model, id): reason}``.
    """

    _name = "cn285.revrec.source"
    _description = "Sources of Recognition Schedules"

    @api.model
    def _sync(self, company, until):
        """Make the missing schedules of a company; commits between chunks (not inside a test).

        :param until: usage of periods that end on this day or before is estimated
        :returns: ``{(model name, record id): reason in an accountant's words}`` for lines and rows
            that could not be scheduled
        """
        self = self.with_company(company)
        self.env.flush_all()
        reasons, last_id = {}, 0
        rules = self._products_with_rules(company)
        first_open = company._cn285_first_open_month()
        while records := self._unscheduled_lines(company, rules, last_id):
            last_id = records[-1]["id"]
            reasons.update(self._schedule_lines(company, records, first_open))
            commit_batch(self.env)
        self._shorten_lives(company, first_open)
        reasons.update(self._sync_unbilled(company, until))
        commit_batch(self.env)
        return reasons

    # === INVOICE LINES === #

    @api.model
    def _products_with_rules(self, company):
        """Products that have a recognition rule in the company, as ``{product id: rule}``."""
        products = self.env["product.product"].with_context(active_test=False)
        ids = self.env.execute_query(
            SQL(
                """SELECT DISTINCT line.product_id
                     FROM account_move_line line JOIN account_move move ON move.id = line.move_id
                    WHERE line.company_id = %s AND line.display_type = 'product'
                      AND move.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
                      AND line.product_id IS NOT NULL""",
                company.id,
            )
        )
        found = {}
        for product in products.browse([row[0] for row in ids]):
            if rule := product._cn285_revrec_rule(company):
                found[product.id] = rule
        return found

    @api.model
    def _unscheduled_lines(self, company, rules, last_id):
        """The next posted invoice lines without a schedule, as dicts, in the order of their ids.

        :param rules: ``{product id: rule}``, for lines that name no rule of their own
        """
        records = self.env.execute_query_dict(
            SQL(
                """SELECT line.id, line.move_id, line.account_id, line.product_id, line.partner_id,
                          line.currency_id, line.analytic_distribution,
                          (-line.balance)::text AS amount,
                          (-line.amount_currency)::text AS amount_currency,
                          line.cn285_revrec_rule_id AS rule_id,
                          line.cn285_service_start AS service_start,
                          line.cn285_service_end AS service_end,
                          move.date, move.journal_id, move.fiscal_position_id,
                          origin.id AS origin_line_id
                     FROM account_move_line line JOIN account_move move ON move.id = line.move_id
                LEFT JOIN account_move_line origin
                       ON origin.id = line.cn285_credited_line_id
                      AND (line.cn285_service_start IS NULL OR line.cn285_service_end IS NULL
                           OR (line.cn285_service_start, line.cn285_service_end) =
                              (origin.cn285_service_start, origin.cn285_service_end))
                    WHERE line.company_id = %s AND line.id > %s AND line.display_type = 'product'
                      AND move.state = 'posted' AND line.balance != 0
                      AND move.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
                      AND move.date >= %s
                      AND (line.cn285_revrec_rule_id IS NOT NULL OR line.product_id = ANY(%s))
                      AND NOT EXISTS (SELECT 1 FROM cn285_revrec_schedule known
                                       WHERE known.move_line_id = line.id)
                 ORDER BY line.id LIMIT %s""",
                company.id,
                last_id,
                company.cn285_revrec_from or date.min,
                list(rules),
                CHUNK,
            )
        )
        for record in records:
            if not record["rule_id"]:
                record["rule_id"] = rules[record["product_id"]].id
        return records

    @api.model
    def _schedule_lines(self, company, records, first_open):
        """Make the schedules of these invoice lines; returns reasons, see :meth:`_sync`."""
        reasons = {}
        charges = [record for record in records if not record["origin_line_id"]]
        credits = [record for record in records if record["origin_line_id"]]
        # Credits come second: they look at what is left of what they credit.
        for group in (charges, credits):
            rows_by_line = self._rows_behind([record["id"] for record in group])
            answers, sources = {}, []
            for record in group:
                rows = rows_by_line.get(record["id"], ())
                try:
                    sources += self._line_sources(company, record, rows, first_open, answers)
                except (RecognitionError, _Missing) as error:
                    reasons["account.move.line", record["id"]] = self._reason(error)
            self._add_origins(sources, {record["id"]: record for record in group})
            self._store(company, sources)
        return reasons

    @api.model
    def _add_origins(self, sources, records):
        """Let credit notes that name no period of their own take back what is left.

        :param records: ``{invoice line id: record}``
        """
        origins = {
            record["id"]: record["origin_line_id"]
            for record in records.values()
            if record["origin_line_id"]
        }
        if not origins:
            return
        rows = self.env.execute_query_dict(
            SQL(
                """SELECT owner.move_line_id, min(owner.id) AS schedule_id, line.period,
                          sum(line.amount)::text AS amount,
                          sum(line.amount_currency)::text AS amount_currency
                     FROM cn285_revrec_schedule owner
                     JOIN cn285_revrec_schedule part
                       ON part.id = owner.id OR part.origin_id = owner.id
                     JOIN cn285_revrec_line line ON line.schedule_id = part.id
                    WHERE owner.move_line_id = ANY(%s) AND owner.posting != 'direct'
                      AND line.state = 'planned'
                 GROUP BY 1, 3 ORDER BY 1, 3""",
                list(set(origins.values())),
            )
        )
        left = {}
        for row in rows:
            left.setdefault(row["move_line_id"], []).append(row)
        for source in sources:
            line_id = source.columns["move_line_id"]
            months = [
                row
                for row in left.get(origins.get(line_id), ())
                if row["period"] > source.columns["invoice_date"]
            ]
            if not months:
                continue
            source.origin = Origin(
                months[0]["schedule_id"],
                [Part(row["period"], Decimal(row["amount"])) for row in months],
                [Part(row["period"], Decimal(row["amount_currency"])) for row in months],
            )
            source.columns["origin_id"] = source.origin.schedule_id

    @api.model
    def _rows_behind(self, line_ids):
        """Billing rows by the invoice line that bills them, with the schedule they may have."""
        rows = self.env.execute_query_dict(
            SQL(
                """SELECT row.id, row.move_line_id, row.item_id, row.contract_id, row.partner_id,
                          row.product_id, row.kind, row.period_start, row.period_end,
                          row.amount::text AS amount, item.date_start AS booked,
                          known.id AS schedule_id
                     FROM cn285_billing_schedule row
                     JOIN cn285_contract_item item ON item.id = row.item_id
                LEFT JOIN cn285_revrec_schedule known ON known.billing_schedule_id = row.id
                    WHERE row.move_line_id = ANY(%s)
                 ORDER BY row.move_line_id, row.id""",
                list(line_ids),
            )
        )
        found = {}
        for row in rows:
            found.setdefault(row["move_line_id"], []).append(row)
        return found

    @api.model
    def _line_sources(self, company, record, rows, first_open, answers):
        """The sources of one invoice line: one, or one for each row that it sums up.

        :param answers: accounts that were found before, by what they depend on
        :raises RecognitionError: where the rule cannot be applied
        """
        rule = self.env["cn285.revrec.rule"].browse(record["rule_id"])
        product = self.env["product.product"].browse(record["product_id"] or ())
        currency = self.env["res.currency"].browse(record["currency_id"])
        shares = self._shares(company, currency, record, rows)
        sources = []
        for row, amount, amount_currency in shares:
            pattern = self._pattern(rule, record, row, len(shares) > 1)
            lies_ahead = pattern.end > _next_day(record["date"])
            key = (
                *(record[name] for name in ACCOUNT_KEYS),
                lies_ahead,
            )
            if key not in answers:
                answers[key] = self._accounts(rule, product, record, lies_ahead)
            columns = {
                **answers[key],
                "move_id": record["move_id"],
                "move_line_id": record["id"],
                "invoice_date": record["date"],
                "booking_date": (row and row["booked"]) or record["date"],
                "source_journal_id": record["journal_id"],
                "partner_id": row["partner_id"] if row else record["partner_id"],
                "product_id": record["product_id"],
                "billing_schedule_id": row and row["id"],
                "item_id": row and row["item_id"],
                "contract_id": row and row["contract_id"],
                "analytic_distribution": record["analytic_distribution"],
            }
            sources.append(
                Source(
                    columns=columns,
                    pattern=pattern,
                    amount=amount,
                    amount_currency=amount_currency,
                    currency=currency,
                    earliest=max(month_end(record["date"]), first_open),
                    schedule_id=(row and row["schedule_id"]) or 0,
                )
            )
        return sources

    @api.model
    def _shares(self, company, currency, record, rows):
        """``(row or None, amount, amount in currency)``: the line, split over its rows."""
        total, foreign = Decimal(record["amount"]), Decimal(record["amount_currency"])
        if len(rows) < 2:
            return [(rows[0] if rows else None, total, foreign)]
        weights = [Decimal(row["amount"]) for row in rows]
        parts = split(total, weights, _unit(company.currency_id))
        foreign_parts = split(foreign, weights, _unit(currency))
        return list(zip(rows, parts, foreign_parts, strict=True))

    @api.model
    def _pattern(self, rule, record, row, summed):
        """How a line (or a row's share of it) is recognised.

        Dates on the line go before the rule's period; a summed line shows those of all its rows,
        which each have their own.
        """
        given = (record["service_start"], record["service_end"])
        if row and (summed or rule.method == "usage" or not all(given)):
            return (
                self.env["cn285.billing.schedule"]
                .browse(row["id"])
                ._cn285_pattern(rule, record["date"])
            )
        return pattern_of(rule._engine_terms(), Facts(billed_on=record["date"], service=given))

    @api.model
    def _accounts(self, rule, product, record, lies_ahead):
        """Accounts and the way of posting, which the account of the invoice line decides."""
        category, account = product.categ_id, self._account(record["account_id"])
        if account.internal_group != "income":
            posting, deferred = "deferred", account
            revenue = self._revenue_account(rule, product, record)
            if not revenue:
                raise _Missing(rule._missing_account("revenue", product))
        else:
            posting, revenue = ("month_end" if lies_ahead else "direct"), account
            deferred = rule._account("deferred", category)
            if lies_ahead and not deferred:
                raise _Missing(rule._missing_account("deferred", product))
        return {
            "rule_id": rule.id,
            "posting": posting,
            "deferred_account_id": deferred.id or None,
            "revenue_account_id": revenue.id,
            "unbilled_account_id": rule._account("unbilled", category).id or None,
            "unbilled_tax_account_id": rule._account("unbilled_tax", category).id or None,
            "journal_id": rule._journal().id or None,
        }

    @api.model
    def _account(self, account_id):
        return self.env["account.account"].browse(account_id)

    @api.model
    def _revenue_account(self, rule, product, record):
        """Where deferred revenue goes when it is earned."""
        position = self.env["account.fiscal.position"].browse(record["fiscal_position_id"] or ())
        account = rule._account("revenue", product.categ_id)
        if not account and product:
            template = product.product_tmpl_id.with_company(rule.company_id)
            account = template.get_product_accounts()["income"]
        if not account:
            account = self.env["account.journal"].browse(record["journal_id"]).default_account_id
        return position.map_account(account)

    # === STORING === #

    @api.model
    def _store(self, company, sources):
        """Write schedules and their lines, whole chunks at a time, by COPY.

        A source that has a schedule (made while it was not invoiced) replaces its lines.
        """
        if not sources:
            return
        fresh = [source for source in sources if not source.schedule_id]
        known = [source for source in sources if source.schedule_id]
        created = {"create_uid": self.env.uid, "create_date": self.env.cr.now()}
        for source, schedule_id in zip(
            fresh, next_ids(self.env, SCHEDULE, len(fresh)), strict=True
        ):
            source.schedule_id = schedule_id
            source.columns.update(created, id=schedule_id)
        for source in sources:
            self._complete(company, source)
        self._replace(known)
        copy_rows(self.env.cr, SCHEDULE, [source.columns for source in fresh])
        lines = [line for source in sources for line in source.lines]
        for line, line_id in zip(lines, next_ids(self.env, LINE, len(lines)), strict=True):
            line["id"] = line_id
        copy_rows(self.env.cr, LINE, lines)
        for name in ("cn285.revrec.schedule", "cn285.revrec.line"):
            self.env[name].invalidate_model(flush=False)

    @api.model
    def _complete(self, company, source):
        """Add what all sources have in common to the schedule's columns, and spread the amount."""
        columns, pattern = source.columns, source.pattern
        now, uid = self.env.cr.now(), self.env.uid
        columns.update(
            company_id=company.id,
            currency_id=source.currency.id,
            method=pattern.method.value,
            service_start=pattern.start,
            service_end=_day_before(pattern.end),
            amount=str(source.amount),
            amount_currency=str(source.amount_currency),
            write_uid=uid,
            write_date=now,
        )
        if not isinstance(columns.get("analytic_distribution"), str | None):
            columns["analytic_distribution"] = json.dumps(columns["analytic_distribution"])
        source.lines = self._lines(company, source)

    @api.model
    def _lines(self, company, source):
        """Values of the schedule's lines."""
        # Nothing lies ahead: the invoice itself earns it all, whichever months it was rendered in.
        earned_on = None
        if source.columns["posting"] == "direct":
            earned_on = source.columns["invoice_date"]
        return [
            {
                "schedule_id": source.schedule_id,
                "company_id": company.id,
                "period": period,
                "date": earned_on or max(period, source.earliest),
                "amount": str(amount),
                "amount_currency": str(amount_currency),
                "state": "recognised" if earned_on else "planned",
                "move_line_id": source.columns["move_line_id"] if earned_on else None,
            }
            for period, amount, amount_currency in self._spread(company, source)
        ]

    @api.model
    def _spread(self, company, source):
        """``(month, amount, amount in currency)`` of each month."""
        parts = self._parts(
            source,
            source.amount,
            _unit(company.currency_id),
            source.origin and source.origin.parts,
        )
        if source.currency == company.currency_id:
            return [(period, amount, amount) for period, amount in parts.items()]
        foreign = self._parts(
            source,
            source.amount_currency,
            _unit(source.currency),
            source.origin and source.origin.parts_currency,
        )
        zero = Decimal(0)
        return [
            (period, parts.get(period, zero), foreign.get(period, zero))
            for period in sorted(parts.keys() | foreign.keys())
        ]

    @api.model
    def _parts(self, source, total, unit, left):
        """``{month: amount}`` of a total, or of a credit of what is left in these months."""
        if source.origin:
            parts = take_back(total, left, source.earliest, unit)
        else:
            parts = spread(total, source.pattern, unit)
        return {part.period: part.amount for part in parts}

    @api.model
    def _replace(self, sources):
        """Bring schedules that exist in line with their sources; their old lines go."""
        if not sources:
            return
        ids = [source.schedule_id for source in sources]
        self.env.execute_query(
            SQL("DELETE FROM cn285_revrec_line WHERE schedule_id = ANY(%s) RETURNING id", ids)
        )
        for source in sources:
            self.env.execute_query(
                SQL(
                    "UPDATE cn285_revrec_schedule SET %s WHERE id = %s RETURNING id",
                    SQL(", ").join(
                        SQL("%s = %s", SQL.identifier(name), value)
                        for name, value in source.columns.items()
                    ),
                    source.schedule_id,
                )
            )

    # === SERVICES THAT END EARLY === #

    @api.model
    def _shorten_lives(self, company, first_open):
        """Let fees over the expected life be earned by the item's end, where it ends before.

        What was recognised stays; the rest is spread over the open months that are left, or falls
        into the first of them.
        """
        records = self.env.execute_query_dict(
            SQL(
                """SELECT schedule.id, schedule.method, schedule.service_start,
                          schedule.currency_id,
                          schedule.amount::text AS amount,
                          schedule.amount_currency::text AS amount_currency,
                          schedule.invoice_date, rule.convention,
                          GREATEST(schedule.service_start,
                                   LEAST(item.date_end, contract.date_end)) AS service_end,
                          COALESCE(earned.amount, 0)::text AS done,
                          COALESCE(earned.amount_currency, 0)::text AS done_currency
                     FROM cn285_revrec_schedule schedule
                     JOIN cn285_revrec_rule rule ON rule.id = schedule.rule_id
                     JOIN cn285_contract_item item ON item.id = schedule.item_id
                     JOIN cn285_contract contract ON contract.id = item.contract_id
                LEFT JOIN LATERAL (
                          SELECT sum(amount) AS amount, sum(amount_currency) AS amount_currency
                            FROM cn285_revrec_line
                           WHERE schedule_id = schedule.id AND state = 'recognised') earned ON TRUE
                    WHERE schedule.company_id = %s AND rule.service_source = 'life'
                      AND schedule.posting IN ('deferred', 'month_end')
                      AND LEAST(item.date_end, contract.date_end) IS NOT NULL
                      AND schedule.service_end > GREATEST(
                          schedule.service_start, LEAST(item.date_end, contract.date_end))
                 ORDER BY schedule.id""",
                company.id,
            )
        )
        if not records:
            return
        lines = [line for record in records for line in self._rest(company, record, first_open)]
        ids = [record["id"] for record in records]
        self.env.execute_query(
            SQL(
                """WITH shortened AS (
                       UPDATE cn285_revrec_schedule schedule SET service_end = made.service_end
                         FROM unnest(%s, %s::date[]) AS made(id, service_end)
                        WHERE schedule.id = made.id RETURNING schedule.id)
                   DELETE FROM cn285_revrec_line
                    WHERE state = 'planned' AND schedule_id IN (SELECT id FROM shortened)
                RETURNING id""",
                ids,
                [record["service_end"] for record in records],
            )
        )
        for line, line_id in zip(lines, next_ids(self.env, LINE, len(lines)), strict=True):
            line["id"] = line_id
        copy_rows(self.env.cr, LINE, lines)
        self.env.invalidate_all(flush=False)

    @api.model
    def _rest(self, company, record, first_open):
        """Lines for what is left of a schedule whose service ends earlier than planned."""
        pattern = Pattern(
            record["method"],
            record["service_start"],
            _next_day(record["service_end"]),
            record["convention"],
        )
        earliest = max(first_open, month_end(record["invoice_date"]))
        currency = self.env["res.currency"].browse(record["currency_id"])
        amounts, foreign = (
            {
                part.period: part.amount
                for part in respread(
                    Decimal(record[f"amount{which}"]),
                    pattern,
                    Decimal(record[f"done{which}"]),
                    earliest,
                    unit,
                )
            }
            for which, unit in (("", _unit(company.currency_id)), ("_currency", _unit(currency)))
        )
        return [
            {
                "schedule_id": record["id"],
                "company_id": company.id,
                "period": period,
                "date": period,
                "amount": str(amounts.get(period, Decimal(0))),
                "amount_currency": str(foreign.get(period, Decimal(0))),
                "state": "planned",
            }
            for period in sorted(amounts.keys() | foreign.keys())
        ]

    # === ROWS NOT YET INVOICED === #

    @api.model
    def _sync_unbilled(self, company, until):
        """Bring the schedules of rows not yet invoiced in line with the rows, and make new ones."""
        self._drop_stale(company)
        reasons, last_id, answers = {}, 0, {}
        self.env["cn285.billing.schedule"]._cn285_estimate_usage(company, until)
        while records := self._unbilled_rows(company, last_id):
            last_id = records[-1]["id"]
            sources = []
            for record in records:
                try:
                    sources += self._row_sources(company, record, answers)
                except (RecognitionError, _Missing) as error:
                    reasons["cn285.billing.schedule", record["id"]] = self._reason(error)
            self._store(company, sources)
            commit_batch(self.env)
        return reasons

    @api.model
    def _drop_stale(self, company):
        """Delete schedules of rows that are gone; keep those on which entries were posted."""
        self.env.execute_query(
            SQL(
                """WITH gone AS (
                       SELECT known.id,
                              EXISTS (SELECT 1 FROM cn285_revrec_position booked
                                       WHERE booked.schedule_id = known.id) AS booked
                         FROM cn285_revrec_schedule known
                    LEFT JOIN cn285_billing_schedule row ON row.id = known.billing_schedule_id
                        WHERE known.company_id = %s AND known.posting = 'unbilled'
                          AND (row.id IS NULL OR row.state = 'cancelled')),
                   emptied AS (
                       DELETE FROM cn285_revrec_line
                        WHERE schedule_id IN (SELECT id FROM gone) RETURNING id),
                   closed AS (
                       UPDATE cn285_revrec_schedule SET amount = 0, amount_currency = 0
                        WHERE id IN (SELECT id FROM gone WHERE booked) RETURNING id)
                   DELETE FROM cn285_revrec_schedule
                    WHERE id IN (SELECT id FROM gone WHERE NOT booked) RETURNING id""",
                company.id,
            )
        )
        self.env["cn285.revrec.schedule"].invalidate_model(flush=False)

    @api.model
    def _unbilled_rows(self, company, last_id):
        """Rows not yet invoiced that have no schedule or one that does not fit any more, as dicts.

        A row on an invoice that is still a draft is not invoiced yet. Usage that waits for its bill
        counts once its period is over, with what it comes to by today.
        """
        return self.env.execute_query_dict(
            SQL(
                """SELECT row.id, row.item_id, row.contract_id, row.partner_id, row.product_id,
                          row.kind, row.period_start, row.period_end, row.billing_date,
                          row.currency_id, known.id AS schedule_id,
                          %(due)s::text AS amount,
                          item.date_start AS activated, item.cn285_service_start AS service_start,
                          item.cn285_service_end AS service_end, item.analytic_distribution
                     FROM cn285_billing_schedule row
                     JOIN cn285_contract_item item ON item.id = row.item_id
                LEFT JOIN account_move move ON move.id = row.move_id
                LEFT JOIN cn285_revrec_schedule known ON known.billing_schedule_id = row.id
                    WHERE row.company_id = %(company)s AND row.id > %(last)s
                      AND (row.state IN ('planned', 'waiting')
                           OR row.state = 'invoiced' AND move.state = 'draft')
                      AND (known.id IS NULL
                           AND %(due)s != 0
                           OR known.posting = 'unbilled' AND (
                               known.amount_currency
                                   != %(due)s
                               OR known.write_date < row.write_date
                               OR known.write_date < item.write_date))
                 ORDER BY row.id LIMIT %(limit)s""",
                company=company.id,
                last=last_id,
                limit=CHUNK,
                due=SQL(
                    """(CASE row.state WHEN 'waiting' THEN COALESCE(row.cn285_usage_estimate, 0)
                             ELSE row.amount END)"""
                ),
            )
        )

    @api.model
    def _row_sources(self, company, record, answers):
        """The source of a row not yet invoiced, in a list; none where its revenue is left alone.

        Its amount in the company's currency is at the rate of its invoice date, or of today if that
        lies ahead; the invoice will decide.
        """
        key = (record["item_id"], record["kind"])
        if key not in answers:
            answers[key] = self._item_answers(company, record)
        rule, columns = answers[key]
        if not rule or rule.method == "at_once":
            return []
        facts = Facts(
            billed_on=record["billing_date"],
            billed=(record["period_start"], record["period_end"]),
            activated=record["activated"],
            service=(record["service_start"], record["service_end"]),
        )
        weights = ()
        if rule.method == "usage":
            row = self.env["cn285.billing.schedule"].browse(record["id"])
            weights = row._cn285_usage_weights()
        currency = self.env["res.currency"].browse(record["currency_id"])
        amount_currency = Decimal(record["amount"])
        source = Source(
            columns={
                **columns,
                "booking_date": record["activated"] or record["period_start"],
                "partner_id": record["partner_id"],
                "billing_schedule_id": record["id"],
                "analytic_distribution": record["analytic_distribution"],
            },
            pattern=pattern_of(rule._engine_terms(), facts, weights),
            amount=self._in_company_currency(company, currency, amount_currency, record),
            amount_currency=amount_currency,
            currency=currency,
            earliest=date.min,
            schedule_id=record["schedule_id"] or 0,
        )
        return [source]

    @api.model
    def _in_company_currency(self, company, currency, amount, record):
        if currency == company.currency_id:
            return amount
        day = min(record["billing_date"], company._cn285_today())
        converted = currency._convert(float(amount), company.currency_id, company, day)
        return Decimal(f"{converted:.{company.currency_id.decimal_places}f}")

    @api.model
    def _item_answers(self, company, record):
        """Rule and accounts of an item's rows: ``(rule, columns)``."""
        item = self.env["cn285.contract.item"].browse(record["item_id"])
        contract, product = item.contract_id, item.product_id
        rule = item._cn285_rule(record["kind"])
        if not rule:
            return rule, {}
        category = product.categ_id
        journal = contract._get_sale_journals()[contract]
        position = contract._get_fiscal_positions()[contract]
        revenue = self._revenue_account(
            rule, product, {"fiscal_position_id": position.id, "journal_id": journal.id}
        )
        return rule, {
            "rule_id": rule.id,
            "posting": "unbilled",
            "deferred_account_id": rule._account("deferred", category).id or None,
            "revenue_account_id": revenue.id or None,
            "unbilled_account_id": rule._account("unbilled", category).id or None,
            "unbilled_tax_account_id": rule._account("unbilled_tax", category).id or None,
            "journal_id": rule._journal().id or None,
            "source_journal_id": journal.id or None,
            "product_id": product.id,
            "item_id": item.id,
            "contract_id": contract.id,
        }

    # === WORDS === #

    @api.model
    def _reason(self, error):
        """What a refusal of the engine means, in an accountant's words."""
        if isinstance(error, _Missing):
            return str(error)
        values = error.values
        texts = {
            "no_service_period": self.env._(
                "its recognition rule spreads it over the billed period, which is not known: give "
                "the first and the last day of the service on the invoice line."
            ),
            "service_ends_before_start": self.env._(
                "its service ends on %(end)s, before it starts on %(start)s.",
                end=values.get("end"),
                start=values.get("start"),
            ),
            "length_not_positive": self.env._(
                "the service period of its recognition rule lasts no time."
            ),
        }
        return texts.get(error.code) or str(error)


class _Missing(Exception):
    """An account that is needed and not set; says which and where."""


def _unit(currency):
    """The currency's rounding unit, as a decimal."""
    return Decimal(repr(currency.rounding))


def _next_day(day):
    return date.fromordinal(day.toordinal() + 1)


def _day_before(day):
    return date.fromordinal(day.toordinal() - 1)
