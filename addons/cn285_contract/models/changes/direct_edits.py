from datetime import timedelta

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import float_compare

from ..common import BILLED_STATES, STATE_DOOR, as_day
from .direct_edit_maps import (
    CONTRACT_FIXED,
    CONTRACT_MAP,
    ITEM_FIXED,
    ITEM_MAP,
    changes_of_contract,
    changes_of_item,
)


class TracedEdits(models.AbstractModel):
    """Edits of what runs become contract changes, in forms, lists, imports and programs alike.

    A write of a user to commercial fields of a running item or contract is turned into changes of
    the types that fit: of today, or of the day in the context (``cn285_change_date``), with the
    reason there (``cn285_change_reason_id``, ``cn285_change_note``). They keep the rules of changes
    and of approval: what waits for its day or for approval is not written. What no type of change
    does is refused. Drafts are edited freely; so is everything in the superuser's name and by the
    machinery itself.
    """

    _name = "cn285.traced.edits"
    _description = "Edits that Become Contract Changes"

    def _edits_freely(self):
        """Whether who writes is the machinery: changes that take effect, and the superuser."""
        return self.env.su or self.env.context.get("cn285_state_door") is STATE_DOOR

    def _past_edits(self):
        """These records for the machinery: what it writes is no edit."""
        return self.with_context(cn285_state_door=STATE_DOOR)

    @api.model
    def _fixed_fields(self):
        """Names of fields that do not change while it runs."""
        raise NotImplementedError

    @api.model
    def _traced_fields(self):
        """Names of fields that change by contract changes alone while it runs."""
        raise NotImplementedError

    def _is_traced(self):
        """Whether it runs, or has run."""
        raise NotImplementedError

    def _changes_of_edit(self, vals):
        """The changes that come of values that differ: list of ``EditChange``."""
        raise NotImplementedError

    def _untraced_vals(self, vals):
        """Turn what becomes changes into changes; return what is left to be written, for whom.

        :returns: list of ``(records, values)``
        :raises UserError: for what does not change while it runs, and for changes that are refused
        """
        traced_fields = self._fixed_fields() | self._traced_fields()
        if self._edits_freely() or not traced_fields & vals.keys():
            return [(self, vals)]
        self._check_links([vals])
        vals = self._within_bounds(vals)
        traced = self.filtered(lambda record: record._is_traced())
        if not traced:
            return [(self, vals)]
        traced.check_access("write")
        entries = []
        for record in traced:
            changed = {
                name: value
                for name, value in vals.items()
                if name in traced_fields and record._differs(name, value)
            }
            for name in sorted(self._fixed_fields() & changed.keys()):
                raise record._fixed_error(name)
            entries += [(record, entry) for entry in record._changes_of_edit(changed)]
        self.env["cn285.contract.change"]._make_of_edits(entries)
        free = {name: value for name, value in vals.items() if name not in traced_fields}
        parts = [(self - traced, vals), (traced, free)]
        return [(records, values) for records, values in parts if records and values]

    def _differs(self, name, value):
        """Whether a value that is written is another than the record has."""
        field = self._fields[name]
        new = field.convert_to_record(field.convert_to_cache(value, self, validate=False), self)
        if field.type == "float":
            return float_compare(new, self[name], precision_digits=6) != 0
        return new != self[name] and bool(new or self[name])

    def _fixed_error(self, name):
        """What is told who edits what does not change."""
        self.ensure_one()
        return UserError(
            self.env._(
                "%(record)s: “%(field)s” does not change while it runs. %(advice)s",
                record=self.display_name,
                field=self._fields[name]._description_string(self.env),
                advice=self._fixed_advice(name),
            )
        )

    def _edit_day(self):
        """The day from which on an edit holds."""
        given = as_day(self.env, self.env.context.get("cn285_change_date"))
        return given or self.company_id._cn285_today()


