from odoo import http
from odoo.addons.cn285_contract.models.common import LARGEST_ID
from odoo.exceptions import UserError
from odoo.http import content_disposition, request

from ..models.sign_signer_signing import Signing
from ..report.sealing import seal_of

PAGE = "/my/sign/<int:signer_id>/<string:token>"
NOWHERE = "/sign/no-document"
# Kinds of files that the browser shows by itself; others are downloaded: none runs on our site.
SHOWN_INLINE = ("application/pdf",)
# The address of the page is the signer's: it is told to no other site, and kept by no cache.
PRIVATE = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
# The largest file that is looked up, in bytes.
LARGEST_FILE = 20_000_000


class SignPage(http.Controller):
    """Where a signer reads, asks for a code, and signs; and where a signed file is verified."""

    def _signer(self, signer_id, token):
        signers = request.env["cn285.sign.signer"]
        if not 0 < signer_id <= LARGEST_ID or not token.isascii():
            return signers
        signer = signers._by_link(signer_id, token)
        if signer and signer._is_link_over():
            return signers
        if signer:
            request.update_context(lang=signer.partner_id.lang or request.env.lang)
            signer = signer.with_context(lang=request.env.lang)
        return signer

    def _page(self, signer, token, told=None, refused=None, typed=None):
        newer = signer._newer()
        return request.render(
            "cn285_sign.sign_page",
            {
                "signer": signer,
                "sign_request": signer.request_id,
                "document": signer.request_id.document_id,
                "address": f"/my/sign/{signer.id}/{token}",
                "newer_address": newer._path() if newer else None,
                "obstacle": signer._obstacle(),
                "terms": signer._terms_to_read(),
                "is_order": signer._is_order(),
                "start": signer._start_statement() if signer._offers_start() else None,
                "level": signer.request_id._level_text(),
                "consent": signer._consent(),
                "told": told,
                "refused": refused,
                "typed": typed or {},
                "res_company": signer.request_id.company_id,
                "no_footer": True,
            },
            headers={**PRIVATE, "Content-Security-Policy": "frame-ancestors 'self'"},
        )

    @http.route(PAGE, type="http", auth="public", website=True, methods=["GET"], sitemap=False)
    def sign_page(self, signer_id, token, **_kwargs):
        signer = self._signer(signer_id, token)
        if not signer:
            return request.redirect(NOWHERE)
        return self._page(signer, token)

    @http.route(NOWHERE, type="http", auth="public", website=True, methods=["GET"], sitemap=False)
    def sign_nowhere(self, **_kwargs):
        """What every link says that leads to nothing: wrong, or long over."""
        return request.render("cn285_sign.nowhere_page", {"no_footer": True})

    @http.route(
        f"{PAGE}/document", type="http", auth="public", website=True, methods=["GET"], sitemap=False
    )
    def sign_document(self, signer_id, token, **_kwargs):
        """The very file that is signed, until the time to sign it is over."""
        signer = self._signer(signer_id, token)
        if not signer or signer.request_id.state not in ("sent", "signed"):
            return request.not_found()
        shown = signer.request_id.proof_id or signer.request_id.document_id
        if signer.request_id.state == "sent":
            events = request.env["cn285.sign.event"]
            events._note_opened(signer.request_id, signer, self._address())
        return self._file(shown, "application/pdf")

    @http.route(
        f"{PAGE}/terms", type="http", auth="public", website=True, methods=["GET"], sitemap=False
    )
    def sign_terms(self, signer_id, token, **_kwargs):
        """The terms and conditions that are part of what is signed."""
        signer = self._signer(signer_id, token)
        terms = signer and signer.request_id.state in ("sent", "signed") and signer._terms_to_read()
        return self._file(terms, terms.mimetype) if terms else request.not_found()

    def _file(self, document, kind):
        is_shown = kind in SHOWN_INLINE
        disposition = "inline" if is_shown else "attachment"
        return request.make_response(
            document._content(),
            [
                ("Content-Type", kind if is_shown else "application/octet-stream"),
                ("X-Content-Type-Options", "nosniff"),
                ("Content-Disposition", content_disposition(document.file_name, disposition)),
                *PRIVATE.items(),
            ],
        )

    @http.route(
        f"{PAGE}/code", type="http", auth="public", website=True, methods=["POST"], sitemap=False
    )
    def sign_code(self, signer_id, token, **_kwargs):
        signer = self._signer(signer_id, token)
        if not signer:
            return request.redirect(NOWHERE)
        try:
            with request.env.cr.savepoint():  # refused half-way, nothing is kept of it
                signer._send_code(self._address())
        except UserError as error:
            return self._page(signer, token, refused=str(error.args[0]))
        told = signer.env._("A code was sent to %s. It is good for ten minutes.", signer.email)
        return self._page(signer, token, told=told)

    @http.route(
        f"{PAGE}/sign", type="http", auth="public", website=True, methods=["POST"], sitemap=False
    )
    def sign_sign(self, signer_id, token, **typed):
        signer = self._signer(signer_id, token)
        if not signer:
            return request.redirect(NOWHERE)
        signing = Signing(
            sha256=str(typed.get("sha256") or ""),
            code=str(typed.get("code") or "")[:20],
            name=str(typed.get("name") or ""),
            consent=bool(typed.get("consent")),
            drawing=str(typed.get("drawing") or ""),
            starts_at_once=bool(typed.get("start")),
            address=self._address(),
            agent=request.httprequest.user_agent.string or "",
        )
        try:
            with request.env.cr.savepoint():  # as above; a wrong code is counted all the same
                refused = signer._sign(signing)
        except UserError as error:
            if signer.state == "signed":  # a second click: it is done, the page says so
                return request.redirect(f"/my/sign/{signer.id}/{token}")
            return self._page(signer, token, refused=str(error.args[0]))
        if refused:
            return self._page(signer, token, refused=refused, typed={"name": signing.name})
        return request.redirect(f"/my/sign/{signer.id}/{token}")

    @http.route(
        f"{PAGE}/decline", type="http", auth="public", website=True, methods=["POST"], sitemap=False
    )
    def sign_decline(self, signer_id, token, reason="", **_kwargs):
        signer = self._signer(signer_id, token)
        if not signer:
            return request.redirect(NOWHERE)
        try:
            with request.env.cr.savepoint():  # as above
                signer._decline(str(reason), self._address())
        except UserError as error:
            return self._page(signer, token, refused=str(error.args[0]))
        return request.redirect(f"/my/sign/{signer.id}/{token}")

    def _address(self):
        return request.httprequest.remote_addr or ""

    # === IS THIS THE FILE? === #

    @http.route("/sign/verify", type="http", auth="public", website=True, methods=["GET", "POST"])
    def verify(self, file=None, **_kwargs):
        """Whether a file is one of ours, and whether its seal is whole. Nothing is kept of it."""
        values = {"checked": False, "too_large": False}
        if request.httprequest.method == "POST" and file is not None:
            content = file.read(LARGEST_FILE + 1) if hasattr(file, "read") else b""
            values["too_large"] = len(content) > LARGEST_FILE
            if not values["too_large"]:
                values.update(self._verified(content))
        return request.render("cn285_sign.verify_page", values)

    def _verified(self, content):
        # sudo: who has the file is told that it is ours, and nothing that is not in it.
        documents = request.env["cn285.document"].sudo()
        document = documents._by_content(content)
        requests = (
            request.env["cn285.sign.request"]
            .sudo()
            .search(
                ["|", ("document_id", "in", document.ids), ("proof_id", "in", document.ids)],
                limit=1,
            )
        )
        return {
            "checked": True,
            "document": document,
            "sign_request": requests,
            "seal": seal_of(content) if content.startswith(b"%PDF") else None,
        }
