from odoo import fields, http
from odoo.addons.account_payment.controllers.payment import PaymentPortal
from odoo.addons.account_payment.controllers.portal import PortalAccount
from odoo.addons.cn285_contract.models.common import LARGEST_ID
from odoo.exceptions import ValidationError
from odoo.http import request


class DebtPayment(PaymentPortal, PortalAccount):
    """All that is overdue is paid at once, on Odoo's own page."""

    def _my_debtor(self, case_id):
        """What the visitor's own company owes; none where it is another's, or paid."""
        payer = request.env.user.partner_id.commercial_partner_id
        # sudo: found by the visitor's own company alone.
        cases = request.env["cn285.dunning.case"].sudo()
        known = cases.browse(case_id if case_id <= LARGEST_ID else 0).exists()
        return known.filtered(lambda one: one.partner_id == payer and one._is_payable_at_once())

    @http.route("/my/debts/<int:case_id>", type="http", auth="user", methods=["GET"], website=True)
    def portal_pay_debts(self, case_id, **_kwargs):
        case = self._my_debtor(case_id)
        if not case:
            return request.redirect("/my/home")
        moves, amount = case.move_ids, case._overdue_now()
        reference = case.company_id.get_next_batch_payment_communication()
        values = self._get_common_page_view_values(
            invoices_data={
                "partner": moves[0].partner_id,
                "company": case.company_id,
                "total_amount": amount,
                "currency": case.currency_id,
                "amount_residual": amount,
                "payment_reference": reference,
                "landing_route": "/my/home",
                "transaction_route": f"/my/debts/{case.id}/transaction",
            }
        )
        payment = {
            "date": fields.Date.today(),
            "reference": reference,
            "amount": amount,
            "currency": case.currency_id,
        }
        values |= {"page_name": "overdue_invoices", "payment": payment, "amount": amount}
        return request.render("account_payment.portal_overdue_invoices_page", values)

    @http.route("/my/debts/<int:case_id>/transaction", type="jsonrpc", auth="user")
    def pay_debts_transaction(self, case_id, payment_reference, **kwargs):
        """A draft transaction for what is overdue by now, whatever the page said.

        :returns: the values by which it is processed
        """
        case = self._my_debtor(case_id)
        if not case:
            raise ValidationError(request.env._("Nothing is overdue any more."))
        self._validate_transaction_kwargs(kwargs)
        kwargs["amount"] = case._overdue_now()
        return self._process_transaction(
            request.env.user.partner_id.id,
            case.currency_id.id,
            case.move_ids.ids,
            payment_reference,
            **kwargs,
        )
