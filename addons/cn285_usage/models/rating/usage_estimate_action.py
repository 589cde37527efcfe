import pytz
from markupsafe import Markup
from odoo import fields, models

from ..measure.usage_measure import next_day, utc


class Contract(models.Model):
    _inherit = "cn285.contract"

    has_usage = fields.Boolean(compute="_compute_has_usage")

    def _compute_has_usage(self):
        items = self.env["cn285.contract.item"]._read_group(
            [("contract_id", "in", self.ids), ("billing_type", "=", "usage")], ["contract_id"]
        )
        with_usage = {contract.id for [contract] in items}
        for contract in self:
            contract.has_usage = contract.id in with_usage

    def action_view_usage_estimate(self):
        """The usage of the running periods of these contracts, with the bill to be expected."""
        self.check_access("read")
        # sudo: who may read the contract may read what its usage comes to.
        estimates, failed = self.sudo()._usage_estimates()
        lines = self.env["cn285.usage.estimate.line"].create(
            [self._estimate_line_vals(estimate) for estimate in estimates]
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cn285_usage.action_usage_estimate_line"
        )
        action["domain"] = [("id", "in", lines.ids)]
        if failed:
            reasons = Markup().join(Markup("<p>%s</p>") % reason for reason in failed.values())
            action["help"] = action["help"] if lines else reasons
        if len(self) == 1:
            action["display_name"] = self.env._("%s: Usage So Far", self.name)
            action["context"] = {"hide_contract": True}
        if failed and lines:
            return self._warn_then(action, list(failed.values()))
        return action

    def _warn_then(self, action, reasons):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "message": "\n".join(reasons),
                "next": action,
            },
        }

    def _estimate_line_vals(self, estimate):
        row, calculator = estimate.row, estimate.calculator
        return {
            "contract_id": row.contract_id.id,
            "partner_id": row.contract_id.partner_id.id,
            "item_id": row.item_id.id,
            "calculator_id": calculator.id,
            "metric_id": calculator.metric_id.id,
            "beneficiary_id": estimate.beneficiary_id,
            "unit": calculator.metric_id.unit,
            "period_start": row.period_start,
            "period_end": row.period_end,
            "quantity": float(estimate.quantity),
            "event_count": estimate.events,
            "has_allowance": estimate.included is not None,
            "included": float(estimate.included or 0),
            "included_left": float(estimate.left or 0),
            "currency_id": row.currency_id.id,
            "amount": float(estimate.amount),
            "billed": float(estimate.billed),
            "projected": float(estimate.projected),
            "is_late": estimate.is_late,
            "explanation": estimate.explanation(),
            "company_id": row.company_id.id,
        }


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"

    def _usage_events_action(self, metrics, first, last):
        """The action that lists this item's events of some metrics and days.

        Events that name the contract but no item are shown with those of each of its items.
        """
        self.ensure_one()
        start, end = self.company_id._usage_instants(first, last)
        action = self.env["ir.actions.act_window"]._for_xml_id("cn285_usage.action_usage_event")
        action["domain"] = [
            ("contract_id", "=", self.contract_id.id),
            ("item_id", "in", [self.id, False]),
            ("metric_id", "in", metrics.ids),
            ("occurred_at", ">=", start),
            ("occurred_at", "<", end),
        ]
        action["context"] = {"search_default_counting": 1}
        return action


class Company(models.Model):
    _inherit = "res.company"

    def _usage_instants(self, first, last):
        """The instants, in UTC, between which local days ``first`` to ``last`` lie."""
        self.ensure_one()
        zone = pytz.timezone(self.cn285_tz or "UTC")
        return utc(first, zone), utc(next_day(last), zone)
