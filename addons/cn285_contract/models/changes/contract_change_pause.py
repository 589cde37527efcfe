from datetime import date, timedelta

from odoo import api, fields, models
from odoo.tools import format_date

from ...engine.spans import count, intersect
from ..common import day_after
from .change_type import ChangeType, Value

BILLING = [
    ("credited", "Not Owed: What Was Invoiced is Credited"),
    ("kept", "Not Billed: What Was Invoiced Stays"),
    ("billed", "Billed as Before"),
]
BILLINGS = tuple(name for name, _label in BILLING)
FOREVER = date.max


class ContractItemPause(models.Model):
    """Days on which an item does not serve: a pause, or a suspension."""

    _name = "cn285.contract.item.pause"
    _description = "Pause of a Contract Item"
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
        "cn285.contract.change", readonly=True, index="btree_not_null", ondelete="set null"
    )
    reason_id = fields.Many2one(related="change_id.reason_id")

    def _span(self):
        """The days of it, half-open."""
        self.ensure_one()
        return self.date_start, day_after(self.date_end) or FOREVER


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"

    pause_ids = fields.One2many(
        "cn285.contract.item.pause", "item_id", string="Pauses", readonly=True
    )

    def _unowed_days(self):
        """Subscriptions owe nothing in a pause that is not billed. Usage is owed where it is."""
        spans = super()._unowed_days()
        if self.billing_type != "fixed":
            return spans
        return spans + [
            (pause.unowed_from, pause._span()[1])
            for pause in self.pause_ids
            if pause.unowed_from and pause.unowed_from < pause._span()[1]
        ]


