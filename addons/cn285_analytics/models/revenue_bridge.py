from odoo import api, fields, models
from odoo.tools import SQL

# What a row may be in, and what adds up to the books.
BRIDGE = ("invoiced", "elsewhere", "shifted", "recognised", "other")
MEASURES = (*BRIDGE, "books", "cashed")

# Turnover: accounts of type Income; where the chart has classes, class 70 of class 7.
_TURNOVER = """(account.account_type = 'income' AND
    COALESCE(account.code_store ->> split_part(company.parent_path, '/', 1), '') !~ '^7[1-9]')"""

# Each line once for each figure that it is in. Numbers of rows: eight for each line or matching.
_ROWS = """
WITH lines AS (
    SELECT line.id, line.company_id, line.move_id, line.product_id, line.account_id,
           COALESCE(line.partner_id, move.commercial_partner_id) AS partner_id,
           -line.balance AS amount, move.invoice_date, line.date,
           line.display_type = 'product' AND move.move_type IN ('out_invoice', 'out_refund')
               AS is_invoiced,
           %(turnover)s AS is_turnover, %(recognised)s AS is_recognised
      FROM account_move_line line
      JOIN account_move move ON move.id = line.move_id
      JOIN account_account account ON account.id = line.account_id
      JOIN res_company company ON company.id = line.company_id
     WHERE line.parent_state = 'posted'
), invoiced AS (
    SELECT * FROM lines WHERE is_invoiced AND amount != 0
)
SELECT id::bigint * 8 AS id, company_id, partner_id, product_id, move_id, invoice_date AS date,
       'invoiced' AS kind, amount FROM invoiced
 UNION ALL
SELECT id::bigint * 8 + 1, company_id, partner_id, product_id, move_id, invoice_date,
       'elsewhere', -amount FROM invoiced WHERE NOT is_turnover
 UNION ALL
SELECT id::bigint * 8 + 2, company_id, partner_id, product_id, move_id, invoice_date,
       'shifted', -amount FROM invoiced WHERE is_turnover AND date != invoice_date
 UNION ALL
SELECT id::bigint * 8 + 3, company_id, partner_id, product_id, move_id, date,
       'shifted', amount FROM invoiced WHERE is_turnover AND date != invoice_date
 UNION ALL
SELECT id::bigint * 8 + 4, company_id, partner_id, product_id, move_id, date,
       CASE WHEN is_recognised THEN 'recognised' ELSE 'other' END, amount
  FROM lines WHERE is_turnover AND NOT is_invoiced AND amount != 0
 UNION ALL
SELECT partial.id::bigint * 8 + 5, move.company_id, move.commercial_partner_id, NULL, move.id,
       partial.max_date, 'cashed',
       part.sign * partial.amount * move.amount_untaxed_signed
           / NULLIF(move.amount_total_signed, 0)
  FROM account_partial_reconcile partial
 CROSS JOIN LATERAL (VALUES
           (partial.debit_move_id, partial.credit_move_id, 'out_invoice', 1),
           (partial.credit_move_id, partial.debit_move_id, 'out_refund', -1)
       ) AS part (document_line, other_line, move_type, sign)
  JOIN account_move_line line ON line.id = part.document_line
  JOIN account_move move ON move.id = line.move_id AND move.move_type = part.move_type
  JOIN account_move_line paid ON paid.id = part.other_line
  JOIN account_journal journal ON journal.id = paid.journal_id AND journal.type IN ('bank', 'cash')
 WHERE move.state = 'posted'
"""


