from odoo import fields, models
from odoo.exceptions import AccessError

READERS = ("cn285_contract.group_contract_user", "cn285_contract.group_contract_reader")
# What moves recurring revenue because customers want more or less.
NET_NEW = ("new", "reactivation", "expansion", "contraction", "churn")


class DigestDigest(models.Model):
    """Recurring revenue in the digest mail, of each company, for who reads all contracts."""

    _inherit = "digest.digest"

    kpi_cn285_mrr = fields.Boolean("Monthly Recurring Revenue")
    kpi_cn285_mrr_value = fields.Monetary(compute="_compute_kpi_cn285_mrr_value")
    kpi_cn285_net_new = fields.Boolean("Net New MRR")
    kpi_cn285_net_new_value = fields.Monetary(compute="_compute_kpi_cn285_net_new_value")
    kpi_cn285_churn = fields.Boolean("MRR Lost with Customers")
    kpi_cn285_churn_value = fields.Monetary(compute="_compute_kpi_cn285_churn_value")

    def _compute_kpi_cn285_mrr_value(self):
        """At the end of the span."""
        self._cn285_sum_movements("kpi_cn285_mrr_value")

    def _compute_kpi_cn285_net_new_value(self):
        """New, won back and expanded, less what was lost, in the span."""
        self._cn285_sum_movements("kpi_cn285_net_new_value", NET_NEW)

    def _compute_kpi_cn285_churn_value(self):
        """What left with its customers in the span, as a positive amount."""
        self._cn285_sum_movements("kpi_cn285_churn_value", ("churn",), -1)

    def _cn285_sum_movements(self, name, kinds=None, sign=1):
        """Fill a figure with movements; with ``kinds`` with those within the span alone.

        :raises AccessError: if the reader does not read all contracts; the digest leaves it out
        """
        if not any(self.env.user.has_group(group) for group in READERS):
            raise AccessError(self.env._("Recurring revenue is for who reads all contracts."))
        start, end, companies = self._get_kpi_compute_parameters()
        # Days of which a part is in the span belong to the one in which they end, as in Odoo's.
        domain = [("company_id", "in", companies.ids), ("date", "<=", fields.Date.to_date(end))]
        if kinds:
            domain += [("kind", "in", kinds), ("date", ">", fields.Date.to_date(start))]
        for digest in self:
            company = digest.company_id or self.env.company
            own = [*domain, ("company_id", "=", company.id)]
            movements = self.env["cn285.mrr.movement"].with_company(company)
            [(amount,)] = movements._read_group(own, [], ["amount_company:sum"])
            digest[name] = sign * (amount or 0.0)

    def _compute_kpis_actions(self, company, user):
        menu = self.env.ref("cn285_contract.menu_contract_root").id
        action = f"cn285_analytics.action_mrr_movement?menu_id={menu}"
        names = ("kpi_cn285_mrr", "kpi_cn285_net_new", "kpi_cn285_churn")
        return super()._compute_kpis_actions(company, user) | dict.fromkeys(names, action)
