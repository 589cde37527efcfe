from bisect import bisect_right
from typing import NamedTuple

from odoo import models
from odoo.addons.cn285_contract.engine.changes import Price
from odoo.addons.cn285_contract.engine.errors import EngineError
from odoo.addons.cn285_contract.models.common import as_decimal, day_after
from odoo.addons.cn285_contract.models.contract_mrr import COUNTED_STATES
from odoo.tools import SQL

from ..engine.steps import Delta, cut, deltas, period_days, price_day, steps

# Items that were withdrawn from count until then.
LEDGER_STATES = (*COUNTED_STATES, "withdrawn")


class Told(NamedTuple):
    """A change of an item's value, why, and by which contract change (its id, or None)."""

    delta: Delta
    cause: str
    change_id: object


class _Prices:
    """Unit prices that a pricelist gave, by the first day from which they count."""

    def __init__(self):
        self.days, self.prices = [], []

    def add(self, day, price):
        if not self.days or day > self.days[-1]:
            self.days.append(day)
            self.prices.append(price)

    def on(self, day):
        place = bisect_right(self.days, day) - 1
        return self.prices[max(place, 0)] if self.days else 0.0


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"

    def _mrr_told(self):
        """How the recurring revenue of items changes over all of their days, as things stand.

        In the contract's currency, excluding taxes, with six digits. A fixed number of queries for
        any number of items, beside what pricelists ask.

        :returns: ``{item: [Told]}``; without the items that are none
        """
        items = self.filtered(lambda item: item.state in LEDGER_STATES)
        histories = {item: item._mrr_stretches() for item in items}
        items = self.browse([item.id for item in items if histories[item]])
        causes = items._mrr_causes()
        prices = items._mrr_price_books(histories)
        included = items._included_taxes()
        result = {}
        for item in items:
            try:
                found = item._mrr_item_steps(
                    histories[item], prices.get(item), included.get(item), causes
                )
            except EngineError:
                continue  # its terms cannot be planned: it is reported where it is billed
            result[item] = [Told(delta, *item._mrr_cause(causes, delta)) for delta in deltas(found)]
        return result

    def _mrr_cause(self, causes, delta):
        cause, change = causes.of(self, delta.day, delta.cause)
        return cause, change.id or None

    def _mrr_item_steps(self, stretches, prices, taxes, causes):
        self.ensure_one()
        known = {}

        def price_on(stretch, day):
            terms = self._price_terms_on(day)
            asks = terms.price_source != "manual"
            price = prices.on(price_day(stretch, day)) if asks and prices else terms.price_unit
            return Price(as_decimal(terms.quantity), as_decimal(price), as_decimal(terms.discount))

        def untaxed(value):
            if value not in known:
                known[value] = self._exact_untaxed(value, taxes)
            return known[value]

        found = steps(
            stretches,
            self._engine_windows(),
            price_on,
            prices.days if prices else (),
            untaxed if taxes else None,
        )
        if self.state == "withdrawn":
            day = causes.withdrawn_on(self)
            return cut(found, day, "withdrawal") if day else []
        return found

    def _mrr_price_books(self, histories):
        """What pricelists said of items, by day: as invoiced, then as they would be billed.

        :param histories: ``{item: stretches}``
        :returns: ``{item: _Prices}`` of the items that ask a pricelist
        """
        asking = self.filtered(
            lambda item: any(one.price_source != "manual" for one in item.version_ids or item)
        )
        if not asking:
            return {}
        books = {item: _Prices() for item in asking}
        invoiced = asking._mrr_invoiced_prices(books)
        horizons = {company: company._cn285_horizon() for company in asking.company_id}
        requests = []
        for item in asking:
            since = day_after(invoiced.get(item.id))
            try:
                days = period_days(histories[item], since, horizons[item.company_id])
            except EngineError:
                continue
            requests += [(item, day) for day in days]
        found = self._prices_at(requests)
        for item, day in requests:
            books[item].add(day, found[item.id, day])
        return books

    def _mrr_invoiced_prices(self, books):
        """Note the prices of invoiced rows where they change.

        :returns: ``{item id: last invoiced day}``
        """
        rows = self.env.execute_query(
            SQL(
                """SELECT item_id, period_start, period_end, price_unit FROM (
                       SELECT item_id, period_start, period_end, price_unit,
                              lag(price_unit) OVER terms AS before,
                              lead(id) OVER terms AS after
                         FROM cn285_billing_schedule
                        WHERE item_id = ANY(%s) AND kind = 'fixed' AND state = 'invoiced'
                       WINDOW terms AS (PARTITION BY item_id ORDER BY period_start, revision)
                   ) invoiced
                    WHERE before IS DISTINCT FROM price_unit OR after IS NULL
                 ORDER BY item_id, period_start""",
                self.ids,
                to_flush=self.env["cn285.billing.schedule"]._fields["price_unit"],
            )
        )
        items, last = {item.id: item for item in self}, {}
        for item_id, start, end, price in rows:
            books[items[item_id]].add(start, float(price))
            last[item_id] = end
        return last
