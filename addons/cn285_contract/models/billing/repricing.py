"""Prices are asked again before rows are invoiced: a pricelist may have changed since planning."""

from datetime import timedelta

from odoo import models
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.tools.gc import disabling_gc

from ...engine.errors import EngineError
from ...engine.plan import needed_from, plan_stretches
from ..bulk import CONCURRENCY_ERRORS, in_one_transaction
from ..clock import imagining
from ..common import in_users_language

# Items of which the rows to come are priced anew at once; of more, a job does it.
ITEMS_AT_ONCE = 50
# Days by which an invoice date may lie behind the day on which its row is due: business days.
MOVED_ON = timedelta(days=10)
AMOUNTS = ("price_unit", "net", "amount", "steps")


class BillingSchedule(models.Model):
    _inherit = "cn285.billing.schedule"

    def _reprice(self):
        """Ask the pricelists again for planned rows that are about to be invoiced.

        A pricelist may have changed since the row was planned; an own price has not. The other
        planned rows of the same items follow: at once, or by a job where there are many.
        """
        items = self._reprice_rows()
        if len(items) <= ITEMS_AT_ONCE or imagining() or in_one_transaction():
            self.search(items._repriced_domain())._reprice_rows()
            return
        items.with_delay(
            channel="root.billing",
            description=self.env._("Prices of what is planned, as pricelists are now"),
            identity_key=f"cn285.reprice-{items[0].id}-{items[-1].id}-{len(items)}",
        )._job_reprice()

    def _reprice_rows(self):
        """Give rows whose pricelist says another price now that price, and what follows from it.

        A fixed number of statements for any number of rows: each one's period is worked out as
        planning does, and all are written together. An item of which the plan would not be the
        same rows any more is planned anew as a whole.

        :returns: the items of which a row has another price
        """
        rows = self.filtered(
            lambda row: (
                row.kind in ("fixed", "one_shot")
                and row.state == "planned"
                and row.item_id.price_source == "pricelist"
            )
        )
        if not rows:
            return rows.item_id
        prices = rows.item_id._prices_at([(row.item_id, row.period_start) for row in rows])
        stale = rows.filtered(
            lambda row: round(row.price_unit - prices[row.item_id.id, row.period_start], 6) != 0
        )
        items = stale.item_id
        if not items:
            return items
        # sudo: schedules follow from the items, whoever bills may not write them.
        stale = stale.sudo()
        # What is made is kept until it is written: to look for garbage in it takes a fifth of
        # the time.
        with disabling_gc():
            values, anew = stale._at_prices(prices)
            stale._write_planned(values, AMOUNTS)
        anew._replan()
        return items

    def _at_prices(self, prices):
        """What these planned rows come to at other prices.

        :param prices: see :meth:`_prices_at`
        :returns: ``{row id: values}``, and the items that have to be planned anew as a whole
        """
        items = self.item_id
        plans, taxes = items._planned_again(self), items._included_taxes()
        values, anew = {}, []
        for item, members in self.grouped("item_id").items():
            found = item._priced_again(members, plans.get(item, {}), prices, taxes.get(item))
            if found is None:
                anew.append(item.id)
            else:
                values.update((row.id, vals) for row, vals in found.items())
        return values, items.browse(anew)


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"

    def _planned_again(self, rows):
        """What the engine plans of these rows' periods.

        :param rows: planned rows of these items
        :returns: ``{item: {(kind, first day): PlannedRow}}``; an item that cannot be planned is
            left out
        """
        bounds = {
            item: (min(days) - MOVED_ON, max(days) + timedelta(days=1))
            for item, members in rows.grouped("item_id").items()
            if (days := members.mapped("billing_date"))
        }
        histories = self._histories()
        needed = {item.id: needed_from(histories[item], bounds[item][0]) for item in self}
        covered = self._rows_from(needed)[0]
        plans = {}
        for item, stretches in histories.items():
            since, until = bounds[item]
            try:
                planned = plan_stretches(stretches, until, covered.get(item.id, ()), since)[0]
            except EngineError:
                continue
            plans[item] = {(row.kind, row.start): row for row in planned}
        return plans

    def _priced_again(self, rows, planned, prices, included):
        """Amounts of planned rows at other prices; None where the plan has not the same rows.

        :param rows: planned rows of this item
        :param planned: ``{(kind, first day): PlannedRow}``, what the engine plans of them now
        :param prices: see :meth:`_prices_at`
        :param included: the item's taxes where the price contains any
        """
        windows, result = self._engine_windows(), {}
        for row in rows:
            plan = planned.get((row.kind, row.period_start))
            if not plan:
                return None
            price = prices[self.id, row.period_start]
            vals = self._prepare_row_vals(plan, price)
            del vals["price_unit"]
            # A database says False where the engine says None.
            if any(row._differs(name, False if v is None else v) for name, v in vals.items()):
                return None
            try:
                amounts = self._price_row(plan, price, windows, included)
            except EngineError:
                return None
            result[row] = {"price_unit": price, **amounts}
        return result

    def _repriced_domain(self):
        """Planned rows of these items that a pricelist may price anew."""
        return [
            ("item_id", "in", self.ids),
            ("kind", "in", ("fixed", "one_shot")),
            ("state", "=", "planned"),
        ]

    def _job_reprice(self):
        """Job: the planned rows of these items get the prices that pricelists say now.

        Safe to run again: rows at that price already are not written.
        """
        self = in_users_language(self)
        rows = self.env["cn285.billing.schedule"].search(self.exists()._repriced_domain())
        try:
            rows.lock_for_update(allow_referencing=True)
            items = rows._reprice_rows()
        except CONCURRENCY_ERRORS as error:
            message = self.env._("Another process bills the same rows; this batch waits.")
            raise RetryableJobError(message, seconds=10, ignore_retry=True) from error
        return self.env._("%s items", len(items))
