from odoo import http
from odoo.addons.cn285_contract.controllers.portal import ContractPortal
from odoo.http import request

# How many documents that wait are shown at once: the oldest come first.
SHOWN = 40


class SignPortal(ContractPortal):
    """What waits for the signature of who is signed in: on the first page, and a list of its own.

    A document leads to the page of the signer's own link: the code goes by mail all the same.
    """

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "cn285_sign_count" in counters:
            values["cn285_sign_count"] = len(self._signers_waiting())
        return values

    def _signers_waiting(self):
        """The user's own signers whose turn it is, by sudo."""
        # sudo: customers have no rights on requests; these are the visitor's own contact's.
        signers = (
            request.env["cn285.sign.signer"]
            .sudo()
            .search(
                [
                    ("partner_id", "=", request.env.user.partner_id.id),
                    ("state", "=", "waiting"),
                    ("request_id.state", "=", "sent"),
                ],
                order="id",
                limit=SHOWN,
            )
        )
        return signers.filtered(lambda one: one._is_by_link() and not one._obstacle())

    @http.route("/my/signatures", type="http", auth="user", website=True, methods=["GET"])
    def portal_my_signatures(self, **_kwargs):
        return request.render(
            "cn285_sign.portal_my_signatures",
            {
                **self._prepare_portal_layout_values(),
                "signers": self._signers_waiting(),
                "page_name": "signatures",
            },
        )
