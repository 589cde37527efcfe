"""Which day documents bear: the one on which they are made, unless the company says otherwise."""

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import float_compare, format_date

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

    def _issue_days(self):
        """The dates of the invoices of all rows: ``{(company, billing date): date}``."""
        pairs = {(row.company_id, row.billing_date) for row in self}
        return {(company, day): company._cn285_issue_day(day) for company, day in pairs}


class AccountMove(models.Model):
    _inherit = "account.move"

    def _cn285_date_on_issue(self):
        """Drafts of contracts that were left lying bear the day on which they are posted.

        Documents that have had a number keep their date with it.
        """
        # As Odoo does where it posts: nobody edited them by hand.
        for move in self.with_context(skip_is_manually_modified=True):
            if move.cn285_sums_lines and move.invoice_date and not move.posted_before:
                day = move.company_id._cn285_issue_day(move.invoice_date)
                if day != move.invoice_date:
                    move._cn285_date_draft(day)

    def _cn285_date_draft(self, day):
        """Put a draft on another day, at that day's rate unless somebody chose another one.

        Amounts in the document's currency stay; in the company's they are what a document made on
        that day has. Odoo itself would convert each journal item by itself and leave the receivable
        as it was: 32 JPY of 30 and 2 × 1 are 0.19 €, its parts 0.18 + 0.01 + 0.01 €.
        """
        self.ensure_one()
        if self.currency_id == self.company_currency_id:
            self.invoice_date = day
            return
        rate = self.invoice_currency_rate
        chosen = float_compare(rate, self.expected_currency_rate, precision_digits=9)
        kept = [self._fields["invoice_currency_rate"]] if chosen else []
        with self._check_balanced({"records": self}):
            with self.env.protecting(kept, self):
                self.invoice_date = day
            self._cn285_convert_anew()

    def _cn285_convert_anew(self):
        """Give journal items the balances that they have by the document's rate, summing to zero.

        Taxes that somebody corrected by hand keep their amounts in the document's currency.
        """
        company, tax_model = self.company_id, self.env["account.tax"]
        for rounding in (False, "reapply_currency_rate"):
            bases, taxes = self._get_rounded_base_and_tax_lines(round_from_tax_lines=rounding)
            tax_model._add_accounting_data_in_base_lines_tax_details(
                bases, company, include_caba_tags=self.always_tax_exigible
            )
            made = tax_model._prepare_tax_lines(bases, company, tax_lines=taxes)
            values = {base["record"]: new for base, new in made["base_lines_to_update"]}
            values.update({tax["record"]: new for tax, _key, new in made["tax_lines_to_update"]})
            if not (made["tax_lines_to_add"] or made["tax_lines_to_delete"]) and not any(
                self.currency_id.compare_amounts(line.amount_currency, new["amount_currency"])
                for line, new in values.items()
            ):
                break
        for line, new in values.items():
            names = {"balance", "tax_base_amount"} & new.keys()
            line.write({name: new[name] for name in names})
        # What is due hangs on the balances too, which Odoo does not say of this field.
        self.invalidate_recordset(["needed_terms"])
        needed = self.needed_terms
        for line in self.line_ids.filtered(lambda one: one.display_type == "payment_term"):
            line.write(needed.get(line.term_key, {}))
