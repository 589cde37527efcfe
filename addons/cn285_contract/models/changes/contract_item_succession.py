from dataclasses import replace
from datetime import timedelta

from odoo import fields, models

from ...engine.plan import end_of_terms
from ..common import LIVE_STATES, STATE_DOOR, day_after


class ContractItem(models.Model):
    """Items that take the place of others."""

    _inherit = "cn285.contract.item"

    predecessor_id = fields.Many2one(
        "cn285.contract.item",
        string="Takes the Place of",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    trial_extended = fields.Boolean(copy=False, readonly=True)

    def _is_due_before(self, day):
        """Whether this is a one-time fee that is due before a day: it is owed where it stands."""
        self.ensure_one()
        due = self.one_shot_date or self.billing_start
        return self.billing_type == "one_shot" and bool(due) and due < day

    def _succeed(self, change, vals):
        """End the item before the change takes effect and create the one that takes its place.

        The successor keeps terms, rhythm and end; ``vals`` is what differs. The item is not
        settled here.
        """
        self.ensure_one()
        day = change._first_day()
        successor = self.create({**self._prepare_successor(day, change), **vals})
        self._hand_over_versions(successor, change)
        self._hand_over_pauses(successor, change)
        self._hand_over_changes(successor, change)
        if successor.version_ids or successor.pause_ids:
            successor._replan()
        if self.date_start >= day:
            self.with_context(cn285_keep_contract_state=STATE_DOOR)._update_state(
                LIVE_STATES, "cancelled"
            )
        else:
            # Its last days are not a period that the item cut short by itself.
            self.with_context(cn285_no_replan=STATE_DOOR).write(
                {"date_end": day - timedelta(days=1), "last_period": "prorate"}
            )
        return successor

    def _hand_over_versions(self, successor, change):
        """What was changed of the terms after the change's day stays changed.

        But for prices where the product is another.
        """
        same = successor.product_id == self.product_id
        for later in self.version_ids.filtered(
            lambda version: version.date_from and version.date_from > change._first_day()
        ):
            patch, cause, day = later.patch or {}, later.change_id, later.date_from
            if not same:
                patch = cause._type().patch_for_other_product(cause, patch, successor, day)
            if patch:
                terms_change = change._terms_change(patch, successor)
                successor._write_versions([terms_change._replace(day=day, change=cause)])

    def _hand_over_changes(self, successor, change):
        """What was planned for the item from then on concerns its successor.

        Prices that were planned for another product have been given up by then; where periods of
        another length were to have a price of their own, it follows from the new one.
        """
        planned = self.change_ids.filtered(
            lambda other: (
                other != change
                and other.state in ("draft", "to_approve", "scheduled")
                and other.date_effective >= change.date_effective
            )
        )
        scheduled = planned.filtered(lambda other: other.state == "scheduled")
        scheduled._announce(False)
        planned._write_inside({"item_id": successor.id, "contract_id": successor.contract_id.id})
        if successor.product_id != self.product_id:
            for other in planned.filtered(lambda other: other.type == "billing_period"):
                values = {k: v for k, v in (other.values or {}).items() if k != "price_unit"}
                other._write_inside({"values": values})
        scheduled._announce(True)

    def _prepare_successor(self, day, change):
        [vals] = self.copy_data()
        terms = self._price_terms_on(day)
        vals.update({name: terms[name] for name in terms._price_terms_fields()})
        if self.billing_start <= day:
            # Discounts that a template counted have been begun: they go on, and end when they do.
            for _command, _id, discount in vals.get("discount_ids", ()):
                discount.update(month_from=0, month_count=0)
        last_day = self._counted_last_day()
        anchor = terms.anchor_date or self.anchor_date or self.billing_start
        return {
            **vals,
            "contract_id": self.contract_id.id,
            "predecessor_id": self.id,
            "code": self.code,
            "start_condition": "date",
            "date_start": day,
            "date_end": last_day or False,
            "anchor_date": anchor,
            "trial_days": max((self.billing_start - day).days, 0),
            "trial_extended": self.trial_extended,
            "period_count": 0,
            "first_period": "prorate",
            "not_before": change._billing_day(),
        }

    def _counted_last_day(self):
        """The item's own last day, by its end and its number of periods.

        Ends that are planned are not its own yet: they may be given up, and who takes its place
        has them announced (or, with another holder, has not).
        """
        stretches = self._engine_stretches()
        if not stretches:
            return self.date_end
        end = end_of_terms(replace(stretches[0].terms, end=day_after(self.date_end)))
        last_day = end and end - timedelta(days=1)
        contract_end = self.contract_id.date_end
        if not last_day or (contract_end and last_day >= contract_end):
            return self.date_end
        return last_day

    def _reopen(self, day=None):
        """Let ended items run again whose last day lies ahead by now, and be settled.

        :param day: ahead of which day; default: today. Where the end is past all the same, they end
            again once their days are billed
        """
        day = day or self.company_id[:1]._cn285_today()
        for item in self.filtered(lambda item: item.state == "ended"):
            if not item._last_day() or item._last_day() >= day:
                item._update_state(("ended",), "active")