class ContractItem(models.Model):
    _name = "cn285.contract.item"
    _inherit = ["cn285.contract.item", "cn285.traced.edits"]

    @api.model
    def _fixed_fields(self):
        return ITEM_FIXED

    @api.model
    def _traced_fields(self):
        return ITEM_MAP

    def _is_traced(self):
        self.ensure_one()
        return self.state != "draft" and self.contract_id.state not in ("draft", "cancelled")

    def _changes_of_edit(self, vals):
        return changes_of_item(self, vals, self._edit_day())

    def _fixed_advice(self, name):
        if name == "product_id":
            return self.env._("Another product is an upgrade or a downgrade, by a tier path.")
        return self.env._("End the item, and add a new one.")

    # === NEW, AND DELETED === #

    def _trace_new(self, vals_list):
        """Check new items of running contracts as what they are: changes.

        :returns: the changes, still drafts, for the values of each that is one
        """
        if self._edits_freely():
            return {}
        contracts = self.env["cn285.contract"]
        found = {}
        named = (vals.get("contract_id") for vals in vals_list)
        there = contracts.browse(dict.fromkeys(filter(None, named))).exists()
        for number, vals in enumerate(vals_list):
            contract = contracts.browse(vals.get("contract_id")) & there
            if contract and contract._is_traced():
                found[number] = self.env["cn285.contract.change"]._draft_of_new(contract, vals)
        return found

    def _without_given_up(self):
        """The items to be deleted; those that run and were not billed are given up instead."""
        if self._edits_freely():
            return self
        running = self.filtered(lambda item: item._is_traced() and item.state != "cancelled")
        if running:
            running.check_access("unlink")
            running._unlink_only_unbilled()
            self.env["cn285.contract.change"]._give_up_items(running)
        return self - running


class Contract(models.Model):
    _name = "cn285.contract"
    _inherit = ["cn285.contract", "cn285.traced.edits"]

    @api.model
    def _fixed_fields(self):
        return CONTRACT_FIXED

    @api.model
    def _traced_fields(self):
        return CONTRACT_MAP | set(self._traced_terms())

    @api.model
    def _traced_terms(self):
        """Hook: fields that change by the type *Terms of the Contract*."""
        return [
            "reseller_id",
            "partner_invoice_id",
            "fiscal_position_id",
            "journal_id",
            "invoice_separately",
            "line_grouping",
            "commitment_end",
        ]

    def _is_traced(self):
        self.ensure_one()
        return self.state not in ("draft", "cancelled")

    def _changes_of_edit(self, vals):
        return changes_of_contract(self, vals, self._edit_day())

    def _fixed_advice(self, name):
        if name == "partner_id":
            return self.env._("Another customer is a change of holder (button Change).")
        return self.env._("Make a new contract.")

    def _check_end_by_hand(self, last_day):
        """Refuse that a user ends a running contract past an approval that a termination needs."""
        if self._edits_freely() or not self._is_traced():
            return
        change = self.env["cn285.contract.change"].create(
            {"contract_id": self.id, "type": "terminate", "date_effective": last_day}
        )
        reason = change._approval_reason()
        change.sudo().unlink()  # sudo: it was only looked at
        if reason:
            raise UserError(
                self.env._(
                    "Contract %(contract)s: %(reason)s Terminate it (button Change), so that it is "
                    "asked for.",
                    contract=self.name,
                    reason=reason,
                )
            )

    def _credit_after_end_by_hand(self, last_day):
        """Credit what was invoiced beyond a user's end by hand, which is noted as a termination."""
        if self._edits_freely():
            return
        # sudo: who may end a contract may cause what is credited of it
        rows = self.sudo().schedule_ids
        if not rows.filtered(lambda row: row.state in BILLED_STATES and row.period_end > last_day):
            return
        day = last_day + timedelta(days=self.company_id.cn285_end_day != "billed")
        changes = self.env["cn285.contract.change"]
        vals = {"contract_id": self.id, "type": "terminate", "date_effective": day}
        change = changes.create({**changes._reason_of_edit(), **vals})
        change._write_inside({"before": change._snapshot()})
        change._note_done(self)
        change._settle_contracts()


