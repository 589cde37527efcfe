"""The entries of a run: in synthesis or in detail, and the links back to what they recognise."""

from datetime import timedelta
from decimal import Decimal

from odoo import models
from odoo.tools import SQL

from .revrec_entries import Entry, Item

# Schedules in one entry of a run in detail, so that an entry can still be opened.
SCHEDULES_PER_ENTRY = 500
# Schedules read at a time.
PAGE = 5_000

# Amounts of different signs and of different currencies cannot share an item: Odoo wants balance
# and amount in currency of one sign.
_SIDE = SQL(
    """CASE WHEN schedule.currency_id = company.currency_id THEN 0
            ELSE sign(amounts.amount)::integer END"""
)


class RevrecRun(models.Model):
    _inherit = "cn285.revrec.run"

    # === ENTRIES === #

    def _ref(self, kind):
        month = self._period_name()
        return {
            "recognition": self.env._("Revenue recognised, %s", month),
            "deferral": self.env._("Revenue deferred, %s", month),
            "accrual": self.env._("Services not yet invoiced, %s", month),
        }[kind]

    def _sums_sql(self, kind):
        """SELECT of ``key_id, schedule_id, amount(_currency), tax_amount(_currency), account_id``.

        The account is that of the balance sheet.
        """
        if kind == "recognition":
            return SQL(
                """SELECT line.id AS key_id, line.schedule_id, line.amount, line.amount_currency,
                          owner.deferred_account_id AS account_id,
                          0.0 AS tax_amount, 0.0 AS tax_amount_currency
                     FROM cn285_revrec_line line
                     JOIN cn285_revrec_schedule owner ON owner.id = line.schedule_id
                    WHERE line.run_id = %s AND owner.posting = 'deferred'""",
                self.id,
            )
        return SQL(
            """SELECT booked.id AS key_id, booked.schedule_id, booked.amount,
                      booked.amount_currency, booked.account_id, booked.tax_amount,
                      booked.tax_amount_currency
                 FROM cn285_revrec_position booked
                WHERE booked.run_id = %s AND booked.kind = %s AND booked.state = 'posted'""",
            self.id,
            kind,
        )

    def _prepare_synthesis(self, kind):
        """One entry per journal; an item per account, analytic account and currency."""
        rows = self.env.execute_query_dict(
            SQL(
                """SELECT COALESCE(schedule.journal_id, %(journal)s) AS journal_id,
                          amounts.account_id, schedule.revenue_account_id,
                          schedule.unbilled_tax_account_id,
                          schedule.analytic_distribution::text AS analytic,
                          schedule.currency_id, %(side)s AS side,
                          sum(amounts.amount)::text AS amount,
                          sum(amounts.amount_currency)::text AS amount_currency,
                          sum(amounts.tax_amount)::text AS tax_amount,
                          sum(amounts.tax_amount_currency)::text AS tax_amount_currency
                     FROM (%(amounts)s) amounts
                     JOIN cn285_revrec_schedule schedule ON schedule.id = amounts.schedule_id
                     JOIN res_company company ON company.id = schedule.company_id
                 GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1, 2, 3, 4, 5, 6, 7""",
                journal=self.company_id.cn285_revrec_journal_id.id,
                side=_SIDE,
                amounts=self._sums_sql(kind),
            )
        )
        entries = {}
        for row in rows:
            entry = entries.setdefault(row["journal_id"], {})
            for part, amounts in self._parts(kind, row).items():
                account_id, analytic = part
                key = (account_id, analytic, row["currency_id"], row["side"])
                entry.setdefault(key, [Decimal(0), Decimal(0)])
                entry[key][0] += amounts[0]
                entry[key][1] += amounts[1]
        ref = self._ref(kind)
        return [
            Entry(
                kind,
                journal_id,
                self.date,
                ref,
                [
                    Item(key[0], key[2], *amounts, name=ref, analytic=key[1], key=key)
                    for key, amounts in items.items()
                    if any(amounts)
                ],
            )
            for journal_id, items in entries.items()
        ]

    def _prepare_detail(self, kind):
        """Items for each schedule, in entries of a size that can still be opened."""
        query = SQL(
            """SELECT amounts.key_id, COALESCE(schedule.journal_id, %(journal)s) AS journal_id,
                          amounts.account_id, schedule.revenue_account_id,
                          schedule.unbilled_tax_account_id,
                          schedule.analytic_distribution::text AS analytic,
                          schedule.currency_id, schedule.partner_id,
                          COALESCE(move.name, contract.name, '') AS origin,
                          COALESCE(invoiced.name, item.name, '') AS what,
                          amounts.amount::text AS amount,
                          amounts.amount_currency::text AS amount_currency,
                          amounts.tax_amount::text AS tax_amount,
                          amounts.tax_amount_currency::text AS tax_amount_currency
                     FROM (%(amounts)s) amounts
                     JOIN cn285_revrec_schedule schedule ON schedule.id = amounts.schedule_id
                LEFT JOIN account_move move ON move.id = schedule.move_id
                LEFT JOIN account_move_line invoiced ON invoiced.id = schedule.move_line_id
                LEFT JOIN cn285_contract contract ON contract.id = schedule.contract_id
                LEFT JOIN cn285_contract_item item ON item.id = schedule.item_id
                 ORDER BY 2, schedule.move_id, schedule.id, amounts.key_id""",
            journal=self.company_id.cn285_revrec_journal_id.id,
            amounts=self._sums_sql(kind),
        )
        ref, entries, count = self._ref(kind), [], 0
        for row in self._read_in_pages(query):
            full = count >= SCHEDULES_PER_ENTRY
            if not entries or full or entries[-1].journal_id != row["journal_id"]:
                entries.append(Entry(kind, row["journal_id"], self.date, ref, grouped=True))
                count = 0
            count += 1
            label = " – ".join(text for text in (row["origin"], row["what"].split("\n")[0]) if text)
            for (account_id, analytic), amounts in self._parts(kind, row).items():
                if any(amounts):
                    entries[-1].items.append(
                        Item(
                            account_id,
                            row["currency_id"],
                            *amounts,
                            name=label or ref,
                            analytic=analytic,
                            partner_id=row["partner_id"],
                            key=(account_id, row["key_id"]),
                        )
                    )
        return entries

    def _read_in_pages(self, query):
        """The rows of a query as dicts, which are never all in memory."""
        # All of them are read: not a plan that has the first ones soon.
        self.env.cr.execute("SET LOCAL cursor_tuple_fraction = 1")
        self.env.cr.execute(SQL("DECLARE cn285_revrec_page NO SCROLL CURSOR FOR %s", query))
        page = SQL("FETCH %s FROM cn285_revrec_page", PAGE)
        while rows := self.env.execute_query_dict(page):
            yield from rows
        self.env.cr.execute("CLOSE cn285_revrec_page")

    def _parts(self, kind, row):
        """``{(account, analytic): (balance, amount in currency)}`` of a group or a schedule.

        Only revenue bears the analytic distribution, so that analytic accounts follow it.
        """
        amount, currency = Decimal(row["amount"]), Decimal(row["amount_currency"])
        analytic, revenue = row["analytic"], row["revenue_account_id"]
        if kind == "accrual":
            tax, tax_currency = Decimal(row["tax_amount"]), Decimal(row["tax_amount_currency"])
            parts = {
                (row["account_id"], None): (amount + tax, currency + tax_currency),
                (revenue, analytic): (-amount, -currency),
            }
            if tax or tax_currency:
                parts[row["unbilled_tax_account_id"], None] = (-tax, -tax_currency)
            return parts
        sign = 1 if kind == "recognition" else -1
        return {
            (row["account_id"], None): (sign * amount, sign * currency),
            (revenue, analytic): (-sign * amount, -sign * currency),
        }

    def _taken_back(self, entry):
        """The entry that takes another one back on the next day."""
        items = [
            Item(
                item.account_id,
                item.currency_id,
                -item.balance,
                -item.amount_currency,
                item.name,
                item.analytic,
                item.partner_id,
                item.key,
            )
            for item in entry.items
        ]
        ref = self.env._("%s, taken back", entry.ref)
        day = entry.date + timedelta(days=1)
        return Entry(
            f"{entry.kind}_reversal",
            entry.journal_id,
            day,
            ref,
            items,
            reverses=entry,
            grouped=entry.grouped,
        )

    # === LINKS === #

    def _link_items(self, kind, detail, entries):
        """Write on each line or month-end item which journal item of revenue it went into."""
        table = SQL.identifier(
            "cn285_revrec_line" if kind == "recognition" else "cn285_revrec_position"
        )
        if detail == "detail":
            self._link_detail(table, entries)
        else:
            self._link_synthesis(table, kind, entries)

    def _link_detail(self, table, entries):
        accounts = self._revenue_accounts()
        revenue = {
            item.key[1]: item.item_id
            for entry in entries
            for item in entry.items
            if item.account_id in accounts
        }
        self.env.execute_query(
            SQL(
                """UPDATE %s target SET move_line_id = made.item_id
                     FROM unnest(%s::int[], %s::int[]) AS made(id, item_id)
                    WHERE target.id = made.id RETURNING target.id""",
                table,
                list(revenue),
                list(revenue.values()),
            )
        )

    def _link_synthesis(self, table, kind, entries):
        side = SQL(
            """CASE WHEN schedule.currency_id = company.currency_id THEN 0
                    ELSE sign(target.amount)::integer END"""
        )
        of_kind = SQL("TRUE") if kind == "recognition" else SQL("target.kind = %s", kind)
        values = [
            (entry.journal_id, item.key[0], item.key[1] or "", *item.key[2:], item.item_id)
            for entry in entries
            for item in entry.items
        ]
        if not values:
            return
        self.env.execute_query(
            SQL(
                """UPDATE %(table)s target SET move_line_id = made.item_id
                     FROM cn285_revrec_schedule schedule, res_company company,
                          (VALUES %(values)s) AS made
                              (journal_id, account_id, analytic, currency_id, side, item_id)
                    WHERE target.run_id = %(run)s AND schedule.id = target.schedule_id
                      AND company.id = schedule.company_id AND %(of_kind)s
                      AND made.journal_id = COALESCE(schedule.journal_id, %(journal)s)
                      AND made.account_id = schedule.revenue_account_id
                      AND made.analytic = COALESCE(schedule.analytic_distribution::text, '')
                      AND made.currency_id = schedule.currency_id AND made.side = %(side)s
                      AND (%(posting)s)
                RETURNING target.id""",
                table=table,
                values=SQL(", ").join(SQL("%s", value) for value in values),
                run=self.id,
                of_kind=of_kind,
                journal=self.company_id.cn285_revrec_journal_id.id,
                side=side,
                posting=SQL("schedule.posting = 'deferred'")
                if kind == "recognition"
                else SQL("TRUE"),
            )
        )

    def _revenue_accounts(self):
        rows = self.env.execute_query(
            SQL(
                """SELECT DISTINCT revenue_account_id FROM cn285_revrec_schedule
                    WHERE company_id = %s""",
                self.company_id.id,
            )
        )
        return {row[0] for row in rows}
