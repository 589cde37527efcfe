"""Which day documents bear: the one on which they are made, unless the company says otherwise."""

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...engine.issue import AS_ISSUED, AS_PLANNED, issue_day


class ResCompany(models.Model):
    _inherit = "res.company"

    cn285_invoice_dating = fields.Selection(
        [(AS_ISSUED, "Day of the Run"), (AS_PLANNED, "Dates of the Schedule")],
        string="Late Invoices Are Dated",
        default=AS_ISSUED,
        required=True,
        help="The date of an invoice whose day in the schedule is past. The law wants the day on "
        "which it is issued; period and revenue stay where they belong. Dates of the schedule are "
        "for taking over invoices that were issued by another system, and for test databases.",
    )

    def _cn285_issue_day(self, planned):
        """The date of an invoice that is made now of what was to be billed on a day."""
        self.ensure_one()
        return issue_day(planned, self._cn285_today(), self.cn285_invoice_dating)

    def _cn285_check_issue_day(self, day):
        """Refuse a day that is past for a document that is made today.

        :raises UserError: saying what to do instead
        """
        self.ensure_one()
        today = self._cn285_today()
        if day and self.cn285_invoice_dating == AS_ISSUED and day < today:
            raise UserError(
                self.env._(
                    "An invoice or credit note that is made on %(today)s is not dated %(day)s: the "
                    "law wants the day on which it is issued, and numbers that follow the dates. "
                    "To take over documents of another system, choose Dates of the Schedule in "
                    "the settings of contracts.",
                    today=format_date(self.env, today),
                    day=format_date(self.env, day),
                )
            )


class BillingSchedule(models.Model):
    _inherit = "cn285.billing.schedule"

    def _issue_day(self):
        """The date of the invoice, if the row were billed now."""
        self.ensure_one()
        return self.company_id._cn285_issue_day(self.billing_date)


class AccountMove(models.Model):
    _inherit = "account.move"

    def _cn285_date_on_issue(self):
        """Drafts of contracts that were left lying bear the day on which they are posted.

        Documents that have had a number keep their date with it.
        """
        for move in self:
            if move.cn285_sums_lines and move.invoice_date and not move.posted_before:
                day = move.company_id._cn285_issue_day(move.invoice_date)
                if day != move.invoice_date:
                    move.invoice_date = day
