import logging

from odoo import SUPERUSER_ID, fields, models
from odoo.exceptions import UserError

_logger = logging.getLogger(__name__)


class ContractChange(models.Model):
    """What a customer changes is invoiced at once where the permission says so."""

    _inherit = "cn285.contract.change"

    customer_pays = fields.Boolean(
        string="Invoiced at Once",
        readonly=True,
        copy=False,
        help="What it comes to is invoiced as soon as it takes effect, not with the next invoice.",
    )

    def _settle_at_once(self):
        result = super()._settle_at_once()
        for change in self:
            if change.customer_pays and change.state == "applied":
                change._customer_bill()
        return result

    def _customer_bill(self):
        """Invoice what this change has caused, where that is something to pay.

        Where that is not possible now, the change stands, and the next run bills it.
        """
        self.ensure_one()
        # The system's own act, as for withdrawals: the customer agreed to the amount, and the rows
        # are those of his change alone.
        rows = self.with_user(SUPERUSER_ID).with_company(self.company_id)._customer_rows()
        if self.currency_id.compare_amounts(sum(rows.mapped("amount")), 0.0) <= 0:
            return
        try:
            with self.env.cr.savepoint():
                rows.env["cn285.billing.run"]._bill_ahead(rows)
        except UserError as error:
            _logger.info("%s is billed by the next run: %s", self.contract_id.name, error)
        self.env.invalidate_all()

    def _customer_all_rows(self):
        """Rows of the schedule that the change has brought, invoiced or not: those it has caused,
        and the ones of its item that its first day is in, where they are of its terms."""
        self.ensure_one()
        items, day = self.item_id | self.result_item_id, self._first_day()
        items |= items.cn285_component_ids
        of_the_day = self.env["cn285.billing.schedule"].search(
            [
                ("item_id", "in", items.ids),
                ("kind", "in", ("fixed", "one_shot")),
                ("period_start", "<=", day),
                ("period_end", ">=", day),
            ]
        )
        # What was invoiced before, and is credited by the change, is not of its terms.
        return self.schedule_ids | (of_the_day - self.schedule_ids.credited_id)

    def _customer_rows(self):
        """Of these rows, what is to be invoiced once the change has taken effect: what is due by
        today, and of what it has caused all but periods in arrears, which wait for their end."""
        today = self.company_id._cn285_today()
        return self._customer_all_rows().filtered(
            lambda row: (
                row.state == "planned"
                and (
                    row.billing_date <= today
                    or (row.change_id == self and row.item_id.timing == "advance")
                )
            )
        )

    def _customer_moves(self):
        """The posted invoices of this change that are still to be paid."""
        self.ensure_one()
        return self.move_ids.filtered(
            lambda move: (
                move.move_type == "out_invoice" and move.state == "posted" and move.amount_residual
            )
        )
