from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bounds import DAY


class AccountMove(models.Model):
    # Days of lines that are given with their invoice are checked before Odoo reads them.
    _name = "account.move"
    _inherit = ["account.move", "cn285.bounded.values"]
    # Invoices of the quick writer are dated by the builder, in open months.
    _quick_harmless = ("_post",)

    cn285_revrec_run_id = fields.Many2one(
        "cn285.revrec.run",
        string="Recognition Run",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    cn285_revrec_count = fields.Integer(
        string="Recognition Schedules", compute="_compute_cn285_revrec_count", compute_sudo=True
    )

    def _compute_cn285_revrec_count(self):
        groups = self.env["cn285.revrec.schedule"]._read_group(
            [("move_id", "in", self.ids)], ["move_id"], ["__count"]
        )
        counts = {move.id: count for move, count in groups}
        for move in self:
            move.cn285_revrec_count = counts.get(move.id, 0)

    def _post(self, soft=True):
        self._cn285_leave_closed_months()
        return super()._post(soft)

    def _cn285_leave_closed_months(self):
        """Book what comes late for a month that was recognised in the first open one.

        As Odoo does with lock dates: the document keeps its date, its entry gets another one. What
        waits on the deferred revenue account is no revenue of the month, and keeps its date.
        """
        for company, moves in self.grouped("company_id").items():
            moves = moves.filtered(
                lambda move: move.state == "draft" and move.is_sale_document(include_receipts=True)
            )
            closed = moves and company._cn285_closed_until()
            for move in moves if closed else ():
                day = move.invoice_date or fields.Date.context_today(move)
                if day <= closed and move._cn285_changes_its_month():
                    move.invoice_date = day
                    move.date = max(move.date, closed + timedelta(days=1))

    def _cn285_changes_its_month(self):
        """Whether the invoice is revenue when it is booked, or bills what a month accrued."""
        self.ensure_one()
        lines = self.invoice_line_ids
        if any(line._cn285_is_recognised() and not line._cn285_is_deferred() for line in lines):
            return True
        # sudo: whoever posts an invoice need not read the rows that it bills.
        rows = self.env["cn285.billing.schedule"].sudo()
        return bool(rows.search([("move_line_id", "in", lines.ids)])._cn285_accrued())

    def button_draft(self):
        """Refuse where recognition rests on the entry; else forget what was planned from it."""
        if self:
            # sudo: schedules follow their invoice, whoever may reset it.
            self.env["cn285.revrec.schedule"].sudo()._forget_invoices(self)
        return super().button_draft()

    def _cn285_prepare_credit_line(self, line, credit, own=None):
        """A credit note's line is recognised as the line that it credits."""
        return {
            **super()._cn285_prepare_credit_line(line, credit, own),
            "cn285_revrec_rule_id": line.cn285_revrec_rule_id.id,
            "cn285_service_start": line.cn285_service_start,
            "cn285_service_end": line.cn285_service_end,
        }

    def action_view_cn285_revrec(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cn285_revrec.action_revrec_schedule"
        )
        action["domain"] = [("move_id", "=", self.id)]
        action["context"] = {}
        return action


class AccountMoveLine(models.Model):
    _name = "account.move.line"
    _inherit = ["account.move.line", "cn285.bounded.values"]
    # The quick invoice writer asks for these lines as Odoo does.
    _quick_harmless = ("_prepare_analytic_lines", "_bounds")

    # Plain data, so that invoices are still written set-based.
    cn285_revrec_rule_id = fields.Many2one(
        "cn285.revrec.rule",
        string="Recognition Rule",
        check_company=True,
        help="When the line's revenue is earned. Empty: as the product says.",
    )
    cn285_service_start = fields.Date(
        string="Service From", help="First day of the service that the line bills."
    )
    cn285_service_end = fields.Date(
        string="Service To", help="Last day of the service that the line bills."
    )

    @api.model
    def _bounds(self):
        return {**super()._bounds(), "cn285_service_start": DAY, "cn285_service_end": DAY}

    def _prepare_analytic_lines(self):
        """What is deferred is no revenue yet: its analytic lines come with its recognition."""
        if self.analytic_distribution and self._cn285_is_deferred():
            return []
        return super()._prepare_analytic_lines()

    def _cn285_is_deferred(self):
        """Whether a line of a customer invoice waits on a balance sheet account to be earned."""
        self.ensure_one()
        is_income = self.account_id.internal_group in ("income", "expense")
        return not is_income and self._cn285_is_recognised()

    def _cn285_is_recognised(self):
        """Whether a line of a customer invoice has a recognition rule."""
        self.ensure_one()
        if self.display_type != "product" or not self.move_id.is_sale_document(True):
            return False
        # sudo: when revenue is earned follows from the product, whoever posts the invoice.
        line = self.sudo()
        rule = line.cn285_revrec_rule_id
        if not rule and line.product_id:
            rule = line.product_id._cn285_revrec_rule(line.company_id)
        return bool(rule)
