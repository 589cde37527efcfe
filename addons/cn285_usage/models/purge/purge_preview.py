from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ...engine.purging import last_old_day

# The most lines that a preview has.
MOST = 1_000


class UsageMetric(models.Model):
    _inherit = "cn285.usage.metric"

    def action_preview_purge(self):
        """What would be purged of this metric by now, contract by contract, and what keeps it."""
        self.ensure_one()
        if not self.env.user.has_group("base.group_system"):
            raise AccessError(self.env._("Only administrators see what will be purged."))
        lines = self.env["cn285.usage.purge.preview"]._preview(self)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cn285_usage.action_usage_purge_preview"
        )
        action["domain"] = [("id", "in", lines.ids)]
        return action


class UsagePurgePreview(models.TransientModel):
    """A line of the list that shows what a purge would do, as it was when it was asked for."""

    _name = "cn285.usage.purge.preview"
    _description = "Preview of a Purge of Usage"
    _inherit = ["cn285.links.read"]
    _order = "contract_id, id"

    metric_id = fields.Many2one("cn285.usage.metric", readonly=True, ondelete="cascade")
    contract_id = fields.Many2one("cn285.contract", readonly=True, ondelete="cascade")
    old_count = fields.Integer(
        string="Old Events", readonly=True, help="Events that are older than the metric keeps."
    )
    event_count = fields.Integer(string="Will Go", readonly=True)
    until = fields.Date(readonly=True, help="The last day whose events will go.")
    kept_by = fields.Char(string="What Keeps the Others", readonly=True)

    @api.model
    def _preview(self, metric):
        """Lines of a metric, for whoever asks; of one that keeps its events: none."""
        # sudo: administrators need not be users of contracts.
        metric = metric.sudo()
        events = self.env["cn285.usage.event"].sudo().with_company(metric.company_id)
        if not metric.retention_months:
            return self
        limit = last_old_day(metric.company_id._cn285_today(), metric.retention_months)
        contracts = events._contracts_with_old(metric.company_id, metric, limit)[:MOST]
        horizons = contracts._purge_horizons(limit)
        everyone = contracts.union(*(family for family, _found in horizons))
        running = everyone._with_open_usage() if metric._aggregation().carried_in else self
        vals = []
        for family, found in horizons:
            code = "level" if running and family & running else found.code
            for contract in family & contracts:
                old = self._count(events, metric, contract, limit)
                going = 0 if code == "level" else self._count(events, metric, contract, found.day)
                vals.append(
                    {
                        "metric_id": metric.id,
                        "contract_id": contract.id,
                        "old_count": old,
                        "event_count": going,
                        "until": found.day if going else False,
                        "kept_by": self._words().get(code) if going < old else False,
                    }
                )
        return self.create(vals)

    @api.model
    def _count(self, events, metric, contract, day):
        [[count]] = self.env.execute_query(
            SQL(
                """SELECT count(*) FROM cn285_usage_event e WHERE %s
                      AND (e.item_id = ANY(%s) OR e.item_id IS NULL AND e.contract_id = %s)""",
                events._old(metric.company_id, metric, day),
                contract.item_ids.ids,
                contract.id,
            )
        )
        return count

    @api.model
    def _words(self):
        """What keeps usage, by the codes of ``purge_holds.py``, in a clerk's words."""
        return {
            "not_billed": self.env._("A period, or a threshold, was not invoiced yet."),
            "not_posted": self.env._("An invoice of it is a draft, or was cancelled."),
            "late_usage": self.env._("Late usage is still to be billed as a difference."),
            "not_planned": self.env._("A period was not planned yet."),
            "change": self.env._("A change is planned that holds from these days."),
            "delivery": self.env._("A delivery is not complete, or was not billed."),
            "arrived": self.env._("Events have arrived that no billing run has looked at."),
            "period": self.env._("A period goes as a whole, once its last day is old enough."),
            "level": self.env._("A value that was set once is in force until the contract ends."),
        }
