from odoo import http
from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.exceptions import UserError
from odoo.http import request

from ..models.customer.portal_role import REACHES, ROLES
from .portal_change import record_number

PAGE = "/my/colleagues"


class ColleaguesPortal(CustomerPortal):
    """The people of a customer, and what each may do here: granted by its administrators."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "cn285_colleague_count" in counters:
            values["cn285_colleague_count"] = len(self._colleagues())
        return values

    def _colleagues(self):
        """The visitor's colleagues, where he is to grant roles; none for others."""
        user = request.env.user
        if not user._is_portal() or user._cn285_role() != "administrate":
            return request.env["res.partner"]
        # sudo: found by the visitor's own company alone; names and roles are shown.
        return user.partner_id.sudo()._cn285_colleagues() - user.partner_id.sudo()

    @http.route(PAGE, type="http", auth="user", methods=["GET"], website=True)
    def portal_my_colleagues(self, **_kwargs):
        return self._colleagues_page()

    def _colleagues_page(self, error=None, saved=None):
        user, partners = request.env.user, request.env["res.partner"]
        colleagues = self._colleagues()
        # sudo: which of them log in.
        logins = colleagues.sudo().user_ids.filtered("active").partner_id
        fields = partners._fields
        return request.render(
            "cn285_sale.portal_my_colleagues",
            {
                **self._prepare_portal_layout_values(),
                "page_name": "colleagues",
                "colleagues": colleagues,
                "logins": logins,
                "administrates": user._cn285_role() == "administrate",
                "roles": fields["cn285_portal_role"]._description_selection(request.env),
                "reaches": fields["cn285_portal_reach"]._description_selection(request.env),
                "error": error,
                "saved": saved,
            },
        )

    @http.route(PAGE, type="http", auth="user", methods=["POST"], website=True)
    def portal_grant_role(self, partner_id="", role="", reach="", **_kwargs):
        number = record_number(partner_id)
        partner = self._colleagues().filtered(lambda one: one.id == number)
        try:
            if role not in dict(ROLES) or reach not in dict(REACHES):
                raise UserError(request.env._("Please choose one of what is offered."))
            request.env.user._cn285_grant(partner, role, reach)
        except UserError as error:
            return self._colleagues_page(error=str(error.args[0]))
        return self._colleagues_page(saved=partner)
