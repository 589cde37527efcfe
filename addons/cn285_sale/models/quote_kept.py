"""What was agreed stays as it is: edits, cancelling, going back to a draft."""

from odoo import api, models
from odoo.addons.cn285_contract.models.common import LIVE_STATES, PLANNED_STATES
from odoo.exceptions import UserError
from odoo.tools import format_date

# What of an accepted quotation is the contract's from now on.
AGREED = frozenset(
    {
        "partner_id",
        "partner_invoice_id",
        "pricelist_id",
        "currency_id",
        "fiscal_position_id",
        "payment_term_id",
        "cn285_template_id",
        "cn285_date_start",
        "cn285_date_effective",
        "cn285_new_term_end",
        "cn285_new_holder_id",
    }
)
# What says that a customer signed, and opens his page.
SIGNED = frozenset({"signed_by", "signed_on", "signature", "access_token"})


class SaleOrder(models.Model):
    _inherit = "sale.order"

    @api.model
    def _cn285_agreed_fields(self):
        """Names of fields of which an accepted quotation's are the contract's. Hook."""
        return AGREED | set(self._term_rule_fields())

    def _cn285_is_agreed(self):
        """Whether customer and company have agreed on what the contract says."""
        self.ensure_one()
        if not self.cn285_kind or self.state == "sale":
            return bool(self.cn285_kind)
        if self.signed_on:
            return True
        if not self._cn285_amends():
            return bool(self.cn285_contract_id)
        return self.state == "sent" and "sent" in self._cn285_signatures().mapped("state")

    def _cn285_is_fixed(self):
        """Whether nobody edits what it offers: it was agreed, or a customer reads it.

        What a customer chooses on its page is written by the program.
        """
        self.ensure_one()
        read = bool(self.cn285_kind) and self.state == "sent" and not self.env.su
        return read or self._cn285_is_agreed()

    def _cn285_refuse_agreed(self):
        """Refuse to change what was agreed, or is with the customer.

        :raises UserError: saying what to do instead
        """
        self.ensure_one()
        if self.state == "sale":
            raise UserError(
                self.env._(
                    "%s was accepted: what its contract bills is changed by a contract change, "
                    "not on the quotation.",
                    self.name,
                )
            )
        if self.signed_on:
            raise UserError(self.env._("%s was signed: make a new version of it.", self.name))
        if not self._cn285_is_agreed():
            raise UserError(
                self.env._(
                    "%s was sent, and the customer may be reading it: make a new version to change "
                    "it.",
                    self.name,
                )
            )
        raise UserError(
            self.env._("%s is being signed: make a new version to change it.", self.name)
        )

    def _cn285_refuse_edits(self, vals):
        """Refuse users to edit what was agreed; the program goes on as it must."""
        if self.env.su:
            return
        self._cn285_refuse_holder(vals)
        self._cn285_refuse_signature(vals)
        if not self._cn285_agreed_fields() & vals.keys():
            return
        for order in self:
            if order._cn285_is_fixed() and any(
                order._cn285_alters(name, value) for name, value in vals.items()
            ):
                order._cn285_refuse_agreed()

    def _cn285_refuse_holder(self, vals):
        """Refuse to offer to one customer what changes the contract of another.

        :raises UserError: naming the contract
        """
        if "partner_id" not in vals:
            return
        for order in self.filtered(lambda order: order._cn285_amends()):
            if order._cn285_writes_other("partner_id", vals["partner_id"]):
                raise UserError(order._cn285_holder_error())

    def _cn285_holder_error(self):
        self.ensure_one()
        # sudo: who may read the quotation knows its contract's number.
        return self.env._(
            "%(quote)s changes contract %(contract)s: its customer is the contract's.",
            quote=self.name,
            contract=self.sudo().cn285_contract_id.name,
        )

    def _cn285_refuse_signature(self, vals):
        """Refuse to say by hand who signed: the page and its provider do.

        :raises UserError: in words
        """
        for order in self.filtered("cn285_kind"):
            if any(order._cn285_writes_other(name, vals[name]) for name in SIGNED & vals.keys()):
                raise UserError(
                    self.env._("Who signed %s is noted by the program as he signs.", order.name)
                )

    def _cn285_alters(self, name, value):
        return name in self._cn285_agreed_fields() and self._cn285_writes_other(name, value)

    def _cn285_writes_other(self, name, value):
        """Whether a value that is written is another than the one that is there."""
        field = self._fields[name]
        return field.convert_to_cache(value, self) != field.convert_to_cache(self[name], self)

    def _can_be_edited_on_portal(self):
        """Odoo's; not what is being signed, or was replaced."""
        if self.cn285_superseded_by_id or self._cn285_is_agreed():
            return False
        return super()._can_be_edited_on_portal()

    def action_draft(self):
        """Odoo's; what was accepted, signed or replaced does not become a draft again."""
        for order in self:
            if order.cn285_superseded_by_id:
                raise UserError(
                    self.env._(
                        "%(quote)s was replaced by %(current)s and stays as it is.",
                        quote=order.name,
                        current=order._cn285_current().name,
                    )
                )
            if order.cn285_kind and (order._cn285_is_agreed() or order.signed_on):
                raise UserError(self.env._("%s was signed: make a new version of it.", order.name))
        return super(SaleOrder, self._cn285_through_door()).action_draft()

    def _action_cancel(self):
        """Odoo's; the contract of it goes too where nothing of it was served or billed.

        So do planned changes of one that amends a contract.
        """
        for order in self.filtered(lambda order: order.cn285_kind == "new"):
            order._cn285_cancel_contract()
        for order in self.filtered(lambda order: order._cn285_amends()):
            order._cn285_cancel_amendment()
        return super(SaleOrder, self._cn285_through_door())._action_cancel()

    def _cn285_cancel_contract(self):
        """Cancel the contract that has not begun.

        :raises UserError: where it has: it is terminated, or withdrawn from, by the law
        """
        self.ensure_one()
        # sudo: sellers may cancel what they sold while it is no more than a plan.
        contract = self.sudo().cn285_contract_id
        if not contract or contract.state in ("cancelled", "withdrawn"):
            return
        today = contract.company_id._cn285_today()
        billed = "invoiced" in contract.schedule_ids.mapped("state")
        begun = contract.state in LIVE_STATES and contract.date_start <= today
        if billed or begun or contract.state not in ("draft", *LIVE_STATES):
            raise UserError(
                self.env._(
                    "%(quote)s cannot be cancelled: contract %(contract)s has run since %(date)s. "
                    "Terminate the contract, or let the customer withdraw from it.",
                    quote=self.name,
                    contract=contract.name,
                    date=format_date(self.env, contract.date_start),
                )
            )
        self.sudo()._cn285_cancel_signatures()  # sudo: requests are the program's
        contract.action_cancel()

    def _cn285_cancel_amendment(self):
        """Cancel what was planned by this quotation; nobody signs it any more.

        :raises UserError: where something of it has taken effect
        """
        self.ensure_one()
        order = (
            self.sudo()
        )  # sudo: sellers may cancel what they sold while it is no more than a plan
        done = order.cn285_change_ids.filtered(lambda change: change.state == "applied")
        if done:
            raise UserError(
                self.env._(
                    "%(quote)s cannot be cancelled: %(change)s has taken effect. Change the "
                    "contract again instead.",
                    quote=self.name,
                    change=done[0].display_name,
                )
            )
        planned = order.cn285_change_ids.filtered(
            lambda change: change.state in ("draft", *PLANNED_STATES)
        )
        planned.action_cancel()
        order._cn285_cancel_signatures()
        open_ = order.state in ("draft", "sent") and not self.env.context.get("cn285_replaced")
        if order.cn285_kind == "renewal" and open_:
            order._cn285_tell_not_renewed()
