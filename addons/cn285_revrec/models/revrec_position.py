from odoo import fields, models


class RevrecPosition(models.Model):
    """What one schedule is worth on a month's last day, booked then and taken back the next day.

    ``deferral``: invoiced and not yet rendered (revenue to deferred revenue). ``accrual``: rendered
    and not yet invoiced (unbilled services, with their taxes, to revenue). ``amount`` is revenue
    deferred or accrued, in the company's currency.
    """

    _name = "cn285.revrec.position"
    _description = "Month-End Recognition Item"
    _inherit = ["cn285.guarded"]
    _is_history = True
    _order = "date desc, schedule_id"
    _log_access = False

    schedule_id = fields.Many2one(
        "cn285.revrec.schedule", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    currency_id = fields.Many2one(related="schedule_id.currency_id")
    run_id = fields.Many2one(
        "cn285.revrec.run", required=True, readonly=True, index=True, ondelete="restrict"
    )
    kind = fields.Selection(
        [("deferral", "Deferral"), ("accrual", "Accrual")], required=True, readonly=True
    )
    account_id = fields.Many2one(
        "account.account",
        readonly=True,
        ondelete="restrict",
        help="The balance sheet account: deferred revenue, unbilled services, or credits to be "
        "issued.",
    )
    date = fields.Date(required=True, readonly=True)
    reversal_date = fields.Date(string="Taken Back On", required=True, readonly=True)
    amount = fields.Monetary(currency_field="company_currency_id", readonly=True)
    amount_currency = fields.Monetary(string="Amount in Currency", readonly=True)
    tax_amount = fields.Monetary(string="Tax", currency_field="company_currency_id", readonly=True)
    tax_amount_currency = fields.Monetary(string="Tax in Currency", readonly=True)
    move_line_id = fields.Many2one(
        "account.move.line",
        string="Journal Item",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    state = fields.Selection(
        [("posted", "Posted"), ("reversed", "Run Reversed")],
        string="Status",
        required=True,
        readonly=True,
        default="posted",
    )

    _once = models.UniqueIndex(
        "(schedule_id, kind, date) WHERE state = 'posted'",
        "This schedule was booked at this month's end already.",
    )
    _date_idx = models.Index("(company_id, date)")
