from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..models.bounds import PERCENT


class CreditCreate(models.TransientModel):
    """A dialog that makes a credit note: of an invoice, of a part of it, or of nothing billed."""

    _name = "cn285.credit.create"
    _inherit = ["cn285.links.read", "cn285.bounded"]
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
        string="What Is Credited",
    )
    percent = fields.Float(string="Percentage", digits=(5, 2))
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
    post = fields.Boolean(string="Post It")
    remaining = fields.Monetary(string="Left to Credit Excl. Tax", compute="_compute_remaining")
    remaining_total = fields.Monetary(
        string="Left to Credit with Tax", compute="_compute_remaining"
    )
    chosen_untaxed = fields.Monetary(string="Chosen Excl. Tax", compute="_compute_chosen")
    chosen_tax = fields.Monetary(string="Tax", compute="_compute_chosen")
    chosen_total = fields.Monetary(string="Chosen with Tax", compute="_compute_chosen")

    @api.model
    def _bounds(self):
        return {**super()._bounds(), "percent": PERCENT}

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
            wizard.remaining_total = sum(wizard.line_ids.mapped("remaining_total"))

    @api.depends(
        "mode",
        "percent",
        "line_ids.percent",
        "line_ids.amount",
        "row_ids.percent",
        "row_ids.amount",
    )
    def _compute_chosen(self):
        """What the credit note will come to; 0.00 where nothing, or what cannot be, is chosen."""
        for wizard in self:
            base = tax = 0.0
            try:
                credits, _shares = wizard.move_id._cn285_plan_credit(**wizard._wish())
            except (UserError, ValueError):
                credits = []
            for credit in credits:
                base += float(credit.base)
                tax += float(sum(credit.taxes.values()))
            wizard.chosen_untaxed, wizard.chosen_tax = base, tax
            wizard.chosen_total = base + tax

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        move = self.env["account.move"].browse(values.get("move_id"))
        contract = self.env["cn285.contract"].browse(values.get("contract_id"))
        company = (move or contract).company_id or self.env.company
        values["date"] = company._cn285_today()
        if move:
            entries = move.cn285_creditable()
            values["line_ids"] = [
                Command.create({**self._prepare_line(entry), "number": number})
                for number, entry in enumerate(entries, start=1)
            ]
            # Rows that several lines bill stand under each of them; here they stand once.
            rows = {row["schedule_id"]: row for entry in entries for row in entry["rows"]}
            values["row_ids"] = [Command.create(self._prepare_row(row)) for row in rows.values()]
        return values

    @api.model
    def _prepare_line(self, entry):
        """Values of the dialog's line for a line of the invoice."""
        # sudo: whoever credits the invoice may know what it billed, and for whom.
        line = self.env["account.move.line"].sudo().browse(entry["line_id"])
        contracts = line._cn285_of_row().cn285_schedule_ids.contract_id
        return {
            "contract_name": ", ".join(contracts.mapped("name")),
            "move_line_id": entry["line_id"],
            "name": " · ".join((entry["name"] or "").split("\n")),
            **{
                name: entry[name]
                for name in ("charged", "credited", "remaining", "remaining_total")
            },
        }

    @api.model
    def _prepare_row(self, row):
        """Values of the dialog's line for a row of the schedule."""
        # sudo: whoever credits the invoice may know what it billed, and for whom.
        behind = self.env["cn285.billing.schedule"].sudo().browse(row["schedule_id"])
        name = row["name"]
        if behind.beneficiary_id:
            name = f"{name} · {behind.beneficiary_id.display_name}"
        return {**row, "name": name, "contract_name": behind.contract_id.name}

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
        else:
            made = self.move_id.cn285_credit(**self._wish(), **options)
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": made["id"],
            "views": [(False, "form")],
        }

    def _wish(self):
        """What was chosen of the invoice, as :meth:`account.move.cn285_credit` wants it.

        :raises UserError: where nothing was
        """
        if self.mode == "percent":
            return {"percent": self.percent}
        if self.mode == "lines":
            return {"lines": self._chosen(self.line_ids, "move_line_id")}
        if self.mode == "rows":
            return {"rows": self._chosen(self.row_ids, "schedule_id")}
        if self.mode != "all" or not self.move_id:
            raise UserError(self.env._("Choose what is credited."))
        return {}

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
    _inherit = ["cn285.bounded"]
    _description = "Credit Note: Line"

    wizard_id = fields.Many2one("cn285.credit.create", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="wizard_id.currency_id")
    move_line_id = fields.Many2one("account.move.line")
    schedule_id = fields.Many2one("cn285.billing.schedule")
    name = fields.Char(readonly=True)
    charged = fields.Monetary(readonly=True)
    credited = fields.Monetary(readonly=True)
    remaining = fields.Monetary(string="Left", readonly=True)
    remaining_total = fields.Monetary(string="Left with Tax", readonly=True)
    number = fields.Integer(string="No.", readonly=True)
    contract_name = fields.Char(string="Contract", readonly=True)
    percent = fields.Float(string="%", digits=(5, 2))
    amount = fields.Monetary(string="or Amount")

    @api.model
    def _bounds(self):
        return {**super()._bounds(), "percent": PERCENT}

    @api.onchange("percent")
    def _onchange_percent(self):
        if self.percent:
            self.amount = 0.0

    @api.onchange("amount")
    def _onchange_amount(self):
        if self.amount:
            self.percent = 0.0
