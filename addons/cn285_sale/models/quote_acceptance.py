"""Many quotations accepted at once: in jobs, each batch apart, and what came of it is told."""

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bulk import CONCURRENCY_ERRORS
from odoo.addons.cn285_contract.models.common import in_users_language
from odoo.addons.cn285_contract.models.isolation import each_or_apart
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.exceptions import AccessError, UserError
from odoo.tools import split_every

# Quotations that are accepted, and committed, together.
BATCH = 100
OPEN = ("draft", "sent")
WHO_MAY = ("sales_team.group_sale_manager", "cn285_contract.group_billing_manager")


class QuoteAcceptance(models.Model):
    """An acceptance of many quotations: how far it is, and which could not be accepted."""

    _name = "cn285.quote.acceptance"
    _description = "Acceptance of Quotations"
    _inherit = ["cn285.guarded"]
    _is_history = True
    _order = "id desc"

    name = fields.Char(string="Reference", required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    order_ids = fields.One2many(
        "sale.order", "cn285_acceptance_id", string="Quotations", readonly=True
    )
    total = fields.Integer(string="Quotations Chosen", readonly=True)
    pending_count = fields.Integer(string="Still to Do", compute="_compute_counts")
    done_count = fields.Integer(string="Activated", compute="_compute_counts")
    waiting_count = fields.Integer(string="Accepted, Not Activated", compute="_compute_counts")
    refused_count = fields.Integer(string="Not Accepted", compute="_compute_counts")
    state = fields.Selection(
        [("running", "Running"), ("done", "Done"), ("partial", "Done, Some Not Accepted")],
        string="Status",
        compute="_compute_counts",
    )

    @api.depends("order_ids.state", "order_ids.cn285_activation", "order_ids.cn285_refusal")
    def _compute_counts(self):
        for acceptance in self:
            # sudo: counts alone; which quotations these are, the reader's own rules say.
            orders = acceptance.sudo().order_ids
            refused = orders.filtered("cn285_refusal")
            accepted = orders.filtered(lambda order: order.state == "sale")
            active = accepted.filtered(lambda order: order.cn285_activation in (False, "done"))
            acceptance.refused_count = len(refused)
            acceptance.done_count = len(active)
            acceptance.waiting_count = len(accepted - active)
            acceptance.pending_count = len(orders - refused - accepted)
            if acceptance.pending_count:
                acceptance.state = "running"
            else:
                acceptance.state = "partial" if refused or accepted - active else "done"

    @api.model
    def _start(self, orders):
        """Order the jobs that accept these quotations of a company; see ``sale.order``."""
        # sudo: the program's own record, of what a checked user asks for.
        acceptance = self.sudo().create(
            {
                "name": fields.Datetime.to_string(fields.Datetime.now()),
                "company_id": orders.company_id.id,
                "total": len(orders),
            }
        )
        # sudo: which acceptance they are of, the program notes.
        orders.sudo().write({"cn285_acceptance_id": acceptance.id, "cn285_refusal": False})
        for number, ids in enumerate(split_every(BATCH, orders.ids), start=1):
            orders.browse(ids).with_delay(
                channel="root.billing",
                description=self.env._(
                    "Quotations of %(name)s: batch %(number)s",
                    name=acceptance.name,
                    number=number,
                ),
                identity_key=f"cn285.quote.acceptance-{acceptance.id}-{number}",
            )._job_cn285_accept()
        return acceptance.sudo(False)

    def action_retry(self):
        """Try again what was not accepted, and what no job has done."""
        self.ensure_one()
        self.check_access("read")
        return self.order_ids.filtered(lambda order: order.state in OPEN).action_cn285_accept()

    def action_view_orders(self):
        """The quotations of this acceptance."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("sale.action_quotations")
        return {**action, "domain": [("cn285_acceptance_id", "=", self.id)], "context": {}}


class SaleOrder(models.Model):
    _inherit = "sale.order"

    cn285_acceptance_id = fields.Many2one(
        "cn285.quote.acceptance",
        string="Accepted With",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
    )
    cn285_refusal = fields.Text(
        string="Not Accepted Because",
        readonly=True,
        copy=False,
        help="Why it could not be accepted with others.",
    )

    def action_cn285_accept(self):
        """Accept many quotations, in jobs; opens how far it is.

        :raises AccessError: for others than sales and billing managers
        :raises UserError: where none of these is open
        """
        if not self.env.su and not any(self.env.user.has_group(group) for group in WHO_MAY):
            raise AccessError(
                self.env._("Only sales and billing managers accept many quotations at once.")
            )
        self.check_access("write")
        wanted = self.filtered(lambda order: order.state in OPEN)
        if not wanted:
            raise UserError(self.env._("None of these quotations is open."))
        acceptances = self.env["cn285.quote.acceptance"]
        for orders in wanted.sorted("id").grouped("company_id").values():
            acceptances |= acceptances._start(orders)
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Acceptance of Quotations"),
            "res_model": acceptances._name,
        }
        if len(acceptances) == 1:
            return {**action, "view_mode": "form", "res_id": acceptances.id}
        return {**action, "view_mode": "list,form", "domain": [("id", "in", acceptances.ids)]}

    def _cn285_read_together(self):
        """Read what is asked of the lines of each of these, of all of them at once."""
        lines = self.order_line
        for name in ("cn285_discount_ids", "cn285_step_ids", "tax_ids"):
            lines.mapped(name)

    def _job_cn285_accept(self):
        """Job: accept these, together where it can be; what cannot be accepted says why.

        Safe to run again: what was accepted is not open any more.
        """
        orders = in_users_language(self.exists()).filtered(lambda order: order.state in OPEN)
        try:
            orders.lock_for_update(allow_referencing=True)
            orders._cn285_read_together()
            reasons = {order: order._confirmation_error_message() for order in orders}
            good = orders.filtered(lambda order: not reasons[order])
            failed = {order: reason for order, reason in reasons.items() if reason}
            failed.update(each_or_apart(good, type(good).action_confirm)[1])
        except CONCURRENCY_ERRORS as error:
            message = self.env._("Another process is at these quotations.")
            raise RetryableJobError(message, seconds=10, ignore_retry=True) from error
        for order, reason in failed.items():
            order.sudo().cn285_refusal = reason  # sudo: noted by the program
        return self.env._(
            "%(accepted)s accepted, %(refused)s not",
            accepted=len(orders) - len(failed),
            refused=len(failed),
        )