class RevenueBridge(models.Model):
    """Turnover three times: as invoiced, in the books, and as it was paid; and what is between.

    *Invoiced* are the lines of posted customer invoices less credit notes, without taxes, at their
    invoice dates. *In the books* are the balances of turnover accounts at accounting dates. What
    leads from the one to the other, exactly and by month: lines that are booked on other accounts
    (deferred revenue), at another date, what recognition moves of what is deferred and unbilled,
    and entries by hand. *Cashed* is what payments were matched with, its share without taxes.
    """

    _name = "cn285.revenue.bridge"
    _description = "Revenue Invoiced, in the Books and Cashed"
    _inherit = ["cn285.guarded", "cn285.mrr.facts"]
    _auto = False
    _log_access = False
    _is_history = True
    _order = "date desc, id desc"
    _rec_name = "move_id"
    _amounts = MEASURES
    _depends = {
        "account.move": [
            *("state", "move_type", "invoice_date", "commercial_partner_id"),
            *("amount_untaxed_signed", "amount_total_signed"),
        ],
        "account.move.line": [
            *("balance", "account_id", "date", "display_type", "journal_id", "move_id"),
            *("parent_state", "partner_id", "product_id", "company_id"),
        ],
        "account.partial.reconcile": ["amount", "debit_move_id", "credit_move_id", "max_date"],
        "account.account": ["account_type", "code_store"],
    }

    date = fields.Date(readonly=True, help="Of the invoice, of its entry, or of the payment.")
    customer_id = fields.Many2one("res.partner", readonly=True)
    country_id = fields.Many2one(related="customer_id.country_id")
    product_id = fields.Many2one("product.product", readonly=True)
    move_id = fields.Many2one("account.move", string="Journal Entry", readonly=True)
    kind = fields.Selection(
        [
            ("invoiced", "Invoiced"),
            ("elsewhere", "Invoiced on Other Accounts"),
            ("shifted", "Booked at Another Date"),
            ("recognised", "Deferred and Unbilled"),
            ("other", "Other Entries"),
            ("cashed", "Cashed"),
        ],
        string="Step",
        readonly=True,
    )
    invoiced = fields.Monetary(
        currency_field="company_currency_id",
        readonly=True,
        help="Posted customer invoices less credit notes, excluding taxes, by invoice date.",
    )
    elsewhere = fields.Monetary(
        "Invoiced on Other Accounts",
        currency_field="company_currency_id",
        readonly=True,
        help="Invoiced, but no revenue yet: what waits on the deferred revenue account, mostly.",
    )
    shifted = fields.Monetary(
        "Booked at Another Date",
        currency_field="company_currency_id",
        readonly=True,
        help="Invoices whose entry has another date than the invoice.",
    )
    recognised = fields.Monetary(
        "Deferred and Unbilled",
        currency_field="company_currency_id",
        readonly=True,
        help="What recognition runs book: deferred revenue that is earned, and what is not yet "
        "billed.",
    )
    other = fields.Monetary(
        "Other Entries",
        currency_field="company_currency_id",
        readonly=True,
        help="Entries on turnover accounts that are neither customer invoices nor recognition.",
    )
    books = fields.Monetary(
        "In the Books",
        currency_field="company_currency_id",
        readonly=True,
        help="Balances of turnover accounts (in France class 70), by accounting date.",
    )
    cashed = fields.Monetary(
        currency_field="company_currency_id",
        readonly=True,
        help="What payments and refunds were matched with, its share without taxes, by the date "
        "of the matching.",
    )

    @property
    def _table_query(self):
        figures = [
            SQL("CASE WHEN kind = %s THEN amount END AS %s", name, SQL.identifier(name))
            for name in (*BRIDGE, "cashed")
        ]
        return SQL(
            """SELECT id, company_id, partner_id AS customer_id, product_id, move_id, date, kind,
                      %(figures)s, CASE WHEN kind != 'cashed' THEN amount END AS books
                 FROM (%(rows)s) told""",
            figures=SQL(", ").join(figures),
            rows=SQL(_ROWS, turnover=SQL(_TURNOVER), recognised=self._recognised_sql()),
        )

    @api.model
    def _recognised_sql(self):
        """Whether an entry is one of recognition, as SQL of ``move``. Hook."""
        if "cn285_revrec_run_id" not in self.env["account.move"]._fields:
            return SQL("FALSE")
        return SQL("move.cn285_revrec_run_id IS NOT NULL")

    def action_view_move(self):
        """Open the invoice or the entry."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "views": [(False, "form")],
        }
