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


class Rates:
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
        rates = Rates(company)
        items = {}
        movements = []
        for customer_id, entries in self._entries(company, customer_ids, rates, items):
            rows = customer_movements(entries, today, company.cn285_pause_churn_days)
            rows += self._currency_lines(company, rows, items, today, rates)
            rows.sort(key=lambda row: row.day)
            movements += [(customer_id, row) for row in rows]
        self.env.cr.execute(
            SQL(
                "DELETE FROM cn285_mrr_movement WHERE company_id = %s AND customer_id = ANY(%s)",
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
        self.env["cn285.mrr.movement"].invalidate_model(flush=False)
        self._tell_months(company, customer_ids, today)
        self._tell_item_months(company, items, today, rates)

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
