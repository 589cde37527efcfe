from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class CreditCreate(models.TransientModel):
    """A dialog that makes a credit note: of an invoice, of a part of it, or of nothing billed."""

    _name = "cn285.credit.create"
    _description = "Credit Note"

    move_id = fields.Many2one("account.move", string="Invoice", readonly=True)
    contract_id = fields.Many2one("cn285.contract", readonly=True)
    company_id = fields.Many2one("res.company", compute="_compute_company")
    currency_id = fields.Many2one("res.currency", compute="_compute_company")
    mode = fields.Selection(
        [
            ("all", "All That Is Left"),
            ("percent", "A Percentage of the Total"),
            ("lines", "Lines"),
            ("rows", "Periods of the Schedule"),
            ("goodwill", "A Goodwill Amount"),
        ],
        string="Credit",
        default="all",
        required=True,
    )
    percent = fields.Float(string="Percentage", default=100.0, digits=(5, 2))
    amount = fields.Monetary(string="Amount Excl. Tax")
    name = fields.Char(string="Text")
    line_ids = fields.One2many(
        "cn285.credit.create.line",
        "wizard_id",
        domain=[("schedule_id", "=", False)],
    )
    row_ids = fields.One2many(
        "cn285.credit.create.line",
        "wizard_id",
        string="Periods",
        domain=[("schedule_id", "!=", False)],
    )
    reason_id = fields.Many2one("cn285.credit.reason")
    date = fields.Date(string="Credit Note Date", required=True)
    note = fields.Text(string="Note to the Customer")
    post = fields.Boolean(string="Post It", default=True)
    remaining = fields.Monetary(
        string="Left to Credit", compute="_compute_remaining", help="Excluding tax."
    )

    @api.depends("move_id", "contract_id")
    def _compute_company(self):
        for wizard in self:
            source = wizard.move_id or wizard.contract_id
            wizard.company_id = source.company_id
            wizard.currency_id = source.currency_id

    @api.depends("line_ids.remaining")
    def _compute_remaining(self):
        for wizard in self:
            wizard.remaining = sum(wizard.line_ids.mapped("remaining"))

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        move = self.env["account.move"].browse(values.get("move_id"))
        contract = self.env["cn285.contract"].browse(values.get("contract_id"))
        company = (move or contract).company_id or self.env.company
        values["date"] = company._cn285_today()
        if move:
            entries = move.cn285_creditable()
            values["line_ids"] = [Command.create(self._prepare_line(entry)) for entry in entries]
            values["row_ids"] = [
                Command.create(dict(row)) for entry in entries for row in entry["rows"]
            ]
        return values

    @api.model
    def _prepare_line(self, entry):
        """Values of the dialog's line for a line of the invoice."""
        return {
            "move_line_id": entry["line_id"],
            "name": (entry["name"] or "").split("\n")[0],
            **{name: entry[name] for name in ("charged", "credited", "remaining")},
        }

    def action_create(self):
        """Make the credit note and open it."""
        self.ensure_one()
        options = {
            "reason_id": self.reason_id.id,
            "date": self.date,
            "note": self.note,
            "post": self.post,
        }
        if self.contract_id:
            made = self.contract_id.credit_goodwill(self.amount, name=self.name, **options)
        elif self.mode == "percent":
            made = self.move_id.cn285_credit(percent=self.percent, **options)
        elif self.mode == "lines":
            made = self.move_id.cn285_credit(
                lines=self._chosen(self.line_ids, "move_line_id"), **options
            )
        elif self.mode == "rows":
            made = self.move_id.cn285_credit(
                rows=self._chosen(self.row_ids, "schedule_id"), **options
            )
        else:
            made = self.move_id.cn285_credit(**options)
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": made["id"],
            "views": [(False, "form")],
        }

    def _chosen(self, lines, name):
        """The figures that were typed, by the id of the line or row."""
        chosen = {
            line[name].id: {"amount": line.amount} if line.amount else {"percent": line.percent}
            for line in lines
            if line.percent or line.amount
        }
        if not chosen:
            raise UserError(self.env._("Type a percentage or an amount in one of the lines."))
        return chosen


class CreditCreateLine(models.TransientModel):
    _name = "cn285.credit.create.line"
    _description = "Credit Note: Line"

    wizard_id = fields.Many2one("cn285.credit.create", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="wizard_id.currency_id")
    move_line_id = fields.Many2one("account.move.line")
    schedule_id = fields.Many2one("cn285.billing.schedule")
    name = fields.Char(readonly=True)
    charged = fields.Monetary(readonly=True)
    credited = fields.Monetary(readonly=True)
    remaining = fields.Monetary(string="Left", readonly=True)
    percent = fields.Float(string="%", digits=(5, 2))
    amount = fields.Monetary(string="or Amount")

    @api.onchange("percent")
    def _onchange_percent(self):
        if self.percent:
            self.amount = 0.0

    @api.onchange("amount")
    def _onchange_amount(self):
        if self.amount:
            self.percent = 0.0
