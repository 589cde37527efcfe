from hmac import compare_digest

from odoo import http
from odoo.addons.cn285_contract.engine.limits import is_number
from odoo.addons.cn285_contract.models.common import LARGEST_ID
from odoo.addons.payment.controllers.portal import PaymentPortal
from odoo.addons.payment.controllers.post_processing import PaymentPostProcessing
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Date
from odoo.http import request

from ..models.means.payment_provider import KEEPS_MEANS

PAGE = "/my/prepayments"


class PrepaymentPortal(PaymentPortal):
    """The page on which payers pay what is due first, or add means, and see what came of it."""

    def _prepayment(self, number, access_token):
        """A prepayment that the visitor may see: its payer's own people, or who has its link.

        :returns: the record by sudo, or none
        """
        if not 0 < number <= LARGEST_ID:
            return request.env["cn285.prepayment"]
        # sudo: who may see it is asked here; the page shows what payers see.
        found = request.env["cn285.prepayment"].sudo().browse(number).exists()
        if not found or found._is_of(request.env.user):
            return found.with_company(found.company_id)
        known = isinstance(access_token, str) and access_token.isascii() and found.access_token
        if known and compare_digest(access_token, found.access_token):
            return found.with_company(found.company_id)
        return found.browse()

    def _speak_as(self, prepayment):
        """Visitors without a login read the page in the payer's language."""
        if request.env.user._is_public() and prepayment.partner_id.lang:
            request.update_context(lang=prepayment.partner_id.lang)
            return prepayment.with_context(lang=prepayment.partner_id.lang)
        return prepayment

    @http.route(f"{PAGE}/<int:number>", type="http", auth="public", website=True, methods=["GET"])
    def cn285_prepayment(self, number, access_token=None, **_kwargs):
        prepayment = self._prepayment(number, access_token)
        if not prepayment:
            return request.redirect("/my")
        prepayment = self._speak_as(prepayment)
        values = self._prepayment_values(prepayment)
        return request.render("cn285_payment.portal_prepayment", values)

    def _prepayment_values(self, prepayment):
        asked_before, problem = prepayment.amount, prepayment._obstacle()
        previews, following = [], None
        if not problem:
            try:
                previews = prepayment._previews()
                following = prepayment._next_invoice()
                prepayment._refresh_amount()
            except UserError:
                problem = request.env._(
                    "What is due cannot be worked out at the moment. Please ask us."
                )
        changed = prepayment.currency_id.compare_amounts(prepayment.amount, asked_before) != 0
        values = {
            "page_name": "prepayment",
            "prepayment": prepayment,
            "contract": prepayment.contract_id,
            "items": prepayment.contract_id._portal_item_records(),
            "invoices": previews,
            "next_invoice": following,
            "format_date": self._format_day,
            "format_amount": prepayment.currency_id.format,
            "asked_before": asked_before if changed and not problem else None,
            "problem": problem,
            "res_company": prepayment.company_id,
            "own_means": request.env["payment.token"],
        }
        return values if problem else {**values, **self._prepayment_form(prepayment)}

    def _format_day(self, day):
        return request.env["ir.qweb.field.date"].value_to_html(Date.to_date(day), {})

    def _prepayment_form(self, prepayment):
        """What Odoo's form of payment needs; in its mode of validation where nothing is to pay."""
        request.update_context(**{KEEPS_MEANS: prepayment._keeps_means()})
        payer, company = self._prepayment_payer(prepayment), prepayment.company_id
        validation, report = prepayment._asks_means_only(), {}
        amount = 0.0 if validation else prepayment.amount
        money = {} if validation else {"currency_id": prepayment.currency_id.id}
        only_means = {"force_tokenization": True} if validation else {}
        # sudo: providers, methods and means, as Odoo's own page of payment reads them.
        providers = (
            request.env["payment.provider"]
            .sudo()
            ._get_compatible_providers(
                company.id,
                payer.id,
                amount,
                is_validation=validation,
                report=report,
                **money,
                **only_means,
            )
        )
        methods = (
            request.env["payment.method"]
            .sudo()
            ._get_compatible_payment_methods(
                providers.ids, payer.id, report=report, **money, **only_means
            )
        )
        means = self._prepayment_means(prepayment)
        shown = means.filtered(lambda token: token.provider_id in providers)
        return {
            "mode": "validation" if validation else "payment",
            "allow_token_selection": not validation,
            "amount": None if validation else amount,
            "currency": prepayment.currency_id,
            "partner_id": payer.id,
            "providers_sudo": providers,
            "payment_methods_sudo": methods,
            "tokens_sudo": shown.browse() if validation else shown,
            "own_means": means if validation else means.browse(),
            "availability_report": report,
            "transaction_route": f"{PAGE}/{prepayment.id}/transaction",
            "landing_route": prepayment._page(),
            "access_token": prepayment.access_token,
            "show_tokenize_input_mapping": self._compute_show_tokenize_input_mapping(providers),
        }

    def _prepayment_payer(self, prepayment):
        """On whose behalf it is paid: the visitor, where he is the payer's; else the payer."""
        user = request.env.user
        return user.partner_id.sudo() if prepayment._is_of(user) else prepayment.partner_id

    def _prepayment_means(self, prepayment):
        """Means on file that a visitor may pay by: his own company's, and only if he is known."""
        user = request.env.user
        if not prepayment._is_of(user):
            return request.env["payment.token"].sudo()
        means = request.env["payment.token"]._cn285_of_visitor(user.partner_id)
        return means.filtered(
            lambda token: not token._cn285_obstacle(prepayment.partner_id, prepayment.company_id)
        )

    @http.route(f"{PAGE}/<int:number>/transaction", type="jsonrpc", auth="public")
    def cn285_prepayment_transaction(self, number, access_token=None, amount=None, **kwargs):
        """Begin to pay, or to add means, for what the page has shown.

        :raises ValidationError: in the visitor's words
        """
        prepayment = self._prepayment(number, access_token)
        if not prepayment:
            raise ValidationError(request.env._("This link is not valid any more."))
        prepayment = self._speak_as(prepayment)
        self._validate_transaction_kwargs(kwargs)
        if amount is not None and not (isinstance(amount, int | float) and is_number(amount)):
            raise ValidationError(
                request.env._("The amount is no number: please open the page again.")
            )
        prepayment._agree(amount)
        validation = prepayment._asks_means_only()
        if kwargs.get("flow") == "token":
            return self._charge_means(prepayment, kwargs.get("token_id"))
        if kwargs.get("provider_id") not in self._prepayment_form(prepayment)["providers_sudo"].ids:
            raise AccessError(request.env._("Choose one of the ways to pay on the page."))
        kwargs.update(
            partner_id=self._prepayment_payer(prepayment).id,
            currency_id=None if validation else prepayment.currency_id.id,
            is_validation=validation,
            landing_route=prepayment._page(),
        )
        transaction = self._create_transaction(
            amount=None if validation else prepayment.amount,
            reference_prefix=prepayment.name,
            custom_create_values={"cn285_prepayment_id": prepayment.id},
            **kwargs,
        )
        return transaction._get_processing_values()

    def _charge_means(self, prepayment, token_id):
        """Charge means on file as clerks do: committed before, so that nobody pays twice."""
        token = self._prepayment_means(prepayment).filtered(lambda one: one.id == token_id)
        if not token or prepayment._asks_means_only():
            raise AccessError(request.env._("Choose one of your means of payment."))
        transaction = prepayment._charge(token)
        transaction.landing_route = prepayment._page()
        PaymentPostProcessing.monitor_transaction(transaction)
        return transaction._get_processing_values()

    @http.route(
        f"{PAGE}/<int:number>/means", type="http", auth="user", methods=["POST"], website=True
    )
    def cn285_prepayment_means(self, number, token_id=None, **_kwargs):
        """Use means that are on file, where nothing is to be paid."""
        prepayment = self._prepayment(number, None)
        token = self._prepayment_means(prepayment) if prepayment else request.env["payment.token"]
        token = token.filtered(lambda one: one.id == self._cast_as_int(token_id))
        if token and not prepayment._obstacle() and prepayment._asks_means_only():
            prepayment._take_means(token)
        return request.redirect(f"{PAGE}/{number}")

    @http.route()
    def home(self, **kwargs):
        """What the visitor's company is asked to pay, or to add, before contracts start."""
        response = super().home(**kwargs)
        if hasattr(response, "qcontext"):
            response.qcontext["cn285_prepayments"] = request.env["cn285.prepayment"]._asked_of(
                request.env.user
            )
        return response