class ContractChange(models.Model):
    """Changes that come of edits."""

    _inherit = "cn285.contract.change"

    @api.model
    def _make_of_edits(self, entries):
        """Make the changes that edits ask for, and let them take effect.

        :param entries: list of ``(item or contract, EditChange)``
        """
        changes = self.browse()
        for record, entry in entries:
            on_item = record._name == "cn285.contract.item"
            change = self.create(
                {
                    **self._reason_of_edit(),
                    "contract_id": record.contract_id.id if on_item else record.id,
                    "item_id": record.id if on_item else False,
                    "type": entry.type,
                    "date_effective": entry.day,
                    "values": entry.values,
                }
            )
            if entry.last_day and change._last_day() < entry.last_day:
                change.date_effective += timedelta(days=1)
            changes |= change
        changes.action_schedule()
        changes._tell_waiting()

    @api.model
    def _reason_of_edit(self):
        """Why something is edited, as the context has it."""
        context = self.env.context
        vals = {}
        if isinstance(context.get("cn285_change_reason_id"), int):
            vals["reason_id"] = context["cn285_change_reason_id"]
        if isinstance(context.get("cn285_change_note"), str):
            vals["note"] = context["cn285_change_note"]
        return vals

    def _tell_waiting(self):
        """Tell who edits that it is not done yet: it waits for its day, or for approval."""
        for change in self.filtered(lambda change: change.state != "applied"):
            states = dict(self._fields["state"]._description_selection(self.env))
            self.env.user._bus_send(
                "simple_notification",
                {
                    "type": "warning",
                    "title": states[change.state],
                    "message": change.display_name,
                },
            )

    # === NEW AND DELETED ITEMS === #

    @api.model
    def _draft_of_new(self, contract, vals):
        """The change that a new item of a running contract is; checked, not yet scheduled.

        :raises UserError: where a rule forbids it, or approval has to be asked for first
        """
        names = self._change_types()["add_item"].values
        values = {name: vals[name] for name in names if vals.get(name)}
        if "price_unit" in vals and vals["price_unit"] is not False:
            values["price_unit"] = vals["price_unit"]
        if vals.get("price_source") == "pricelist":
            values.pop("price_unit", None)
        change = self.create(
            {
                **self._reason_of_edit(),
                "contract_id": contract.id,
                "type": "add_item",
                "date_effective": as_day(self.env, vals.get("date_start"))
                or max(contract._edit_day(), contract.date_start),
                "values": values,
            }
        )
        change._check()
        change._refuse_to_wait()
        return change

    def _start_of_new(self, vals):
        """From when on the new item serves: from the change's day, unless it waits for a button."""
        self.ensure_one()
        if vals.get("start_condition") == "manual":
            return {}
        return {"start_condition": "date", "date_start": self._first_day()}

    def _refuse_to_wait(self):
        """Refuse an edit whose change needs approval, where an edit cannot wait for it."""
        self.ensure_one()
        reason = self._approval_reason()
        if reason:
            raise UserError(
                self.env._(
                    "%(change)s: %(reason)s Ask for it by the button Change.",
                    change=self.display_name,
                    reason=reason,
                )
            )

    def _note_done(self, item):
        """Note that this change took effect as somebody did it by hand."""
        self.ensure_one()
        today = self.company_id._cn285_today()
        facts = {"date_scheduled": today, "date_applied": today, "after": self._snapshot()}
        if self.type == "add_item":
            facts["result_item_id"] = item.id
            item.sudo()._mark_caused({item: self}, item.schedule_ids.browse())  # sudo: rows follow
        self._update_state(("draft",), "applied", **facts)
        self._log()

    @api.model
    def _note_discounts(self, entries):
        """Note discount periods of running items that users give, edit or take away.

        :param entries: list of ``(item, values of the change)``
        :raises UserError: where approval has to be asked for first
        """
        for item, values in entries:
            if item._edits_freely() or not item.contract_id._is_traced():
                continue
            vals = {
                "contract_id": item.contract_id.id,
                "item_id": item.id,
                "type": "discount_period",
                "date_effective": item._edit_day(),
                "values": values,
            }
            if not item._is_traced():
                self._only_asked(vals)
                continue
            change = self.create({**self._reason_of_edit(), **vals})
            change._check()
            change._refuse_to_wait()
            change._write_inside({"before": change._snapshot()})
            change._note_done(item)

    @api.model
    def _give_up_items(self, items):
        """Cancel running items of which nothing was billed, as ends before their first day."""
        for item in items:
            change = self.create(
                {
                    **self._reason_of_edit(),
                    "contract_id": item.contract_id.id,
                    "item_id": item.id,
                    "type": "end_item",
                    "date_effective": item.date_start or item.company_id._cn285_today(),
                }
            )
            change._check_not_required(item)
            change._refuse_to_wait()
            change._write_inside({"before": change._snapshot()})
            item._update_state(("active", "paused", "suspended", "ended"), "cancelled")
            change._note_done(item)
