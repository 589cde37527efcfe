"""Makes movements and months of customers anew from the ledger."""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from itertools import groupby  # pylint: disable=bad-builtin-groupby

from dateutil.relativedelta import relativedelta
from odoo import api, models
from odoo.addons.cn285_contract.models.bulk import copy_made
from odoo.tools import SQL

from ..engine.movements import Entry, customer_movements, revaluations
from ..engine.roll import months_of

# Fields of a month that a roll-forward has under the same name, or under another one.
_ROLL = {"new_business": "new"}
_AMOUNTS = (
    "opening",
    "new_business",
    "reactivation",
    "expansion",
    "contraction",
    "churn",
    "transfer",
    "pause",
    "currency",
    "closing",
    "base_loss",
    "base_gain",
)
_COUNTS = (
    "logos_opening",
    "logos_new",
    "logos_back",
    "logos_lost",
    "logos_closing",
    "logos_paying",
)


class _Rates:
    """Rates from a currency to the company's, by day; each is looked up once."""

    def __init__(self, company):
        self._company, self._known = company, {}

    def on(self, currency_id, day):
        own = self._company.currency_id
        if currency_id == own.id:
            return Decimal(1)
        key = currency_id, day
        if key not in self._known:
            currency = own.browse(currency_id)
            rate = currency._get_conversion_rate(currency, own, self._company, day)
            self._known[key] = Decimal(repr(rate))
        return self._known[key]


class MrrLedger(models.AbstractModel):
    _inherit = "cn285.mrr.ledger"

    @api.model
    def _tell(self, company, customer_ids, today):
        """Make movements and months of some customers anew."""
        rates = _Rates(company)
        items = {}
        movements, months = [], []
        for customer_id, entries in self._entries(company, customer_ids, rates, items):
            rows = customer_movements(entries, today, company.cn285_pause_churn_days)
            rows += self._currency_lines(company, rows, items, today, rates)
            rows.sort(key=lambda row: row.day)
            movements += [(customer_id, row) for row in rows]
            months += [(customer_id, month) for month in months_of(rows, today)]
        for table in ("cn285_mrr_movement", "cn285_mrr_month"):
            self.env.cr.execute(
                SQL(
                    "DELETE FROM %s WHERE company_id = %s AND customer_id = ANY(%s)",
                    SQL.identifier(table),
                    company.id,
                    list(customer_ids),
                )
            )
        if movements:
            copy_made(
                self.env.cr,
                "cn285_mrr_movement",
                [lambda: _movement_columns(company.id, movements, items)],
            )
        if months:
            copy_made(self.env.cr, "cn285_mrr_month", [lambda: _month_columns(company.id, months)])
        for name in ("cn285.mrr.movement", "cn285.mrr.month"):
            self.env[name].invalidate_model(flush=False)

    @api.model
    def _entries(self, company, customer_ids, rates, items):
        """Yield the entries of each customer, as the engine has them.

        :param items: filled with ``{item id: (contract, product, currency)}``
        """
        rows = self.env.execute_query(
            SQL(
                """SELECT partner.commercial_partner_id, entry.item_id, entry.date,
                          entry.delta_net::text, entry.delta_full::text, entry.cause,
                          entry.currency_id, entry.change_id, entry.contract_id, entry.product_id
                     FROM cn285_mrr_entry entry
                     JOIN cn285_contract contract ON contract.id = entry.contract_id
                     JOIN res_partner partner ON partner.id = contract.partner_id
                    WHERE entry.company_id = %s AND contract.partner_id IN (
                              SELECT id FROM res_partner WHERE commercial_partner_id = ANY(%s))
                 ORDER BY partner.commercial_partner_id, entry.date, entry.id""",
                company.id,
                list(customer_ids),
            )
        )
        for customer_id, group in groupby(rows, key=lambda row: row[0]):  # pylint: disable=bad-builtin-groupby
            entries = []
            for _id, item, day, net, full, cause, currency, change, contract, product in group:
                items[item] = contract, product, currency
                rate = rates.on(currency, day)
                values = Decimal(net), Decimal(full)
                entries.append(Entry(item, day, *values, cause, currency, rate, change))
            yield customer_id, entries

    @api.model
    def _currency_lines(self, company, rows, items, today, rates):
        """What exchange rates did to items in other currencies, at each month's end."""
        foreign = defaultdict(list)
        for row in rows:
            if items[row.item][2] != company.currency_id.id and row.day <= today:
                foreign[row.item].append(row)
        lines = []
        for item, own in foreign.items():
            ends = []
            day = min(row.day for row in own).replace(day=1)
            while (day := day + relativedelta(months=1)) <= today:
                last = day - timedelta(days=1)
                ends.append((last, rates.on(items[item][2], last)))
            lines += revaluations(own, ends)
        return lines

    @api.model
    def _begin_months(self, company, last, today):
        """Once a new month has begun, customers in whom nothing moves have it too."""
        month = last.replace(day=1)
        while month < today.replace(day=1):
            following = month + relativedelta(months=1)
            self.env.cr.execute(
                SQL(
                    """INSERT INTO cn285_mrr_month
                           (company_id, customer_id, month, cohort, number, opening, closing,
                            logos_opening, logos_closing, logos_paying, %(zeros)s)
                       SELECT company_id, customer_id, %(following)s, cohort, number + 1, closing,
                              closing, logos_closing, logos_closing, logos_paying, %(nothing)s
                         FROM cn285_mrr_month
                        WHERE company_id = %(company)s AND month = %(month)s
                          AND (closing != 0 OR logos_closing != 0)
                           ON CONFLICT DO NOTHING""",
                    company=company.id,
                    month=month,
                    following=following,
                    zeros=SQL(", ").join(map(SQL.identifier, _FLOWS)),
                    nothing=SQL(", ").join([SQL("0")] * len(_FLOWS)),
                )
            )
            month = following


_LEVELS = ("opening", "closing", "logos_opening", "logos_closing", "logos_paying")
_FLOWS = [name for name in (*_AMOUNTS, *_COUNTS) if name not in _LEVELS]


def _movement_columns(company_id, movements, items):
    rows = [row for _customer_id, row in movements]
    owners = [items[row.item] for row in rows]
    return {
        "company_id": [company_id] * len(rows),
        "customer_id": [customer_id for customer_id, _row in movements],
        "contract_id": [contract for contract, _product, _currency in owners],
        "item_id": [row.item for row in rows],
        "product_id": [product for _contract, product, _currency in owners],
        "currency_id": [currency for _contract, _product, currency in owners],
        "date": [row.day for row in rows],
        "kind": [row.kind for row in rows],
        "cause": [row.cause for row in rows],
        "change_id": [row.ref for row in rows],
        "amount": [str(row.amount) for row in rows],
        "amount_company": [str(row.company) for row in rows],
        "logos": [row.logos for row in rows],
    }


def _month_columns(company_id, months):
    columns = {
        "company_id": [company_id] * len(months),
        "customer_id": [customer_id for customer_id, _month in months],
        "month": [month.start for _id, month in months],
        "cohort": [month.cohort for _id, month in months],
        "number": [month.number for _id, month in months],
    }
    for name in _AMOUNTS:
        part = _ROLL.get(name, name)
        columns[name] = [str(getattr(month.roll, part)) for _id, month in months]
    for name in _COUNTS:
        columns[name] = [getattr(month.roll, name) for _id, month in months]
    return columns
