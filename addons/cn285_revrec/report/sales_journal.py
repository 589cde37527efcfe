from odoo import fields, models
from odoo.tools import SQL


class SalesJournal(models.Model):
    """The sales journal: every item of posted customer invoices and credit notes.

    Grouped by journal, account and month it is the synthesis journal.
    """

    _name = "cn285.sales.journal"
    _description = "Sales Journal"
    _auto = False
    _order = "date, move_id, id"
    _rec_name = "move_id"

    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(readonly=True)
    journal_id = fields.Many2one("account.journal", readonly=True)
    move_id = fields.Many2one("account.move", string="Invoice", readonly=True)
    move_line_id = fields.Many2one("account.move.line", string="Journal Item", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    account_id = fields.Many2one("account.account", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    tax_line_id = fields.Many2one("account.tax", string="Tax Posted", readonly=True)
    tax_names = fields.Char(string="Taxes", readonly=True, help="Taxes of an invoice line.")
    label = fields.Char(readonly=True)
    kind = fields.Selection(
        [("product", "Line"), ("tax", "Tax"), ("payment_term", "Customer"), ("other", "Other")],
        readonly=True,
    )
    debit = fields.Monetary(readonly=True)
    credit = fields.Monetary(readonly=True)
    balance = fields.Monetary(readonly=True)

    @property
    def _table_query(self):
        lang = self.env.lang or "en_US"
        return SQL(
            """SELECT line.id, line.id AS move_line_id, line.company_id, line.date,
                      line.journal_id, line.move_id, line.partner_id, line.account_id,
                      line.product_id, line.tax_line_id, line.name AS label,
                      CASE WHEN line.display_type IN ('product', 'tax', 'payment_term')
                           THEN line.display_type ELSE 'other' END AS kind,
                      taxes.names AS tax_names, line.debit, line.credit, line.balance
                 FROM account_move_line line
                 JOIN account_move move ON move.id = line.move_id
            LEFT JOIN LATERAL (
                      SELECT string_agg(COALESCE(tax.name->>%(lang)s, tax.name->>'en_US'), ', '
                                        ORDER BY tax.sequence, tax.id) AS names
                        FROM account_move_line_account_tax_rel rel
                        JOIN account_tax tax ON tax.id = rel.account_tax_id
                       WHERE rel.account_move_line_id = line.id) taxes
                   ON line.display_type = 'product'
                WHERE move.state = 'posted' AND line.account_id IS NOT NULL
                  AND move.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
                  AND line.company_id = ANY(%(companies)s)""",
            lang=lang,
            companies=self.env.companies.ids,
        )
