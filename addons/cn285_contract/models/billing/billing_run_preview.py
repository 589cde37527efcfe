from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

from ..clock import imagined_day


class _Looked(Exception):
    """Leaves the savepoint of a preview, so that nothing of it stays."""


class BillingRun(models.Model):
    """A run up to a day to come: a preview, unless the database is marked as a test."""

    _inherit = "cn285.billing.run"

    preview = fields.Text(
        readonly=True, copy=False, help="What would be billed up to a day that is still to come."
    )

    def _is_ahead(self):
        """Whether the run would bill days that have not come in a database in production."""
        self.ensure_one()
        company = self.company_id
        return self.date > company._cn285_today() and not company._cn285_posts_ahead()

    def _show_ahead(self):
        """Write down what would be billed; nothing is planned, made or posted.

        The schedule is looked at as it stands by today: changes that are planned and usage that
        is still to come are not in it.
        """
        self.ensure_one()
        self.check_access("write")
        text = self._preview_text()
        self._write_inside({"preview": text})

    def _preview_text(self):
        found = []
        try:
            with self.env.cr.savepoint(), imagined_day(self.company_id._cn285_today()):
                # sudo: plans the schedule, which whoever runs the billing may have planned.
                self.sudo()._plan_due_rows({})
                self.env.flush_all()
                found += self._read_ahead()
                raise _Looked
        except _Looked:
            self.env.invalidate_all(flush=False)
        lines = [self._preview_line(*values) for values in found]
        return "\n".join([self._why_preview(), *(lines or [self.env._("Nothing is due.")])])

    def _read_ahead(self):
        """What is due by month and currency: ``[(first day, currency id, invoices, amount)]``."""
        query = self.env["cn285.billing.schedule"]._search(self._due_domain())
        contract = query.left_join(
            query.table, "contract_id", "cn285_contract", "id", "contract_id"
        )
        day, payer = self._issue_day_sql(query), SQL.identifier(contract, "payer_id")
        month = SQL("date_trunc('month', %s)::date", day)
        currency = SQL.identifier(query.table, "currency_id")
        amount = SQL("sum(%s)", SQL.identifier(query.table, "amount"))
        query.groupby = query.order = SQL("1, 2")
        count = SQL("count(DISTINCT (%s, %s))", day, payer)
        return self.env.execute_query(query.select(month, currency, count, amount))

    @api.model
    def _preview_line(self, month, currency_id, count, amount):
        currency = self.env["res.currency"].browse(currency_id)
        return self.env._(
            "%(month)s: about %(count)s invoices, %(amount)s excl. tax",
            month=format_date(self.env, month, date_format="MMMM y"),
            count=count,
            amount=currency.format(float(amount)),
        )

    def _why_preview(self):
        return self.env._(
            "Up to %(day)s is a preview, as this day is still to come: nothing was made or posted. "
            "Invoices of days to come are posted in test databases only, which an administrator "
            "marks (Contracts, Configuration, Settings).",
            day=format_date(self.env, self.date),
        )

    def _check_not_ahead(self):
        """:raises UserError: where the run would bill days to come in a production database"""
        for run in self:
            if run._is_ahead():
                raise UserError(run._why_preview())
