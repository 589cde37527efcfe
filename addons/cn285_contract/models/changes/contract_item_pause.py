from datetime import date

from odoo import fields, models

from ..common import STATE_DOOR, day_after

BILLING = [
    ("credited", "Not Owed: What Was Invoiced is Credited"),
    ("kept", "Not Billed: What Was Invoiced Stays"),
    ("billed", "Billed as Before"),
]
FOREVER = date.max


class ContractItemPause(models.Model):
    """Days on which an item does not serve: a pause, or a suspension."""

    _name = "cn285.contract.item.pause"
    _description = "Pause of a Contract Item"
    _inherit = ["cn285.guarded"]
    _is_history = True
    _order = "item_id, date_start, id"

    item_id = fields.Many2one(
        "cn285.contract.item", required=True, ondelete="cascade", index=True, readonly=True
    )
    contract_id = fields.Many2one(related="item_id.contract_id")
    company_id = fields.Many2one(related="item_id.company_id", store=True, precompute=True)
    kind = fields.Selection(
        [("pause", "Pause"), ("suspension", "Suspension")], required=True, readonly=True
    )
    date_start = fields.Date(string="From", required=True, readonly=True)
    date_end = fields.Date(
        string="To", readonly=True, help="Last day. Empty: until further notice."
    )
    billing = fields.Selection(BILLING, required=True, readonly=True)
    unowed_from = fields.Date(
        string="Not Billed From", readonly=True, help="Empty: it is billed as before."
    )
    change_id = fields.Many2one(
        "cn285.contract.change",
        string="Contract Change",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    reason_id = fields.Many2one(related="change_id.reason_id")

    def _span(self):
        """The days of it, half-open."""
        self.ensure_one()
        return self.date_start, day_after(self.date_end) or FOREVER


class ContractItem(models.Model):
    """An item's pauses: what becomes of them, and from when on they are not billed."""

    _inherit = "cn285.contract.item"

    pause_ids = fields.One2many(
        "cn285.contract.item.pause", "item_id", string="Pauses", readonly=True
    )

    def _unowed_days(self):
        """Stretches of days in which nothing is owed, half-open: pauses that are not billed.

        Usage is owed where it is.
        """
        self.ensure_one()
        if self.billing_type != "fixed":
            return []
        return [
            (pause.unowed_from, pause._span()[1])
            for pause in self.pause_ids
            if pause.unowed_from and pause.unowed_from < pause._span()[1]
        ]

    def _pauses_on(self, day):
        """Whether a pause (not a suspension) of this item covers a day."""
        self.ensure_one()
        spans = [pause._span() for pause in self.pause_ids if pause.kind == "pause"]
        return any(start <= day < end for start, end in spans)

    def _hand_over_pauses(self, successor, change):
        """What interrupts the item from the change on interrupts its successor.

        But for a suspension where the customer is another: that was about the one before.
        """
        self.ensure_one()
        day = change._first_day()
        same = successor.contract_id.partner_id == self.contract_id.partner_id
        reaching = self.pause_ids.filtered(
            lambda pause: pause._span()[1] > day and (same or pause.kind == "pause")
        )
        for pause in reaching.sudo():  # sudo: pauses follow from the item, nobody writes them
            pause.copy(
                {
                    "item_id": successor.id,
                    "date_start": max(pause.date_start, day),
                    "unowed_from": pause.unowed_from and max(pause.unowed_from, day),
                }
            )
        # Of a change that is dated back, today; missed ones take effect as on their own day.
        today = change._billing_day()
        resting = successor._pauses_on(max(day, today))
        state = "suspended" if same and self.state == "suspended" else resting and "paused"
        if state and self.state != "active":
            successor.with_context(cn285_no_replan=STATE_DOOR)._update_state(("active",), state)
        if successor.contract_id == self.contract_id or not resting:
            return
        # The end of a pause of the whole contract stays with that contract.
        for pause in reaching.filtered(lambda pause: pause.kind == "pause" and pause.date_end):
            if pause.date_end >= today and not pause.change_id.item_id:
                change._schedule_resumption(day_after(pause.date_end), successor)

    def _unowed_from(self, day, billing):
        """The first day of a pause that is not billed, by item; False where it is billed."""
        if billing == "billed":
            return dict.fromkeys(self, False)
        if billing == "credited":
            return dict.fromkeys(self, day)
        covered = self._existing_rows()[0]
        result = {}
        for item in self:
            ends = [end for start, end in covered.get(item.id, ()) if start <= day < end]
            result[item] = max(ends, default=day)
        return result
