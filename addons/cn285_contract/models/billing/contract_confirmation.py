from odoo import models


class _Imagined(Exception):
    """Leaves the savepoint in which a confirmation was tried, so that nothing of it stays."""


class Contract(models.Model):
    """What a confirmation makes due at once, and the question before it."""

    _inherit = "cn285.contract"

    def action_confirm_asking(self):
        """Confirm a contract from its screen: where that makes past periods due, ask first.

        Programs call :meth:`action_confirm`, which asks nothing.

        :returns: True, or the action that opens the dialog
        """
        self.ensure_one()
        self.check_access("write")
        due = self._due_if_confirmed()
        if not due:
            return self.action_confirm()
        dialog = self.env["cn285.contract.confirm"].create({"contract_id": self.id, **due})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Past periods become due"),
            "res_model": dialog._name,
            "res_id": dialog.id,
            "view_mode": "form",
            "target": "new",
        }

    def _due_if_confirmed(self):
        """What a confirmation makes due at once, where some of it is of the past.

        It is tried, and undone: the count and the sum are those of the invoices to come, as far as
        the contract has them to itself. An invoice of the current month is none of the past unless
        its period is over.

        :returns: dict of the dialog's values; empty where nothing of the past becomes due
        :raises UserError: what the confirmation itself is refused for
        """
        self.ensure_one()
        due = {}
        try:
            with self.env.cr.savepoint():
                # sudo: who may confirm may know what it comes to; nothing of it stays.
                silent = self.sudo().with_context(tracking_disable=True, mail_notrack=True)
                silent.action_confirm()
                due = silent._past_due()
                raise _Imagined
        except _Imagined:
            self.env.invalidate_all()
        return due

    def _past_due(self):
        today = self.company_id._cn285_today()
        rows = self.schedule_ids.filtered(
            lambda row: row.state in ("planned", "waiting") and row.billing_date <= today
        )
        month = today.replace(day=1)
        if not rows.filtered(lambda row: row.period_end < today or row.billing_date < month):
            return {}
        planned = rows.filtered(lambda row: row.state == "planned")
        return {
            "date_start": self.date_start,
            "invoice_count": len(self.env["cn285.invoice.builder"]._group_rows(rows)),
            "amount_untaxed": sum(planned.mapped("amount")),
            "has_usage": planned != rows,
        }
