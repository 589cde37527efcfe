from odoo import http
from odoo.addons.sale.controllers.portal import CustomerPortal
from odoo.http import request

from ..models.webhook_hooks import DECLINED


class QuotePortal(CustomerPortal):
    @http.route()
    def portal_quote_decline(self, *args, **kwargs):
        """Odoo's; programs are told that the customer declined, not that somebody cancelled."""
        request.update_context(**{DECLINED: True})
        return super().portal_quote_decline(*args, **kwargs)
