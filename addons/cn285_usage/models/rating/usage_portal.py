from odoo import models
from odoo.tools import formatLang

# Bars of a chart are so many pixels high at most.
CHART_HEIGHT = 64


class Contract(models.Model):
    """What customers see of their usage in the portal."""

    _inherit = "cn285.contract"

    def _portal_shows_usage(self):
        """Whether the portal has a page of the contract's usage."""
        self.ensure_one()
        return bool(
            self.state in ("active", "closed")
            and self.has_usage
            and not self.reseller_id
            and self._portal_shows_prices()
        )

    def _portal_usage(self):
        """Usage of the running periods, for who may see the contract.

        :returns: ``{"periods": [{"start", "end", "lines": [...], "amount", "projected"}],
            "days": [{"metric", "unit", "item", "start", "end", "days": [{"day", "quantity",
            "height"}]}],
            "unknown": whether something cannot be estimated}``; a line has ``item``,
            ``name``, ``beneficiary``, ``quantity``, ``unit``, ``included``, ``left``, ``pooled``
            (these two are those of a pool), ``terms``, ``amount`` and ``projected``, with tax where
            the customer reads all prices so
        """
        self.ensure_one()
        estimates, failed = self._usage_estimates()
        periods = {}
        for one in estimates:
            period = periods.setdefault(
                (one.row.period_start, one.row.period_end),
                {
                    "start": one.row.period_start,
                    "end": one.row.period_end,
                    "lines": [],
                    "amount": 0.0,
                    "projected": 0.0,
                },
            )
            line = self._portal_usage_line(one)
            period["lines"].append(line)
            period["amount"] += line["amount"]
            period["projected"] += line["projected"]
        return {
            "periods": [periods[key] for key in sorted(periods)],
            "days": [
                self._portal_usage_days(row, metric, days)
                for (row, metric), days in self._usage_by_day().items()
                if any(quantity for _day, quantity in days)
            ],
            "unknown": bool(failed),
        }

    def _portal_usage_line(self, estimate):
        partners = self.env["res.partner"]
        metric = estimate.calculator.metric_id
        amount = float(estimate.amount - estimate.billed)
        projected = float(estimate.projected - estimate.billed)
        if self._prices_with_tax():
            item = estimate.row.item_id
            amount, projected = item._with_tax(amount), item._with_tax(projected)
        return {
            "item": estimate.row.item_id.name,
            "name": metric.name or estimate.calculator.name,
            "beneficiary": partners.browse(estimate.beneficiary_id or []).display_name or "",
            "quantity": self._portal_number(estimate.quantity),
            "unit": metric.unit or "",
            "included": self._portal_number(estimate.included),
            "left": self._portal_number(estimate.left),
            "pooled": estimate.pooled,
            "terms": estimate.explanation() if self._portal_tells_terms(estimate) else "",
            "amount": amount,
            "projected": projected,
        }

    def _portal_tells_terms(self, estimate):
        """Whether terms have changed: then the page says by which, from when, usage is rated."""
        rating = estimate.rating
        return any(note.code == "terms" for note in rating.notes) or any(
            line.since for line in rating.lines
        )

    def _portal_usage_days(self, row, metric, days):
        highest = max(quantity for _day, quantity in days)
        return {
            "metric": metric.name,
            "unit": metric.unit or "",
            "item": row.item_id.name,
            "start": row.period_start,
            "end": row.period_end,
            "days": [
                {
                    "day": day,
                    "quantity": self._portal_number(quantity),
                    "height": max(0, int(CHART_HEIGHT * quantity / highest)) if highest else 0,
                }
                for day, quantity in days
            ],
        }

    def _portal_number(self, value):
        """A quantity in the reader's language with the decimals that it has; empty for None."""
        if value is None:
            return ""
        decimals = max(0, -value.normalize().as_tuple().exponent) if value else 0
        return formatLang(self.env, float(value), digits=min(decimals, 6))
