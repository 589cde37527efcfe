"""What metrics were called when they were billed: statements of then say it as it was."""

from odoo import fields, models
from odoo.tools import SQL


class UsageRating(models.Model):
    _inherit = "cn285.usage.rating"

    told = fields.Json(
        readonly=True,
        help="Names and units of the metrics as they were when this was invoiced, where they have "
        "another one since: by metric, then by language.",
    )

    def _metric_words(self, metric):
        """Name and unit of a metric as they were when this was invoiced, in the user's language."""
        self.ensure_one()
        told = (self.told or {}).get(str(metric.id))
        if not told:
            return metric.name, metric.unit
        names = told["name"]
        return names.get(self.env.lang or "en_US") or names.get("en_US"), told["unit"]


class UsageMetric(models.Model):
    _inherit = "cn285.usage.metric"

    def _keep_told(self):
        """Note what these are called, before they are renamed, with what was invoiced of them."""
        calculators = self.env["cn285.usage.calculator"].sudo().with_context(active_test=False)
        # sudo: what was invoiced of all customers, whoever renames the metric.
        ratings = self.env["cn285.usage.rating"].sudo()
        self.env.flush_all()
        for metric in self:
            alone = calculators.search([("metric_id", "=", metric.id)])
            several = calculators.search(
                [("metric_id", "=", False), ("company_id", "=", metric.company_id.id)]
            )
            used = several._metrics_by_calculator() if several else {}
            ids = [*alone.ids, *(one for one, metrics in used.items() if metric in metrics)]
            self.env.cr.execute(
                SQL(
                    """UPDATE cn285_usage_rating r
                          SET told = coalesce(nullif(r.told, 'null'), '{}') || jsonb_build_object(
                              m.id::text, jsonb_build_object('name', m.name, 'unit', m.unit))
                         FROM cn285_usage_metric m, cn285_billing_schedule s
                        WHERE m.id = %s AND r.calculator_id = ANY(%s) AND s.id = r.schedule_id
                          AND s.state = 'invoiced'
                          AND NOT coalesce(r.told, '{}') ? m.id::text""",
                    metric.id,
                    ids,
                )
            )
        ratings.invalidate_model(["told"], flush=False)
