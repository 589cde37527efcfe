from odoo import models


class CrmLead(models.Model):
    """An opportunity knows what recurs of its quotations."""

    _inherit = "crm.lead"

    def _update_revenues_from_so(self, order):
        """Odoo's, with the recurring revenue of what was accepted."""
        result = super()._update_revenues_from_so(order)
        self._cn285_take_mrr(order)
        return result

    def _cn285_take_mrr(self, order):
        """The monthly recurring revenue of a quotation is that of its opportunity."""
        plan = self.env.ref("crm.crm_recurring_plan_monthly", raise_if_not_found=False)
        for lead in self:
            if not plan or not order.cn285_kind:
                continue
            company = order.company_id
            currency = lead.company_currency or company.currency_id
            mrr = order.currency_id._convert(
                order.cn285_mrr, currency, company, company._cn285_today()
            )
            lead.write({"recurring_revenue": mrr, "recurring_plan": plan.id})
