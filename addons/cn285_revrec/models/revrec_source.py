"""From posted invoice lines to recognition schedules, set-based."""

from datetime import date
from decimal import Decimal

from odoo import api, models
from odoo.addons.cn285_contract.models.bulk import commit_batch, one_transaction
from odoo.tools import SQL

from ..engine.errors import RecognitionError
from ..engine.recognition import month_end, split
from ..engine.service import Facts, pattern_of
from .revrec_source_values import CHUNK, Missing, Source, next_day, unit_of

# What the accounts of a line's schedule depend on.
ACCOUNT_KEYS = ("rule_id", "product_id", "account_id", "journal_id", "fiscal_position_id")


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
        company._cn285_lock_revrec()
        reasons = self._sync_lines(company)
        reasons.update(self._sync_unbilled(company, until))
        return reasons

    @api.model
    def _sync_lines(self, company):
        """Make the missing schedules of invoice lines; returns reasons, see :meth:`_sync`."""
        # Openings come first: invoices may credit them.
        reasons, last_id = self._sync_openings(company), 0
        rules = self._products_with_rules(company)
        first_open = company._cn285_first_open_month()
        while records := self._unscheduled_lines(company, rules, last_id):
            last_id = records[-1]["id"]
            reasons.update(self._schedule_lines(company, records, first_open))
            self._commit_chunk(company)
        self._shorten_lives(company, first_open)
        return reasons

    @api.model
    def _bring_up_to_date(self, company, until=None):
        """Make what is missing before somebody reads; nothing is locked where nothing is.

        All in the reader's transaction: a report shows the books as they are, whoever looked, or
        previewed a run, before.

        :param until: see :meth:`_sync`; None: schedules of invoices are enough
        """
        # sudo: schedules follow from the books, and who may read them may not write any.
        self = self.sudo().with_company(company).with_context(lang=None)
        company = company.sudo()
        self.env.flush_all()
        with one_transaction():
            if until:
                self._sync(company, until)
            elif self._is_behind(company):
                company._cn285_lock_revrec()
                self._sync_lines(company)
        self.env.flush_all()

    @api.model
    def _is_behind(self, company):
        """Whether schedules of invoice lines are missing, or some last longer than their item."""
        rules = self._products_with_rules(company)
        return bool(self._unscheduled_lines(company, rules, 0) or self._lives_to_shorten(company))

    @api.model
    def _commit_chunk(self, company):
        """Commit what was made, and keep other processes from making the same meanwhile."""
        commit_batch(self.env)
        company._cn285_lock_revrec()

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
                          line.cn285_credited_line_id AS credited_line_id,
                          origin.id AS origin_line_id, goodwill.contract_id AS goodwill_of,
                          lowered.contract_id AS lowered_contract, lowered.item_id AS lowered_item
                     FROM account_move_line line JOIN account_move move ON move.id = line.move_id
                LEFT JOIN account_move_line origin
                       ON origin.id = line.cn285_credited_line_id
                      AND (line.cn285_service_start IS NULL OR line.cn285_service_end IS NULL
                           OR (line.cn285_service_start, line.cn285_service_end) =
                              (origin.cn285_service_start, origin.cn285_service_end))
            LEFT JOIN LATERAL (
                          SELECT min(contract.contract_id) AS contract_id
                            FROM cn285_contract_move_rel contract
                           WHERE contract.move_id = move.id AND move.move_type = 'out_refund'
                             AND line.cn285_credited_line_id IS NULL
                             AND NOT EXISTS (SELECT 1 FROM cn285_billing_schedule row
                                              WHERE row.move_line_id = line.id)) goodwill ON TRUE
            LEFT JOIN account_move_line rebate ON rebate.id = line.cn285_credited_line_id
            LEFT JOIN LATERAL (
                          SELECT min(row.contract_id) AS contract_id, min(row.item_id) AS item_id
                            FROM cn285_billing_schedule row
                           WHERE row.move_line_id = COALESCE(
                                 line.cn285_lowered_line_id, rebate.cn285_lowered_line_id)
                          HAVING count(DISTINCT row.item_id) = 1) lowered ON TRUE
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
        rows_by_line = self._rows_behind([record["id"] for record in records])
        credits = [
            record
            for record in records
            if record["credited_line_id"]
            or any(row["credited_id"] for row in rows_by_line.get(record["id"], ()))
        ]
        known = {record["id"] for record in credits}
        charges = [record for record in records if record["id"] not in known]
        # Credits come second: they look at what is left of what they credit.
        for group in (charges, credits):
            answers, sources = {}, []
            for record in group:
                rows = rows_by_line.get(record["id"], ())
                try:
                    sources += self._line_sources(company, record, rows, first_open, answers)
                except (RecognitionError, Missing) as error:
                    reasons["account.move.line", record["id"]] = self._reason(error)
            self._add_days_given_back(sources)
            self._add_origins(sources, {record["id"]: record for record in group})
            self._store(company, sources)
        return reasons

    @api.model
    def _rows_behind(self, line_ids):
        """Billing rows by the invoice line that bills them, with the schedule they may have."""
        rows = self.env.execute_query_dict(
            SQL(
                """SELECT row.id, row.move_line_id, row.item_id, row.contract_id, row.partner_id,
                          row.product_id, row.kind, row.period_start, row.period_end,
                          row.amount::text AS amount, item.date_start AS activated,
                          row.credited_id, row.frees,
                          item.cn285_service_start AS service_start,
                          item.cn285_service_end AS service_end,
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
        currency = self.env["res.currency"].browse(record["currency_id"])
        shares = self._shares(company, currency, record, rows)
        sources = []
        for row, amount, amount_currency in shares:
            pattern = self._pattern(rule, record, row, len(shares) > 1, answers)
            lies_ahead = pattern.end > next_day(record["date"])
            # What a line sums up of several products is earned by each of them.
            product = self.env["product.product"].browse(
                (row and row["product_id"]) or record["product_id"] or ()
            )
            key = (
                *(record[name] for name in ACCOUNT_KEYS),
                product.id,
                lies_ahead,
            )
            if key not in answers:
                answers[key] = self._accounts(rule, product, record, lies_ahead)
            columns = {
                **answers[key],
                "move_id": record["move_id"],
                "move_line_id": record["id"],
                "invoice_date": record["date"],
                "booking_date": (row and row["activated"]) or record["date"],
                "source_journal_id": record["journal_id"],
                "partner_id": row["partner_id"] if row else record["partner_id"],
                "product_id": product.id or None,
                "billing_schedule_id": row and row["id"],
                # What lowers a line, such as a rebate, is of the contract that the line bills.
                "item_id": row["item_id"] if row else record["lowered_item"],
                "contract_id": row["contract_id"]
                if row
                else record["goodwill_of"] or record["lowered_contract"],
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
                    credited=self._credited(record, row),
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
        parts = split(total, weights, unit_of(company.currency_id))
        foreign_parts = split(foreign, weights, unit_of(currency))
        return list(zip(rows, parts, foreign_parts, strict=True))

    @api.model
    def _pattern(self, rule, record, row, summed, answers):
        """How a line (or a row's share of it) is recognised.

        Dates on the line go before the rule's period; a summed line shows those of all its rows,
        which each have their own.
        """
        given = (record["service_start"], record["service_end"])
        if record["goodwill_of"] and not all(given):
            # A gesture is for no days: it is revenue given up when it is made.
            given = (record["date"], record["date"])
        facts = Facts(billed_on=record["date"], service=given)
        if row and (summed or not all(given)):
            facts = self._row_facts(row, record["date"])
        if rule.id not in answers:
            answers[rule.id] = rule._engine_rule()
        return pattern_of(answers[rule.id], facts, self._usage_weights(rule, row))

    @api.model
    def _row_facts(self, row, billed_on):
        """What the engine has to know of a billing row, given as a dict."""
        return Facts(
            billed_on=billed_on,
            billed=(row["period_start"], row["period_end"]),
            activated=row["activated"],
            service=(row["service_start"], row["service_end"]),
        )

    @api.model
    def _usage_weights(self, rule, row):
        """What was consumed in each month, for a usage row that spans several; else nothing."""
        if rule.method != "usage" or not row:
            return ()
        if month_end(row["period_start"]) == month_end(row["period_end"]):
            return ()
        return self.env["cn285.billing.schedule"].browse(row["id"])._cn285_usage_weights()

    @api.model
    def _accounts(self, rule, product, record, lies_ahead):
        """Accounts and the way of posting, which the account of the invoice line decides."""
        category, account = product.categ_id, self._account(record["account_id"])
        if account.internal_group != "income":
            posting, deferred = "deferred", account
            revenue = self._revenue_account(rule, product, record)
            if not revenue:
                raise Missing(rule._missing_account("revenue", product))
        else:
            posting, revenue = ("month_end" if lies_ahead else "direct"), account
            deferred = rule._account("deferred", category)
            if lies_ahead and not deferred:
                raise Missing(rule._missing_account("deferred", product))
        return {
            "rule_id": rule.id,
            "posting": posting,
            "deferred_account_id": deferred.id or None,
            "revenue_account_id": revenue.id,
            "unbilled_account_id": rule._account("unbilled", category).id or None,
            "credit_due_account_id": rule._account("credit_due", category).id or None,
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

    # === WORDS === #

    @api.model
    def _reason(self, error):
        """What a refusal of the engine means, in an accountant's words."""
        if isinstance(error, Missing):
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
