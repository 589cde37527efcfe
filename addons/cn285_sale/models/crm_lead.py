from odoo import api, fields, models
from odoo.tools import format_date

OPEN = ("draft", "sent")


class CrmLead(models.Model):
    """An opportunity knows what recurs of its quotations, and what became of them."""

    _inherit = "crm.lead"

    recurring_revenue = fields.Monetary(
        compute="_compute_cn285_recurring", store=True, readonly=False
    )
    recurring_plan = fields.Many2one(compute="_compute_cn285_recurring", store=True, readonly=False)

    @api.depends(
        "order_ids.cn285_kind",
        "order_ids.cn285_mrr",
        "order_ids.currency_id",
        "order_ids.state",
        "order_ids.cn285_superseded_by_id",
    )
    def _compute_cn285_recurring(self):
        """The MRR of what was accepted; before, of the open quotation that was written last.

        Without such a quotation it stays what somebody wrote.
        """
        monthly = self.env.ref("crm.crm_recurring_plan_monthly", raise_if_not_found=False)
        for lead in self:
            quotes = lead.order_ids.filtered(
                lambda order: order.cn285_kind and not order.cn285_superseded_by_id
            )
            counted = quotes.filtered(lambda order: order.state == "sale")
            counted = counted or quotes.filtered(lambda order: order.state in OPEN).sorted()[:1]
            if not counted or not monthly:
                lead.recurring_revenue = lead.recurring_revenue
                lead.recurring_plan = lead.recurring_plan
                continue
            lead.recurring_revenue = sum(lead._cn285_mrr_of(order) for order in counted)
            lead.recurring_plan = monthly

    def _cn285_mrr_of(self, order):
        """The MRR of a quotation in the opportunity's currency."""
        company = order.company_id
        currency = self.company_currency or company.currency_id
        return order.currency_id._convert(
            order.cn285_mrr, currency, company, company._cn285_today()
        )

    def _cn285_won(self):
        """Opportunities of an accepted quotation are won, where the company says so."""
        for lead in self:
            if lead.active and not lead.stage_id.is_won:
                lead.action_set_won()

    def action_set_lost(self, **additional_values):
        """Odoo's; open quotations of what is lost are cancelled, whoever wrote them."""
        result = super().action_set_lost(**additional_values)
        # sudo: quotations of the opportunity that its salesperson gives up.
        orders = self.sudo().order_ids.filtered(
            lambda order: order.cn285_kind and order.state in OPEN
        )
        for order in orders:
            order._action_cancel()
            order.message_post(
                body=order.env._(
                    "Cancelled: the opportunity %s is lost.", order.opportunity_id.name
                )
            )
        return result

    def _cn285_told_of_decline(self, order, words):
        """A quotation was declined: the opportunity says when and why."""
        reason = order.cn285_lost_reason_id.name
        for lead in self:
            lead.message_post(
                body=lead.env._(
                    "%(quote)s was declined by the customer on %(day)s. %(reason)s",
                    quote=order.name,
                    day=format_date(lead.env, order.company_id._cn285_today()),
                    reason=" – ".join(filter(None, (reason, words))),
                )
            )


class CrmLeadLost(models.TransientModel):  # pylint: disable=no-wizard-in-models
    """What customers said when they declined is the reason that is proposed."""

    _inherit = "crm.lead.lost"

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        leads = self.env["crm.lead"].browse(self.env.context.get("active_ids") or [])
        if "lost_reason_id" in fields and not values.get("lost_reason_id"):
            # sudo: of quotations of opportunities that the user closes.
            declined = leads.sudo().order_ids.filtered("cn285_lost_reason_id").sorted("id")
            if declined:
                values["lost_reason_id"] = declined[-1].cn285_lost_reason_id.id
        return values
