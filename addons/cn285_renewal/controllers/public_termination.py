from odoo import http
from odoo.exceptions import UserError
from odoo.http import request
from werkzeug.exceptions import BadRequest

from .declaration import NOTED, declaration_errors, declared_fields
from .portal_termination import STEPS, TerminationPortal


class PublicTermination(TerminationPortal):
    """Termination without an account, by name and contract number; then the same steps.

    A visitor is told the same of a wrong number, of a wrong name, and of a contract that cannot be
    terminated, as late; and after some attempts, for a while, nothing any more.
    """

    @http.route(
        "/contracts/terminate",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        website=True,
        sitemap=True,
    )
    def public_terminate(self, step="form", **post):
        """The fields, the summary, the notification (Code de la consommation, D215-1, D215-2)."""
        if step not in STEPS:
            raise BadRequest
        self._speak_as_company()
        posted = request.httprequest.method == "POST"
        declared = declared_fields({}, post if posted else {})
        if not posted:
            return self._public_form(declared, {})
        errors = declaration_errors(request.env, declared)
        if not declared["number"]:
            errors["number"] = request.env._("Please give the number of the contract.")
        if errors or step == "form":
            return self._public_form(declared, errors)
        attempts = request.env["cn285.termination.attempt"]
        address = request.httprequest.remote_addr
        if not attempts._may_try(address, declared["number"]):
            return self._public_form(declared, {"form": self._too_many()}, status=429)
        noted = {name: declared[name] for name in NOTED if declared[name]}
        contract_sudo = request.env["cn285.contract"]._find_to_terminate(
            declared["name"], declared["number"], noted
        )
        attempts._note(address, declared["number"], missed=not contract_sudo)
        if not contract_sudo:
            return self._public_form(declared, {"form": self._not_found()})
        return self._public_step(contract_sudo, step, declared)

    def _speak_as_company(self):
        """Use the company's language for who asks for none that is installed.

        Odoo goes by the address, by what was chosen before, and by the browser; else by English.
        """
        routing = request.env["ir.http"]
        told = (request.cookies.get("frontend_lang"), request.best_lang)
        if any(map(routing.get_nearest_lang, told)) or not request.env.user._is_public():
            return
        # sudo: the company's language is that of its letters.
        code = request.env.company.sudo().partner_id.lang
        lang = request.env["res.lang"]._get_data(code=code or "")
        if lang and not request.httprequest.path.startswith(f"/{request.lang.url_code}/"):
            request.lang = lang
            request.update_context(lang=lang.code)
            request.future_response.set_cookie("frontend_lang", lang.code)

    def _public_step(self, contract_sudo, step, declared):
        if not contract_sudo._portal_may_terminate():
            return self._ended_page(contract_sudo, None, public=True, page_name="")
        errors = self._termination_errors(contract_sudo, declared)
        if not errors:
            try:
                with request.env.cr.savepoint():
                    return self._after_form(
                        contract_sudo, None, step, declared, public=True, page_name=""
                    )
            except UserError as error:
                errors = {"form": str(error.args[0])}
        return self._public_form(declared, errors)

    def _public_form(self, declared, errors, status=200):
        return request.render(
            "cn285_renewal.portal_termination_form",
            {
                **self._prepare_portal_layout_values(),
                "page_name": "",
                "contract": request.env["cn285.contract"],
                "token": "",
                "format_date": self._format_day,
                "declared": declared,
                "errors": errors,
                "public": True,
                # sudo: where the company is reached is no secret.
                "company": request.env.company.sudo(),
                "evidence": request.env["ir.attachment"],
            },
            status=status,
        )

    # === WHAT IS TOLD === #

    def _not_found(self):
        return request.env._(
            "No contract that can be terminated has this number and this name. Give the number as "
            "it stands on your contract or invoice, and the name in which it was concluded; or "
            "write to us."
        )

    def _too_many(self):
        return request.env._("Too many attempts: please try again in an hour, or write to us.")
