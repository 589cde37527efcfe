from odoo import http
from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.exceptions import UserError, ValidationError
from odoo.http import request

# Longer than any name on an account.
NAME_SIGNS = 140


class MandatePortal(CustomerPortal):
    """Customers sign, see and revoke their mandates. Plain pages, without JavaScript."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "mandate_count" in counters:
            values["mandate_count"] = len(self._visitors_mandates())
        return values

    def _mandate_payer(self):
        """Whom the visitor signs for: the firm that he belongs to, or himself."""
        return request.env.user.partner_id.commercial_partner_id

    def _visitors_mandates(self):
        """The mandates of the visitor's own: staff, too, see and revoke only these here."""
        # sudo: found by the visitor's own company alone; the page shows what customers see.
        return (
            request.env["cn285.sepa.mandate"]
            .sudo()
            .search([("partner_id", "child_of", self._mandate_payer().id)])
        )

    def _mandate_page(self, template, **values):
        return request.render(
            f"cn285_payment_sepa.{template}",
            {
                **self._prepare_portal_layout_values(),
                "page_name": "mandate",
                "errors": {},
                "given": {},
                **values,
            },
        )

    def _visitors_mandate(self, mandate_id):
        """One of the visitor's own mandates by its number, or none."""
        return self._visitors_mandates().filtered(lambda mandate: mandate.id == mandate_id)

    @http.route("/my/mandates", type="http", auth="user", website=True)
    def portal_mandates(self, **kwargs):
        """The visitor's mandates, and where to sign another."""
        mandates = self._visitors_mandates().filtered(lambda mandate: mandate.state != "draft")
        creditors = request.env["cn285.sepa.mandate"]._portal_creditors(self._mandate_payer())
        return self._mandate_page("portal_mandates", mandates=mandates, creditors=creditors)

    @http.route("/my/mandates/new", type="http", auth="user", methods=["GET", "POST"], website=True)
    def portal_sign(self, provider_id=None, **post):
        """The text of a mandate and what it needs; posted, it is signed."""
        creditors = request.env["cn285.sepa.mandate"]._portal_creditors(self._mandate_payer())
        chosen = creditors.filtered(lambda provider: str(provider.id) == str(provider_id))
        provider = chosen or creditors[:1]
        if not provider:
            return request.redirect("/my/mandates")
        # In one line: what was signed is kept line by line.
        given = {
            name: " ".join((post.get(name) or "").split())[:NAME_SIGNS]
            for name in ("holder", "iban")
        }
        errors = {}
        if request.httprequest.method == "POST":
            errors = self._mandate_errors(given, post)
            if not errors:
                try:
                    with request.env.cr.savepoint():
                        self._sign_mandate(provider, given)
                    return request.redirect("/my/mandates?signed=1")
                except (UserError, ValidationError) as error:
                    errors["iban"] = error.args[0]
        given["holder"] = given["holder"] or self._mandate_payer().name
        mandates = request.env["cn285.sepa.mandate"]
        text = mandates._mandate_text(provider)
        return self._mandate_page(
            "portal_mandate_new",
            creditors=creditors,
            provider=provider,
            text=text,
            creditor_address=mandates._address_line(provider.company_id.partner_id),
            given=given,
            errors=errors,
        )

    def _mandate_errors(self, given, post):
        errors = {}
        if not given["iban"]:
            errors["iban"] = request.env._("Please give the account to be debited.")
        if not given["holder"]:
            errors["holder"] = request.env._("Please say who holds the account.")
        if not post.get("agreed"):
            errors["agreed"] = request.env._("Please tick that you sign this mandate.")
        return errors

    def _sign_mandate(self, provider, given):
        # sudo: the visitor signs for himself; what is written follows from the form and his login.
        request.env["cn285.sepa.mandate"].sudo()._sign_in_portal(
            self._mandate_payer(),
            provider,
            iban=given["iban"],
            holder=given["holder"],
            signer=request.env.user,
            address=request.httprequest.remote_addr,
        )

    @http.route(
        "/my/mandates/<int:mandate_id>/revoke",
        type="http",
        auth="user",
        methods=["GET", "POST"],
        website=True,
    )
    def portal_revoke(self, mandate_id, **post):
        """What hangs on a mandate; posted, it is revoked."""
        mandate = self._visitors_mandate(mandate_id)
        if not mandate or mandate.state != "active":
            return request.redirect("/my/mandates")
        if request.httprequest.method == "POST":
            mandate._revoke(request.env._("Revoked by %s in the portal", request.env.user.name))
            return request.redirect("/my/mandates")
        return self._mandate_page(
            "portal_mandate_revoke", mandate=mandate, contracts=mandate._carried_contracts()
        )
