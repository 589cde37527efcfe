from odoo import http
from odoo.addons.cn285_contract.controllers.portal import ContractPortal
from odoo.http import request
from odoo.tools import format_date


class DebtPortal(ContractPortal):
    """Customers read what of theirs is overdue, and pay it by Odoo's own link."""

    @http.route()
    def home(self, **kwargs):
        response = super().home(**kwargs)
        if hasattr(response, "qcontext"):
            payer = request.env.user.partner_id.commercial_partner_id
            response.qcontext["cn285_debts"] = self._debts_of(payer)
        return response

    def _contract_page_values(self, contract_sudo, pages=None):
        values = super()._contract_page_values(contract_sudo, pages)
        debts = []
        if contract_sudo._portal_shows_prices():
            payer = contract_sudo.payer_id.commercial_partner_id
            debts = self._debts_of(payer, contract_sudo.company_id)
        return {**values, "cn285_debts": debts}

    def _debts_of(self, payer, company=None):
        """What banners say of a payer's debts, one for each company and currency."""
        own = request.env.user.partner_id.commercial_partner_id
        # sudo: who sees the page of a contract, or is logged in, reads what he himself owes.
        cases = request.env["cn285.dunning.case"].sudo()
        domain = [("partner_id", "=", payer.id), ("state", "in", ("open", "promised"))]
        if company:
            domain.append(("company_id", "=", company.id))
        return [
            {
                "amount": case.currency_id.format(case.overdue_amount),
                "since": format_date(request.env, case.oldest_due),
                "suspended": bool(case.suspended_on),
                "deactivation": case.deactivation_date
                and format_date(request.env, case.deactivation_date),
                "url": f"/my/debts/{case.id}"
                if case.partner_id == own and case._is_payable_at_once()
                else case._pay_url(),
            }
            for case in cases.search(domain)
            if case.oldest_due and case.move_ids
        ]