class ContractChange(models.Model):
    """Pauses and suspensions, of an item or of all items of a contract, and their ends."""

    _inherit = "cn285.contract.change"

    type = fields.Selection(
        selection_add=[
            ("pause", "Pause"),
            ("resume", "Resumption"),
            ("deactivate", "Deactivation"),
            ("activate", "Activation"),
        ],
        ondelete={
            "pause": "cascade",
            "resume": "cascade",
            "deactivate": "cascade",
            "activate": "cascade",
        },
    )

    @api.model
    def _change_types(self):
        return {
            **super()._change_types(),
            "pause": ChangeType(
                on="either",
                values={
                    "date_end": Value("date"),
                    "billing": Value("choice", choices=BILLINGS),
                },
            ),
            "resume": ChangeType(on="either"),
            "deactivate": ChangeType(
                on="either",
                values={
                    "cause": Value("choice", choices=("debt", "manual")),
                    "billing": Value("choice", choices=BILLINGS),
                },
            ),
            "activate": ChangeType(on="either"),
        }

    def _concerned(self, states):
        """The item of the change, or all of its contract's, in one of these states."""
        self.ensure_one()
        items = self.item_id or self.contract_id.item_ids
        return items.filtered(lambda item: item.state in states)

    # === PAUSE === #

    def _check_pause(self):
        """Something runs that can pause, not twice, and within the limits of the template."""
        self._check_interrupts()
        items = self._concerned(("active",))
        if not items:
            raise self._refusal(self.env._("nothing is active that could pause."))
        end = self._parsed().get("date_end")
        if end and end < self._first_day():
            raise self._refusal(
                self.env._(
                    "a pause cannot end on %s, before it starts.", format_date(self.env, end)
                )
            )
        self._check_pauses_once(items)
        if not self.override:
            self._check_pause_limits(items, end)

    def _check_interrupts(self):
        """Refuse a first day on which the contract, or the item, is not served."""
        contract, item, day = self.contract_id, self.item_id, self._first_day()
        start = max(filter(None, (contract.date_start, item.date_start)), default=day)
        end = min(filter(None, (contract.date_end, item.date_end)), default=day)
        if day < start:
            raise self._refusal(self.env._("it starts only on %s.", format_date(self.env, start)))
        if day > end:
            raise self._refusal(self.env._("it ends on %s already.", format_date(self.env, end)))

    def _pause_span(self):
        """The days of a pause that is asked for, half-open."""
        self.ensure_one()
        return self._first_day(), day_after(self._parsed().get("date_end")) or FOREVER

    def _other_pauses(self, item):
        """The days of an item's other pauses, those that are planned included, half-open."""
        planned = self.contract_id.change_ids.filtered(
            lambda other: (
                other != self
                and other.type == "pause"
                and other.state in ("to_approve", "scheduled")
                and other.item_id in (item, item.browse())
            )
        )
        taken = item.pause_ids.filtered(lambda pause: pause.kind == "pause")
        return [pause._span() for pause in taken] + [other._pause_span() for other in planned]

    def _check_pauses_once(self, items):
        span = self._pause_span()
        for item in items:
            for start, end in intersect(self._other_pauses(item), [span]):
                raise self._refusal(
                    self.env._(
                        "item “%(item)s” pauses from %(start)s to %(end)s already.",
                        item=item.name,
                        start=format_date(self.env, start),
                        end="…" if end == FOREVER else format_date(self.env, end - timedelta(1)),
                    )
                )

    def _check_pause_limits(self, items, end):
        template = self.contract_id.template_id
        first = self._first_day()
        length = (end - first).days + 1 if end else None
        reason = template._pause_length_error(length) if template else None
        for item in items if template and not reason else ():
            reason = self._pause_years_error(template, item, (end or first).year)
            if reason:
                break
        if reason:
            raise self._refusal(reason)

    def _pause_years_error(self, template, item, last_year):
        """Why an item pauses too often or too long in one of the calendar years of this pause."""
        own, others = self._pause_span(), self._other_pauses(item)
        for number in range(own[0].year, last_year + 1):
            year = (date(number, 1, 1), date(number + 1, 1, 1))
            spans = [span for one in (own, *others) for span in intersect([one], [year])]
            reason = template._pause_year_error(len(spans), count(spans))
            if reason:
                return reason
        return None

    def _apply_pause(self):
        """Items pause; where an end is given, they resume by themselves on the day after."""
        self._interrupt("pause", "paused", ("active",), "credited")
        for change in self:
            end = change._parsed().get("date_end")
            if end:
                change._schedule_resumption(end + timedelta(days=1))

    def _schedule_resumption(self, day, item=None):
        """Let what pauses go on from a day: the item given, or what this change concerns."""
        if self.company_id.cn285_change_day == "old":
            day -= timedelta(days=1)
        concerned = item or self
        resumption = self.create(
            {
                "contract_id": concerned.contract_id.id,
                "item_id": item.id if item else self.item_id.id,
                "type": "resume",
                "date_effective": day,
                "origin": "system",
                "reason_id": self.reason_id.id,
            }
        )
        resumption._to_schedule(("draft",))

    # === RESUMPTION === #

    def _check_resume(self):
        """Something is paused; where a pause ends by itself, it may have been ended before."""
        if self.origin != "system" and not self._concerned(("paused",)):
            raise self._refusal(self.env._("nothing is paused."))

    def _check_contract_runs(self):
        """A pause that ends by itself does so whatever became of its contract meanwhile."""
        if self.type == "resume" and self.origin == "system":
            return None
        return super()._check_contract_runs()

    def _check_item_runs(self):
        if self.type == "resume" and self.origin == "system":
            return None
        return super()._check_item_runs()

    def _apply_resume(self):
        """The pause ends the day before; billing goes on in the same rhythm."""
        self._go_on("pause", ("paused",))

    # === SUSPENSION === #

    def _check_deactivate(self):
        self._check_interrupts()
        if not self._concerned(("active", "paused")):
            raise self._refusal(self.env._("nothing is active that could be deactivated."))

    def _apply_deactivate(self):
        """Items are suspended, for a debt or by hand; billing goes on unless said otherwise."""
        self._interrupt("suspension", "suspended", ("active", "paused"), "billed")

    def _check_activate(self):
        if not self._concerned(("suspended",)):
            raise self._refusal(self.env._("nothing is deactivated."))

    def _apply_activate(self):
        """The suspension ends the day before."""
        self._go_on("suspension", ("suspended",))

    # === SHARED === #

    def _interrupt(self, kind, state, allowed, default):
        creates, changes = [], {}
        for change in self:
            values, day = change._parsed(), change._first_day()
            items = change._concerned(allowed)
            billing = values.get("billing") or default
            unowed = items._unowed_from(day, billing)
            for item in items:
                changes[item] = change
                creates.append(
                    {
                        "item_id": item.id,
                        "kind": kind,
                        "date_start": day,
                        "date_end": values.get("date_end"),
                        "billing": billing,
                        "unowed_from": unowed[item],
                        "change_id": change.id,
                    }
                )
        self.env["cn285.contract.item.pause"].sudo().create(creates)
        items = self.env["cn285.contract.item"].sudo().union(*changes)
        items.with_context(cn285_no_replan=True)._update_state(allowed, state)
        items._settle(changes)

    def _go_on(self, kind, allowed):
        changes = {}
        for change in self:
            last_day = change._first_day() - timedelta(days=1)
            for item in change._concerned(allowed):
                if change.origin == "system" and item._pauses_on(change._first_day()):
                    continue  # It pauses anew: this is the end of an earlier pause.
                changes[item] = change
                open_pauses = item.pause_ids.filtered(
                    lambda pause, last_day=last_day: (
                        pause.kind == kind and (not pause.date_end or pause.date_end > last_day)
                    )
                )
                for pause in open_pauses.sudo():
                    if pause.date_start > last_day:
                        pause.unlink()
                    else:
                        pause.date_end = last_day
        items = self.env["cn285.contract.item"].sudo().union(*changes)
        resting = items.filtered(lambda item: item._pauses_on(changes[item]._first_day()))
        resting.with_context(cn285_no_replan=True)._update_state(allowed, "paused")
        (items - resting).with_context(cn285_no_replan=True)._update_state(allowed, "active")
        items._settle(changes)


class ContractItemPauses(models.Model):
    """What becomes of an item's pauses, and from when on they are not billed."""

    _inherit = "cn285.contract.item"

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
        today = self.company_id._cn285_today()
        resting = successor._pauses_on(max(day, today))
        state = "suspended" if same and self.state == "suspended" else resting and "paused"
        if state and self.state != "active":
            successor.with_context(cn285_no_replan=True)._update_state(("active",), state)
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
