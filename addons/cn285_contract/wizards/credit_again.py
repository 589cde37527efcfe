from markupsafe import Markup
from odoo import api, fields, models
from odoo.tools import format_amount, format_date


class CreditAgain(models.TransientModel):
    """The dialog of *Credit and Bill Again*: what is credited, what is billed instead."""

    _name = "cn285.credit.again"
    _inherit = ["cn285.links.read", "cn285.bounded"]
    _description = "Credit and Bill Again"

    move_id = fields.Many2one("account.move", string="Invoice", required=True, readonly=True)
    reason_id = fields.Many2one("cn285.credit.reason")
    date = fields.Date(
        required=True,
        default=lambda self: self._default_date(),
        help="Of the credit note and of the new invoice.",
    )
    note = fields.Text(string="Note to the Customer")
    bill = fields.Boolean(
        string="Bill Now",
        default=True,
        help="Otherwise the periods wait for the next billing run, so that you can change the "
        "contract first.",
    )
    preview = fields.Html(compute="_compute_preview", sanitize=False)

    @api.model
    def _default_date(self):
        move = self.env["account.move"].browse(self.env.context.get("default_move_id"))
        return (move.company_id or self.env.company)._cn285_today()

    @api.depends("move_id", "date")
    def _compute_preview(self):
        for wizard in self:
            move = wizard.move_id
            wizard.preview = move and wizard._as_html(move.cn285_preview_again(date=wizard.date))

    def _as_html(self, shown):
        """The preview as a table: each document with its totals without and with tax."""
        currency = self.move_id.currency_id
        credit = shown["credit"]
        rows = [self._row(self.env._("Credit note"), currency, credit, -1)]
        for invoice in shown["invoices"]:
            title = self.env._("New invoice, %s", format_date(self.env, invoice["date"]))
            rows.append(self._row(title, currency, invoice, 1))
            rows += [
                Markup("<tr><td class='ps-4'>%s</td><td class='text-end'>%s</td><td></td></tr>")
                % (line["name"].split("\n")[0], format_amount(self.env, line["amount"], currency))
                for line in invoice["lines"]
            ]
        head = Markup("<tr><th></th><th class='text-end'>%s</th><th class='text-end'>%s</th></tr>")
        return (
            Markup("<table class='table table-sm'>")
            + head % (self.env._("Excl. Tax"), self.env._("Total"))
            + Markup("").join(rows)
            + Markup("</table>")
        )

    def _row(self, title, currency, totals, sign):
        return Markup(
            "<tr><td><b>%s</b></td><td class='text-end'>%s</td><td class='text-end'>%s</td></tr>"
        ) % (
            title,
            format_amount(self.env, sign * totals["amount_untaxed"], currency),
            format_amount(self.env, sign * totals["amount_total"], currency),
        )

    def action_credit_and_bill(self):
        """Do what was shown, and open the documents made."""
        self.ensure_one()
        made = self.move_id.cn285_bill_again(
            bill=self.bill, reason_id=self.reason_id.id, date=self.date, note=self.note
        )
        ids = [*filter(None, [made["credit"]]), *made["invoices"]]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Credit and Bill Again"),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [("id", "in", ids)],
        }
