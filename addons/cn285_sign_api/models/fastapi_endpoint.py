from odoo import models

from ..routers import ADDED, ROUTERS


class FastapiEndpoint(models.Model):
    """Signature requests in the API, and signatures asked for with contracts and changes."""

    _inherit = "fastapi.endpoint"

    def _get_fastapi_routers(self):
        routers = super()._get_fastapi_routers()
        return (
            [*routers, *(router for router, _model in ROUTERS)] if self.app == "cn285" else routers
        )

    def _cn285_added(self):
        return [*super()._cn285_added(), *ADDED]
