from fastapi import FastAPI
from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

from ..core.dispatcher import ROOT_PATH
from ..core.documentation import describe
from ..core.extending import widened
from ..engine.headers import LATEST
from ..routers import ROUTERS


class FastapiEndpoint(models.Model):
    """The endpoint of the API: which routers answer, what it is called in its documentation."""

    _inherit = "fastapi.endpoint"

    app = fields.Selection(
        selection_add=[("cn285", "Cn285: Contracts and Billing")],
        ondelete={"cn285": "cascade"},
    )

    @api.constrains("app", "root_path")
    def _check_cn285_root_path(self):
        for endpoint in self:
            if endpoint.app == "cn285" and endpoint.root_path != ROOT_PATH:
                raise ValidationError(
                    self.env._("The API of contracts is at %s, and nowhere else.", ROOT_PATH)
                )

    def _get_fastapi_routers(self):
        """The routers of the endpoint: **the hook by which another addon publishes its own**.

        ``return super()._get_fastapi_routers() + [router]`` where ``self.app == "cn285"``; a
        router is made by ``core.route.new_router``. An addon keeps them in ``ROUTERS`` of its
        package ``routers``, where ``tools/check_api.py`` finds them too.
        """
        if self.app != "cn285":
            return super()._get_fastapi_routers()
        added = self._cn285_added()
        ours = [router for router, model in ROUTERS if model is None or model in self.env]
        return [widened(router, added) for router in ours]

    def _cn285_added(self):
        """Pairs ``(schema, class of fields)``: **the hook by which another addon has bodies take
        fields of its own**; see ``core.extending``."""
        return []

    def _prepare_fastapi_app_params(self):
        params = super()._prepare_fastapi_app_params()
        if self.app != "cn285":
            return params
        # The pages of documentation are ours, without anything from another server.
        ours = {"docs_url": None, "redoc_url": None, "openapi_url": None, "version": LATEST}
        return {**params, **ours, "redirect_slashes": False, "dependencies": []}

    @api.model
    @tools.ormcache("root_path")
    def _cn285_endpoint(self, root_path):
        """``(id, stamp)`` of the active endpoint there; the stamp changes when the record does."""
        found = self.search([("app", "=", "cn285"), ("root_path", "=", root_path)], limit=1)
        return found.id, found.write_date

    def _cn285_make_app(self) -> FastAPI:
        """The app, for the pool: errors are left to the dispatcher."""
        self.ensure_one()
        app = self._get_app()
        self._clear_fastapi_exception_handlers(app)
        describe(app)
        return app

    @api.model
    def _fastapi_app_fields(self):
        return [*super()._fastapi_app_fields(), "name", "description", "active"]

    def _get_routing_info(self):
        """Our route is in ``controllers``; synchronising the record adds none of another kind."""
        info = super()._get_routing_info()
        return {**info, "type": "cn285_api", "auth": "none"} if self.app == "cn285" else info
