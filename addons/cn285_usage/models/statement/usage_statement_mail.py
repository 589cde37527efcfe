from odoo import models

from .statement import MIMETYPES


class AccountMove(models.Model):
    _inherit = "account.move"

    def _is_mailed_by_run(self):
        """Whether the billing run mails this invoice."""
        self.ensure_one()
        return self.state == "posted" and "email" in self.cn285_contract_ids.mapped("sending")

    def _mailed_statement_formats(self):
        """The files of its statements that this invoice's mail takes along."""
        self.ensure_one()
        rows = self.cn285_schedule_ids
        if not rows.rating_ids or (not self.cn285_statement_ids and rows._of_closed_days()):
            return []
        return self.cn285_contract_ids._mailed_formats()

    def _mailed_statements(self):
        """The files that its mail takes along, of those that were made."""
        self.ensure_one()
        mimetypes = {MIMETYPES[name] for name in self._mailed_statement_formats()}
        # sudo: whoever sends an invoice sends what belongs to it.
        files = self._statement_files()
        return files.filtered(lambda file: file.mimetype in mimetypes)


class AccountMoveSend(models.AbstractModel):
    """An invoice's mail takes its usage statement along, if the contract wants it."""

    _inherit = "account.move.send"

    def _get_invoice_extra_attachments_data(self, move):
        """Also the statement's files: the sender sees them, and may leave them out."""
        return super()._get_invoice_extra_attachments_data(move) + [
            {
                "id": file.id,
                "name": file.name,
                "mimetype": file.mimetype,
                "placeholder": False,
                "protect_from_deletion": True,
            }
            for file in move._mailed_statements()
        ]

    def _hook_if_success(self, moves_data, from_cron=False):
        """Make statements that mails take along before they leave.

        A statement that cannot be made stops its mail, with the reason.
        """
        for move, data in moves_data.items():
            if "email" in data.get("sending_methods", ()) and move._mailed_statement_formats():
                # sudo: the statement reads usage, which who sends invoices need not see.
                move.sudo()._make_usage_statements()
        return super()._hook_if_success(moves_data, from_cron=from_cron)
