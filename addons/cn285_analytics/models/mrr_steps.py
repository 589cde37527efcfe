from bisect import bisect_right
from dataclasses import replace
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


class _Terms:
    """The price terms of an item by day, as plain values: asked for day by day of many items."""

    def __init__(self, item):
        self.item = item
        # From the last one: as ``_version_on`` looks.
        self._versions = [(version.date_from, version) for version in reversed(item.version_ids)]
        self._known = {}

    def on(self, day):
        """The version of a day, or the item where its terms never changed."""
        for start, version in self._versions:
            if not start or start <= day:
                return version
        return self.item

    def price_on(self, day):
        """``(price without discount periods, whether a pricelist is asked)`` of a day."""
        terms = self.on(day)
        if terms not in self._known:
            own = (terms.quantity, terms.price_unit, terms.discount)
            asks = terms.price_source != "manual"
            self._known[terms] = Price(*map(as_decimal, own)), asks
        return self._known[terms]

    def asks(self):
        """Whether a pricelist is asked on any day."""
        every = [version for _start, version in self._versions] or [self.item]
        return any(terms.price_source != "manual" for terms in every)

    def price_days(self, days, segments):
        """Those of some days on which a pricelist may answer otherwise than on the one before.

        :param segments: see ``_price_segment``
        """
        item = self.item
        contract, product = item.contract_id, item.product_id
        kept, last = [], None
        for day in days:
            terms = self.on(day)
            pricelist = contract.pricelist_id if terms is item else terms.pricelist_id
            segment = item._price_segment(
                contract, pricelist, product, day, terms.quantity, segments
            )
            if (terms, segment) != last:
                kept.append(day)
            last = terms, segment
        return kept


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
        terms = {item: _Terms(item) for item in items}
        prices = items._mrr_price_books(histories, terms)
        included = items._included_taxes()
        result = {}
        for item in items:
            try:
                found = item._mrr_item_steps(
                    histories[item], terms[item], prices.get(item), included.get(item), causes
                )
            except EngineError:
                continue  # its terms cannot be planned: it is reported where it is billed
            result[item] = [Told(delta, *item._mrr_cause(causes, delta)) for delta in deltas(found)]
        return result

    def _mrr_cause(self, causes, delta):
        cause, change = causes.of(self, delta.day, delta.cause)
        return cause, change.id or None

    def _mrr_item_steps(self, stretches, terms, prices, taxes, causes):
        self.ensure_one()
        known = {}

        def price_on(stretch, day):
            price, asks = terms.price_on(day)
            if asks and prices:
                return replace(price, price_unit=as_decimal(prices.on(price_day(stretch, day))))
            return price

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

    def _mrr_price_books(self, histories, terms):
        """What pricelists said of items, by day: as invoiced, then as they would be billed.

        :param histories: ``{item: stretches}``
        :param terms: ``{item: _Terms}``
        :returns: ``{item: _Prices}`` of the items that ask a pricelist
        """
        asking = self.filtered(lambda item: terms[item].asks())
        if not asking:
            return {}
        books = {item: _Prices() for item in asking}
        invoiced = asking._mrr_invoiced_prices(books)
        horizons = {company: company._cn285_horizon() for company in asking.company_id}
        requests, segments = [], {}
        for item in asking:
            since = day_after(invoiced.get(item.id))
            try:
                days = period_days(histories[item], since, horizons[item.company_id])
            except EngineError:
                continue
            requests += [(item, day) for day in terms[item].price_days(days, segments)]
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
