from odoo import api, models
from odoo.addons.cn285_payment.engine.target_calendar import next_target_day
from odoo.exceptions import UserError

from ..engine.errors import SepaError
from ..engine.orders import lots_of_transfers
from .sepa_words import in_words


class SepaFile(models.Model):
    """Which transfers leave today."""

    _inherit = "cn285.sepa.file"

    @api.model
    def _make_transfers(self, provider):
        """Put the transfers that wait into a file, and book them: the credit notes are paid.

        :returns: the file made, none where nothing waits
        """
        transfers = self.env["cn285.sepa.transfer"].search(
            [("provider_id", "=", provider.id), ("state", "=", "waiting")], order="id"
        )
        if not transfers:
            return self.browse()
        transfers = transfers.try_lock_for_update(allow_referencing=True)
        transfers.invalidate_recordset(["state"])
        transfers = transfers.filtered(
            lambda transfer: (
                transfer.state == "waiting" and not transfer.move_id._cn285_refunds_under_way()
            )
        )
        reason = provider._cn285_obstacle()
        if reason:
            raise UserError(reason)
        transfers = transfers._payable(next_target_day(provider.company_id._cn285_today()))
        if not transfers:
            return self.browse()
        file = self._begin(provider, "transfer")
        transfers._write_inside({"file_id": file.id, "state": "ordered"})
        file._keep_content()
        transfers._book()
        return file


class SepaTransfer(models.Model):
    _inherit = "cn285.sepa.transfer"

    def _payable(self, day):
        """Those that are still owed and that the bank takes; the others end here, in words."""
        good = self
        for transfer in self:
            transfer._write_inside({"pay_on": day})
            move = transfer.move_id
            owed = move.amount_residual if move.state == "posted" else 0.0
            if transfer.currency_id.compare_amounts(owed, transfer.amount) < 0:
                reason = self.env._("Less is owed by now: it was paid or used otherwise.")
                transfer._write_inside({"state": "cancelled", "message": reason})
                good -= transfer
                continue
            try:
                lots_of_transfers("CHECK", [transfer._as_order()])
            except SepaError as error:
                reason = in_words(self.env, error)
                transfer._write_inside({"state": "rejected", "code": "FF01", "message": reason})
                good -= transfer
        return good

    def _book(self):
        """Payments out, posted and reconciled with their credit notes."""
        for transfer in self:
            register = self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=transfer.move_id.ids
            )
            payment = register.create(
                {
                    "journal_id": transfer.provider_id.journal_id.id,
                    "payment_date": transfer.pay_on,
                    "amount": transfer.amount,
                    "communication": transfer.reference,
                }
            )._create_payments()
            transfer._write_inside({"payment_id": payment.id})

    def _refuse(self, code, reason, day):
        """The bank did not pay, or the money came back: the credit note is open again.

        :returns: the transfers that are refused by now and were not before
        """
        refused = self.filtered(lambda transfer: transfer.state == "ordered")
        for transfer in refused:
            transfer._unbook()
            transfer._write_inside({"state": "returned", "code": code, "message": reason})
        return refused
