import json
from datetime import datetime, time

import pytz
from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bounds import DAY
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

from ..engine.event_values import times
from ..models.measure.usage_measure import utc

# The property by which an event says when it really occurred.
REALLY = "original_time"


class UsageAccept(models.TransientModel):
    """Events of closed months, accepted by hand for a later day, on which they are then billed.

    The number stays, so each can be accepted once. What is still stored of the closed month, an
    event of the same number there, is looked for; what was dropped nobody can tell any more.
    """

    _name = "cn285.usage.accept"
    _description = "Acceptance of Usage for a Later Day"
    _inherit = ["cn285.links.read", "cn285.bounded"]

    refusal_ids = fields.Many2many(
        "cn285.usage.refusal",
        string="Events",
        required=True,
        default=lambda self: self._default_refusals(),
    )
    day = fields.Date(
        string="Counts On",
        required=True,
        default=lambda self: self.env.company._cn285_today(),
        help="The day of an open month on which the events count. When they really occurred is "
        "kept as their property “original_time”.",
    )

    @api.model
    def _bounds(self):
        return {**super()._bounds(), "day": DAY}

    def _default_refusals(self):
        refusals = self.env["cn285.usage.refusal"].browse(self.env.context.get("active_ids"))
        return refusals.filtered(lambda one: one.state == "open").ids

    def action_accept(self):
        """Record the events on the day that was chosen; what is refused stays in the list.

        :raises UserError: where one is no event of a closed month, or is counted already
        """
        self.ensure_one()
        self.env["cn285.usage.event"].check_access("create")
        self.refusal_ids.check_access("read")
        payloads = {refusal: self._moved(refusal) for refusal in self.refusal_ids}
        self.refusal_ids._send_again(payloads)
        return {"type": "ir.actions.act_window_close"}

    def _moved(self, refusal):
        """What was sent, on the day that was chosen."""
        if refusal.reason_code != "closed_month" or refusal.state != "open":
            raise UserError(
                self.env._(
                    "%(event)s was not refused because its month is closed.",
                    event=refusal.display_name,
                )
            )
        row = dict(refusal.payload)
        name = "occurred_at" if row.get("occurred_at") else "started_at"
        if not row.get(name) or row.get("kind") not in (None, "", "usage"):
            raise UserError(
                self.env._(
                    "%(event)s corrects an event of a closed month: what that was billed is "
                    "credited, or charged, by hand.",
                    event=refusal.display_name,
                )
            )
        was = times([row[name]])[0]
        self._refuse_counted(refusal, was)
        midday = utc(self.day, self._zone(refusal)) + (
            datetime.combine(self.day, time(12)) - datetime.combine(self.day, time())
        )
        if row.get("ended_at"):
            row["ended_at"] = (midday + (times([row["ended_at"]])[0] - was)).isoformat()
        properties = row.get("properties") or {}
        if isinstance(properties, str):
            properties = json.loads(properties)
        row["properties"] = {**properties, REALLY: str(row[name])}
        row[name] = midday.isoformat()
        return row

    def _zone(self, refusal):
        return pytz.timezone(refusal.company_id.cn285_tz or "UTC")

    def _refuse_counted(self, refusal, moment):
        """Refuse an event that is stored already: its key alone is gone."""
        self.env.cr.execute(
            SQL(
                "SELECT 1 FROM cn285_usage_event WHERE occurred_at = %s AND company_id = %s "
                "AND source = %s AND transaction_id = %s LIMIT 1",
                moment,
                refusal.company_id.id,
                str(refusal.payload.get("source")),
                str(refusal.payload.get("transaction_id")),
            )
        )
        # sudo: whether it was counted is a fact of the program, whoever asks.
        months = self.env["cn285.usage.month"].sudo()
        if self.env.cr.fetchone() or months._have_event(moment, refusal):
            raise UserError(
                self.env._(
                    "%(event)s is counted already, on %(day)s: dismiss it.",
                    event=refusal.display_name,
                    day=format_date(self.env, moment.date()),
                )
            )
