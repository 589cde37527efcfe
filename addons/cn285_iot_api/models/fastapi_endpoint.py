from odoo import models

from ..routers import ROUTERS


class FastapiEndpoint(models.Model):
    """Devices in the API."""

    _inherit = "fastapi.endpoint"

    def _get_fastapi_routers(self):
        routers = super()._get_fastapi_routers()
        return (
            [*routers, *(router for router, _model in ROUTERS)] if self.app == "cn285" else routers
        )
