import logging

import psycopg2
from odoo import api, models
from odoo.exceptions import UserError

_logger = logging.getLogger(__name__)


class AccountMoveSend(models.AbstractModel):
    _inherit = "account.move.send"

    @api.model
    def _prepare_invoice_pdf_report(self, invoices_data):
        """An invoice whose PDF cannot be made stops itself only, and says so.

        Odoo makes the PDF of all invoices of a batch together; where that fails, each by itself.
        """
        make = super()._prepare_invoice_pdf_report
        if len(invoices_data) > 1 and self._cn285_made(make, invoices_data) is None:
            return
        for invoice, data in invoices_data.items():
            reason = self._cn285_made(make, {invoice: data})
            if reason is not None:
                title = self.env._("The PDF of %s could not be made", invoice.display_name)
                data["error"] = {"error_title": title, "errors": [reason]}

    @api.model
    def _cn285_made(self, make, invoices_data):
        """Make the PDF of these invoices.

        :param make: Odoo's own way to make them
        :returns: None, or why that failed
        """
        try:
            with self.env.cr.savepoint():
                make(invoices_data)
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            raise  # the whole is tried again
        except UserError as error:
            return str(error.args[0]) if error.args else str(error)
        except Exception as error:
            # With all that happened: a defect of ours, or of what somebody else adds.
            _logger.warning("PDF of %s", list(invoices_data), exc_info=True)
            return f"{type(error).__name__}: {error}"
        return None
