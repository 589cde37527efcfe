from odoo import http
from odoo.addons.cn285_contract.controllers.portal import ContractPortal
from odoo.addons.cn285_contract.models.common import LARGEST_ID
from odoo.addons.cn285_renewal.controllers.portal_termination import TerminationPortal
from odoo.exceptions import UserError
from odoo.http import request
from werkzeug.exceptions import BadRequest, NotFound

# Longer answers are cut.
LONGEST = 2000


class CampaignContractPortal(ContractPortal):
    """Notes of plans, and open offers, on the contract's page."""

    def _contract_page_values(self, contract_sudo, pages=None):
        values = super()._contract_page_values(contract_sudo, pages)
        return {
            **values,
            "campaign_notes": contract_sudo._portal_notes(),
            "campaign_offers": contract_sudo._portal_offers(),
        }


class OfferPortal(TerminationPortal):
    """The page of an offer, where the contract's customer accepts or declines it.

    By the same door as his other declarations: his own contract, or by its link; roles of users in
    the portal keep from it who may not change contracts.
    """

    def _offer(self, contract_id, offer_id, access_token):
        """The offer, with sudo, where the visitor is the contract's customer.

        :raises NotFound: for everybody else
        """
        contract_sudo = self._customer_contract(contract_id, access_token)
        if contract_sudo is None or not 0 < offer_id <= LARGEST_ID:
            raise NotFound
        offer = contract_sudo.offer_ids.filtered(lambda one: one.id == offer_id)
        if not offer or offer.state == "withdrawn":
            raise NotFound
        return offer

    def _offer_page(self, offer, access_token, error=None):
        contract_sudo = offer.contract_id
        return request.render(
            "cn285_campaign.portal_offer",
            {
                **self._prepare_portal_layout_values(),
                "page_name": "contract",
                "contract": contract_sudo,
                "offer": offer,
                "token": access_token or "",
                "cancellations": offer._cancellations() if offer.template_id.keeps else [],
                "is_open": offer in contract_sudo._portal_offers(),
                "format_date": self._format_day,
                "error": error,
            },
        )

    @http.route(
        "/my/contracts/<int:contract_id>/offers/<int:offer_id>",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
    )
    def portal_offer(self, contract_id, offer_id, access_token=None, **_kwargs):
        """What is offered, until when, and what follows from accepting it."""
        return self._offer_page(self._offer(contract_id, offer_id, access_token), access_token)

    @http.route(
        "/my/contracts/<int:contract_id>/offers/<int:offer_id>",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
    )
    def portal_offer_answer(self, contract_id, offer_id, access_token=None, answer="", **post):
        """Accept or decline; what cannot be done is said on the page."""
        if answer not in ("accept", "decline"):
            raise BadRequest
        offer, error = self._offer(contract_id, offer_id, access_token), None
        try:
            with request.env.cr.savepoint():
                user = request.env.user
                if answer == "accept":
                    offer._accept(user, by_customer=True)
                else:
                    said = str(post.get("said", "")).replace("\0", "")[:LONGEST]
                    offer._decline(user, by_customer=True, answer=said)
        except UserError as refusal:
            error = str(refusal.args[0]) if refusal.args else str(refusal)
        return self._offer_page(offer, access_token, error)

    # === NO MORE MARKETING === #

    @http.route(
        "/contracts/marketing/<int:number>/<string:key>",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        website=True,
        sitemap=False,
    )
    def refuse_marketing(self, number, key, **_post):
        """Say that one wants no marketing, by the link of a message, without a login."""
        found = request.env["cn285.communication"]
        found = found._found_by_key(number, key) if number <= LARGEST_ID else found
        if not found:
            raise NotFound
        is_done = request.httprequest.method == "POST"
        if is_done:
            found.partner_id._cn285_refuse_marketing()
        return request.render(
            "cn285_campaign.marketing_refusal",
            {"company": found.company_id, "is_done": is_done, "found": found},
        )
