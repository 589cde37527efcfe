from odoo import http
from odoo.addons.payment.controllers.portal import PaymentPortal
from odoo.exceptions import AccessError, ValidationError
from odoo.http import request

from ..models.means.means_links import PAGE
from .means_portal import PAGE as OWN_PAGE


class MeansLinkPortal(PaymentPortal):
    """Payers renew their means by a signed link, without a login; they see nothing else there."""

    def _renewal(self, key):
        return request.env["res.partner"]._cn285_read_renewal(key)

    @http.route(f"{PAGE}/<string:key>", type="http", auth="public", website=True, methods=["GET"])
    def cn285_renew_means(self, key, saved=None, **_kwargs):
        """The form on which means are added; for the payer's own people, their page of means."""
        told = self._renewal(key)
        if not told:
            return self._renewal_page({"renewal": "over"})
        payer, company, _token, _contract = told
        user = request.env.user
        own = user.partner_id.commercial_partner_id == payer.commercial_partner_id
        if not user._is_public() and own:
            return request.redirect(OWN_PAGE)
        if user._is_public() and payer.lang:
            request.update_context(lang=payer.lang)
        if saved:
            return self._renewal_page({"renewal": "saved", "company_name": company.name})
        return self._renewal_page(
            {"renewal": "open", "company_name": company.name, "res_company": company}
            | self._renewal_form(key, payer, company)
        )

    def _renewal_page(self, values):
        response = request.render(
            "cn285_payment.portal_renew_means", {"page_name": "renew_means", **values}
        )
        # The address is a key: no other site is told of it, and nobody keeps the page.
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        return response

    def _renewal_form(self, key, payer, company):
        """What Odoo's form needs in its mode of validation: no means on file, no amount."""
        report = {}
        # sudo: providers and methods, as Odoo's own page of means reads them.
        providers = (
            request.env["payment.provider"]
            .sudo()
            ._get_compatible_providers(
                company.id,
                payer.id,
                0.0,
                force_tokenization=True,
                is_validation=True,
                report=report,
            )
        )
        methods = (
            request.env["payment.method"]
            .sudo()
            ._get_compatible_payment_methods(
                providers.ids, payer.id, force_tokenization=True, report=report
            )
        )
        return {
            "mode": "validation",
            "allow_token_selection": False,
            "allow_token_deletion": False,
            "amount": None,
            "currency": company.currency_id,
            "partner_id": payer.id,
            "providers_sudo": providers,
            "payment_methods_sudo": methods,
            # sudo: an empty set, as Odoo's form wants it.
            "tokens_sudo": request.env["payment.token"].sudo(),
            "availability_report": report,
            "transaction_route": f"{PAGE}/{key}/transaction",
            "landing_route": f"{PAGE}/{key}?saved=1",
            "access_token": key,
        }

    @http.route(f"{PAGE}/<string:key>/transaction", type="jsonrpc", auth="public")
    def cn285_renewal_transaction(self, key, access_token=None, amount=None, **kwargs):
        """Begin to add means for the payer of the link; whatever else is asked for is not done.

        :raises ValidationError: where the link is over
        """
        told = self._renewal(key)
        if not told:
            raise ValidationError(request.env._("This link is not valid any more."))
        payer, company, token, contract = told
        self._validate_transaction_kwargs(kwargs, additional_allowed_keys=("reference_prefix",))
        form = self._renewal_form(key, payer, company)
        if (
            kwargs.get("flow") == "token"
            or kwargs.get("provider_id") not in form["providers_sudo"].ids
            or kwargs.get("payment_method_id") not in form["payment_methods_sudo"].ids
        ):
            raise AccessError(request.env._("Choose one of the ways to pay on the page."))
        kwargs.update(
            partner_id=payer.id,
            currency_id=None,
            token_id=None,
            is_validation=True,
            tokenization_requested=True,
            reference_prefix=None,
            landing_route=form["landing_route"],
        )
        transaction = self._create_transaction(
            amount=None,
            custom_create_values={
                "cn285_renews_token_id": token.id,
                "cn285_renews_contract_id": contract.id,
                "tokenize": True,
            },
            **kwargs,
        )
        return transaction._get_processing_values()
