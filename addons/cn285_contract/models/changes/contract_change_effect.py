from datetime import timedelta

from odoo import api, models

from ..contract_item_version import TermsChange


class ContractChange(models.Model):
    """On which days a change holds, what it does to the money of items, and what the log keeps."""

    _inherit = "cn285.contract.change"

    # === DAYS === #

    def _first_day(self):
        """First day on which the change holds, by the company's rule for the day itself."""
        self.ensure_one()
        day = self.date_effective
        if self._type().end_day:
            return self._last_day() + timedelta(days=1)
        if self._type().on_its_day:
            return day
        return day if self.company_id.cn285_change_day == "new" else day + timedelta(days=1)

    def _last_day(self):
        """Last day before an end."""
        self.ensure_one()
        return self._type().last_day(self)

    def _billing_day(self):
        """The day on which differences are due."""
        self.ensure_one()
        return self._type().billing_day(self)

    def _bills_at_once(self):
        """Whether differences are invoiced at once, and not with the next invoice."""
        self.ensure_one()
        return self.company_id.cn285_change_billing == "once"

    def _first_planned_end(self, scheduled):
        """The first of the last days that are planned for what this change ends, or False.

        :param bool scheduled: whether this change is one of those planned
        """
        ends = self.contract_id.change_ids.filtered(
            lambda other: (
                other != self
                and (other.type, other.item_id) == (self.type, self.item_id)
                and other.state == "scheduled"
            )
        )
        ends |= self if scheduled else self.browse()
        return min((end._last_day() for end in ends), default=False)

    def _is_superseded(self):
        """Whether what this change sets was set anew for a later day already."""
        self.ensure_one()
        return any(
            other.type == self.type
            and other.item_id == self.item_id
            and other.state == "applied"
            and other.date_effective > self.date_effective
            for other in self.contract_id.change_ids
        )

    # === TERMS AND MONEY === #

    def _terms_change(self, patch, item=None):
        """The change as what it changes of an item's terms.

        :param patch: ``{field: value}`` of the item's price terms
        """
        return TermsChange(
            item=(item or self.item_id).sudo(),
            day=self._first_day(),
            patch=patch,
            change=self,
            not_before=self._billing_day(),
            at_once=self._bills_at_once(),
        )

    def _change_terms(self, terms_changes):
        """Let items have other terms from a day on, and settle what was invoiced.

        :param terms_changes: list of :class:`TermsChange`, one for an item
        """
        items = self.env["cn285.contract.item"].sudo()
        items._write_versions(terms_changes)
        changed = items.union(*(entry.item for entry in terms_changes))
        changed._settle({entry.item: entry.change for entry in terms_changes})

    def _settle_items(self):
        """Settle the items of these changes."""
        self.item_id._settle({change.item_id: change for change in self})

    def _settle_contracts(self):
        """Settle all items of the contracts of these changes."""
        changes = {item: change for change in self for item in change.contract_id.item_ids}
        self.contract_id.item_ids._settle(changes)

    def _settle_successions(self):
        """Settle items that were succeeded, and note what was charged for their successors."""
        self._settle_items()
        successors = self.result_item_id
        changes = {change.result_item_id: change for change in self}
        successors._mark_caused(changes, successors.schedule_ids.browse())

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
        # It was planned with the pause, however late that takes effect.
        resumption._write_inside({"date_scheduled": self.date_scheduled})

    # === LOG === #

    def _snapshots(self):
        """What :meth:`_snapshot` says of each of these changes, worked out together."""
        for records in (self.contract_id.item_ids, self.contract_id):
            # What has changed of them is forgotten.
            records._recompute_recordset(["mrr_amount", "mrr_company"])
        return {change: change._snapshot() for change in self}

    def _snapshot(self):
        """The terms that this change may change, as JSON: read by people, and by programs."""
        self.ensure_one()
        contract, item = self.contract_id, self.item_id
        values = {name: contract[name] for name in self._snapshot_contract_fields()}
        if item:
            values.update({f"item.{name}": item[name] for name in self._snapshot_item_fields()})
            values["item.mrr"] = contract.currency_id.round(item.mrr)
        return {name: _as_json(value) for name, value in values.items()}

    @api.model
    def _snapshot_contract_fields(self):
        return ["state", "partner_id", "pricelist_id", "payment_term_id", "date_end", "mrr"]

    @api.model
    def _snapshot_item_fields(self):
        return [
            "state",
            "product_id",
            "quantity",
            "price_source",
            "price_unit",
            "discount",
            "recurring_interval",
            "recurring_unit",
            "alignment",
            "billing_day",
            "timing",
            "date_start",
            "date_end",
            "trial_days",
            "beneficiary_id",
            "mrr",
        ]

    def _log(self):
        """Note the changes in the contracts' chatter, in one go."""
        self.contract_id._message_log_batch(
            {
                change.contract_id.id: self.env._(
                    "Applied: %(change)s – %(description)s",
                    change=change.display_name,
                    description=change.description,
                )
                for change in self
            }
        )


def _as_json(value):
    if isinstance(value, models.BaseModel):
        return [value.id, value.display_name] if value else False
    if isinstance(value, str | int | float | bool) or value is None:
        return value
    return value.isoformat()
