"""Schedules of billing rows that are not invoiced yet: what is rendered of them is accrued."""

from datetime import date
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from ..engine.errors import RecognitionError
from ..engine.service import pattern_of
from .revrec_source_values import CHUNK, Missing, Source

# The company's own answers, where neither rule, product nor category has one.
SETTINGS = (
    "cn285_revrec_rule_id",
    "cn285_revrec_usage_rule_id",
    "cn285_revrec_journal_id",
    "cn285_deferred_account_id",
    "cn285_unbilled_account_id",
    "cn285_credit_due_account_id",
    "cn285_unbilled_tax_account_id",
    "income_account_id",
)


class RevrecSource(models.AbstractModel):
    _inherit = "cn285.revrec.source"

    # === ROWS NOT YET INVOICED === #

    @api.model
    def _sync_unbilled(self, company, until):
        """Bring the schedules of rows not yet invoiced in line with the rows, and make new ones."""
        self._drop_stale(company)
        reasons, last_id, accounts = {}, 0, {}
        self.env["cn285.billing.schedule"]._cn285_estimate_usage(company, until)
        while records := self._unbilled_rows(company, until, last_id):
            last_id = records[-1]["id"]
            sources, left_alone = [], []
            answers = self._item_answers(company, records, accounts)
            for record in records:
                try:
                    found = self._row_sources(company, record, answers)
                except (RecognitionError, Missing) as error:
                    reasons["cn285.billing.schedule", record["id"]] = self._reason(error)
                    continue
                sources += found
                if not found and record["schedule_id"]:
                    left_alone.append(record["schedule_id"])
            if left_alone:
                self._drop(SQL("SELECT unnest(%s)", left_alone))
            self._add_days_given_back(sources)
            self._store(company, sources)
            self._commit_chunk(company)
        return reasons

    @api.model
    def _drop_stale(self, company):
        """Delete schedules of rows that are gone; keep those on which entries were posted."""
        self._drop(
            SQL(
                """SELECT known.id FROM cn285_revrec_schedule known
                LEFT JOIN cn285_billing_schedule row ON row.id = known.billing_schedule_id
                    WHERE known.company_id = %s AND known.posting = 'unbilled'
                      AND (row.id IS NULL OR row.state IN ('cancelled', 'nothing_to_invoice'))""",
                company.id,
            )
        )

    @api.model
    def _drop(self, schedules):
        """Delete schedules; those on which entries were posted stay, with nothing to earn.

        :param schedules: SQL that gives their ids
        """
        self.env.execute_query(
            SQL(
                """WITH gone AS (
                       SELECT known.id,
                              EXISTS (SELECT 1 FROM cn285_revrec_position booked
                                       WHERE booked.schedule_id = known.id) AS booked
                         FROM cn285_revrec_schedule known WHERE known.id IN (%s)),
                   emptied AS (
                       DELETE FROM cn285_revrec_line
                        WHERE schedule_id IN (SELECT id FROM gone) RETURNING id),
                   closed AS (
                       UPDATE cn285_revrec_schedule SET amount = 0, amount_currency = 0
                        WHERE id IN (SELECT id FROM gone WHERE booked) RETURNING id)
                   DELETE FROM cn285_revrec_schedule
                    WHERE id IN (SELECT id FROM gone WHERE NOT booked) RETURNING id""",
                schedules,
            )
        )
        self.env["cn285.revrec.schedule"].invalidate_model(flush=False)

    @api.model
    def _unbilled_rows(self, company, until, last_id):
        """Rows not yet invoiced that have no schedule or one that does not fit any more, as dicts.

        A row on an invoice that is still a draft is not invoiced yet. Usage that waits for its bill
        counts with what was consumed until the day, as if its period ended then. A schedule fits
        while its amount and its terms are what they were, whoever wrote the item since.
        """
        return self.env.execute_query_dict(
            SQL(
                """SELECT row.id, row.item_id, row.contract_id, row.partner_id, row.product_id,
                          row.kind, row.period_start, row.billing_date,
                          %(end)s AS period_end,
                          row.currency_id, known.id AS schedule_id, row.credited_id, row.frees,
                          %(due)s::text AS amount, %(terms)s AS terms,
                          item.date_start AS activated, item.cn285_service_start AS service_start,
                          item.cn285_service_end AS service_end, item.analytic_distribution
                     FROM cn285_billing_schedule row
                     JOIN cn285_contract_item item ON item.id = row.item_id
                     JOIN cn285_contract contract ON contract.id = item.contract_id
                LEFT JOIN res_partner address
                       ON address.id = COALESCE(contract.partner_invoice_id, contract.payer_id)
                LEFT JOIN product_product product ON product.id = item.product_id
                LEFT JOIN product_template template ON template.id = product.product_tmpl_id
                LEFT JOIN account_move move ON move.id = row.move_id
                LEFT JOIN cn285_revrec_schedule known ON known.billing_schedule_id = row.id
                    WHERE row.company_id = %(company)s AND row.id > %(last)s
                      AND contract.billing_hold IS NOT TRUE
                      AND (row.state IN ('planned', 'waiting')
                           OR row.state = 'invoiced' AND move.state = 'draft')
                      AND (known.id IS NULL AND %(due)s != 0
                           OR known.posting = 'unbilled' AND (
                               known.amount_currency != %(due)s
                               OR known.terms IS DISTINCT FROM %(terms)s
                               OR known.write_date < GREATEST(template.write_date, %(changed)s)))
                 ORDER BY row.id LIMIT %(limit)s""",
                company=company.id,
                last=last_id,
                limit=CHUNK,
                changed=self._rules_changed(company),
                terms=self._terms(company, self._period_end(until)),
                end=self._period_end(until),
                due=SQL(
                    """(CASE row.state WHEN 'waiting' THEN COALESCE(row.cn285_usage_estimate, 0)
                             ELSE row.amount END)"""
                ),
            )
        )

    @api.model
    def _period_end(self, until):
        return SQL(
            """(CASE row.state WHEN 'waiting' THEN LEAST(row.period_end, %s)
                     ELSE row.period_end END)""",
            until,
        )

    @api.model
    def _terms(self, company, period_end):
        """What a row's schedule is made from besides its amount, in 32 characters.

        An amount in another currency is converted at the rate of a day. The revenue account follows
        from the fiscal position, which Odoo chooses by the address.
        """
        settings = [company[name].id for name in SETTINGS]
        accounts, rates = self._books_stamps(company)
        return SQL(
            """md5(ROW(%(settings)s, row.partner_id, row.kind, row.period_start, %(end)s,
                       row.billing_date, row.currency_id, row.credited_id, row.frees,
                       CASE WHEN row.currency_id != %(currency)s
                            THEN (LEAST(row.billing_date, %(today)s::date), %(rates)s) END,
                       item.contract_id, item.product_id, item.billing_type, item.date_start,
                       item.cn285_revrec_rule_id, item.cn285_service_start,
                       item.cn285_service_end, item.analytic_distribution, contract.journal_id,
                       contract.fiscal_position_id, contract.partner_invoice_id, contract.payer_id,
                       %(address)s
                   )::text)""",
            settings=f"{settings} {accounts}",
            rates=rates,
            address=self._address_terms(),
            end=period_end,
            currency=company.currency_id.id,
            today=company._cn285_today(),
        )

    @api.model
    def _books_stamps(self, company):
        """Two texts that are others once revenue goes elsewhere, or a currency's rate is another.

        The first is of sale journals and fiscal positions, the second of the rates of all days: one
        that was wrong is put right, or comes late.
        """
        [stamps] = self.env.execute_query(
            SQL(
                """SELECT concat(
                       (SELECT string_agg(ROW(id, sequence, active, default_account_id)::text, ','
                                          ORDER BY id)
                          FROM account_journal WHERE company_id = %(company)s AND type = 'sale'),
                       (SELECT string_agg(position::text, ',' ORDER BY id)
                          FROM account_fiscal_position position
                         WHERE company_id = ANY(%(companies)s)),
                       (SELECT string_agg(
                                   ROW(position_id, account_src_id, account_dest_id)::text, ','
                                   ORDER BY id)
                          FROM account_fiscal_position_account
                         WHERE company_id = ANY(%(companies)s)),
                       (SELECT max(write_date) FROM res_country_group)),
                   (SELECT md5(string_agg(ROW(rate.currency_id, rate.name, rate.company_id,
                                              rate.rate)::text, ',' ORDER BY rate.id))
                      FROM res_currency_rate rate
                      JOIN res_currency currency ON currency.id = rate.currency_id
                     WHERE currency.active
                       AND (rate.company_id IS NULL OR rate.company_id = %(root)s))""",
                company=company.id,
                companies=company.parent_ids.ids,
                root=company.root_id.id,
            )
        )
        return stamps

    @api.model
    def _address_terms(self):
        """Columns of an address that a fiscal position is chosen by, see ``_cn285_fiscal_key``."""
        names = ["vat", "zip", "state_id", "country_id", "property_account_position_id"]
        field = self.env["res.partner"]._fields.get("vies_valid")
        if field is not None and field.store:
            names.append(field.name)
        return SQL(", ").join(SQL.identifier("address", name) for name in names)

    @api.model
    def _rules_changed(self, company):
        """When rules, or the accounts of categories, were last written; seldom are they."""
        [(moment,)] = self.env.execute_query(
            SQL(
                """SELECT GREATEST((SELECT max(write_date) FROM product_category),
                                   (SELECT max(write_date) FROM cn285_revrec_rule
                                     WHERE company_id = %s))""",
                company.id,
            )
        )
        return moment

    @api.model
    def _row_sources(self, company, record, answers):
        """The source of a row not yet invoiced, in a list; none where its revenue is left alone.

        Its amount in the company's currency is at the rate of its invoice date, or of today if that
        lies ahead; the invoice will decide.
        """
        rule, columns = answers[record["item_id"], record["kind"]]
        if not rule or rule.method == "at_once":
            return []
        facts = self._row_facts(record, record["billing_date"])
        currency = self.env["res.currency"].browse(record["currency_id"])
        amount_currency = Decimal(record["amount"])
        source = Source(
            columns={
                **columns,
                "terms": record["terms"],
                "booking_date": record["activated"] or record["period_start"],
                "partner_id": record["partner_id"],
                "billing_schedule_id": record["id"],
                "analytic_distribution": record["analytic_distribution"],
            },
            pattern=pattern_of(rule._engine_rule(), facts, self._usage_weights(rule, record)),
            amount=self._in_company_currency(company, currency, amount_currency, record),
            amount_currency=amount_currency,
            currency=currency,
            earliest=date.min,
            schedule_id=record["schedule_id"] or 0,
            credited=self._credited({"credited_line_id": None}, record),
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
    def _item_answers(self, company, records, accounts):
        """Rule and accounts of the rows of items: ``{(item id, kind): (rule, columns)}``.

        :param accounts: those that were found before, by what they depend on
        """
        items = self.env["cn285.contract.item"].browse({record["item_id"] for record in records})
        rules = {}
        for item_id, kind in {(record["item_id"], record["kind"]) for record in records}:
            item = self.env["cn285.contract.item"].browse(item_id).with_prefetch(items.ids)
            rules[item, kind] = item._cn285_rule(kind)
        ruled = items.browse({item.id for (item, _kind), rule in rules.items() if rule})
        journals = ruled.contract_id._get_sale_journals()
        positions = ruled.contract_id._get_fiscal_positions()
        answers = {}
        for (item, kind), rule in rules.items():
            columns = {}
            if rule:
                contract, product = item.contract_id, item.product_id
                key = rule, product, journals[contract], positions[contract]
                if key not in accounts:
                    accounts[key] = self._row_accounts(*key)
                columns = {**accounts[key], "item_id": item.id, "contract_id": contract.id}
            answers[item.id, kind] = rule, columns
        return answers

    @api.model
    def _row_accounts(self, rule, product, journal, position):
        """The accounts of rows not yet invoiced, as columns of their schedules."""
        category = product.categ_id
        revenue = self._revenue_account(
            rule, product, {"fiscal_position_id": position.id, "journal_id": journal.id}
        )
        return {
            "rule_id": rule.id,
            "posting": "unbilled",
            "deferred_account_id": rule._account("deferred", category).id or None,
            "revenue_account_id": revenue.id or None,
            "unbilled_account_id": rule._account("unbilled", category).id or None,
            "credit_due_account_id": rule._account("credit_due", category).id or None,
            "unbilled_tax_account_id": rule._account("unbilled_tax", category).id or None,
            "journal_id": rule._journal().id or None,
            "source_journal_id": journal.id or None,
            "product_id": product.id,
        }
