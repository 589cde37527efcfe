"""Accepted: the quotation becomes its contract, exactly once."""

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bulk import CONCURRENCY_ERRORS
from odoo.addons.cn285_contract.models.isolation import reason_of
from odoo.exceptions import UserError
from odoo.tools import plaintext2html


class SaleOrder(models.Model):
    """What acceptance does, whoever accepts: a seller's button, the portal, a last signature."""

    _inherit = "sale.order"

    cn285_activation = fields.Selection(
        [("waiting", "Accepted, Not Activated"), ("done", "Activated")],
        string="Activation",
        readonly=True,
        copy=False,
        tracking=True,
        index="btree_not_null",
        help="Accepted, not activated: the customer has accepted, and the contract could not be "
        "made; the reason is told. Activated: the contract runs.",
    )
    cn285_activation_error = fields.Text(string="Why Not", readonly=True, copy=False)

    def _confirmation_error_message(self):
        """Odoo's reasons, then ours."""
        self.ensure_one()
        return super()._confirmation_error_message() or self._cn285_obstacle() or False

    def _cn285_obstacle(self):
        """Hook: why this quotation cannot be accepted, in a seller's words; None if it can."""
        self.ensure_one()
        if self.cn285_superseded_by_id:
            return self.env._(
                "%(quote)s was replaced by %(current)s: accept that one.",
                quote=self.name,
                current=self._cn285_current().name,
            )
        if self.cn285_kind and not self._cn285_lines():
            return self.env._("%s offers nothing that a contract could bill.", self.name)
        wrong = (
            self._cn285_bundle_obstacle()
            or self._cn285_unbillable()
            or (self._cn285_amends() and self._cn285_amendment_obstacle())
        )
        return wrong or self._cn285_unsigned()

    def _action_confirm(self):
        """Odoo's; then the contract, in the same transaction where it can be made."""
        result = super()._action_confirm()
        accepted = self.filtered("cn285_kind")
        accepted._cn285_activate_all()
        winning = accepted.filtered(lambda order: order.company_id.cn285_quote_wins)
        # sudo: whoever accepts, a customer too.
        winning.sudo().opportunity_id._cn285_won()
        return result

    def action_cn285_activate(self):
        """Try again to activate what was accepted."""
        for order in self:
            order.check_access("write")
            if order.state != "sale" or order.cn285_activation != "waiting":
                raise UserError(self.env._("%s has nothing to be activated.", order.name))
            order._cn285_activate()
        return True

    @api.model
    def _cron_cn285_activate(self):
        """Try again, each day, what was accepted and could not be activated."""
        for company in self.env["res.company"]._cn285_daily_companies():
            waiting = self.search(
                [("company_id", "=", company.id), ("cn285_activation", "=", "waiting")]
            )
            for order in waiting:
                try:
                    with self.env.cr.savepoint():
                        order._cn285_activate()
                except CONCURRENCY_ERRORS:
                    continue  # who has it activates it; else it is tried tomorrow

    def _cn285_activate(self):
        """Make the contract of an accepted quotation and confirm it, once.

        Where that fails, the acceptance stays: *accepted, not activated*, with the reason and an
        activity. What another process holds is tried again by it, as ever.
        """
        self.ensure_one()
        # sudo: what follows from an acceptance, see _cn285_make_contract.
        order = self.sudo()
        order.flush_recordset()
        order.lock_for_update(allow_referencing=True)
        order.invalidate_recordset(["cn285_activation", "cn285_contract_id"])
        if order.cn285_activation == "done":
            return
        try:
            with self.env.cr.savepoint():
                order._cn285_take_effect()
                order.env.flush_all()
        except CONCURRENCY_ERRORS:
            raise
        except Exception as error:  # whatever keeps the contract from starting, it was accepted
            order.env.invalidate_all(flush=False)
            order._cn285_not_activated(reason_of(self.env, error))
            return
        reached = order._cn285_activation_reached()
        order.write({"cn285_activation": reached, "cn285_activation_error": False})

    def _cn285_activation_reached(self):
        """How far an acceptance that took effect has come. Hook: what still waits for something."""
        self.ensure_one()
        return "done"

    def _cn285_start_url(self):
        """Where the customer gives what the contract of it waits for. Hook; None where nothing."""
        self.ensure_one()
        return None

    def _cn285_take_effect(self):
        """What acceptance does, by kind. Hook: amendments and renewals have their own."""
        self.ensure_one()
        if self.cn285_kind == "new":
            contract = self._cn285_make_contract()
            self.cn285_date_start = contract.date_start
            self._cn285_confirm_contract(contract)
            # What was drafted before it was accepted has its day now.
            self.cn285_date_start = contract.date_start
        elif self._cn285_amends():
            self._cn285_amend_contract()

    def _cn285_not_activated(self, reason):
        """Note why, and ask the salesperson to see to it."""
        known = self.cn285_activation == "waiting"
        self.write({"cn285_activation": "waiting", "cn285_activation_error": reason})
        if not known:
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("%s was accepted, not activated", self.name),
                note=plaintext2html(reason),
                user_id=self.user_id.id or self.env.uid,
            )

    def action_cn285_view_contract(self):
        """The contract that came of it."""
        self.ensure_one()
        self.check_access("read")
        self.cn285_contract_id.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "cn285.contract",
            "res_id": self.cn285_contract_id.id,
            "view_mode": "form",
            "views": [(self._cn285_contract_view().id, "form")],
        }

    def _cn285_contract_view(self):
        """The contract's form; sellers without rights on contracts read the small one."""
        if self.env.user.has_group("cn285_contract.group_contract_user_own"):
            return self.env.ref("cn285_contract.view_contract_form")
        return self.env.ref("cn285_sale.view_contract_sold_form")
