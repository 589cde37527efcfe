from odoo import fields, models
from odoo.tools import SQL


class MrrUsage(models.Model):
    """Usage that was rated, beside recurring revenue and never in it.

    In the month of the last day of its period, excluding taxes; what was credited of it is in the
    month of the credit's period.
    """

    _name = "cn285.mrr.usage"
    _description = "Rated Usage by Month"
    _inherit = ["cn285.guarded", "cn285.mrr.facts"]
    _auto = False
    _log_access = False
    _is_history = True
    _order = "date desc, id desc"
    _rec_name = "item_id"
    _amounts = ("amount_company",)
    _depends = {
        "cn285.billing.schedule": [
            *("kind", "state", "amount", "currency_id", "period_end", "product_id"),
            *("company_id", "contract_id", "item_id"),
        ],
        "cn285.contract.item": ["billing_type"],
        "cn285.contract": ["partner_id"],
        "res.currency.rate": ["rate", "name", "currency_id", "company_id"],
    }

    date = fields.Date("Period End", readonly=True)
    customer_id = fields.Many2one("res.partner", readonly=True)
    contract_id = fields.Many2one("cn285.contract", readonly=True)
    item_id = fields.Many2one("cn285.contract.item", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    template_id = fields.Many2one(related="contract_id.template_id")
    user_id = fields.Many2one(related="contract_id.user_id", string="Salesperson")
    country_id = fields.Many2one(related="customer_id.country_id")
    tag_ids = fields.Many2many(related="contract_id.tag_ids")
    amount_company = fields.Monetary(
        "Usage",
        currency_field="company_currency_id",
        readonly=True,
        help="What was rated, excluding taxes, in the company's currency at the rate of the "
        "period's last day.",
    )

    @property
    def _table_query(self):
        return SQL(
            """SELECT row.id, row.company_id, row.contract_id, row.item_id, row.product_id,
                      row.period_end AS date, partner.commercial_partner_id AS customer_id,
                      row.amount * %s AS amount_company
                 FROM cn285_billing_schedule row
                 JOIN cn285_contract_item item ON item.id = row.item_id
                 JOIN cn285_contract contract ON contract.id = row.contract_id
                 JOIN res_partner partner ON partner.id = contract.partner_id
                 JOIN res_company company ON company.id = row.company_id
                WHERE row.state IN ('planned', 'invoiced') AND row.kind IN ('usage', 'credit')
                  AND item.billing_type = 'usage'""",
            self._in_company_sql(
                SQL("row.currency_id"), SQL("row.period_end"), SQL.identifier("company")
            ),
        )
