from odoo import http
from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.fields import Date
from odoo.http import request
from odoo.tools import consteq
from werkzeug.exceptions import BadRequest

from ..engine.evidence import MOST_FILES
from .declaration import NOTED, declaration_errors, declared_fields, uploaded_evidence

# The steps of the termination: the fields, what will be notified, the notification.
STEPS = ("form", "summary", "confirm")


class TerminationPortal(CustomerPortal):
    """How customers end their contracts online: termination, refusal of a renewal, withdrawal.

    Plain pages and forms, which work without JavaScript. Only the contract's own customer, or who
    holds its link, gets here: staff who may read the contract may not act for the customer.
    """

    # === WHO === #

    def _customer_contract(self, contract_id, access_token=None):
        """The contract, with sudo, if the visitor is its customer; None for others."""
        try:
            contract_sudo = self._document_check_access(
                "cn285.contract", contract_id, access_token=access_token
            )
        except (AccessError, MissingError):
            return None
        token = contract_sudo.access_token
        if access_token and access_token.isascii() and token and consteq(token, access_token):
            return contract_sudo
        own = request.env.user.partner_id.commercial_partner_id
        return contract_sudo if own == contract_sudo.partner_id.commercial_partner_id else None

    def _acting_user(self):
        return None if request.env.user._is_public() else request.env.user

    def _page(self, template, contract_sudo, access_token, **values):
        return request.render(
            f"cn285_renewal.{template}",
            {
                **self._prepare_portal_layout_values(),
                "page_name": "contract",
                "contract": contract_sudo,
                "token": access_token or "",
                "format_date": self._format_day,
                "shows_prices": contract_sudo._portal_shows_prices(),
                "errors": {},
                "public": False,
                "company": contract_sudo.company_id,
                **values,
            },
        )

    def _format_day(self, day):
        return request.env["ir.qweb.field.date"].value_to_html(Date.to_date(day), {})

    def _to_contract(self, contract_sudo, access_token, anchor=""):
        suffix = f"?access_token={access_token}" if access_token else ""
        return request.redirect(f"/my/contracts/{contract_sudo.id}{suffix}{anchor}")

    # === TERMINATION IN THREE CLICKS === #

    @http.route(
        "/my/contracts/<int:contract_id>/terminate",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        website=True,
    )
    def portal_terminate(self, contract_id, access_token=None, step="form", **post):
        """Fields, an editable summary, the notification (Code de la consommation, D215-1).

        Nothing but the button of the summary notifies: a step of another name is refused.
        """
        if step not in STEPS:
            raise BadRequest
        contract_sudo = self._customer_contract(contract_id, access_token)
        if contract_sudo is None:
            return request.redirect("/my")
        # A repeated click is answered by what it did; an earlier end is asked for by its own link.
        sooner = bool(post.pop("sooner", "")) and contract_sudo._portal_may_end_sooner()
        if not (contract_sudo._portal_may_terminate() or sooner):
            return self._ended_page(contract_sudo, access_token)
        posted = request.httprequest.method == "POST"
        declared = self._declared(contract_sudo, post if posted else {})
        errors = self._termination_errors(contract_sudo, declared) if posted else {}
        if posted and step != "form" and not errors:
            try:
                with request.env.cr.savepoint():
                    return self._after_form(contract_sudo, access_token, step, declared, sooner)
            except UserError as error:
                errors = {"form": str(error.args[0])}
        return self._page(
            "portal_termination_form",
            contract_sudo,
            access_token,
            declared=declared,
            errors=errors,
            sooner=sooner,
            earliest=self._earliest(contract_sudo),
            evidence=self._evidence(contract_sudo, declared),
        )

    def _termination_errors(self, contract_sudo, declared):
        """What has to be corrected; files that are good are kept, and named in ``declared``."""
        errors = declaration_errors(request.env, declared, contract_sudo.telecom)
        kept = self._evidence(contract_sudo, declared)
        files = request.httprequest.files.getlist("evidence")
        already = len(kept) if contract_sudo._takes_evidence() else MOST_FILES
        taken, refusal = uploaded_evidence(request.env, files, already)
        if refusal:
            return {**errors, "evidence": refusal}
        kept |= contract_sudo._keep_evidence(taken)
        declared["evidence_kept"] = " ".join(f"{file.id}-{file.access_token}" for file in kept)
        return errors

    def _evidence(self, contract_sudo, declared):
        """The files that the page has kept of this declaration."""
        return contract_sudo._kept_evidence(declared["evidence_kept"].split()[:MOST_FILES])

    def _after_form(self, contract_sudo, access_token, step, declared, sooner=False, **values):
        """The summary of what was declared, or its notification.

        :param values: more that the pages are told
        :raises UserError: where the contract's rules refuse it
        """
        wished = Date.to_date(declared["wished_date"] or None)
        if step == "summary":
            day = contract_sudo._portal_termination_date(wished)
            if sooner:
                day = min(day, contract_sudo._portal_end().date_effective)
            return self._page(
                "portal_termination_summary",
                contract_sudo,
                access_token,
                declared=declared,
                sooner=sooner,
                quote=contract_sudo.termination_quote(day),
                evidence=self._evidence(contract_sudo, declared),
                **values,
            )
        contract_sudo._portal_terminate(
            {name: declared[name] for name in NOTED if declared[name]},
            declared["reason"],
            self._acting_user(),
            self._evidence(contract_sudo, declared),
        )
        if values.get("public"):
            return self._ended_page(contract_sudo, access_token, **values)
        suffix = f"?access_token={access_token}" if access_token else ""
        return request.redirect(f"/my/contracts/{contract_sudo.id}/terminate{suffix}")

    def _ended_page(self, contract_sudo, access_token, **values):
        """The confirmation of what is under way or done, which can be opened again at any time."""
        end = contract_sudo._portal_end()
        if not end:
            return self._to_contract(contract_sudo, access_token)
        confirmation = end.confirmation_id & contract_sudo._portal_documents()
        if values.get("public") and not end._goes_as_declared():
            confirmation = confirmation.browse()  # it names an address that he may not know
        confirmation.generate_access_token()
        return self._page(
            "portal_contract_ended",
            contract_sudo,
            access_token,
            end=end,
            confirmation=confirmation,
            received=end._received_text() if end.received_at else "",
            facts=end._declaration_facts(),
            # The link leads to the customer's space: not from the page without an account.
            may_end_sooner=not values.get("public") and contract_sudo._portal_may_end_sooner(),
            effects=end._effects() if end.type == "terminate" else [],
            **values,
        )

    def _declared(self, contract_sudo, post):
        """The fields of the decree, prefilled with what is known of the customer."""
        user = request.env.user
        partner = contract_sudo.partner_id if user._is_public() else user.partner_id
        known = {
            "name": contract_sudo.partner_id.display_name,
            "address": partner.email or contract_sudo.partner_id.email or "",
            "phone": (partner.phone or "") if contract_sudo.telecom else "",
        }
        return declared_fields(known, post)

    def _earliest(self, contract_sudo):
        """The contract's last day if terminated today: free of charge, and at the earliest."""
        free = contract_sudo.earliest_termination_date(free_of_charge=True)
        first = contract_sudo.earliest_termination_date()
        free, first = contract_sudo.termination_quote(free), contract_sudo.termination_quote(first)
        return {
            "free": free["last_day"],
            "first": first["last_day"],
            "immediate": free["immediate"],
        }

    # === REFUSAL OF A RENEWAL === #

    @http.route(
        "/my/contracts/<int:contract_id>/refuse-renewal",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        website=True,
    )
    def portal_refuse_renewal(self, contract_id, access_token=None, **_post):
        contract_sudo = self._customer_contract(contract_id, access_token)
        if contract_sudo is None:
            return request.redirect("/my")
        if not contract_sudo._portal_may_refuse():
            # Of one that nothing ends the page goes back to the contract.
            return self._ended_page(contract_sudo, access_token)
        if request.httprequest.method == "POST":
            try:
                with request.env.cr.savepoint():
                    contract_sudo._portal_refuse()
            except UserError:  # in the meantime it has become too late, or was done
                return self._to_contract(contract_sudo, access_token)
            return self._ended_page(contract_sudo, access_token)
        return self._page("portal_refuse_renewal", contract_sudo, access_token)

    # === WITHDRAWAL === #

    @http.route(
        "/my/contracts/<int:contract_id>/withdraw",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        website=True,
    )
    def portal_withdraw(self, contract_id, access_token=None, **post):
        """The statement of withdrawal, its confirmation, the acknowledgement (L221-21)."""
        contract_sudo = self._customer_contract(contract_id, access_token)
        if contract_sudo is None:
            return request.redirect("/my")
        if contract_sudo._portal_end().type == "withdraw":
            return self._ended_page(contract_sudo, access_token)
        if not contract_sudo._may_withdraw():
            return self._to_contract(contract_sudo, access_token)
        posted = request.httprequest.method == "POST"
        declared = self._declared(contract_sudo, post if posted else {})
        errors = declaration_errors(request.env, declared) if posted else {}
        if posted and not errors:
            statement = request.env._("I withdraw from contract %s.", contract_sudo.name)
            declaration = {
                "name": declared["name"],
                "address": declared["address"],
                "statement": statement,
            }
            try:
                with request.env.cr.savepoint():
                    contract_sudo._portal_withdraw(declaration, self._acting_user())
            except UserError as error:
                errors = {"form": str(error.args[0])}
            else:
                return self._ended_page(contract_sudo, access_token)
        return self._page(
            "portal_withdrawal_form",
            contract_sudo,
            access_token,
            declared=declared,
            errors=errors,
        )

    # === SERVICE AT ONCE === #

    @http.route(
        "/my/contracts/<int:contract_id>/start",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        website=True,
    )
    def portal_start(self, contract_id, access_token=None, name="", agreed="", **_post):
        """The express request to be served before the withdrawal period is over (L221-25)."""
        contract_sudo = self._customer_contract(contract_id, access_token)
        if contract_sudo is None:
            return request.redirect("/my")
        if not contract_sudo._portal_may_start():
            return self._to_contract(contract_sudo, access_token)
        declared = declared_fields(
            {"name": contract_sudo.partner_id.display_name}, {"name": name} if name else {}
        )
        if request.httprequest.method == "POST" and declared["name"] and agreed:
            contract_sudo._portal_start(declared["name"], self._acting_user())
            return self._to_contract(contract_sudo, access_token)
        return self._page("portal_start_form", contract_sudo, access_token, declared=declared)
