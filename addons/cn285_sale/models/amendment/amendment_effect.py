"""What accepting a quotation does to the contract that it changes: tried when it is sent, done when
it is accepted, all of it or nothing."""

from uuid import uuid4

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date

from .amendment_parts import Tried


class SaleOrder(models.Model):
    _inherit = "sale.order"

    # === BEFORE === #

    def _cn285_amendment_obstacle(self):
        """Why a quotation that changes a contract cannot be accepted, in words; None if it can.

        What was signed or paid is accepted all the same, and not activated: neither is lost. Notes
        what it comes to.
        """
        self.ensure_one()
        if self._cn285_is_committed():
            return None
        # sudo: whose contract it is.
        if self.partner_id != self.sudo().cn285_contract_id.partner_id:
            return self._cn285_holder_error()
        reason = self._cn285_late() or self._cn285_stale_reason()
        if reason:
            return reason
        try:
            played = self._cn285_play()
        except UserError as error:
            return str(error.args[0])
        if not played:
            return self.env._("%s changes nothing of its contract.", self.name)
        self.sudo().cn285_outcome = played  # sudo: only the program writes it
        return self._cn285_unapproved(played)

    def _cn285_is_committed(self):
        """Whether the customer has signed it by now, or paid it."""
        self.ensure_one()
        # sudo: whether it was signed or paid, not by what.
        order = self.sudo()
        signed = "signed" in order._cn285_signatures().mapped("state")
        return signed or bool(
            order.transaction_ids.filtered(lambda one: one.state in ("authorized", "done"))
        )

    def _cn285_check_sendable(self):
        """Refuse to send what could not be accepted today, or was not approved.

        :raises UserError: in words
        """
        for order in self.filtered(lambda order: order._cn285_amends()):
            reason = order._cn285_amendment_obstacle()
            if reason:
                raise UserError(reason)

    # === TRIED === #

    def _cn285_play(self):
        """What accepting it today comes to, by the changes' own previews; nothing stays.

        :returns: ``{"days", "amount", "amount_with_tax", "total", "total_with_tax", "until",
            "mrr_before", "mrr_after", "next_invoice", "cancelled", "shows_tax", "approvals"}``:
            ``days`` are ISO dates of first days, ``next_invoice`` is ``{"date", "amount_untaxed",
            "amount_total"}`` or False, ``cancelled`` names planned changes, ``approvals`` says why
            changes need one; ``mrr_before`` is the contract's as it stands, ``mrr_after`` has what
            the quotation adds as a whole, see ``cn285_mrr_delta``; the others are as
            :meth:`cn285.contract.change.preview` has them, over all changes. ``amount`` leaves out
            steps of a ramp: what they bring is not due before they come; of a renewal it is against
            today's prices, while ``total`` is against what the contract would do by itself. Without
            any change, False
        :raises UserError: what cannot be done, and where
        """
        self.ensure_one()
        # sudo: who may read the quotation is told what it comes to; nothing of it stays.
        order = self.sudo().with_company(self.company_id)
        # What is tried has names of its own: nobody waits for what another process tries or does.
        order = order.with_context(
            tracking_disable=True, mail_notrack=True, cn285_tried=Tried(uuid4().hex)
        )
        changes = order.env["cn285.contract.change"]
        self.env.flush_all()
        played = changes._undone(order._cn285_try)
        if played:
            # Of the whole quotation, once all of it has started: what steps bring stands by itself.
            after = played["mrr_before"] + order.cn285_mrr_delta
            played["mrr_after"] = self.currency_id.round(after)
        return played

    def _cn285_try(self):
        """See :meth:`_cn285_play`; what it does is undone by it."""
        result = False
        steps = {step._day() for step in self.cn285_step_ids}
        changes = self._cn285_make_changes()
        renewal = changes.filtered(lambda change: change.type == "renew")
        rule = renewal and renewal._cn285_rule_effect()
        for change in changes:
            change._check()
            reason = change._approval_reason()
            money = change._preview_money()
            if result and change.date_effective in steps:
                money.update(amount=0.0, amount_with_tax=0.0)
            result = self._cn285_added(result, money, change, reason)
            today = change.company_id._cn285_today()
            change._write_inside({"state": "scheduled", "date_scheduled": today})
            if change.date_effective <= today:
                change._apply()
            else:
                change._announce(True)
        return self._cn285_with_rule(result, rule) if rule else result

    def _cn285_added(self, result, money, change, reason):
        """The figures of changes, with those of one more."""
        names = ("amount", "amount_with_tax", "total", "total_with_tax")
        kept = ("until", "shows_tax")
        invoice = money["next_invoice"]
        result = result or {
            **dict.fromkeys(names, 0.0),
            "mrr_before": money["mrr_before"],
            "days": [],
            "cancelled": [],
            "approvals": [],
        }
        for name in names:
            result[name] = self.currency_id.round(result[name] + money[name])
        result.update({name: money[name] for name in kept})
        result["next_invoice"] = invoice and {
            name: invoice[name] for name in ("date", "amount_untaxed", "amount_total")
        }
        result["days"] = sorted({*result["days"], change._first_day().isoformat()})
        result["cancelled"] += [one["change"] for one in money["cancelled"]]
        if reason and reason not in result["approvals"]:
            result["approvals"].append(reason)
        return result

    # === DONE === #

    def _cn285_amend_contract(self):
        """Make the changes that were agreed and schedule them: all of them, once.

        Called in a savepoint, by sudo.

        :raises UserError: what cannot be done, and where
        """
        self.ensure_one()
        contract = self.cn285_contract_id
        contract.lock_for_update()
        contract.invalidate_recordset()
        reason = self._cn285_late() or self._cn285_stale_reason()
        if reason:
            raise UserError(reason)
        changes = self._cn285_make_changes()
        if self._cn285_is_approved():
            changes._write_inside({"approved_by": self.cn285_approved_by.id})
        changes._cn285_schedule_agreed()
        added = {change.order_part: change.result_item_id for change in changes}
        for line in self.order_line.filtered(lambda one: one.cn285_action == "add"):
            if added.get(f"{line.id}-add"):
                line._cn285_note_added(added[f"{line.id}-add"])
        for line in self.order_line.filtered(lambda one: one._cn285_is_running_bundle()):
            line._cn285_note_components(line.cn285_item_id)
        self._cn285_tell_contract(changes)

    def _cn285_make_changes(self):
        """The changes of this quotation, as drafts, in their order."""
        self.ensure_one()
        changes = self.env["cn285.contract.change"]
        return changes.create(self._cn285_parts())

    def _cn285_tell_contract(self, changes):
        """Note in the contract's history by what it was changed."""
        days = sorted(set(changes.mapped("date_effective")))
        if days:
            self.cn285_contract_id.message_post(
                body=self.env._(
                    "Quotation %(quote)s was accepted; its changes take effect from %(day)s on.",
                    quote=self.name,
                    day=format_date(self.env, days[0]),
                )
            )
