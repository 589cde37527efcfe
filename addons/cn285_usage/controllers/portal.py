from odoo import http
from odoo.addons.cn285_contract.controllers.portal import ContractPortal
from odoo.exceptions import AccessError, MissingError
from odoo.http import request


class UsagePortal(ContractPortal):
    """The customer's usage of the running period, with the bill to be expected."""

    @http.route("/my/contracts/<int:contract_id>/usage", type="http", auth="public", website=True)
    def portal_my_contract_usage(self, contract_id, access_token=None, **kwargs):
        try:
            contract_sudo = self._document_check_access(
                "cn285.contract", contract_id, access_token=access_token
            )
        except (AccessError, MissingError):
            return request.redirect("/my")
        # Where a reseller is billed, usage and prices are between reseller and customer.
        if not contract_sudo._portal_shows_usage():
            return request.redirect(contract_sudo.get_portal_url())
        values = self._get_page_view_values(
            contract_sudo,
            access_token,
            {
                "page_name": "contract",
                "contract": contract_sudo,
                "usage": contract_sudo._portal_usage(),
                "with_tax": contract_sudo._prices_with_tax(),
                "format_date": self._format_date,
                "format_amount": contract_sudo.currency_id.format,
                "backend_url": f"/odoo/contracts/{contract_sudo.id}",
                "res_company": contract_sudo.company_id,
            },
            "my_contracts_history",
            False,
            **self._page_kwargs(kwargs),
        )
        return request.render("cn285_usage.portal_contract_usage_page", values)
