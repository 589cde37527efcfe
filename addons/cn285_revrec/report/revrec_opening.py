from odoo import fields, models
from odoo.tools import SQL

from .revrec_tieout import BY_HAND


class RevrecOpeningTieout(models.Model):
    """Whether the opening balance of deferred revenue is what the contracts taken over have.

    A row for each contract and deferred revenue account: what is deferred of it here on the first
    day that is recognised here. And a row for each account: what was booked on it by the end of
    that day, by hand or by an opening entry. The difference of an account is booked less deferred.
    """

    _name = "cn285.revrec.opening"
    _inherit = "cn285.revrec.fresh"
    _description = "Opening of Deferred Revenue"
    _auto = False
    _order = "company_id, account_id, contract_id"
    _rec_name = "account_id"

    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    account_id = fields.Many2one("account.account", readonly=True)
    contract_id = fields.Many2one(
        "cn285.contract", readonly=True, help="Empty: what is booked on the account."
    )
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    deferred = fields.Monetary(string="Deferred Here", readonly=True)
    booked = fields.Monetary(
        string="Booked Balance",
        readonly=True,
        help="Credit balance of the account at the end of the first day that is recognised here, "
        "without what invoices and recognition runs of this database have put there.",
    )
    difference = fields.Monetary(readonly=True)

    def _search(self, domain, *args, **kwargs):
        """Openings are made anew for who looks: items may have been corrected since."""
        for company in self.env.companies.filtered("cn285_revrec_from"):
            self.env["cn285.revrec.source"]._open_deferred(company)
        return super()._search(domain, *args, **kwargs)

    @property
    def _table_query(self):
        return SQL(
            """WITH opened AS (
                    SELECT company_id, deferred_account_id AS account_id, contract_id, partner_id,
                           sum(amount) AS deferred
                      FROM cn285_revrec_schedule
                     WHERE is_opening AND company_id = ANY(%(companies)s)
                  GROUP BY 1, 2, 3, 4),
                    accounts AS (
                    SELECT company_id, account_id FROM opened
                     UNION
                    SELECT id, cn285_deferred_account_id FROM res_company
                     WHERE id = ANY(%(companies)s) AND cn285_deferred_account_id IS NOT NULL),
                    told AS (
                    SELECT company_id, account_id, contract_id, partner_id, deferred,
                           0::numeric AS booked
                      FROM opened
                 UNION ALL
                    SELECT line.company_id, line.account_id, NULL, NULL, 0, -sum(line.balance)
                      FROM account_move_line line
                      JOIN account_move move ON move.id = line.move_id
                      JOIN accounts
                        ON accounts.company_id = line.company_id
                       AND accounts.account_id = line.account_id
                      JOIN res_company company ON company.id = line.company_id
                     WHERE line.parent_state = 'posted' AND line.date <= company.cn285_revrec_from
                       AND %(by_hand)s
                  GROUP BY 1, 2)
               SELECT row_number() OVER (ORDER BY company_id, account_id, contract_id) AS id,
                      company_id, account_id, contract_id, partner_id, deferred, booked,
                      booked - deferred AS difference
                 FROM told WHERE deferred != 0 OR booked != 0""",
            companies=self.env.companies.ids,
            by_hand=BY_HAND,
        )
