from odoo import api, fields, models
from odoo.tools import SQL

KINDS = [
    ("set_aside", "Set Aside"),
    ("not_rated", "Not Planned or Rated"),
    ("not_sent", "Not Sent"),
    ("to_rate", "Usage to Rate"),
    ("overdue", "Overdue"),
    ("failed", "Payment Failed"),
]
# Each part has the same columns; of what amount each is, in the company's currency without taxes
# (what is overdue or failed: with them, as it is owed). Numbers of rows: four for each record.
_ISSUES = """
SELECT issue.id::bigint * 4 AS id, issue.company_id, contract.id AS contract_id,
       COALESCE(contract.partner_id, move.partner_id) AS partner_id, issue.move_id,
       CASE issue.kind WHEN 'billing' THEN 'set_aside' WHEN 'rating' THEN 'not_rated'
                       ELSE 'not_sent' END AS kind,
       run.date, issue.reason, COALESCE(move.amount_untaxed_signed, rows.amount, 0) AS amount
  FROM cn285_billing_run_issue issue
  JOIN cn285_billing_run run ON run.id = issue.run_id
  JOIN res_company company ON company.id = issue.company_id
  LEFT JOIN cn285_contract contract ON contract.id = issue.contract_id
  LEFT JOIN account_move move ON move.id = issue.move_id
  LEFT JOIN LATERAL (
        SELECT sum(row.amount) * %(rate)s AS amount
          FROM cn285_billing_schedule row
         WHERE row.contract_id = contract.id AND row.state IN ('planned', 'waiting')
           AND row.billing_date <= run.date
  ) rows ON TRUE
 WHERE issue.state = 'open'
"""
_TO_RATE = """
SELECT row.id::bigint * 4 + 1, row.company_id, row.contract_id, row.partner_id, NULL, 'to_rate',
       row.period_end, NULL, 0
  FROM cn285_billing_schedule row
 WHERE row.state = 'waiting' AND row.billing_date <= %(today)s AND row.period_end < %(today)s
"""
_OVERDUE = """
SELECT move.id::bigint * 4 + 2, move.company_id,
       (SELECT min(link.contract_id) FROM cn285_contract_move_rel link
         WHERE link.move_id = move.id),
       move.partner_id, move.id, 'overdue', move.invoice_date_due, NULL,
       move.amount_residual_signed
  FROM account_move move
 WHERE move.state = 'posted' AND move.move_type = 'out_invoice'
   AND move.payment_state IN ('not_paid', 'partial') AND move.invoice_date_due < %(today)s
"""
# The last attempt of an invoice that is not paid, if it failed.
_FAILED = """
SELECT attempt.id::bigint * 4 + 3, attempt.company_id,
       (SELECT min(link.contract_id) FROM cn285_contract_move_rel link
         WHERE link.move_id = attempt.move_id),
       attempt.partner_id, attempt.move_id, 'failed', attempt.date,
       COALESCE(attempt.message, attempt.code), attempt.amount * %(rate)s
  FROM cn285_payment_attempt attempt
  JOIN account_move move ON move.id = attempt.move_id
  JOIN res_company company ON company.id = attempt.company_id
 WHERE attempt.state IN ('declined', 'returned') AND move.state = 'posted'
   AND move.payment_state IN ('not_paid', 'partial')
   AND NOT EXISTS (SELECT FROM cn285_payment_attempt later
                    WHERE later.move_id = attempt.move_id AND later.id > attempt.id)
"""


class BillingOpen(models.Model):
    """What waits for somebody in billing: each with its contract, customer and document."""

    _name = "cn285.billing.open"
    _description = "Open in Billing"
    _inherit = ["cn285.guarded", "cn285.mrr.facts"]
    _auto = False
    _log_access = False
    _is_history = True
    _order = "date, id"
    _rec_name = "contract_id"
    _amounts = ("amount",)
    _depends = {
        "account.move": [
            *("state", "move_type", "payment_state", "invoice_date_due", "partner_id"),
            *("amount_residual_signed", "amount_untaxed_signed"),
        ],
        "cn285.billing.run.issue": ["state", "kind", "contract_id", "move_id", "reason"],
        "cn285.billing.schedule": ["state", "amount", "billing_date", "period_end", "contract_id"],
        "cn285.contract": ["partner_id"],
    }

    kind = fields.Selection(KINDS, string="What Waits", readonly=True)
    date = fields.Date("Since", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    country_id = fields.Many2one(related="partner_id.country_id")
    contract_id = fields.Many2one("cn285.contract", readonly=True)
    template_id = fields.Many2one(related="contract_id.template_id")
    user_id = fields.Many2one(related="contract_id.user_id", string="Salesperson")
    tag_ids = fields.Many2many(related="contract_id.tag_ids")
    move_id = fields.Many2one("account.move", string="Invoice", readonly=True)
    reason = fields.Char(readonly=True)
    amount = fields.Monetary(
        currency_field="company_currency_id",
        readonly=True,
        help="What is not billed, excluding taxes; of what is overdue or failed, what is owed.",
    )

    @property
    def _table_query(self):
        return SQL(
            """SELECT id, company_id, contract_id, partner_id, move_id, kind, date, reason, amount
                 FROM (%s) told""",
            SQL(" UNION ALL ").join(self._parts_sql()),
        )

    @api.model
    def _parts_sql(self):
        """What is open, as parts of one query. Hook."""
        company = SQL.identifier("company")

        def rate(currency, day):
            return self._in_company_sql(SQL(currency), SQL(day), company)

        parts = [
            SQL(_ISSUES, rate=rate("contract.currency_id", "run.date")),
            SQL(_TO_RATE, today=self._today_sql(SQL("row.company_id"))),
            SQL(_OVERDUE, today=self._today_sql(SQL("move.company_id"))),
        ]
        if "cn285.payment.attempt" in self.env:
            parts.append(SQL(_FAILED, rate=rate("attempt.currency_id", "attempt.date")))
        return parts

    def action_view_source(self):
        """Open the invoice, or else the contract."""
        self.ensure_one()
        record = self.move_id or self.contract_id
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }
