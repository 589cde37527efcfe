from datetime import timedelta

from odoo import api, models

from ..engine.errors import RecognitionError
from ..engine.recognition import Method


class InvoiceBuilder(models.AbstractModel):
    """Puts what is not earned yet on the deferred revenue account, and says why it cannot."""

    _inherit = "cn285.invoice.builder"

    @api.model
    def _line_traits(self, row):
        """Rows that are recognised differently never share a line."""
        rule = row.item_id._cn285_rule(row.kind)
        lasting = bool(rule) and self._revrec_lasts(row, rule, row.billing_date)
        category = row.product_id.categ_id
        accounts = [
            rule._account(name, category).id if rule else 0 for name in ("deferred", "revenue")
        ]
        return (*super()._line_traits(row), rule.id, lasting, *accounts)

    @api.model
    def _prepare_invoices(self, groups, run=None):
        """What comes late for a month that was recognised is booked in the first open one.

        So is what would be its revenue, and what it accrued. What waits on the deferred revenue
        account is no revenue of the month, and keeps its date.
        """
        prepared = super()._prepare_invoices(groups, run)
        companies = self.env["res.company"].browse({key.company_id for key in groups})
        closed = {company.id: company._cn285_closed_until() for company in companies}
        late = [
            invoice
            for invoice in prepared
            if closed[invoice.vals["company_id"]]
            and invoice.vals["invoice_date"] <= closed[invoice.vals["company_id"]]
        ]
        rows = self.env["cn285.billing.schedule"].union(
            *(row for invoice in late for row in invoice.line_rows)
        )
        accrued = rows._cn285_accrued()
        for invoice in late:
            lines = [line for *_command, line in invoice.vals["invoice_line_ids"]]
            if any(map(self._revrec_earns, lines)) or any(
                row & accrued for row in invoice.line_rows
            ):
                last = closed[invoice.vals["company_id"]]
                invoice.vals["date"] = last + timedelta(days=1)
        return prepared

    @api.model
    def _revrec_earns(self, line):
        """Whether a line that has a rule is revenue when it is booked."""
        account = self.env["account.account"].browse(line.get("account_id") or ())
        return bool(line.get("cn285_revrec_rule_id")) and account.internal_group == "income"

    @api.model
    def _prepare_line(self, key, rows, terms, credit=False):
        vals = super()._prepare_line(key, rows, terms, credit)
        row = rows[:1]
        rule = row.item_id._cn285_rule(row.kind)
        if not rule:
            return vals
        vals["cn285_revrec_rule_id"] = rule.id
        if rule.method != "at_once":
            patterns = [line_row._cn285_pattern(rule, key.date) for line_row in rows]
            last = max(pattern.end for pattern in patterns) - timedelta(days=1)
            vals["cn285_service_start"] = min(pattern.start for pattern in patterns)
            vals["cn285_service_end"] = last
        account = self._revrec_account(rule, row, self._revrec_lasts(rows, rule, key.date))
        if account:
            position = self.env["account.fiscal.position"].browse(key.fiscal_position_id or ())
            vals["account_id"] = position.map_account(account).id
        return vals

    @api.model
    def _revrec_lasts(self, rows, rule, invoice_date):
        """Whether some of the rows' service lies after the invoice date."""
        return any(
            row._cn285_pattern(rule, invoice_date).end - timedelta(days=1) > invoice_date
            for row in rows
        )

    @api.model
    def _revrec_account(self, rule, row, lasting):
        """The account of the line where it is not the product's income account; or empty."""
        category = row.product_id.categ_id
        if lasting and rule.company_id.cn285_deferral == "invoice":
            return rule._account("deferred", category)
        return rule._account("revenue", category)

    @api.model
    def _row_obstacle(self, row):
        return super()._row_obstacle(row) or self._revrec_obstacle(row)

    @api.model
    def _revrec_obstacle(self, row):
        """Why the revenue of a row could not be recognised; None if it can."""
        rule = row.item_id._cn285_rule(row.kind)
        if not rule or rule.method == Method.at_once:
            return None
        try:
            lasting = self._revrec_lasts(row, rule, row.billing_date)
        except RecognitionError as error:
            return self.env["cn285.revrec.source"]._reason(error)
        if lasting and not rule._account("deferred", row.product_id.categ_id):
            return rule._missing_account("deferred", row.product_id)
        return None
