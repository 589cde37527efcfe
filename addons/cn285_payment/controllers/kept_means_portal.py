from odoo import http
from odoo.addons.account_payment.controllers.payment import PaymentPortal
from odoo.addons.account_payment.controllers.portal import PortalAccount
from odoo.http import request

from ..models.means.payment_provider import KEEPS_MEANS


def keep_means_of(invoices):
    """Have this page keep the means by which invoices of automatic contracts are paid."""
    # sudo: how contracts are collected, whoever may pay their invoices.
    if any(move._cn285_is_automatic() for move in invoices.sudo()):
        request.update_context(**{KEEPS_MEANS: True})


class KeptMeansPortal(PaymentPortal):
    """What pays an invoice of an automatic contract pays the next ones too."""

    @http.route()
    def payment_pay(self, *args, invoice_id=None, **kwargs):
        number = self._cast_as_int(invoice_id)
        if number:
            keep_means_of(request.env["account.move"].sudo().browse(number).exists())
        return super().payment_pay(*args, invoice_id=invoice_id, **kwargs)

    def _create_transaction(self, *args, custom_create_values=None, **kwargs):
        invoices = request.env["account.move"]
        for command in (custom_create_values or {}).get("invoice_ids", []):
            if command[0] == 6:
                invoices |= invoices.browse(command[2])
        keep_means_of(invoices.exists())
        return super()._create_transaction(
            *args, custom_create_values=custom_create_values, **kwargs
        )


class KeptMeansInvoicePortal(PortalAccount):
    """The pages of invoices say so before: what cannot keep means is not offered."""

    def _invoice_get_page_view_values(self, invoice, *args, **kwargs):
        keep_means_of(invoice)
        return super()._invoice_get_page_view_values(invoice, *args, **kwargs)

    def _overdue_invoices_get_page_view_values(self, overdue_invoices, **kwargs):
        keep_means_of(overdue_invoices)
        return super()._overdue_invoices_get_page_view_values(overdue_invoices, **kwargs)
