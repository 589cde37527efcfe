from odoo import http
from odoo.addons.cn285_contract.controllers.portal import ContractPortal
from odoo.exceptions import AccessError, MissingError
from odoo.http import request


class DocumentPortal(ContractPortal):
    """The papers of a contract, for its customer: on the contract's page, each to be downloaded."""

    def _contract_page_values(self, contract_sudo, pages=None):
        return {
            **super()._contract_page_values(contract_sudo, pages),
            "papers": contract_sudo._customer_documents(),
        }

    @http.route(
        ["/my/contracts/<int:contract_id>/documents/<int:document_id>"],
        type="http",
        auth="public",
        website=True,
    )
    def portal_contract_document(self, contract_id, document_id, access_token=None, **_kwargs):
        """The file of a document that the customer may see; else the customer's own page."""
        try:
            contract_sudo = self._document_check_access(
                "cn285.contract", contract_id, access_token=access_token
            )
        except (AccessError, MissingError):
            return request.redirect("/my")
        document = contract_sudo._customer_documents().filtered(lambda one: one.id == document_id)
        if not document.attachment_id:
            return request.redirect(f"/my/contracts/{contract_id}")
        stream = request.env["ir.binary"]._get_stream_from(
            document, "file", filename=document.file_name
        )
        return stream.get_response(as_attachment=True)
