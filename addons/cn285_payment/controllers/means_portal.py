from odoo import http
from odoo.addons.payment.controllers.portal import PaymentPortal
from odoo.http import request

PAGE = "/my/payment-means"
# Which means a customer is about to replace, in his session.
REPLACES = "cn285_replaces_means"


class MeansPortal(PaymentPortal):
    """The customer's means of payment: choose, add, replace, remove, and per contract."""

    def _means(self):
        """The visitor's own means; nobody else's are ever found."""
        return request.env["payment.token"]._cn285_of_visitor(request.env.user.partner_id)

    def _own_means(self, token_id):
        """One of the visitor's own means by its number, or none."""
        number = self._cast_as_int(token_id)
        return self._means().filtered(lambda token: token.id == number)

    def _paid_contracts(self):
        return request.env["cn285.contract"]._choosable(request.env.user.partner_id)

    @http.route(PAGE, type="http", auth="user", website=True, methods=["GET"])
    def cn285_means(self, saved=None, **_kwargs):
        self._replace_chosen()
        means, contracts = self._means(), self._paid_contracts()
        tokens = contracts._payment_tokens()
        payer = request.env.user.partner_id.commercial_partner_id
        # sudo: his own usual means, by company.
        usual = {
            company: payer.sudo().with_company(company).cn285_payment_token_id
            for company in means.company_id
        }
        return request.render(
            "cn285_payment.portal_means",
            {
                "page_name": "payment_means",
                "means": means,
                "contracts": contracts,
                "paid_by": tokens,
                "carried": {token: token.get_linked_records_info() for token in means},
                "usual": usual,
                "usual_of": {contract: contract._usual_token() for contract in contracts},
                "saved": saved,
            },
        )

    @http.route(f"{PAGE}/add", type="http", auth="user", website=True, methods=["GET"])
    def cn285_add_means(self, replaces=None, **_kwargs):
        """Odoo's own page for adding means, which leads back here."""
        old = self._own_means(replaces)
        known = max(self._means().ids, default=0)
        request.session[REPLACES] = [old.id, known] if old else False
        return self.payment_method(cn285_means=True)

    def _get_extra_payment_form_values(self, **kwargs):
        values = super()._get_extra_payment_form_values(**kwargs)
        if kwargs.get("cn285_means") is True:
            values["landing_route"] = PAGE
        return values

    def _replace_chosen(self):
        """Whoever comes back with new means for old ones has replaced them."""
        chosen = request.session.get(REPLACES)
        if not chosen:
            return
        old = self._own_means(chosen[0])
        fresh = self._means().filtered(
            lambda token: token.id > chosen[1] and token.company_id == old.company_id
        )
        if old and fresh:
            fresh[0]._cn285_replace(old)
            request.session[REPLACES] = False

    @http.route(f"{PAGE}/usual", type="http", auth="user", website=True, methods=["POST"])
    def cn285_usual_means(self, token_id=None, **_kwargs):
        token = self._own_means(token_id)
        payer = request.env.user.partner_id.commercial_partner_id
        usable = token and not token._cn285_obstacle(payer, token.company_id)
        if usable:
            # sudo: the visitor's company chooses among its own means.
            payer.sudo().with_company(token.company_id).cn285_payment_token_id = token
        return self._back_to_means(usable)

    @http.route(f"{PAGE}/contract", type="http", auth="user", website=True, methods=["POST"])
    def cn285_contract_means(self, contract_id=None, token_id=None, **_kwargs):
        number = self._cast_as_int(contract_id)
        contract = self._paid_contracts().filtered(lambda one: one.id == number)
        token = self._own_means(token_id)
        usable = contract and (contract._usable(token) if token_id else contract._usual_token())
        if usable:
            contract._choose_means(token)
        return self._back_to_means(usable)

    @http.route(f"{PAGE}/remove", type="http", auth="user", website=True, methods=["POST"])
    def cn285_remove_means(self, token_id=None, **_kwargs):
        token = self._own_means(token_id)
        if token:
            token.active = False
        return self._back_to_means(token)

    def _back_to_means(self, saved):
        """The page again, which says whether the choice was saved."""
        return request.redirect(f"{PAGE}?saved={1 if saved else 0}")
